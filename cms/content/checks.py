"""What each field of a part may hold: one check per field, from what a client sent to what is stored.

A check takes the field's name, for its errors, and a value other than None. Whether a reference leads anywhere is
asked of the database, by `editing`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cms.content import body as bodies
from cms.content.links import CreditRole, SeriesRole
from cms.content.slugs import check_slug
from cms.errors import BodyError, InvalidInputError
from cms.plaintext import check_line, check_text

HEADLINE_MOST = 300
SUMMARY_MOST = 5_000
LINE_MOST = 200
SECTION_MOST = 100
TAG_MOST = 35
LIST_MOST = 500
ID_MOST = 2**63 - 1

Check = Callable[[str, Any], Any]


def _line(most: int) -> Check:
    return lambda name, value: check_line(value, name=name, most=most) or None


def _text(most: int) -> Check:
    return lambda name, value: check_text(value, name=name, most=most) or None


def _instant(name: str, value: Any) -> str:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidInputError(f"{name} must be a date and time with an offset.", path=(name,))
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError:
        raise InvalidInputError(f"{name} lies outside the years 1 to 9999.", path=(name,)) from None


def _body(name: str, value: Any) -> Any:
    try:
        return bodies.parse(value).document
    except BodyError as error:
        raise BodyError(error.message, path=(name, *error.path)) from None


def _urgency(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 9:
        raise InvalidInputError("urgency is a whole number from 1 (flash) to 9.", path=(name,))
    return value


def _list(name: str, value: Any) -> Sequence[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InvalidInputError(f"{name} must be a list.", path=(name,))
    if len(value) > LIST_MOST:
        raise InvalidInputError(f"{name} may hold {LIST_MOST} entries at most.", path=(name,))
    return value


def _id(value: Any, *path: str | int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= ID_MOST:
        raise InvalidInputError(f"{path[0]} must be given by id.", path=path)
    return value


def _ids(name: str, value: Any) -> list[int]:
    ids = [_id(each, name, index) for index, each in enumerate(_list(name, value))]
    return list(dict.fromkeys(ids))


def _records(name: str, value: Any, *required: str) -> list[Mapping[str, Any]]:
    records = _list(name, value)
    for index, record in enumerate(records):
        if not isinstance(record, Mapping):
            raise InvalidInputError(f"{name} must hold records.", path=(name, index))
        for key in required:
            if record.get(key) is None:
                raise InvalidInputError(f"{key} is missing.", path=(name, index, key))
    return list(records)


def _credits(name: str, value: Any) -> list[dict[str, Any]]:
    credited = [
        {
            "organisation": _id(each["organisation"], name, index, "organisation"),
            "role": _role(CreditRole, each, name, index),
        }
        for index, each in enumerate(_records(name, value, "organisation", "role"))
    ]
    return [each for index, each in enumerate(credited) if each not in credited[:index]]


def _sections(name: str, value: Any) -> list[dict[str, Any]]:
    sections: dict[str, dict[str, Any]] = {}
    for index, each in enumerate(_records(name, value, "key", "titles")):
        key = _inner_line(each["key"], SECTION_MOST, name, index, "key")
        if not key:
            raise InvalidInputError("key must not be empty.", path=(name, index, "key"))
        if key in sections:
            raise InvalidInputError("A section is there twice.", path=(name, index, "key"))
        sections[key] = {"key": key, "titles": _titles(each["titles"], name, index, "titles")}
    return list(sections.values())


def _titles(value: Any, *path: str | int) -> dict[str, str]:
    if not isinstance(value, Mapping) or len(value) > LIST_MOST:
        raise InvalidInputError("titles must be titles by locale.", path=path)
    return {
        _inner_line(locale, TAG_MOST, *path): _inner_line(title, HEADLINE_MOST, *path, locale)
        for locale, title in value.items()
    }


def _entries(name: str, value: Any) -> list[dict[str, Any]]:
    entries: dict[int, dict[str, Any]] = {}
    for index, each in enumerate(_records(name, value, "item", "role")):
        item, section = _id(each["item"], name, index, "item"), each.get("section")
        if item in entries:
            raise InvalidInputError("An item has one place in a series.", path=(name, index, "item"))
        entries[item] = {
            "item": item,
            "section": None if section is None else _inner_line(section, SECTION_MOST, name, index, "section") or None,
            "role": _role(SeriesRole, each, name, index),
        }
    return list(entries.values())


def _inner_line(value: Any, most: int, *path: str | int) -> str:
    return check_line(value, name=str(path[-1]), most=most, path=path)


def _role(roles: type[StrEnum], record: Mapping[str, Any], name: str, index: int) -> str:
    try:
        return roles(record["role"]).value
    except ValueError:
        raise InvalidInputError(f"role is one of {', '.join(roles)}.", path=(name, index, "role")) from None


TEXT_CHECKS: Mapping[str, Check] = {
    "headline": lambda name, value: check_line(value, name=name, most=HEADLINE_MOST),
    "slug": lambda _name, value: check_slug(value),
    "summary": _text(SUMMARY_MOST),
    "body": _body,
    "dateline_place": _line(LINE_MOST),
    "dateline_date": _instant,
    "located": _line(LINE_MOST),
}

SHARED_CHECKS: Mapping[str, Check] = {
    "urgency": _urgency,
    "subjects": _ids,
    "contributors": _ids,
    "credits": _credits,
    "lead_video": lambda name, value: _id(value, name),
    "related": _ids,
    "copyright_holder": _line(HEADLINE_MOST),
    "credit_line": _line(HEADLINE_MOST),
    "usage_terms": _text(SUMMARY_MOST),
    "editorial_note": _text(SUMMARY_MOST),
    "occasion": _line(HEADLINE_MOST),
    "starts_on": _instant,
    "ends_on": _instant,
    "sections": _sections,
    "entries": _entries,
}
