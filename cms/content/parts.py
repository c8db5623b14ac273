"""The two values that an editor works on: TextPart in a locale, SharedPart for all of them.

Draft and Revision hold them as JSON. They come in as *changes*, a mapping of the fields that a client named;
`changed` checks those and leaves the rest alone. Every error names the path of the field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

from cms.content import body as bodies
from cms.content.checks import SHARED_CHECKS, TEXT_CHECKS, Check
from cms.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class _Part:
    checks: ClassVar[Mapping[str, Check]]

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """From what a draft or revision holds; a field of another release is left aside."""
        return cls(**{each.name: content[each.name] for each in fields(cls) if each.name in content})

    def to_json(self) -> dict[str, Any]:
        """What a draft or revision holds."""
        return {each.name: getattr(self, each.name) for each in fields(self)}  # asdict copies whole bodies

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The part with the named fields replaced; None empties a field.

        Raises:
            InvalidInputError: a value does not fit its field, or the others; the path names it.
        """
        empty = type(self)()
        values = {}
        for name, value in changes.items():
            if name not in self.checks:
                raise InvalidInputError(f"There is no field {name!r} in this part.", path=(name,))
            values[name] = getattr(empty, name) if value is None else self.checks[name](name, value)
        part = replace(self, **values)
        part.check_whole()
        return part

    def check_whole(self) -> None:
        """Refuse fields that do not fit together."""


@dataclass(frozen=True, slots=True)
class TextPart(_Part):
    """What an item says in one locale. `body` is a ProseMirror document, `dateline_date` an ISO instant."""

    checks: ClassVar[Mapping[str, Check]] = TEXT_CHECKS

    headline: str = ""
    slug: str | None = None
    summary: str | None = None
    body: dict[str, Any] = field(default_factory=lambda: bodies.EMPTY.document)
    dateline_place: str | None = None
    dateline_date: str | None = None
    located: str | None = None

    def check_whole(self) -> None:
        """Without a headline there is no text, not even a draft."""
        if not self.headline:
            raise InvalidInputError("headline must not be empty.", path=("headline",))


@dataclass(frozen=True, slots=True)
class SharedPart(_Part):
    """What an item says in no language. Ids are database ids.

    `credits` are `{organisation, role}`; of a series, `sections` are `{key, titles: {locale: title}}` and
    `entries` `{item, section, role}` in order.
    """

    checks: ClassVar[Mapping[str, Check]] = SHARED_CHECKS

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

    def check_whole(self) -> None:
        """An occasion does not end before it begins; instants in UTC compare as texts."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise InvalidInputError("A series cannot end before it starts.", path=("ends_on",))


SERIES_ONLY: frozenset[str] = frozenset({"occasion", "starts_on", "ends_on", "sections", "entries"})
"""Fields of the shared part that only an item of this kind may fill."""
