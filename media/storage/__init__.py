"""Where bytes are kept, opened by URL.

A key is made of the content's own hash, so that storing the same bytes again overwrites them with themselves.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from media.storage.local import LocalStorage, Stored


def open_storage(url: str) -> LocalStorage:
    """The storage at `file:///path`.

    Raises:
        ValueError: another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ValueError(f"no storage is opened by {parts.scheme!r}; say file:///path/to/folder")
    return LocalStorage(Path(unquote(parts.path)))


__all__ = ["LocalStorage", "Stored", "open_storage"]
