"""Commands that move a draft through the workflow; see `transitions` for the table that they follow.

Each names the revision that its actor saw, so that what is approved or scheduled is what was read, and not what
somebody saved in between.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.autosaving import keep_for_good
from cms.content.editing import lock_item
from cms.content.models import SHARED, Draft, DraftStatus, Item
from cms.content.readiness import require_ready
from cms.content.scheduling import future, set_timer
from cms.content.transitions import DraftAction, ItemAction, draft_step, item_step
from cms.database import transaction
from cms.errors import ConflictError, NotFoundError, Seen
from cms.events import EventType
from cms.plaintext import check_text
from cms.taxonomy.locales import load_locales

NOTE_MOST = 2_000


async def submit_draft(actor: Actor, *, item_id: int, locale: str, expected_revision: int, now: datetime) -> Draft:
    """Hand a draft to the editors.

    Raises:
        NotFoundError: no such item or draft.
        ConflictError: somebody saved in between.
        TransitionError: it is not being written.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        _, draft = await lock_draft(actor, Permission.EDIT, item_id, locale, expected_revision)
        draft.review_note = None
        await keep_for_good(draft)
        await _move(actor, draft, DraftAction.SUBMIT, EventType.DRAFT_SUBMITTED, now)
    return draft


async def return_draft(
    actor: Actor, *, item_id: int, locale: str, note: str, expected_revision: int, now: datetime
) -> Draft:
    """Give a submitted or approved draft back to be worked on; the note says why and stays with it.

    Raises:
        NotFoundError, ConflictError: as `submit_draft`.
        TransitionError: it is neither in review nor approved.
        InvalidInputError: the note is too long.
    """
    require(actor, Permission.REVIEW)
    async with transaction():
        _, draft = await lock_draft(actor, Permission.REVIEW, item_id, locale, expected_revision)
        draft.review_note = check_text(note, name="note", most=NOTE_MOST) or None
        data = {"note": draft.review_note}
        await _move(actor, draft, DraftAction.RETURN, EventType.DRAFT_RETURNED, now, data=data)
    return draft


async def approve_draft(actor: Actor, *, item_id: int, locale: str, expected_revision: int, now: datetime) -> Draft:
    """Say that a submitted draft may be published as it is.

    Raises:
        NotFoundError, ConflictError: as `submit_draft`.
        TransitionError: it is not in review.
    """
    require(actor, Permission.REVIEW)
    async with transaction():
        _, draft = await lock_draft(actor, Permission.REVIEW, item_id, locale, expected_revision)
        await _move(actor, draft, DraftAction.APPROVE, EventType.DRAFT_APPROVED, now)
    return draft


async def schedule_draft(
    actor: Actor, *, item_id: int, locale: str, publish_at: datetime, expected_revision: int, now: datetime
) -> Draft:
    """Publish a part at a time, in any offset; again, to move the moment.

    Parts of an item that are scheduled for one moment go live together, or none of them does.

    Raises:
        NotFoundError, ConflictError: as `submit_draft`.
        InvalidInputError: the moment is not in the future.
        TransitionError: the item is canceled or withheld.
        NotReadyError: something is missing already now, other than files that are still being processed.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        item, draft = await lock_draft(actor, Permission.PUBLISH, item_id, locale, expected_revision)
        item_step(item, ItemAction.PUBLISH)
        moment = future(publish_at, name="publishAt", now=now)
        require_ready(item, {draft.locale: draft.content}, now=now, later=True)
        draft.publish_at = moment
        data = {"publish_at": moment.isoformat(), "revision": draft.revision}
        await _move(actor, draft, DraftAction.SCHEDULE, EventType.DRAFT_SCHEDULED, now, data=data)
        await set_timer("publish_due", item.id, moment, now=now)
    return draft


async def unschedule_draft(actor: Actor, *, item_id: int, locale: str, expected_revision: int, now: datetime) -> Draft:
    """Take the moment back; the draft is approved then, as it was meant to be published.

    Raises:
        NotFoundError, ConflictError: as `submit_draft`.
        TransitionError: it is not scheduled.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        _, draft = await lock_draft(actor, Permission.PUBLISH, item_id, locale, expected_revision)
        draft.publish_at = None
        await _move(actor, draft, DraftAction.UNSCHEDULE, EventType.DRAFT_UNSCHEDULED, now)
    return draft


async def unschedule_all(actor: Actor, item: Item, *, now: datetime) -> None:
    """Take back every moment of a locked item that is being recalled: nothing of it may come out by the clock."""
    for draft in await Draft.filter(item_id=item.id, status=DraftStatus.SCHEDULED).order_by("locale"):
        draft.publish_at = None
        await _move(actor, draft, DraftAction.UNSCHEDULE, EventType.DRAFT_UNSCHEDULED, now)


async def lock_draft(
    actor: Actor, permission: Permission, item_id: int, locale: str, expected: int | None = None
) -> tuple[Item, Draft]:
    """A draft with its item, locked until the transaction ends; `expected` is the revision that its actor saw.

    Raises:
        NotFoundError: no such item or draft.
        ForbiddenError: the actor lacks the permission there.
        ConflictError: the draft is at another revision.
    """
    item = await lock_item(item_id)
    if locale != SHARED:
        locale = (await load_locales()).check(locale, "locale")
    require(actor, permission, item.kind, [locale])
    draft = await Draft.get_or_none(item_id=item_id, locale=locale)
    if draft is None:
        raise NotFoundError(f"There is no draft in {locale}.", path=("locale",))
    if expected is not None and draft.revision != expected:
        message = f"The draft is at revision {draft.revision} now; you saw {expected}."
        seen = Seen(item_id, locale, expected)
        raise ConflictError(message, path=("expectedRevision",), current=draft.revision, seen=seen)
    return item, draft


async def _move(
    actor: Actor,
    draft: Draft,
    action: DraftAction,
    event: EventType,
    now: datetime,
    *,
    data: Mapping[str, Any] | None = None,
) -> None:
    draft.status = draft_step(draft, action)
    await draft.save(update_fields=["status", "publish_at", "review_note"])
    locale = draft.locale or None
    events.record(event, item_id=draft.item_id, locale=locale, actor=actor.name, data=data, at=now)
