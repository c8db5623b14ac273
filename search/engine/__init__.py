"""The engines: one protocol, opened by URL.

Engine           what an engine can do
open_engine      the engine that a URL names
whoosh           whoosh:///absolute/folder, pure Python, one machine
whoosh_files       its folders and files: let go of when Whoosh raises, sealed against damage
whoosh_index       one locale's index on disk: its schema and how a batch is written
whoosh_reader      the same index open for reading, as the postings that `search.ranking` weighs
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from urllib.parse import unquote, urlsplit

from search.document import Document
from search.errors import SearchBusyError, SearchDiskError, SearchError, SearchUnavailableError
from search.query import Query
from search.results import Results

__all__ = [
    "Change",
    "Engine",
    "SearchBusyError",
    "SearchDiskError",
    "SearchError",
    "SearchUnavailableError",
    "open_engine",
]

Change = tuple[str, str, Document | None]
"""(locale, key, the document as it is now); None takes it out of that locale's index."""


class Engine(Protocol):
    """One index per locale, and the database position that they are all at.

    Every method may be called from any thread. One process at a time may write; readers in other processes
    see each locale change at once, at their next search.
    """

    def position(self) -> int:
        """Every change up to this position of the database is in the index; 0 when nothing was written."""

    def write(self, changes: Iterable[Change], position: int) -> None:
        """Take one batch in and move to `position`, which must be true of the whole batch.

        Of several changes to one document the last holds. Each locale changes at once or not at all; the
        position moves last, so that after a crash the batch can be written again. Raises SearchBusyError
        while another process writes, SearchUnavailableError if the index is damaged: then `clear` and write
        everything again; SearchDiskError if the disk takes no more: then what was written before stands.
        """

    def search(self, locale: str, query: Query) -> Results:
        """The hits of one locale, best first, then newest, then by key.

        A locale that holds nothing has no hits. Raises SearchUnavailableError if the index is missing or
        damaged, as it is before the first `write`, and SearchDiskError if the system does not let it be read.
        """

    def count(self, locale: str) -> int:
        """How many documents this locale holds. Raises like `search`."""

    def locales(self) -> tuple[str, ...]:
        """The locales that were ever written to, sorted."""

    def check(self) -> tuple[str, ...]:
        """Read every file there is and tell what is wrong, in plain words; empty if nothing is. Takes as long
        as reading them does. Raises SearchDiskError where the system does not let it.
        """

    def clear(self) -> None:
        """Throw everything away, damaged or not: the position is 0 again. Raises SearchBusyError."""

    def close(self) -> None:
        """Let go of every file."""


def open_engine(url: str) -> Engine:
    """The engine for a URL; nothing is read or made yet. Raises ValueError for a URL that names none."""
    parts = urlsplit(url)
    if parts.scheme == "whoosh" and not parts.netloc and parts.path.startswith("/"):
        # Whoosh takes a tenth of a second to import, which only those who use it should pay.
        from search.engine.whoosh import WhooshEngine  # noqa: PLC0415 - see above

        return WhooshEngine(unquote(parts.path))
    raise ValueError(f"no search engine is named by {url!r}; whoosh:///an/absolute/folder is one")
