"""From a database URL to Tortoise's configuration."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from cms.database.errors import DatabaseError

Dialect = Literal["sqlite", "postgresql"]

APP = "cms"
"""The label of the models: a foreign key says `"cms.Item"`."""

CONNECTION = "default"
MIGRATIONS = "cms.migrations"


def dialect_of(url: str) -> Dialect:
    """Tell the dialect from a URL.

    Raises:
        DatabaseError: neither SQLite nor PostgreSQL.
    """
    match urlsplit(url).scheme:
        case "sqlite":
            return "sqlite"
        case "postgresql" | "postgres":
            return "postgresql"
        case scheme:
            raise DatabaseError(f"no database is opened by {scheme!r}; say sqlite:///path/to/file.db or postgresql://…")


def sqlite_path(url: str) -> Path:
    """Return the file of `sqlite:///absolute/file.db`, or of `sqlite:file.db` in the working directory.

    Raises:
        DatabaseError: it names no file.
    """
    path = unquote(urlsplit(url).path)
    if not path or ":memory:" in path:
        raise DatabaseError("SQLite needs a file here: several connections read and write it")
    return Path(path).absolute()


def tortoise_config(url: str, models: Sequence[str], migrations: str = MIGRATIONS) -> dict[str, Any]:
    """Build Tortoise's configuration for one database whose models live in the modules named."""
    if dialect_of(url) == "sqlite":
        connection = {"engine": "cms.database.sqlite", "credentials": {"file_path": str(sqlite_path(url))}}
    else:
        connection = {"engine": "cms.database.postgresql", "credentials": {"url": url}}
    app = {"models": list(models), "migrations": migrations, "default_connection": CONNECTION}
    return {"connections": {CONNECTION: connection}, "apps": {APP: app}, "use_tz": True, "timezone": "UTC"}
