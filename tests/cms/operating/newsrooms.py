"""Newsrooms to copy, break and restore: their parts, and everything they hold as one value."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from cms.assets.models import VideoAsset
from cms.database import MODEL_MODULES, Database
from cms.database.config import dialect_of, sqlite_path
from cms.files.models import File
from cms.operating.archive import Manifest, open_archive
from cms.operating.backup import back_up
from cms.operating.restore import restore
from cms.reading.indexing import follow_changes
from media.storage import LocalStorage
from search import Engine, Query, open_engine
from tests.databases import fresh_database
from tests.worlds import NOON, build_world

FILES = {"master": (b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 300, ".mp4"), "poster": ("城市.jpg".encode(), ".jpg")}


@dataclass
class Parts:
    """What a newsroom consists of, each to be reached without the others."""

    url: str
    folder: Path
    storage: LocalStorage
    engine: Engine


@asynccontextmanager
async def newsroom(dialect: str, folder: Path) -> AsyncIterator[Parts]:
    """An empty newsroom as `polyfocal migrate` leaves it; the database is not open."""
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - a test has the loop to itself
    async with fresh_database(dialect, folder, MODEL_MODULES, migrated=True) as url:
        with closing(open_engine(f"whoosh://{folder}/index")) as engine:
            yield Parts(url, folder, LocalStorage(folder / "files"), engine)


async def inhabit(parts: Parts) -> None:
    """Fill it with the world of the tests, the files of one video really stored, and index it."""
    async with await Database.open(parts.url, models=MODEL_MODULES):
        await build_world()
        files = {}
        for name, (content, suffix) in FILES.items():
            stored = await parts.storage.put(content, suffix)
            files[name] = await File.create(
                key=stored.key,
                sha256=stored.sha256,
                size=stored.size,
                content_type="video/mp4" if name == "master" else "image/jpeg",
                name=f"città{suffix}",
                created_at=NOON,
            )
        old = await File.filter(key__startswith="video/").values_list("id", flat=True)
        await VideoAsset.all().update(master_id=files["master"].id, poster_id=files["poster"].id)
        await File.filter(
            id__in=[*old, *await File.filter(key__startswith="poster/").values_list("id", flat=True)]
        ).delete()
        await follow_changes(parts.engine, lambda: NOON)


async def rows_of(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in an order of their own, each value in a form that both databases share."""
    tables = _sqlite_rows(url) if dialect_of(url) == "sqlite" else await _postgresql_rows(url)
    tables.pop("tortoise_migrations")
    return {name: sorted((_plain(row) for row in rows), key=repr) for name, rows in sorted(tables.items())}


def _sqlite_rows(url: str) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(f"file:{sqlite_path(url)}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')] for (name,) in names.fetchall()
        }


async def _postgresql_rows(url: str) -> dict[str, list[dict[str, Any]]]:
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            return {name: [dict(row) for row in await connection.fetch(f'SELECT * FROM "{name}"')] for (name,) in names}
    finally:
        await connection.close()


def _plain(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple((name, _value(value)) for name, value in sorted(row.items()))


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if hasattr(value, "isoformat"):
        return value.isoformat(" ")
    if isinstance(value, str) and value.startswith(("{", "[")):
        return json.dumps(json.loads(value), sort_keys=True)
    return value


def stored_in(storage: LocalStorage) -> dict[str, bytes]:
    """The stored files by key."""
    found = storage.root.rglob("*") if storage.root.exists() else ()
    return {str(path.relative_to(storage.root)): path.read_bytes() for path in found if path.is_file()}


def hits(engine: Engine, locale: str, text: str) -> set[str]:
    """The keys that a search finds."""
    return {hit.key for hit in engine.search(locale, Query(text=text, at=NOON)).hits}


async def back_up_to(path: Path, parts: Parts) -> Manifest:
    """Copy a newsroom."""
    async with await Database.open(parts.url, models=MODEL_MODULES) as database:
        return await back_up(database, parts.storage, path, now=NOON)


async def restore_from(path: Path, parts: Parts, *, force: bool = False) -> None:
    """Make a newsroom that of an archive."""
    with open_archive(path) as (archive, manifest):
        async with await Database.open(parts.url, models=MODEL_MODULES) as database:
            await restore(archive, manifest, database, parts.storage, parts.engine, force=force)
