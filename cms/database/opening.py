"""The database as the composition root opens it and hands it down."""

from collections.abc import Generator, Sequence
from types import TracebackType
from typing import Any, Self

from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext

from cms.database import migrating
from cms.database.config import CONNECTION, Dialect, dialect_of, sqlite_path, tortoise_config
from cms.database.errors import DatabaseError
from cms.database.postgresql_snapshots import PostgresSnapshots
from cms.database.snapshots import Request, Snapshots, Statement
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
        self._file = _identity(url)

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

    async def check(self) -> None:
        """Return if requests can be answered: rows are read, and the SQLite file is the one that was opened.

        Raises:
            DatabaseError: the file is gone or is another one now, though the old one can still be read.
            Exception: whatever the driver says when it cannot read.
        """
        await self.snapshots.run(_one_row)
        if self._file != _identity(self.url):
            raise DatabaseError("the database file was removed or replaced")

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


def _one_row() -> Generator[Request, Any, None]:
    yield Statement('SELECT "id" FROM "event" LIMIT 1')


def _identity(url: str) -> tuple[int, int] | None:
    """What tells SQLite's file from another of its name; None if there is none, as on PostgreSQL."""
    if dialect_of(url) != "sqlite":
        return None
    try:
        found = sqlite_path(url).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


async def _open_snapshots(url: str) -> Snapshots:
    if dialect_of(url) == "sqlite":
        return SqliteSnapshots(sqlite_path(url))
    return await PostgresSnapshots.open(url)


async def _close(context: TortoiseContext) -> None:
    with context:
        await context.close_connections()
    # Tortoise keeps each table's statements for good, in the dialect that first needed them.
    EXECUTOR_CACHE.clear()
