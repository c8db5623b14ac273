"""SQL written by hand where one statement must do what the ORM would do in several.

Statements are written once with PostgreSQL's placeholders (`$1`) and run on both databases: SQLite reads the
same numbers as `?1`, so no other dollar sign may stand in them. They run in the transaction around the call,
or on their own where there is none.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from tortoise.context import require_context

T = TypeVar("T")

ROWS_PER_STATEMENT = 500  # both databases take some 32,000 parameters; the widest row here has 15


def on_postgresql() -> bool:
    """Whether the open database is PostgreSQL, for the few statements that only it needs."""
    return require_context().db().capabilities.dialect == "postgres"


async def rows(sql: str, *parameters: object) -> list[dict[str, Any]]:
    """Run one statement and fetch what it returns, to the end, each row by column name."""
    connection = require_context().db()
    if connection.capabilities.dialect != "postgres":
        sql = sql.replace("$", "?")
    return await connection.execute_query_dict(sql, list(parameters))


async def insert_rows(into: str, values: Sequence[Sequence[object]], then: str = "") -> list[dict[str, Any]]:
    """Insert many rows with as few statements as the databases allow.

    `into` is the head (`INSERT INTO "t" ("a", "b")`), `then` whatever follows the values (ON CONFLICT,
    RETURNING). Rows are inserted in the order given, so generated ids ascend in that order; the rows returned
    may come in any.
    """
    returned: list[dict[str, Any]] = []
    for chunk in _chunks(values):
        width = len(chunk[0])
        places = ", ".join(
            "(" + ", ".join(f"${row * width + column + 1}" for column in range(width)) + ")"
            for row in range(len(chunk))
        )
        returned += await rows(f"{into} VALUES {places} {then}", *(value for row in chunk for value in row))
    return returned


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), ROWS_PER_STATEMENT):
        yield values[start : start + ROWS_PER_STATEMENT]
