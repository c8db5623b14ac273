"""A copy of a newsroom in one file, made while it works."""

from collections.abc import AsyncIterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import orjson

from cms.database import Database
from cms.operating.archive import Manifest, new_archive
from cms.operating.exporting import Export, open_export
from cms.operating.integrity import is_intact
from cms.operating.tables import Table, tables
from media.storage import LocalStorage


async def back_up(database: Database, storage: LocalStorage, path: Path, *, now: datetime) -> Manifest:
    """Write the database as it is at one instant, then the stored files that it names; returns the manifest.

    Files come second because they are never changed: what the snapshot names is still there unless it was
    missing or altered before, and is then listed as `absent`. The index is not copied, since the worker builds it from
    the rows.

    Raises:
        ArchiveError: there is a file at `path`.
    """
    with new_archive(path) as archive:
        async with open_export(database.url) as export:
            migrations = await export.migrations()
            for table in tables():
                await archive.add_rows(member_of(table), _lines(export, table))
            files = [(str(row[1]), str(row[2])) async for row in export.rows(FILES)]
        absent = []
        for key, sha256 in files:
            if is_intact(storage.path(key), sha256):
                archive.add_file(f"files/{key}", storage.path(key))
            else:
                absent.append(key)
        manifest = Manifest(
            program=version("polyfocal"),
            made_at=now,
            dialect=database.dialect,
            migrations=migrations,
            members=archive.members,
            absent=absent,
        )
        archive.finish(manifest)
    return manifest


def member_of(table: Table) -> str:
    """The name of a table's member."""
    return f"tables/{table.name}.jsonl"


FILES = Table("file", "id", ("id", "key", "sha256"), None, True, (None, None, None), (None, None, None))
"""What the copying of stored files needs to know of their table."""


async def _lines(export: Export, table: Table) -> AsyncIterator[bytes]:
    async for row in export.rows(table):
        yield orjson.dumps(table.encode(row))
