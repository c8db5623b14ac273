"""Enums of the schema, each value with its description. Those of the domain are described here, where they are told.

Types take them from here: one that Strawberry meets before it is described stays without a description.
"""

from enum import Enum, StrEnum
from typing import TypeVar

import strawberry

from cms.content.links import CreditRole, SeriesRole
from cms.content.models import DraftStatus, Kind, LocaleReason, PubStatus
from cms.events import ChangeType

__all__ = [
    "ArticleOrderField",
    "ChangeType",
    "CreditRole",
    "Direction",
    "DraftStatus",
    "Fallback",
    "Kind",
    "LocaleReason",
    "PubStatus",
    "SeriesRole",
]

E = TypeVar("E", bound=type[Enum])


def described(enum: E, description: str, **values: str) -> E:
    """Make an enum one of the schema; `values` describes every member.

    Raises:
        TypeError: a member is left out.
    """
    if set(values) != set(enum.__members__):
        raise TypeError(f"{enum.__name__}: describe {set(enum.__members__) ^ set(values)}")
    strawberry.enum(enum, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
    return enum


class Fallback(StrEnum):
    """What is served where an item is not live in a locale."""

    CHAIN = "CHAIN"
    NONE = "NONE"


class Direction(StrEnum):
    """A direction of order."""

    ASC = "ASC"
    DESC = "DESC"


class ArticleOrderField(StrEnum):
    """What articles can be ordered by."""

    PUBLISHED_AT = "PUBLISHED_AT"
    FIRST_PUBLISHED_AT = "FIRST_PUBLISHED_AT"
    URGENCY = "URGENCY"
    HEADLINE = "HEADLINE"


described(
    Fallback,
    "Whether an item that is not live in a locale is served in another.",
    CHAIN="Along the locale's fallbacks, then in the locale the item was written in.",
    NONE="Only items that are live in the locale asked for.",
)
described(
    Direction,
    "A direction.",
    ASC="The smallest, or the earliest, first.",
    DESC="The greatest, or the latest, first.",
)
described(
    ArticleOrderField,
    "What articles can be ordered by.",
    PUBLISHED_AT="When the text now live was published.",
    FIRST_PUBLISHED_AT="When the text was first published.",
    URGENCY="News urgency.",
    HEADLINE="The headline, by code point.",
)
described(
    Kind,
    "What an item is.",
    ARTICLE="A written story.",
    VIDEO="A video with its script and files.",
    SERIES="A focus series.",
)
described(
    PubStatus,
    "Whether an item may be used, as IPTC defines it.",
    USABLE="It may.",
    WITHHELD="It may not for now; recall every version.",
    CANCELED="It must never be used again; recall every version.",
)
described(
    LocaleReason,
    "Why an item is served in the locale it is served in.",
    REQUESTED="It was asked for.",
    FALLBACK="It is the first of the fallbacks of the locale asked for that the item is live in.",
    SOURCE="The item was written in it, and is live in no fallback of the locale asked for.",
)
described(
    DraftStatus,
    "Where a draft stands in the workflow.",
    DRAFT="Being written.",
    IN_REVIEW="Waiting for an editor.",
    APPROVED="Ready to be published.",
    SCHEDULED="Published when its time comes.",
)
described(
    CreditRole,
    "What an organisation did for an item.",
    PRODUCER="Produced it.",
    CO_PRODUCER="Produced it together with others.",
    DISTRIBUTOR="Distributes it.",
    SOURCE="Is where it comes from.",
)
described(
    SeriesRole,
    "How much an entry weighs in its series.",
    LEAD="It leads its section.",
    RELATED="It belongs to it.",
)
described(
    ChangeType,
    "What became of an item in a locale.",
    UPSERTED="It is new, or has changed: take it as it now is.",
    WITHHELD="It may not be used for now.",
    CANCELED="It must never be used again.",
    EXPIRED="Its time is over.",
    UNPUBLISHED="It is no longer published, quietly.",
    DELETED="It is gone.",
)
