"""What was kept of a draft: one revision, two of them compared, and an old one restored."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.comparing import Comparison, compare
from cms.content.editing import keep_revision
from cms.content.models import SHARED, Draft, Item, Revision, RevisionKind
from cms.content.parts import SharedPart, TextPart
from cms.content.references import check_references
from cms.content.segments import segment_hashes
from cms.content.workflow import lock_draft
from cms.database import transaction
from cms.errors import NotFoundError, Seen
from cms.events import EventType
from cms.taxonomy.locales import load_locales


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of a part between two revisions; `before` is None where there was nothing before."""

    before: int | None
    after: int
    comparison: Comparison


async def restore_revision(
    actor: Actor, *, item_id: int, locale: str, number: int, expected_revision: int, now: datetime
) -> Draft:
    """Make a draft what it was at one of its revisions, as a new one; nothing in between is lost.

    Of a translation, what comes back was made from what it was made from then: it is stale if the source says
    something else now, and not translated if nobody knows.

    Raises:
        NotFoundError: no such item, draft or revision.
        ConflictError: somebody saved in between.
        InvalidInputError: something that it referred to is gone.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        item, draft = await lock_draft(actor, Permission.EDIT, item_id, locale, expected_revision)
        kept = await _revision(item_id, draft.locale, number)
        if draft.locale == SHARED:
            part = SharedPart.from_json(kept.content)
            await check_references(item, part, part.checks)
            draft.content = part.to_json()
        else:
            _restore_text(draft, kept)
        await keep_revision(actor, draft, RevisionKind.RESTORE, now)
        data = {"revision": number}
        locale_ = draft.locale or None
        events.record(EventType.DRAFT_RESTORED, item_id=item_id, locale=locale_, actor=actor.name, data=data, at=now)
    return draft


async def read_revision(actor: Actor, *, item_id: int, locale: str, number: int) -> Revision:
    """One revision with what it holds.

    Raises:
        NotFoundError: no such item, draft or revision; also an autosave that a later one took up.
    """
    return await _revision(item_id, await readable_part(actor, item_id, locale), number)


async def compare_revisions(
    actor: Actor, *, item_id: int, locale: str, before: int, after: int | None = None
) -> Compared:
    """What became of a part from one revision to another, or to what it is now.

    Raises:
        NotFoundError: no such item, draft or revision.
    """
    part = await readable_part(actor, item_id, locale)
    old = await _revision(item_id, part, before)
    if after is not None:
        new = await _revision(item_id, part, after)
        return await _compared(part, old, new.number, new.content)
    draft = await Draft.get(item_id=item_id, locale=part)
    return await _compared(part, old, draft.revision, draft.content)


async def compare_with_current(seen: Seen) -> Compared | None:
    """What became of a draft since somebody saw it, for a conflict that was just told; None if there is no draft.

    Where an autosave overwrote what was seen, the revision kept before it stands for it.
    """
    draft = await Draft.get_or_none(item_id=seen.item_id, locale=seen.locale)
    if draft is None:
        return None
    kept = Revision.filter(item_id=seen.item_id, locale=seen.locale, number__lte=seen.revision or 0)
    old = await kept.order_by("-number").first()
    return await _compared(seen.locale, old, draft.revision, draft.content)


async def readable_part(actor: Actor, item_id: int, locale: str) -> str:
    """The configured locale of a part that the actor may see; SHARED stays what it is.

    Raises:
        NotFoundError: no such item or draft.
    """
    require(actor, Permission.READ)
    if locale != SHARED:
        locale = (await load_locales()).check(locale, "locale")
    item = await Item.get_or_none(id=item_id)
    if item is None:
        raise NotFoundError("There is no such item.", path=("item",))
    require(actor, Permission.READ, item.kind, [locale])
    if not await Draft.exists(item_id=item_id, locale=locale):
        raise NotFoundError(f"There is no draft in {locale}.", path=("locale",))
    return locale


def _restore_text(draft: Draft, kept: Revision) -> None:
    """Put the content back, and for what differs, from which source it was translated."""
    part = TextPart.from_json(kept.content)
    before, draft.segment_hashes = draft.segment_hashes, segment_hashes(part)
    sources = dict(draft.source_hashes)
    for name, _ in before.items() ^ draft.segment_hashes.items():
        sources.pop(name, None)
        if name in kept.source_hashes and name in draft.segment_hashes:
            sources[name] = kept.source_hashes[name]
    draft.content, draft.source_hashes = part.to_json(), sources


async def _revision(item_id: int, locale: str, number: int) -> Revision:
    found = await Revision.get_or_none(item_id=item_id, locale=locale, number=number)
    if found is None:
        raise NotFoundError(f"There is no revision {number}.", path=("revision",))
    return found


async def _compared(locale: str, old: Revision | None, number: int, content: Mapping[str, Any]) -> Compared:
    # In a thread: long texts take a second.
    comparison = await asyncio.to_thread(compare, locale, old.content if old else {}, content)
    return Compared(old.number if old else None, number, comparison)
