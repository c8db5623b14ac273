"""Noticing that the index is missing or damaged, wherever that shows, and having a worker build it again.

A worker looks at the index when it starts. What is damaged later is found by whoever reads it: a search, or a
health check, of a web process, which may not write to it. It answers that search is not available, and asks for
the job.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from cms.clock import Clock
from cms.database import transaction
from cms.freshness import Sleep
from cms.jobs import enqueue
from cms.reading.indexing import BRING_UP
from search import Change, Engine, Query, Results, SearchUnavailableError

PAUSE = 1.0
"""Seconds between two requests of one process: a job that waits is joined, one that runs is not."""


class WatchedEngine:
    """An engine that calls `on_damage`, from whatever thread, each time it is found missing or damaged."""

    def __init__(self, engine: Engine, on_damage: Callable[[], None]) -> None:
        self._engine, self._on_damage = engine, on_damage

    def position(self) -> int:
        """See Engine."""
        with self._watching():
            return self._engine.position()

    def search(self, locale: str, query: Query) -> Results:
        """See Engine."""
        with self._watching():
            return self._engine.search(locale, query)

    def count(self, locale: str) -> int:
        """See Engine."""
        with self._watching():
            return self._engine.count(locale)

    def locales(self) -> tuple[str, ...]:
        """See Engine."""
        with self._watching():
            return self._engine.locales()

    def write(self, changes: Iterable[Change], position: int) -> None:
        """See Engine; who writes mends."""
        self._engine.write(changes, position)

    def check(self) -> tuple[str, ...]:
        """See Engine; who asks is told."""
        return self._engine.check()

    def clear(self) -> None:
        """See Engine."""
        self._engine.clear()

    def close(self) -> None:
        """See Engine."""
        self._engine.close()

    @contextmanager
    def _watching(self) -> Iterator[None]:
        try:
            yield
        except SearchUnavailableError:
            self._on_damage()
            raise


def watched(engine: Engine, damaged: asyncio.Event) -> WatchedEngine:
    """The engine, which sets an event of the running loop when it is found missing or damaged."""
    loop = asyncio.get_running_loop()

    def on_damage() -> None:
        loop.call_soon_threadsafe(damaged.set)

    return WatchedEngine(engine, on_damage)


async def ask_for_mending(damaged: asyncio.Event, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
    """Ask the workers to bring the index up each time `damaged` is set, until cancelled."""
    while True:
        await damaged.wait()
        damaged.clear()
        async with transaction():
            await enqueue(BRING_UP, now=clock())
        await sleep(PAUSE)
