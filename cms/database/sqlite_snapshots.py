"""Snapshots on SQLite: in the event loop when short, in a thread when not.

One indexed row takes SQLite a few microseconds and the way to a thread and back over a hundred, so a
program runs in the loop first, on a budget of virtual machine steps. Over budget it is interrupted and runs
again, from the start, in a thread.
"""

import asyncio
import math
import sqlite3
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from cms.database.errors import QueryTimeoutError
from cms.database.snapshots import DEADLINE, Blocking, Program, Request, Snapshots, Statement

T = TypeVar("T")

STEPS = 1_000
"""Virtual machine steps between two questions to a limit."""

LOOP_BUDGET = 80
"""Questions in the loop: 1 ms of bare counting, 4 of searching, 10 of fetching rows. Not a clock, so that a
program always runs in the same place."""

LOOP_CACHE, THREAD_CACHE = 16_000, 2_000
"""KiB of pages that a connection keeps. Every page that the loop's has to fetch from the system costs a query a
hundredth of its time; threads fetch what they need."""

THREADS = 4
THREAD_WAIT = 5.0
"""Seconds that a thread waits for a locked database, as one is while it recovers from a crash."""


class _Budget:
    """How much one run in the loop may do."""

    blocking_allowed = False

    def __init__(self) -> None:
        self._left = math.inf

    def arm(self) -> None:
        self._left = LOOP_BUDGET

    def disarm(self) -> None:
        self._left = math.inf

    def is_over(self) -> bool:
        self._left -= 1
        return self._left < 0


class _Deadline:
    """Until when one run in a thread may go on."""

    blocking_allowed = True

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = monotonic() + seconds
        self._armed = False

    def arm(self) -> None:
        self._armed = True

    def disarm(self) -> None:
        self._armed = False

    def pass_now(self) -> None:
        self._end = -math.inf

    def is_over(self) -> bool:
        return self._armed and monotonic() > self._end


class SqliteSnapshots(Snapshots):
    """Read-only connections: one for the loop, up to `THREADS` for threads."""

    def __init__(self, path: Path, deadline: float = DEADLINE) -> None:
        self._path = path
        self._deadline = deadline
        self._connection = _connect(path, 0.0, LOOP_CACHE)
        self._budget = _Budget()
        self._connection.set_progress_handler(self._budget.is_over, STEPS)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="snapshot")
        self._idle: list[sqlite3.Connection] = []

    async def run(self, program: Program[T], *, heavy: bool = False) -> T:
        """Run in the loop, or in a thread when heavy, over budget or when the database is locked."""
        if not heavy:
            try:
                return _drive(self._connection, program(), self._budget)
            except sqlite3.OperationalError as error:
                if _code(error) not in (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY):
                    raise
        deadline = _Deadline(self._deadline)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._in_thread, program, deadline)
        finally:
            deadline.pass_now()  # nobody waits any more: a cancelled task's query is interrupted

    async def close(self) -> None:
        """Let running threads finish, then close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        for connection in (self._connection, *self._idle):
            connection.close()
        self._idle.clear()

    def _in_thread(self, program: Program[T], deadline: _Deadline) -> T:
        # Each thread holds one connection at most, so there are never more connections than threads.
        connection = self._idle.pop() if self._idle else _connect(self._path, THREAD_WAIT, THREAD_CACHE)
        connection.set_progress_handler(deadline.is_over, STEPS)
        try:
            return _drive(connection, program(), deadline)
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_INTERRUPT:
                raise
            raise QueryTimeoutError(f"a query ran for more than {deadline.seconds:g} s") from error
        finally:
            self._idle.append(connection)


def _connect(path: Path, wait: float, cache: int) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=ro",
        uri=True,
        timeout=wait,
        isolation_level=None,
        check_same_thread=False,  # a pooled connection serves one thread at a time
        cached_statements=1_000,
    )
    for pragma in ("query_only=ON", f"cache_size=-{cache}", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _drive(connection: sqlite3.Connection, plan: Generator[Request, Any, T], limit: _Budget | _Deadline) -> T:
    """Answer a plan's requests inside one transaction."""
    execute = connection.execute
    execute("BEGIN")
    limit.arm()  # not before: BEGIN and COMMIT themselves are never interrupted
    try:
        request = next(plan)
        while True:
            if type(request) is Statement:
                request = plan.send(execute(request.sql, request.params).fetchall())
                continue
            try:
                answer = _call(request, limit)
            except Exception as error:  # noqa: BLE001 - the program's own call: it knows what to make of it
                request = plan.throw(error)
            else:
                request = plan.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]  # what the generator returned is T
    finally:
        limit.disarm()
        execute("COMMIT")
        plan.close()


def _call(request: Request, limit: _Budget | _Deadline) -> Any:
    if not isinstance(request, Blocking):
        raise TypeError(f"a program yields Statement or Blocking, not {request!r}")
    if not limit.blocking_allowed:
        raise RuntimeError("a blocking call would stop the event loop: run this program with heavy=True")
    answer = request.call()
    if limit.is_over():
        raise QueryTimeoutError("a blocking call took longer than its snapshot may")
    return answer


def _code(error: sqlite3.OperationalError) -> int:
    """The primary result code; 0 for an error that Python's own layer raised."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
