"""Scalars of our own: times that name their offset, BCP 47 tags, and JSON."""

from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

Locale = NewType("Locale", str)
JSON = NewType("JSON", object)


def _serialize_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def _parse_instant(value: Any) -> datetime:
    if isinstance(value, str) and len(value) <= 40:
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            instant = None
        if instant is not None and instant.tzinfo is not None:
            try:
                return instant.astimezone(UTC)
            except OverflowError:
                pass
    raise ValueError("A DateTime is a date, a time and an offset, such as 2026-02-06T20:00:00+01:00.")


def parse_locale(value: Any) -> str:
    """A value that has the form of a tag.

    Raises:
        ValueError: it has not.
    """
    if not isinstance(value, str) or not value.isascii() or not 2 <= len(value) <= 35:
        raise ValueError("A Locale is a BCP 47 tag, such as it, zh or zh-Hant.")
    return value


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant as RFC 3339 with its offset; answers are in UTC.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_serialize_instant,
        parse_value=_parse_instant,
    ),
    Locale: strawberry.scalar(
        name="Locale",
        description="A BCP 47 language tag, such as it, zh or zh-Hant.",
        specified_by_url="https://www.rfc-editor.org/info/bcp47",
        serialize=str,
        parse_value=parse_locale,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="A JSON value.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}
