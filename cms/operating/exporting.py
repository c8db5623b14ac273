"""All rows of a newsroom as they are at one instant, while it goes on working.

SQLite's snapshot is a read transaction on the WAL, PostgreSQL's a REPEATABLE READ one; neither holds up a
writer.
"""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from typing import Any, Protocol

import asyncpg

from cms.database.config import dialect_of, sqlite_path
from cms.operating.tables import Table

PREFETCH = 500
"""Rows that are on their way from PostgreSQL at once."""


class Export(Protocol):
    """One snapshot."""

    async def migrations(self) -> list[str]:
        """The names of the migrations that its schema has."""
        ...

    def rows(self, table: Table) -> AsyncIterator[Sequence[Any]]:
        """The rows of a table by its key, each in the order of the table's columns."""
        ...


@asynccontextmanager
async def open_export(url: str) -> AsyncIterator[Export]:
    """Take a snapshot and keep it until the block ends."""
    if dialect_of(url) == "sqlite":
        path = sqlite_path(url)
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)) as file:
            file.execute("BEGIN")
            yield _SqliteExport(file)
        return
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC", "application_name": "backup"})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield _PostgresExport(connection)
    finally:
        await connection.close()


class _SqliteExport:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def migrations(self) -> list[str]:
        return [name for (name,) in self._connection.execute(_MIGRATIONS)]

    async def rows(self, table: Table) -> AsyncIterator[Sequence[Any]]:
        for row in self._connection.execute(_select(table)):
            yield row


class _PostgresExport:
    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self._connection = connection

    async def migrations(self) -> list[str]:
        return [row["name"] for row in await self._connection.fetch(_MIGRATIONS)]

    async def rows(self, table: Table) -> AsyncIterator[Sequence[Any]]:
        async for row in self._connection.cursor(_select(table), prefetch=PREFETCH):
            yield tuple(row)


_MIGRATIONS = "SELECT name FROM tortoise_migrations ORDER BY name"


def _select(table: Table) -> str:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    return f'SELECT {columns} FROM "{table.name}" ORDER BY "{table.key}"'
