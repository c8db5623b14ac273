"""How plans read: a program asks, one consistent snapshot of the database answers.

A *program* is a function that starts a generator which yields requests, is sent their answers, and returns
the result. It does no I/O itself and changes nothing outside itself, since it may be started again:

    def article(slug: str) -> Program[str | None]:
        def program() -> Generator[Request, Any, str | None]:
            rows = yield Statement("SELECT headline FROM edition_text WHERE slug = ?", (slug,))
            return rows[0][0] if rows else None

        return program

    headline = await database.snapshots.run(article("pioggia"))
"""

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

T = TypeVar("T")

DEADLINE = 10.0
"""Seconds that a snapshot may take before `QueryTimeoutError`."""


class Statement(NamedTuple):
    """One SELECT in the dialect's own text (`?` or `$1`); its answer is all its rows, as a list of tuples."""

    sql: str
    params: tuple[Any, ...] = ()


class Blocking(NamedTuple):
    """A call that may take its time, such as a search engine's query; its answer is what it returns.

    It runs outside the event loop while the snapshot stays open; what it raises is raised in the program.
    On SQLite only a run with `heavy=True` may
    ask.
    """

    call: Callable[[], Any]


Request: TypeAlias = Statement | Blocking
Program: TypeAlias = Callable[[], Generator[Request, Any, T]]


class Snapshots(Protocol):
    """The reading side of a database."""

    async def run(self, program: Program[T], *, heavy: bool = False) -> T:
        """Run a program on one snapshot and return its result.

        `heavy` says that it is known to be long (a count, facets, a large page). What the program raises is
        raised here; no transaction stays open in any case.

        Raises:
            QueryTimeoutError: it took longer than `DEADLINE`.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
