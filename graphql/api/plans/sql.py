"""Building one SQL statement for SQLite or PostgreSQL, its parameters numbered in any order."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

Dialect = Literal["sqlite", "postgresql"]


class Sql:
    """The parameters of a statement in the making, and the few expressions that the two databases write differently."""

    __slots__ = ("_mark", "dialect", "parameters")

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.parameters: list[Any] = []
        self._mark = "?" if dialect == "sqlite" else "$"

    def bind(self, value: Any) -> str:
        """Bind a value and return its placeholder."""
        self.parameters.append(value)
        return f"{self._mark}{len(self.parameters)}"

    def instant(self, value: datetime) -> str:
        """Bind a time as the database stores it."""
        return self.bind(stored_instant(value) if self.dialect == "sqlite" else value)

    def number(self, value: int) -> str:
        """Bind a whole number of a client's choosing, whatever the width of the column it meets."""
        return self.bind(value) if self.dialect == "sqlite" else f"{self.bind(value)}::bigint"

    def among(self, column: str, values: Collection[int | str]) -> str:
        """`column IN (values)`: one text for a single value, and one however many there are."""
        if len(values) == 1:
            return f"{column} = {self.bind(next(iter(values)))}"
        if self.dialect == "sqlite":
            return f"{column} IN (SELECT value FROM json_each({self.bind(orjson.dumps(list(values)).decode())}))"
        return f"{column} = ANY({self.bind(list(values))})"

    def nested(self, source: str) -> str:
        """A FROM clause that is read in the order of its tables, the first by its keys.

        SQLite keeps to the order of a CROSS JOIN. Without statistics it takes a locale for a rare thing, and would
        read all that is served in it to find the entries of one series.
        """
        return source.replace(" JOIN ", " CROSS JOIN ") if self.dialect == "sqlite" else source

    def ranked(self, values: Sequence[str]) -> str:
        """A row source `(value, rank)` of texts in their order."""
        if self.dialect == "sqlite":
            placeholder = self.bind(orjson.dumps(list(values)).decode())
            return f"(SELECT value, key AS rank FROM json_each({placeholder}))"
        return f"(SELECT value, rank FROM unnest({self.bind(list(values))}::text[]) WITH ORDINALITY AS r(value, rank))"

    def collated(self, column: str) -> str:
        """A text column ordered by code point, in both databases alike."""
        return column if self.dialect == "sqlite" else f'{column} COLLATE "C"'


def stored_instant(value: datetime) -> str:
    """A time as SQLite holds it and cursors carry it: UTC, sortable as text."""
    return value.astimezone(UTC).isoformat(" ")
