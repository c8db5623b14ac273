"""A newsroom from its copy: all of it, or nothing is changed.

One transaction empties and fills the tables, on both databases. Putting another SQLite file in the place of
the old one would be no safer: a process or a crash may have left a WAL beside it, which SQLite would play
into the new file.
"""

import asyncio
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import orjson
from tortoise.exceptions import BaseORMException

from cms import events
from cms.database import Database, transaction
from cms.database.config import dialect_of, sqlite_path
from cms.operating.archive import CHUNK, ArchiveError, Manifest
from cms.operating.backup import member_of
from cms.operating.exporting import open_export
from cms.operating.schema import program_migrations
from cms.operating.tables import Table, tables
from cms.statements import insert_rows, on_postgresql, rows
from media.storage import LocalStorage
from search import Engine

BATCH = 500
_UNFIT = (
    *(ValueError, TypeError, OverflowError, BaseORMException),
    *(sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError),
)
"""What the databases and their drivers say of rows that are none of theirs; Tortoise translates but some of it."""

FRESH = frozenset({"epoch", "job", "progress"})
"""What a newsroom has from its first start; everything else is somebody's work."""


class NotRestoredError(Exception):
    """The archive is good, but this newsroom cannot take it as it is; the message says what to do."""


async def refuse_if_running(url: str) -> None:
    """A running process holds positions and caches of the history that would end.

    Raises:
        NotRestoredError: somebody else has the database open, or it is damaged.
    """
    if dialect_of(url) == "sqlite":
        busy = sqlite_path(url).exists() and _is_open_elsewhere(sqlite_path(url))
    else:
        connection = await asyncpg.connect(url)
        try:
            busy = await connection.fetchval(
                "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name LIKE 'polyfocal%'"
            )
        finally:
            await connection.close()
    if busy:
        raise NotRestoredError("The newsroom is running. Stop its web and worker processes first.")


def refuse_other_schema(manifest: Manifest) -> None:
    """Rows are read as they were written: an archive restores with the version whose schema it has.

    Raises:
        NotRestoredError: this program has another schema.
    """
    ours = program_migrations()
    if manifest.migrations == ours:
        return
    missing = sorted(set(manifest.migrations).difference(ours))
    raise NotRestoredError(
        f"The archive was made by version {manifest.program} and needs {missing[0]}, which this one does not have."
        " Restore it with that version or a newer one."
        if missing
        else f"The archive was made by version {manifest.program}, before {_first_after(manifest, ours)}."
        " Restore it with that version, then migrate with this one."
    )


async def restore(
    archive: zipfile.ZipFile,
    manifest: Manifest,
    database: Database,
    storage: LocalStorage,
    engine: Engine,
    *,
    force: bool = False,
) -> None:
    """Make an open newsroom, with the schema of this version, the one that an open archive holds.

    A new epoch begins, so that nobody goes on from a position of the history that was left. Stored files are
    added first (they are named by their content and stand in nobody's way), the index is cleared last before
    the commit: one that is empty without need is built again, one that tells of another history would stay
    wrong.

    Raises:
        ArchiveError: its members or rows do not fit together.
        NotRestoredError: the newsroom is not empty and not `force`, or has another schema.
    """
    refuse_other_schema(manifest)
    async with open_export(database.url) as export:
        if manifest.migrations != await export.migrations():
            raise NotRestoredError("The newsroom's schema is not this version's. Run polyfocal migrate first.")
    wanted = tables()
    files = {name: member for name, member in manifest.members.items() if name.startswith("files/")}
    if {member_of(table) for table in wanted}.union(files) != set(manifest.members):
        raise ArchiveError("The archive does not have the members of its own version.")
    for name, member in files.items():
        if PurePosixPath(name).stem != member.sha256:
            raise ArchiveError(f"The archive has {name} under another name than its content's.")
    if not force and await _is_used(wanted):
        raise NotRestoredError("The newsroom is not empty. Say --force to replace all of it.")
    await _put_files(archive, list(files), storage)
    try:
        async with transaction():
            for table in reversed(wanted):
                await rows(f'DELETE FROM "{table.name}"')
            for table in wanted:
                await _fill(table, archive)
            await events.new_epoch()
            await asyncio.to_thread(engine.clear)
    except _UNFIT as error:
        raise ArchiveError(f"The rows of the archive do not fit: {error}. Nothing was changed.") from error


async def _is_used(wanted: Sequence[Table]) -> bool:
    names = [table.name for table in wanted if table.name not in FRESH]
    return any([await rows(f'SELECT 1 AS "one" FROM "{name}" LIMIT 1') for name in names])


async def _put_files(archive: zipfile.ZipFile, names: Sequence[str], storage: LocalStorage) -> None:
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "file"
        for name in names:
            key = name.removeprefix("files/")
            with archive.open(name) as source, copy.open("wb") as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
            stored = await storage.put(copy, PurePosixPath(key).suffix)
            if stored.key != key:
                raise ArchiveError(f"The archive has {key} under another name than its content's.")


async def _fill(table: Table, archive: zipfile.ZipFile) -> None:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    referring: list[tuple[Any, Any]] = []
    with archive.open(member_of(table)) as stream:
        decoded = (table.decode(orjson.loads(line)) for line in stream)
        while batch := list(islice(decoded, BATCH)):
            if table.itself is not None:
                referring += _part_from_parents(batch, table.itself)
            await insert_rows(f'INSERT INTO "{table.name}" ({columns})', batch)
    for key, parent in referring:
        column = table.columns[table.itself or 0]
        await rows(f'UPDATE "{table.name}" SET "{column}" = $1 WHERE "{table.key}" = $2', parent, key)
    if table.numbered and on_postgresql():
        sequence = f"pg_get_serial_sequence('\"{table.name}\"', '{table.key}')"
        highest = f'SELECT max("{table.key}") AS "id" FROM "{table.name}"'
        # Never backwards: as on SQLite, a number that was given out is not given out again.
        await rows(f"SELECT setval({sequence}, greatest(nextval({sequence}), h.id)) FROM ({highest}) AS h")


def _part_from_parents(batch: list[list[Any]], column: int) -> Iterator[tuple[Any, Any]]:
    """Take out what refers to rows that may come later; yields (key, parent) to set in the end."""
    for row in batch:
        if row[column] is not None:
            yield row[0], row[column]
            row[column] = None


def _is_open_elsewhere(path: Path) -> bool:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0.5)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return True
            raise NotRestoredError(f"{path} cannot be replaced: {error}. Put it aside, then restore again.") from error
    return False


def _first_after(manifest: Manifest, ours: Sequence[str]) -> str:
    return next(name for name in ours if name not in manifest.migrations)
