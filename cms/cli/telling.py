"""Ending a command with a line, not a traceback, where a person can do something about what went wrong."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import asyncpg
import typer
from tortoise.exceptions import BaseORMException

from cms.database import DatabaseError
from cms.errors import PolyfocalError
from cms.operating.archive import ArchiveError
from cms.operating.restore import NotRestoredError
from search import SearchError

T = TypeVar("T")

MENDABLE: tuple[type[Exception], ...] = (
    *(NotRestoredError, ArchiveError, PolyfocalError, DatabaseError, SearchError, OSError, ValueError),
    *(BaseORMException, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError),
)
"""What the settings, a file, a server or another process is to blame for; anything else is a fault of ours."""


def told(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What comes of the work; exits with a line if it is something that a person can mend."""
    try:
        return asyncio.run(work())
    except MENDABLE as error:
        raise refused(
            f"{sentence(error)} polyfocal doctor says more." if isinstance(error, _AWAY) else str(error)
        ) from None


def sentence(error: Exception) -> str:
    """What an error says, with a full stop."""
    return str(error).rstrip(". \n") + "."


def refused(message: str) -> typer.Exit:
    """Say why a command ends, in a line; to be raised."""
    typer.echo(" ".join(message.split()), err=True)
    return typer.Exit(1)


_AWAY = (DatabaseError, BaseORMException, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)
