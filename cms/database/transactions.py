"""One write transaction, as commands use it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, cast

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from cms.database.config import CONNECTION
from cms.database.engine import EngineTransaction, WholeTransaction
from cms.database.errors import TransactionError


class Transaction:
    """A write transaction that is open in the current task.

    `client` runs raw SQL in it, in the dialect's own text (`?` or `$1`): `execute_query(sql, values)` answers
    (affected, rows), rows by name.
    """

    def __init__(self, client: EngineTransaction) -> None:
        self.client = client
        self._task = asyncio.current_task()
        self._last_acts: list[Callable[[], Awaitable[None]]] = []
        self._afterwards: list[Callable[[], None]] = []
        self._failure: BaseException | None = None

    def before_commit(self, act: Callable[[], Awaitable[None]]) -> None:
        """Await `act` as the last thing inside the transaction, after the acts asked for before it.

        An error of `act` rolls everything back. An act may ask for further acts.
        """
        self._last_acts.append(act)

    def after_commit(self, act: Callable[[], None]) -> None:
        """Call `act` once the commit has succeeded, even if the task is being cancelled.

        For what is lost harmlessly with the process, such as waking somebody. Work that must happen is a job.
        """
        self._afterwards.append(act)

    def _is_open_here(self) -> bool:
        return self._task is asyncio.current_task() and not self.client._finalized


_current: ContextVar[Transaction | None] = ContextVar("polyfocal_transaction", default=None)


def current_transaction() -> Transaction:
    """Return the transaction of this task; a task started inside a transaction is not in it.

    Raises:
        TransactionError: the task has none, so what the caller records could not be atomic with anything.
    """
    current = _current.get()
    if current is None or not current._is_open_here():
        raise TransactionError("this must run inside a transaction")
    return current


@asynccontextmanager
async def transaction() -> AsyncIterator[Transaction]:
    """Run the block in one write transaction: all of it is committed, or nothing.

    A block inside another joins it; an error that leaves the inner block rolls the whole back, even if it is
    caught further out. Never await anything but the database inside: on SQLite every writer of
    every process is waiting.

    Raises:
        TransactionError: an inner block failed and its error was swallowed.
    """
    current = _current.get()
    if current is not None and current._is_open_here():
        try:
            yield current
        except BaseException as error:
            current._failure = error
            raise
        return

    client: EngineTransaction | None = None
    opened: Transaction | None = None
    try:
        async with cast(WholeTransaction, _database_client()._in_transaction()) as client:
            opened = Transaction(client)
            token = _current.set(opened)
            try:
                yield opened
                await _finish(opened)
            finally:
                _current.reset(token)
    finally:
        if opened is not None and opened.client.committed:
            for act in opened._afterwards:
                act()


async def _finish(opened: Transaction) -> None:
    for act in opened._last_acts:
        await act()
    if opened._failure is not None:
        raise TransactionError("a part of this transaction failed, so all of it was rolled back") from opened._failure


def _database_client() -> BaseDBAsyncClient:
    """The database itself, also for a task that inherited somebody's transaction with its context."""
    client: Any = get_connection(CONNECTION)
    while isinstance(client, EngineTransaction):
        client = client._parent
    return cast(BaseDBAsyncClient, client)
