"""Snapshots on PostgreSQL: REPEATABLE READ transactions on a pool of their own."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Self, TypeVar

import asyncpg

from cms.database.errors import QueryTimeoutError
from cms.database.postgresql import SESSION, PlainConnection
from cms.database.settling import settle
from cms.database.snapshots import DEADLINE, Blocking, Program, Request, Snapshots, Statement

T = TypeVar("T")

READ_POOL_SIZE = 10


class PostgresSnapshots(Snapshots):
    """A pool of read-only connections."""

    def __init__(self, pool: asyncpg.Pool, deadline: float) -> None:
        self._pool = pool
        self._deadline = deadline

    @classmethod
    async def open(cls, url: str, deadline: float = DEADLINE) -> Self:
        """Connect the pool; `deadline` in seconds is each statement's, and the wait's for a connection."""
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=READ_POOL_SIZE,
            connection_class=PlainConnection,
            statement_cache_size=1_000,
            max_cached_statement_lifetime=0,  # plans are compiled once and stay
            max_cacheable_statement_size=64 * 1024,
            server_settings=SESSION
            | {
                "default_transaction_isolation": "repeatable read",
                "default_transaction_read_only": "on",
                "statement_timeout": str(round(deadline * 1000)),
                "jit": "off",  # compiling costs more than these queries take
            },
        )
        return cls(pool, deadline)

    async def run(self, program: Program[T], *, heavy: bool = False) -> T:
        """Run a program; `heavy` makes no difference here, since the server does the work."""
        try:
            connection = await self._pool.acquire(timeout=self._deadline)
        except TimeoutError as error:
            raise QueryTimeoutError(f"no connection was free for {self._deadline:g} s") from error
        try:
            result = await self._drive(connection, program)
        except BaseException:
            await settle(_abandon(connection))
            raise
        finally:
            await self._pool.release(connection)
        return result

    async def _drive(self, connection: Any, program: Program[T]) -> T:
        plan = program()
        resume: Callable[[], Request] = partial(next, plan)
        await connection.execute("BEGIN")
        try:
            while True:
                request = resume()
                if isinstance(request, Statement):
                    rows = await connection.fetch(request.sql, *request.params)
                    resume = partial(plan.send, [tuple(row) for row in rows])
                elif isinstance(request, Blocking):
                    try:
                        resume = partial(plan.send, await asyncio.to_thread(request.call))
                    except Exception as error:  # noqa: BLE001 - the program's own call: it knows what to make of it
                        resume = partial(plan.throw, error)
                else:
                    raise TypeError(f"a program yields Statement or Blocking, not {request!r}")
        except StopIteration as end:
            result: T = end.value
        except asyncpg.QueryCanceledError as error:
            raise QueryTimeoutError(f"a query ran for more than {self._deadline:g} s") from error
        finally:
            plan.close()
        await connection.execute("COMMIT")
        return result

    async def close(self) -> None:
        """Let running programs finish for a moment, then close the connections."""
        try:
            await asyncio.wait_for(self._pool.close(), 10)
        except TimeoutError:
            self._pool.terminate()


async def _abandon(connection: Any) -> None:
    """End a failed transaction; a connection that cannot is dropped from the pool."""
    try:
        await connection.execute("ROLLBACK")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        connection.terminate()
