"""The trash: items that were begun and are not wanted. Nothing in it is ever removed, and nobody edits it."""

from datetime import datetime

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.editing import lock_item
from cms.content.models import SHARED, Edition, Item
from cms.content.publishing import Published
from cms.content.workflow import unschedule_all
from cms.database import transaction
from cms.errors import TransitionError
from cms.events import EventType


async def trash_item(actor: Actor, *, item_id: int, now: datetime) -> Published:
    """Put an item away: it leaves the desk's lists and refuses every edit. What is scheduled of it is so no longer.

    Raises:
        NotFoundError: no such item.
        TransitionError: it is in the trash already, or live: what readers have is unpublished or recalled instead.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        item = await lock_item(item_id)
        require(actor, Permission.EDIT, item.kind, [SHARED])
        if await Edition.exists(item_id=item_id):
            raise TransitionError("The item is live: unpublish it first.", path=("item",))
        await unschedule_all(actor, item, now=now)
        await _move(actor, item, now, EventType.ITEM_TRASHED, now)
    return Published(item, ())


async def undelete_item(actor: Actor, *, item_id: int, now: datetime) -> Published:
    """Take an item out of the trash as it was, but that nothing of it is scheduled.

    Raises:
        NotFoundError: no such item.
        TransitionError: it is not in the trash.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        item = await lock_item(item_id, trashed=True)
        require(actor, Permission.EDIT, item.kind, [SHARED])
        if item.trashed_at is None:
            raise TransitionError("The item is not in the trash.", path=("item",))
        await _move(actor, item, None, EventType.ITEM_UNDELETED, now)
    return Published(item, ())


async def _move(actor: Actor, item: Item, trashed_at: datetime | None, event: EventType, now: datetime) -> None:
    item.trashed_at = trashed_at
    await item.save(update_fields=["trashed_at"])
    events.record(event, item_id=item.id, actor=actor.name, at=now)
