"""What an import has to do for one article: pure functions over the article and what the newsroom has of it.

A *part* is a text, by its locale, or the shared part (`SHARED`). Only the fields that an import fills are
compared, with what it brought the last time: whatever editors did since is theirs, and is never overwritten
or published.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any

from cms.content import body as bodies
from cms.content.checks import HEADLINE_MOST
from cms.content.models import SHARED
from cms.importing.reading import Article
from cms.importing.records import Record

Fields = Mapping[str, Any]


class Outcome(StrEnum):
    """What became of a text."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Part:
    """A part as the newsroom has it.

    `revision` numbers the working copy, `live` the revision that is public (None if none is). `imported` is
    what the last import left, None if none ever did. `edited` says that somebody else saved since, `idle`
    that the working copy waits for no review or schedule, `withdrawn` that it was public and was taken off.
    """

    content: Fields
    revision: int
    live: int | None = None
    imported: Fields | None = None
    edited: bool = False
    idle: bool = True
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the newsroom has of an article."""

    item_id: int
    source_locale: str
    usable: bool
    parts: Mapping[str, Part]


@dataclass(slots=True)
class Plan:
    """The parts to save, with their fields, those to publish, and what that makes of each text."""

    saves: dict[str, Fields] = field(default_factory=dict)
    publishes: list[str] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)


def text_of(record: Record) -> Fields:
    """The fields of a text part. Blocks are named by their place: the same text makes the same body, and what
    translators aligned line by line stays aligned.

    Raises:
        BodyError: the text is too long for a body.
    """
    places = count(1)
    return {
        "headline": record.headline,
        "body": bodies.from_text(record.text, ids=lambda: f"p{next(places)}").document,
    }


def shared_of(record: Record) -> Fields:
    """The fields of the shared part: who published it for the public, where it came from for editors."""
    note = [f"Imported from {record.source}: {record.doc_id}"]
    note += [record.url] if record.url else []
    note += [f"Topic: {record.topic}"] if record.topic else []
    return {
        "credit_line": (record.publisher or record.source)[:HEADLINE_MOST].strip(),
        "editorial_note": "\n".join(note),
    }


def wanted_parts(article: Article, texts: Mapping[str, Fields], standing: Standing | None) -> dict[str, Fields]:
    """The parts that an article brings: its texts, and with the one in the source locale the shared part."""
    source = standing.source_locale if standing else article.source_locale
    shared = {SHARED: shared_of(article.texts[source])} if source in texts else {}
    return {**shared, **texts}


def agrees(content: Fields, wanted: Fields) -> bool:
    """Whether the content has those fields so already."""
    return all(content.get(name) == value for name, value in wanted.items())


def settled(part: Part, wanted: Fields, *, publish: bool) -> bool:
    """Whether nothing is to be done, whoever worked on the part; most of a second import is so."""
    return agrees(part.content, wanted) and (not publish or part.live == part.revision)


def plan_article(wanted: Mapping[str, Fields], standing: Standing | None, *, publish: bool) -> Plan:
    """Say what is to be done; `publish` is whether imported texts go live."""
    plan = Plan()
    if standing is None:
        plan.saves = dict(wanted)
        plan.publishes = list(wanted) if publish else []
        plan.outcomes = {name: Outcome.CREATED for name in wanted if name != SHARED}
        return plan
    for name, fields in wanted.items():
        outcome = _plan_part(plan, name, fields, standing, publish=publish)
        if name != SHARED:
            plan.outcomes[name] = outcome
    first = standing.parts[SHARED].live is None
    if first and not any(name != SHARED for name in plan.publishes):
        plan.publishes = []  # a shared part goes live with a text, never before one
    return plan


def _plan_part(plan: Plan, name: str, wanted: Fields, standing: Standing, *, publish: bool) -> Outcome:
    part = standing.parts.get(name)
    outcome = _outcome(part, wanted, usable=standing.usable, publish=publish)
    if outcome in {Outcome.CREATED, Outcome.UPDATED}:
        if part is None or not agrees(part.content, wanted):
            plan.saves[name] = wanted
        if publish and not (part and part.withdrawn):
            plan.publishes.append(name)
    return outcome


def _outcome(part: Part | None, wanted: Fields, *, usable: bool, publish: bool) -> Outcome:
    if part is not None and (settled(part, wanted, publish=publish) or _was_brought(part, wanted)):
        return Outcome.UNCHANGED
    if not usable or (part is not None and _is_theirs(part, wanted)):
        return Outcome.KEPT
    return Outcome.CREATED if part is None else Outcome.UPDATED


def _was_brought(part: Part, wanted: Fields) -> bool:
    """Whether an import brought the same before, and what followed was the newsroom's decision."""
    if agrees(part.content, wanted):
        return part.edited or part.withdrawn or not part.idle
    return part.imported is not None and agrees(part.imported, wanted)


def _is_theirs(part: Part, wanted: Fields) -> bool:
    """Whether editors have work in the part that a save would overwrite, or a publication would let out."""
    if part.imported is None or not part.idle:
        return True
    if not part.edited:
        return False
    return part.live != part.revision or any(part.content.get(name) != part.imported.get(name) for name in wanted)
