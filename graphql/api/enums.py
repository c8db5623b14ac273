"""Enums of the schema, each value with its description. Those of the domain are described here, where they are told.

Types take them from here: one that Strawberry meets before it is described stays without a description.
"""

from enum import Enum, StrEnum
from typing import TypeVar

import strawberry

from cms.accounts.actors import Permission
from cms.accounts.roles import Role
from cms.content.correcting import OtherLocales
from cms.content.links import CreditRole, SeriesRole
from cms.content.models import DraftStatus, Kind, LocaleReason, PubStatus
from cms.content.transitions import DraftAction, ItemAction
from cms.events import ChangeType

__all__ = [
    "ArticleOrderField",
    "ChangeType",
    "CreditRole",
    "Direction",
    "DraftAction",
    "DraftStatus",
    "Fallback",
    "ItemAction",
    "Kind",
    "LocaleReason",
    "OtherLocales",
    "Permission",
    "PubStatus",
    "Role",
    "SeriesRole",
    "described",
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
    DraftAction,
    "What can be done to the draft of one part.",
    SAVE="Change it; what was submitted, approved or scheduled is a draft again.",
    SUBMIT="Hand it to the editors.",
    RETURN="Give it back to be worked on.",
    APPROVE="Say that it may be published.",
    SCHEDULE="Publish it at a time, or at another.",
    UNSCHEDULE="Take the time back.",
    PUBLISH="Publish it now.",
)
described(
    ItemAction,
    "What can be done to an item and what is live of it.",
    PUBLISH="Publish drafts of it.",
    CORRECT="Publish a correction of a live text.",
    UNPUBLISH="Take live texts off, now or at a time.",
    SET_EMBARGO="Let nobody see it until a time.",
    LIFT_EMBARGO="Release it now.",
    SET_EXPIRY="Let it end at a time, or not at all.",
    WITHHOLD="Recall it for now.",
    LIFT_WITHHOLD="Let it be used again.",
    KILL="Recall it for good.",
    TAKEDOWN="Recall it, take every text off and remove its files.",
)
described(
    OtherLocales,
    "What a correction of the source text means for the texts in other locales.",
    FLAG="Their drafts are marked until they are published again.",
    UNPUBLISH="They are marked, and those that are live are taken off.",
    LEAVE="Nothing.",
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
described(
    Permission,
    "What an actor may do.",
    READ="See working copies.",
    EDIT="Write them.",
    REVIEW="Approve them, or return them to their writers.",
    PUBLISH="Publish, schedule, correct and unpublish.",
    RECALL="Withhold and kill what is published.",
    ADMINISTER="Give accounts, roles and tokens, and see the audit trail.",
)
described(
    Role,
    "What somebody is in the newsroom.",
    READER="Sees working copies.",
    CONTRIBUTOR="Writes, and leaves it to others to approve and publish.",
    TRANSLATOR="Writes texts in the locales assigned, and reads all others.",
    EDITOR="Writes and approves.",
    PUBLISHER="Writes, approves, publishes and recalls.",
    ADMINISTRATOR="Does everything, accounts among it.",
)
