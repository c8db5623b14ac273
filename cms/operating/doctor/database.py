"""The database, asked directly: whether it opens, is whole, and has this version's schema."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from cms.database.config import dialect_of, sqlite_path
from cms.operating.doctor.content import Ask, examine_content
from cms.operating.doctor.findings import Finding, reason
from cms.operating.schema import program_migrations

ABOUT = "database"
OLDEST_POSTGRESQL = 14
PATIENCE = 5.0
"""Seconds to wait for a database to answer."""


@dataclass
class Facts:
    """What other checks need to know of the database; `is_readable` says whether they may go by it.

    `files` are the key, size in bytes and SHA-256 of each.
    """

    is_readable: bool = False
    latest: int = 0
    changes: list[int] = field(default_factory=list)
    files: list[tuple[str, int, str]] = field(default_factory=list)


async def examine_database(url: str, *, now: datetime) -> tuple[Facts, list[Finding]]:
    """Ask on a connection of our own that changes nothing."""
    facts = Facts()
    findings: list[Finding] = []
    try:
        if dialect_of(url) == "sqlite":
            await _examine_sqlite(sqlite_path(url), facts, findings, now)
        else:
            await _examine_postgresql(url, facts, findings, now)
    except (OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        facts.is_readable = False
        findings.append(
            Finding(
                ABOUT,
                f"it cannot be read: {reason(error)}.",
                "Check POLYFOCAL_DATABASE_URL, and that it runs. If it is damaged, put it aside and restore.",
            )
        )
    return facts, findings


async def _examine_sqlite(path: Path, facts: Facts, findings: list[Finding], now: datetime) -> None:
    if not os.path.exists(path):  # noqa: ASYNC240, PTH110 - nobody else runs in the loop of this command
        findings.append(Finding(ABOUT, f"{path} is not there.", "Start the newsroom, or run polyfocal migrate."))
        return
    # Read-only, and without the file lock that a plain open of a database in WAL mode would leave behind.
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=PATIENCE)) as connection:

        async def ask(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql).fetchall()

        problems = [text for (text,) in await ask("PRAGMA integrity_check(3)") if text != "ok"]
        if problems:
            findings.append(Finding(ABOUT, f"damaged: {problems[0]}.", "Put the file aside and restore a backup."))
            return
        findings.append(Finding(ABOUT, f"SQLite {sqlite3.sqlite_version}, {path}, is whole."))
        if broken := await ask("PRAGMA foreign_key_check"):
            tables = ", ".join(sorted({row[0] for row in broken}))
            findings.append(Finding(ABOUT, f"{len(broken)} rows of {tables} point to nothing.", "Restore a backup."))
        ((mode,),) = await ask("PRAGMA journal_mode")
        if mode != "wal":
            findings.append(
                Finding(ABOUT, f"its journal is {mode!r}, not WAL.", "Start the newsroom once; it sets this.")
            )
        findings += [
            Finding(ABOUT, f"{place} cannot be written.", "Give it to the user that Polyfocal runs as.")
            for place in (path, path.parent)  # SQLite makes its WAL beside the file
            if not os.access(place, os.W_OK)
        ]
        await _examine_rows(ask, facts, findings, now)


async def _examine_postgresql(url: str, facts: Facts, findings: list[Finding], now: datetime) -> None:
    connection = await asyncpg.connect(
        url, timeout=PATIENCE, server_settings={"application_name": "doctor", "timezone": "UTC"}
    )
    try:
        async with connection.transaction(readonly=True):

            async def ask(sql: str) -> list[Sequence[Any]]:
                return [tuple(row) for row in await connection.fetch(sql)]

            server = connection.get_server_version()
            version = f"PostgreSQL {server.major}.{server.minor}"
            if server.major < OLDEST_POSTGRESQL:
                findings.append(Finding(ABOUT, f"{version} is too old.", f"Use {OLDEST_POSTGRESQL} or newer."))
            else:
                findings.append(Finding(ABOUT, f"{version} answers."))
            findings += await _examine_server(ask)
            await _examine_rows(ask, facts, findings, now)
    finally:
        await connection.close(timeout=PATIENCE)


async def _examine_server(ask: Ask) -> list[Finding]:
    ((encoding, standby, read_only),) = await ask(
        "SELECT current_setting('server_encoding'), pg_is_in_recovery(),"
        " current_setting('default_transaction_read_only') = 'on'"
    )
    found = []
    if encoding != "UTF8":
        found.append(
            Finding(ABOUT, f"its encoding is {encoding}, which cannot hold every language.", "Make one in UTF8.")
        )
    if standby or read_only:
        found.append(Finding(ABOUT, "it is read-only.", "Name the primary server in POLYFOCAL_DATABASE_URL."))
    return found


async def _examine_rows(ask: Ask, facts: Facts, findings: list[Finding], now: datetime) -> None:
    # Not by Tortoise, which would take the newsroom's settings of the connection along.
    try:
        applied = {name for (name,) in await ask("SELECT name FROM tortoise_migrations")}
    except (sqlite3.OperationalError, asyncpg.UndefinedTableError):
        findings.append(Finding("schema", "the database has no tables yet.", "Run polyfocal migrate."))
        return
    schema = list(_examine_schema(applied))
    findings += schema
    if any(not finding.is_well for finding in schema):
        return
    facts.is_readable = True
    ((facts.latest,),) = await ask("SELECT coalesce(max(id), 0) FROM event")
    facts.changes = [position for (position,) in await ask("SELECT position FROM change")]
    facts.files = [
        (key, size, sha256) for key, size, sha256 in await ask("SELECT key, size, sha256 FROM file ORDER BY key")
    ]
    findings += await examine_content(ask, latest=facts.latest, now=now)


def _examine_schema(applied: set[str]) -> Iterator[Finding]:
    known = set(program_migrations())
    if newer := sorted(applied - known):
        yield Finding("schema", f"newer than this program: it has {newer[-1]}.", "Install the version that wrote it.")
    elif missing := sorted(known - applied):
        yield Finding("schema", f"{', '.join(missing)} is still to come.", "Run polyfocal migrate.")
    else:
        yield Finding("schema", "up to date.")
