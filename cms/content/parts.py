"""The two values that an editor works on: TextPart in a locale, SharedPart for all of them.

Draft and Revision hold them as JSON. They come in as *changes*, a mapping of the fields that a client named;
`changed` checks those and leaves the rest alone. Every error names the path of the field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from cms.content import body as bodies
from cms.content.links import CreditRole, SeriesRole
from cms.content.plaintext import check_line, check_text
from cms.content.slugs import check_slug
from cms.errors import BodyError, InvalidInputError

HEADLINE_MOST = 300
SUMMARY_MOST = 5_000
LINE_MOST = 200
LIST_MOST = 500

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


def _headline(name: str, value: Any) -> str:
    line = check_line(value, name=name, most=HEADLINE_MOST)
    if not line:
        raise InvalidInputError("headline must not be empty.", path=(name,))
    return line


def _body(name: str, value: Any) -> Any:
    try:
        return bodies.parse(value).document
    except BodyError as error:
        raise BodyError(error.message, path=(name, *error.path)) from None


def _urgency(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 9:
        raise InvalidInputError("urgency is a whole number from 1 (flash) to 9.", path=(name,))
    return value


def _ids(name: str, value: Any) -> list[int]:
    ids = list(dict.fromkeys(value))
    if len(ids) > LIST_MOST:
        raise InvalidInputError(f"{name} may hold {LIST_MOST} entries at most.", path=(name,))
    return ids


def _records(*required: str) -> Check:
    def check(name: str, value: Any) -> list[dict[str, Any]]:
        records = [dict(each) for each in value]
        if len(records) > LIST_MOST:
            raise InvalidInputError(f"{name} may hold {LIST_MOST} entries at most.", path=(name,))
        for index, record in enumerate(records):
            for key in required:
                if record.get(key) is None:
                    raise InvalidInputError(f"{key} is missing.", path=(name, index, key))
        return records

    return check


def _credits(name: str, value: Any) -> list[dict[str, Any]]:
    records = _records("organisation", "role")(name, value)
    credited = [
        {"organisation": each["organisation"], "role": _role(CreditRole, each, name, index)}
        for index, each in enumerate(records)
    ]
    return [each for index, each in enumerate(credited) if each not in credited[:index]]


def _sections(name: str, value: Any) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = _records("key", "titles")(name, value)
    for index, each in enumerate(records):
        if each["key"] in (other["key"] for other in records[:index]):
            raise InvalidInputError("A section is there twice.", path=(name, index, "key"))
    return records


def _entries(name: str, value: Any) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = _records("item", "role")(name, value)
    seen = set[int]()
    for index, each in enumerate(records):
        if each["item"] in seen:
            raise InvalidInputError("An item has one place in a series.", path=(name, index, "item"))
        seen.add(each["item"])
        each["role"] = _role(SeriesRole, each, name, index)
    return records


def _role(roles: type[StrEnum], record: Mapping[str, Any], name: str, index: int) -> str:
    try:
        return roles(record["role"]).value
    except ValueError:
        raise InvalidInputError(f"role is one of {', '.join(roles)}.", path=(name, index, "role")) from None


@dataclass(frozen=True, slots=True)
class _Part:
    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """From what a draft or revision holds; a field of another release is left aside."""
        return cls(**{name: content[name] for name in cls.__dataclass_fields__ if name in content})

    def to_json(self) -> dict[str, Any]:
        """What a draft or revision holds."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}  # asdict copies whole bodies

    @classmethod
    def checks(cls) -> Mapping[str, Check]:
        """The check of each field."""
        raise TypeError  # each part has its own

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The part with the named fields replaced; None empties a field.

        Raises:
            InvalidInputError: a value does not fit its field; the path names it.
        """
        checks, empty = self.checks(), type(self)()
        values = {}
        for name, value in changes.items():
            if name not in checks:
                raise InvalidInputError(f"There is no field {name!r} in this part.", path=(name,))
            values[name] = getattr(empty, name) if value is None else checks[name](name, value)
        return replace(self, **values)


@dataclass(frozen=True, slots=True)
class TextPart(_Part):
    """What an item says in one locale. `body` is a ProseMirror document, `dateline_date` an ISO instant."""

    headline: str = ""
    slug: str | None = None
    summary: str | None = None
    body: dict[str, Any] = field(default_factory=lambda: bodies.EMPTY.document)
    dateline_place: str | None = None
    dateline_date: str | None = None
    located: str | None = None

    @classmethod
    def checks(cls) -> Mapping[str, Check]:
        """The check of each field."""
        return _TEXT_CHECKS


@dataclass(frozen=True, slots=True)
class SharedPart(_Part):
    """What an item says in no language. Ids are database ids.

    `credits` are `{organisation, role}`; of a series, `sections` are `{key, titles: {locale: title}}` and
    `entries` `{item, section, role}` in order.
    """

    urgency: int = 5
    subjects: list[int] = field(default_factory=list)
    contributors: list[int] = field(default_factory=list)
    credits: list[dict[str, Any]] = field(default_factory=list)
    lead_video: int | None = None
    related: list[int] = field(default_factory=list)
    copyright_holder: str | None = None
    credit_line: str | None = None
    usage_terms: str | None = None
    editorial_note: str | None = None
    occasion: str | None = None
    starts_on: str | None = None
    ends_on: str | None = None
    sections: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def checks(cls) -> Mapping[str, Check]:
        """The check of each field."""
        return _SHARED_CHECKS

    def targets(self) -> list[int]:
        """The items that this part refers to."""
        lead = [] if self.lead_video is None else [self.lead_video]
        return [*lead, *self.related, *(entry["item"] for entry in self.entries)]


_TEXT_CHECKS: Mapping[str, Check] = {
    "headline": _headline,
    "slug": lambda _name, value: check_slug(value),
    "summary": _text(SUMMARY_MOST),
    "body": _body,
    "dateline_place": _line(LINE_MOST),
    "dateline_date": _instant,
    "located": _line(LINE_MOST),
}

_SHARED_CHECKS: Mapping[str, Check] = {
    "urgency": _urgency,
    "subjects": _ids,
    "contributors": _ids,
    "credits": _credits,
    "lead_video": lambda _name, value: int(value),
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

SERIES_ONLY: frozenset[str] = frozenset({"occasion", "starts_on", "ends_on", "sections", "entries"})
"""Fields of the shared part that only an item of this kind may fill."""
