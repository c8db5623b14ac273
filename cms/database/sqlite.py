"""SQLite under Tortoise: one connection that writes, one that reads.

Tortoise's own engine has a single connection and begins transactions deferred. With several processes most
read-then-write transactions then fail at once (a deferred BEGIN cannot wait for its turn when it turns to
writing), and every read waits for whatever transaction is open. Here BEGIN IMMEDIATE queues up for the write
lock first, and a SELECT outside a transaction has its own connection. Chosen by
`engine: "cms.database.sqlite"`.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Self, cast

import aiosqlite
from tortoise.backends.base.client import ConnectionWrapper, NestedTransactionContext, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper, translate_exceptions

from cms.database.engine import EngineTransaction, WholeTransaction
from cms.database.errors import UnreachableError

WRITER_WAIT = 10.0
"""Seconds that a writer waits for another process's transaction."""

COMMON_PRAGMAS: dict[str, str | int] = {
    "journal_mode": "WAL",
    "synchronous": "FULL",  # an acknowledged publication survives a power cut
    "foreign_keys": "ON",
    "journal_size_limit": 64 * 1024 * 1024,
    "temp_store": "MEMORY",
    "cache_size": -4_000,  # KiB; the system's own cache serves every connection
}


class SqliteConnection(aiosqlite.Connection):
    """A connection whose statements inside a transaction run in the event loop.

    One takes some microseconds there, and the way to the connection's thread and back over a hundred. What may wait
    for another process or for the disk still goes to the thread: BEGIN, COMMIT, ROLLBACK and all that is outside.
    """

    @classmethod
    async def open(cls, path: str, wait: float) -> Self:
        """Open a file whose lock may be waited for so many seconds."""

        def connect() -> sqlite3.Connection:
            # A transaction has the connection to itself, so its thread and the loop never use it at once.
            return sqlite3.connect(path, isolation_level=None, timeout=wait, check_same_thread=False)

        return await cls(connect, iter_chunk_size=64)  # type: ignore[return-value]  # it awaits to itself

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._connection is None or not self._connection.in_transaction or not args or args[0] == "COMMIT":
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        await asyncio.sleep(0)  # let others have their turn
        return fn(*args, **kwargs)


class NewsroomSqliteClient(SqliteClient):
    """Two connections to one file: `_connection` writes, `_reader` answers SELECTs outside transactions."""

    def __init__(self, file_path: str, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self._reader: aiosqlite.Connection | None = None
        self._reader_lock = asyncio.Lock()

    async def create_connection(self, with_db: bool) -> None:
        """Open what is not open: the writer first, since it makes the file and its WAL.

        Raises:
            UnreachableError: the file cannot be made or written.
        """
        if self._connection is None:
            self._connection = await self._connect(COMMON_PRAGMAS)
        if self._reader is None:
            self._reader = await self._connect(COMMON_PRAGMAS | {"query_only": "ON"})
        await self._post_connect()

    async def _connect(self, pragmas: dict[str, str | int]) -> aiosqlite.Connection:
        try:
            # aiosqlite's thread would outlive the loop if it could not open the file: ask first.
            sqlite3.connect(self.filename).close()
            return await self._opened(pragmas)
        except sqlite3.OperationalError as error:
            raise UnreachableError(f"SQLite cannot write {self.filename}: {error}") from error

    async def _opened(self, pragmas: dict[str, str | int]) -> aiosqlite.Connection:
        connection = await SqliteConnection.open(self.filename, WRITER_WAIT)
        try:
            connection.row_factory = sqlite3.Row
            for pragma, value in pragmas.items():
                await connection.execute_fetchall(f"PRAGMA {pragma}={value}")
        except BaseException:
            await connection.close()
            raise
        return connection

    async def close(self) -> None:
        """Close both; the last one to leave checkpoints the WAL, so the reader, which cannot, goes first."""
        reader, self._reader = self._reader, None
        writer, self._connection = self._connection, None
        for connection in (reader, writer):
            if connection is not None:
                await connection.close()

    async def discard_writer(self) -> None:
        """Close a writer that could not roll back; closing does, and the next use opens another."""
        writer, self._connection = self._connection, None
        if writer is not None:
            await writer.close()

    def _in_transaction(self) -> TransactionContext:
        return WholeTransaction(SqliteTransaction(self))

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[str, Any]]]:
        """Run one statement; (rows affected or returned, rows). A SELECT does not wait for a transaction."""
        if not _is_select(query):
            return cast(tuple[int, Sequence[dict[str, Any]]], await super().execute_query(query, values))
        rows = await self._read(query, values)
        return len(rows), rows

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """Run one statement; its rows as dicts."""
        if not _is_select(query):
            return cast(list[dict[str, Any]], await super().execute_query_dict(query, values))
        return [dict(row) for row in await self._read(query, values)]

    @translate_exceptions
    async def _read(self, query: str, values: list[Any] | None) -> list[Any]:
        async with self._reader_lock:
            if self._reader is None:
                async with self._lock:
                    await self.create_connection(with_db=True)
            assert self._reader is not None
            query = query.replace("\x00", "'||CHAR(0)||'")
            self.log.debug("%s: %s", query, values)
            return list(await self._reader.execute_fetchall(query, values))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for many rows, all or none."""
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


class SqliteTransaction(SqliteTransactionWrapper, EngineTransaction):
    """One BEGIN IMMEDIATE … COMMIT on the writer, which it holds by the client's lock."""

    _parent: NewsroomSqliteClient

    async def seize(self) -> None:
        await self._parent._lock.acquire()
        try:
            await self._parent.create_connection(with_db=True)
            assert self._parent._connection is not None
        except BaseException:
            self._parent._lock.release()
            raise
        self._connection = self._parent._connection

    async def release(self) -> None:
        self._finalized = True
        self._parent._lock.release()

    async def begin(self) -> None:
        await self._control("BEGIN IMMEDIATE")

    async def commit(self) -> None:
        await self._control("COMMIT")
        self.committed = self._finalized = True

    async def abandon(self) -> None:
        self._finalized = True
        try:
            await self._connection.rollback()
        except sqlite3.Error:
            await self._parent.discard_writer()

    @translate_exceptions
    async def _control(self, statement: str) -> None:
        await self._connection.execute_fetchall(statement)

    def _in_transaction(self) -> TransactionContext:
        return self._parent._in_transaction() if self._finalized else NestedTransactionContext(SqliteTransaction(self))

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return self._parent.acquire_connection() if self._finalized else super().acquire_connection()

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for many rows."""
        if self._finalized:
            await self._parent.execute_many(query, values)
        else:
            await super().execute_many(query, values)

    @translate_exceptions
    async def execute_script(self, query: str) -> None:
        """Run several statements inside the transaction; `executescript` would commit it first."""
        async with self.acquire_connection() as connection:
            for statement in statements_of(query):
                await connection.execute_fetchall(statement)


def _is_select(query: str) -> bool:
    return query.lstrip()[:6].upper() == "SELECT"


def statements_of(script: str) -> list[str]:
    """Cut a script after each semicolon that ends a statement, not one in a text, a comment or a trigger."""
    statements: list[str] = []
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            statements.append(statement.strip())
            statement = ""
    return [statement for statement in statements if statement != ";"]


def _stored_instant(value: datetime) -> str:
    """UTC, for times are held as texts, which sort as they do only in one offset; Tortoise writes any."""
    return (value.astimezone(UTC) if value.tzinfo else value).isoformat(" ")


sqlite3.register_adapter(datetime, _stored_instant)

client_class = NewsroomSqliteClient
