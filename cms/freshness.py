"""Knowing that somebody committed: one mechanism for emptying caches, feeding subscriptions and waking the
worker.

SQLite tells through `PRAGMA data_version`, asked on a connection that never holds a transaction or an open
cursor (with one, the number would stay frozen). PostgreSQL tells through LISTEN, and is asked where an answer
must be exact: a notification may arrive after the writer was told that its commit is done, a query that
starts after it may not miss it.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import quote

import asyncpg

from cms.database import Database
from cms.database.config import sqlite_path
from cms.events import CHANNEL, wakes

POLL_SECONDS = 0.025  # how late a waiter on SQLite may learn of another process's commit
RECONNECT_SECONDS = 0.5

_LATEST = 'SELECT coalesce(max("id"), 0) FROM "event"'

_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

Sleep = Callable[[float], Awaitable[None]]


class Freshness:
    """Tells the position of the newest committed event, and when it moves. One per process and database.

    `latest` is never stale: called after a commit was acknowledged to anybody, it counts that commit.
    """

    def __init__(self, database: Database, *, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep
        self._moved = asyncio.Event()
        self._waiting = 0
        self._source: _Source = (
            _Polled(database.url) if database.dialect == "sqlite" else _Notified(database.url, self.wake)
        )
        self._poller: asyncio.Task[None] | None = None
        wakes.add(self.wake)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connection. Nobody may wait any more."""
        wakes.discard(self.wake)
        if self._poller:
            self._poller.cancel()
            await asyncio.wait([self._poller])
        await self._source.close()

    async def latest(self) -> int:
        """The position of the newest event, 0 before the first."""
        return await self._source.latest()

    async def wait(self, position: int, *, timeout: float | None = None) -> int:  # noqa: ASYNC109 - no error
        """Return the latest position as soon as it is beyond `position`, or after `timeout` seconds wherever
        it is.

        A database that is away for a while does not end the wait: what was missed is noticed when it is back.
        """
        self._waiting += 1
        if self._source.must_be_polled and (self._poller is None or self._poller.done()):
            self._poller = asyncio.create_task(self._poll(), name="freshness")
        newest = position
        try:
            async with asyncio.timeout(timeout):
                while newest <= position:
                    moved = self._moved
                    try:
                        newest = await self._source.latest()
                    except _LOST:
                        await self._sleep(RECONNECT_SECONDS)
                        continue
                    if newest <= position:
                        await moved.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1
        return newest

    def wake(self) -> None:
        """Make everybody who waits look again."""
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def _poll(self) -> None:
        seen = await self._source.latest()
        while self._waiting:
            await self._sleep(POLL_SECONDS)
            if (newest := await self._source.latest()) != seen:
                seen = newest
                self.wake()


class _Source(Protocol):
    must_be_polled: bool

    async def latest(self) -> int: ...
    async def close(self) -> None: ...


class _Polled:
    """SQLite: the position is read again only when the file's version moved, which costs 4 µs to ask."""

    must_be_polled = True

    def __init__(self, url: str) -> None:
        path = quote(str(sqlite_path(url)))
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, timeout=1)
        self._version = -1
        self._position = 0

    async def latest(self) -> int:
        # fetchall, not fetchone: a cursor that is not at its end is a read transaction.
        version = self._connection.execute("PRAGMA data_version").fetchall()[0][0]
        if version != self._version:
            self._position = self._connection.execute(_LATEST).fetchall()[0][0]
            self._version = version
        return self._position

    async def close(self) -> None:
        self._connection.close()


class _Notified:
    """PostgreSQL: a connection that listens and is asked; when lost, the next question opens another."""

    must_be_polled = False

    def __init__(self, url: str, wake: Callable[[], None]) -> None:
        self._url = url
        self._wake = wake
        self._connection: Any = None
        self._one_at_a_time = asyncio.Lock()
        self._next: asyncio.Task[int] | None = None

    async def latest(self) -> int:
        # Whoever asks while a query is under way shares the next one: that starts later than they asked.
        if self._next is None:
            self._next = asyncio.create_task(self._ask(), name="freshness")
        return await asyncio.shield(self._next)

    async def close(self) -> None:
        async with self._one_at_a_time:
            if self._connection is not None:
                self._connection.remove_termination_listener(self._lost)
                await self._connection.close()
                self._connection = None

    async def _ask(self) -> int:
        async with self._one_at_a_time:
            self._next = None
            if self._connection is None or self._connection.is_closed():
                await self._connect()
            try:
                return int(await self._connection.fetchval(_LATEST))
            except _LOST:
                # Half lost is lost: asyncpg may not have noticed yet what state the connection is in.
                self._connection.terminate()
                raise

    async def _connect(self) -> None:
        # LISTEN precedes the question, so that no commit falls between the two.
        connection = await asyncpg.connect(
            self._url,
            timeout=10,
            command_timeout=10,  # a silent network is a lost connection
            server_settings={"application_name": "polyfocal freshness"},
        )
        connection.add_termination_listener(self._lost)
        await connection.add_listener(CHANNEL, self._heard)
        self._connection = connection

    def _heard(self, connection: object, process: int, channel: str, position: object) -> None:
        self._wake()

    def _lost(self, connection: object) -> None:
        self._wake()
