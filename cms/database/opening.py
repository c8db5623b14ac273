"""The database as the composition root opens it and hands it down."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext

from cms.database import migrating
from cms.database.config import CONNECTION, Dialect, dialect_of, sqlite_path, tortoise_config
from cms.database.postgresql_snapshots import PostgresSnapshots
from cms.database.snapshots import Snapshots
from cms.database.sqlite_snapshots import SqliteSnapshots


class Database:
    """One open database: Tortoise for the models and snapshots for plans.

    Models find their connection by themselves, in every task, so one process has one database open at a time.
    """

    def __init__(self, url: str, context: TortoiseContext, snapshots: Snapshots) -> None:
        self.url = url
        self.dialect: Dialect = dialect_of(url)
        self.snapshots = snapshots
        self._context = context

    @classmethod
    async def open(cls, url: str, *, models: Sequence[str], migrate: bool = False) -> Self:
        """Connect, so that a wrong URL shows here and not at the first request.

        `models` names the modules with Tortoise models; `migrate` brings the schema up to date first.

        Raises:
            DatabaseError: the URL names no supported database.
            UnreachableError: it does not let itself be opened.
            MigrationError: the schema cannot be brought up to date.
        """
        if migrate:
            await migrating.migrate(url, models=models)
        context = TortoiseContext()
        try:
            with context:
                # Tortoise keeps its state in a context variable, and uvicorn's requests inherit none from the
                # lifespan that opened the database: they find it by the global fallback.
                await context.init(config=tortoise_config(url, models), _enable_global_fallback=True)
                await get_connection(CONNECTION).create_connection(with_db=True)
            snapshots = await _open_snapshots(url)
        except BaseException:
            await _close(context)
            raise
        return cls(url, context, snapshots)

    async def create_schema(self) -> None:
        """Create all tables at once in an empty database; for tests. Products migrate."""
        await self._context.generate_schemas(safe=False)

    async def close(self) -> None:
        """Close every connection. Closing twice is harmless."""
        await self.snapshots.close()
        await _close(self._context)

    async def __aenter__(self) -> Self:
        """Return the open database."""
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()


async def _open_snapshots(url: str) -> Snapshots:
    if dialect_of(url) == "sqlite":
        return SqliteSnapshots(sqlite_path(url))
    return await PostgresSnapshots.open(url)


async def _close(context: TortoiseContext) -> None:
    with context:
        await context.close_connections()
    # Tortoise keeps each table's statements for good, in the dialect that first needed them.
    EXECUTOR_CACHE.clear()
