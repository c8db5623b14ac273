"""The tables of an open newsroom, parents first, and how their rows read in JSON.

A row is one JSON array in the order of the columns. Times are ISO 8601 in UTC; what a database holds as JSON
is its text, so that it comes back as it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tortoise import fields
from tortoise.context import require_context
from tortoise.models import Model

from cms.database import APP

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table and how to move its rows. `itself`: where the column is that refers to the same table."""

    name: str
    key: str
    columns: tuple[str, ...]
    itself: int | None
    numbered: bool
    _encoders: tuple[Convert | None, ...]
    _decoders: tuple[Convert | None, ...]

    def encode(self, row: Sequence[Any]) -> list[Any]:
        """A row of either database as JSON values."""
        return [_through(convert, value) for convert, value in zip(self._encoders, row, strict=True)]

    def decode(self, row: Sequence[Any]) -> list[Any]:
        """The parameters that insert it into either database.

        Raises:
            ValueError, TypeError: it is not a row of this table.
        """
        return [_through(convert, value) for convert, value in zip(self._decoders, row, strict=True)]


def tables() -> list[Table]:
    """Every table of the open database's models; a table comes after those that it refers to."""
    models = {model._meta.db_table: model for model in require_context().apps[APP].values()}  # type: ignore[index]
    ordered: list[str] = []

    def add(name: str) -> None:
        if name not in ordered:
            for parent in sorted(_parents(models[name]) - {name}):
                add(parent)
            ordered.append(name)

    for name in sorted(models):
        add(name)
    return [_table(models[name]) for name in ordered]


def _parents(model: type[Model]) -> set[str]:
    meta = model._meta
    fields_of = (meta.fields_map[name] for name in meta.fk_fields | meta.o2o_fields)
    return {field.related_model._meta.db_table for field in fields_of}  # type: ignore[attr-defined]


def _table(model: type[Model]) -> Table:
    meta = model._meta
    by_column = {column: meta.fields_map[name] for name, column in meta.fields_db_projection.items()}
    columns = tuple(sorted(by_column, key=lambda column: (column != meta.db_pk_column, column)))
    itself = [
        meta.fields_map[name].source_field
        for name in meta.fk_fields
        if meta.fields_map[name].related_model is model  # type: ignore[attr-defined]
    ]
    converters = [_converters(by_column[column]) for column in columns]
    return Table(
        name=meta.db_table,
        key=meta.db_pk_column,
        columns=columns,
        itself=columns.index(itself[0]) if itself and itself[0] else None,
        numbered=meta.pk.generated,
        _encoders=tuple(encode for encode, _ in converters),
        _decoders=tuple(decode for _, decode in converters),
    )


def _converters(field: fields.Field[Any]) -> tuple[Convert | None, Convert | None]:
    match field:
        case fields.DatetimeField():
            return _instant_text, datetime.fromisoformat
        case fields.DateField():
            return str, date.fromisoformat
        case fields.BooleanField():
            return bool, bool
        case fields.IntField() | fields.CharField() | fields.TextField() | fields.FloatField():
            return None, None
        case fields.JSONField():
            return None, None
    raise TypeError(f"{field.model_field_name}: say here how a {type(field).__name__} is written to a backup")


def _instant_text(value: str | datetime) -> str:
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC).isoformat()


def _through(convert: Convert | None, value: Any) -> Any:
    return value if convert is None or value is None else convert(value)
