"""Asking the index: what is searched, and how its absence is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from cms.errors import UnavailableError
from search import Engine, Query, Results, SearchError

OFFSET_MOST = 1_000


def indexed_up_to(engine: Engine) -> int:
    """The position of the last change that is in the index. Runs outside the event loop.

    Raises:
        UnavailableError: the index is missing or damaged.
    """
    with _told():
        return engine.position()


def find(
    engine: Engine, locale: str, text: str, *, at: datetime, changed: frozenset[str], offset: int, limit: int
) -> Results:
    """Hits among the released texts of a locale.

    The index lags the database, so the items that `changed` since its position are left out before anything
    is counted: they are found again when they are indexed. Runs outside the event loop.

    Raises:
        UnavailableError: the index is missing or damaged, or its disk does not let it be read.
    """
    with _told():
        return engine.search(locale, Query(text=text, at=at, exclude=changed, offset=offset, limit=limit))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except SearchError as error:
        raise UnavailableError("Search is not available; the index is being rebuilt.") from error
