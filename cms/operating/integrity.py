"""Whether stored bytes are what their row says."""

import hashlib
from pathlib import Path


def is_intact(path: Path, sha256: str) -> bool:
    """Whether the file has that SHA-256, in hex; reads all of it. One that cannot be read has not."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False
