"""What is put into an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

FIELDS: Mapping[str, float] = MappingProxyType(
    {"headline": 3.0, "summary": 1.5, "body": 1.0, "byline": 1.5, "place": 1.0}
)
"""The fields that a text may stand in, with how much a word found there weighs against one in the body.
Snippets come in this order."""


@dataclass(frozen=True, slots=True)
class Document:
    """One text in one language. Raises ValueError for a field that is not in FIELDS and for a time without a
    zone.

    `texts` holds the original text by field; it is kept, so that snippets show what the reader will find.
    `terms` are exact values to filter by and to count, by name ("kind" → "ARTICLE"). From `ends_at` on it is
    not found any more.
    """

    key: str
    texts: Mapping[str, str]
    published_at: datetime
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        if unknown := self.texts.keys() - FIELDS.keys():
            raise ValueError(f"a document has no text field {', '.join(sorted(unknown))}")
        for at in (self.published_at, self.ends_at):
            if at is not None and at.tzinfo is None:
                raise ValueError(f"the times of document {self.key} need a time zone")
