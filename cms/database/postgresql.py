"""PostgreSQL under Tortoise: asyncpg, in UTC, with transactions that end cleanly when a task is cancelled.

READ COMMITTED is enough: commands lock the rows that they decide on (`select_for_update`). Chosen by
`engine: "cms.database.postgresql"`.
"""

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionContext,
)
from tortoise.backends.base_postgres.client import translate_exceptions

from cms.database.engine import EngineTransaction, WholeTransaction
from cms.database.errors import UnreachableError

SESSION = {
    "timezone": "UTC",
    "application_name": "polyfocal",
    # A process that hangs inside a transaction would hold the event lock, and with it every other writer.
    "idle_in_transaction_session_timeout": "60s",
}
WRITE_POOL_SIZE = 10


class PlainConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg is untyped
    """A connection that costs no round trip to give back: nobody here sets session state or listens on it."""

    def get_reset_query(self) -> str:
        """Say that there is nothing to reset; asyncpg still ends a transaction left open."""
        return ""


class NewsroomPostgresClient(AsyncpgDBClient):
    """Tortoise's asyncpg client, opened by a libpq URL."""

    def __init__(self, url: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.url = url

    async def create_connection(self, with_db: bool) -> None:
        """Open the pool of writing connections.

        Raises:
            UnreachableError: the server is not there, or refuses this user or database.
        """
        try:
            self._pool = await asyncpg.create_pool(
                self.url,
                min_size=1,
                max_size=WRITE_POOL_SIZE,
                connection_class=PlainConnection,
                server_settings=SESSION,
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise UnreachableError(f"PostgreSQL cannot be reached: {error}") from error
        await self._post_connect()

    def _in_transaction(self) -> TransactionContext:
        return WholeTransaction(PostgresTransaction(self))


class PostgresTransaction(TransactionWrapper, EngineTransaction):
    """One transaction on one connection of the pool."""

    _parent: NewsroomPostgresClient

    async def seize(self) -> None:
        if self._parent._pool is None:
            async with self._parent._pool_init_lock:
                if self._parent._pool is None:
                    await self._parent.create_connection(with_db=True)
        assert self._parent._pool is not None
        self._connection = await self._parent._pool.acquire()

    async def release(self) -> None:
        self._finalized = True
        if self._parent._pool is not None:
            await self._parent._pool.release(self._connection)

    @translate_exceptions
    async def commit(self) -> None:
        await super().commit()
        self.committed = True

    async def abandon(self) -> None:
        self._finalized = True
        try:
            if self.transaction is not None:
                await self.transaction.rollback()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            self._connection.terminate()

    def _in_transaction(self) -> TransactionContext:
        if self._finalized:
            return self._parent._in_transaction()
        return NestedTransactionContext(PostgresTransaction(self))

    def acquire_connection(self) -> ConnectionWrapper[Any] | PoolConnectionWrapper[Any]:  # type: ignore[override]
        return self._parent.acquire_connection() if self._finalized else super().acquire_connection()

    async def execute_many(self, query: str, values: list[Any]) -> None:
        """Run one statement for many rows."""
        if self._finalized:
            await self._parent.execute_many(query, values)
        else:
            await super().execute_many(query, values)


client_class = NewsroomPostgresClient
