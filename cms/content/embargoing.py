"""Embargo and expiry: when an item may be seen, in every locale and version, by everybody.

An embargo opens by a command, which a timer runs when it is due, never by the clock in a predicate. An expiry closes
by the clock too, whichever is first. What recipients are told of either is in `announcing`.
"""

from collections.abc import Sequence
from datetime import datetime

from cms.accounts.actors import Actor, Permission, require
from cms.content.announcing import announce
from cms.content.editing import lock_item
from cms.content.models import Edition, Item
from cms.content.publishing import Published
from cms.content.scheduling import future, set_timer
from cms.content.serving import refresh_serving
from cms.content.standing import live_locales, lock_whole
from cms.content.transitions import ItemAction
from cms.database import transaction
from cms.errors import TransitionError
from cms.events import Change, ChangeType, EventType
from cms.taxonomy.locales import Locales, hold_locales


async def set_embargo(actor: Actor, *, item_id: int, until: datetime, now: datetime) -> Published:
    """Let nobody see the item until a time, in any offset; again, to move it. What is live disappears at once.

    Raises:
        NotFoundError: no such item.
        InvalidInputError: the end is not in the future.
        TransitionError: the item is canceled.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        item, _, live = await lock_whole(actor, item_id, ItemAction.SET_EMBARGO)
        moment = item.embargoed_until = future(until, name="until", now=now)
        data = {"until": moment.isoformat()}
        await announce(actor, item, EventType.EMBARGO_SET, live, saving=["embargoed_until"], now=now, data=data)
        await set_timer("end_embargo", item_id, moment, now=now)
    return Published(item, live)


async def lift_embargo(actor: Actor, *, item_id: int, now: datetime) -> Published:
    """Release the item before its embargo ends.

    Raises:
        NotFoundError: no such item.
        TransitionError: it is under no embargo, or canceled.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        item, configured, live = await lock_whole(actor, item_id, ItemAction.LIFT_EMBARGO)
        if item.embargoed_until is None:
            raise TransitionError("The item is under no embargo.", path=("item",))
        await _release(actor, item, configured, live, now)
    return Published(item, live)


async def end_embargo(actor: Actor, *, item_id: int, moment: datetime, now: datetime) -> None:
    """Release the item if its embargo ends at that moment."""
    async with transaction():
        item = await lock_item(item_id, trashed=True)
        if item.embargoed_until == moment:
            configured = await hold_locales()
            await _release(actor, item, configured, await live_locales(item, configured), now)


async def set_expiry(actor: Actor, *, item_id: int, expires_at: datetime | None, now: datetime) -> Published:
    """Let the item end at a time, in any offset; None lifts that, and what has expired is back.

    Raises:
        NotFoundError: no such item.
        InvalidInputError: the time is not in the future.
        TransitionError: the item is canceled.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        item, _, live = await lock_whole(actor, item_id, ItemAction.SET_EXPIRY)
        item.expires_at = future(expires_at, name="expiresAt", now=now) if expires_at else None
        data = {"expires_at": item.expires_at.isoformat() if item.expires_at else None}
        await announce(actor, item, EventType.EXPIRY_SET, live, saving=["expires_at"], now=now, data=data)
        if item.expires_at:
            await set_timer("expire", item_id, item.expires_at, now=now)
    return Published(item, live)


async def expire(actor: Actor, *, item_id: int, moment: datetime, now: datetime) -> None:
    """Tell recipients that the item has ended, if it ends at that moment; readers lost it by the clock."""
    async with transaction():
        item = await lock_item(item_id, trashed=True)
        if item.expires_at == moment:
            live = await live_locales(item, await hold_locales())
            await announce(actor, item, EventType.ITEM_EXPIRED, live, now=now)


async def _release(actor: Actor, item: Item, configured: Locales, live: Sequence[str], now: datetime) -> None:
    item.embargoed_until = None
    if await _date(item, now):
        await refresh_serving(item, configured)
    await announce(actor, item, EventType.EMBARGO_LIFTED, live, saving=["embargoed_until"], now=now)


async def _date(item: Item, now: datetime) -> bool:
    """Date what was published under the embargo by its release: the dates that readers see are those they saw it at."""
    told = {change.locale: change for change in await Change.filter(item_id=item.id)}
    dated = False
    for edition in await Edition.filter(item_id=item.id).only("id", "locale", "first_published_at", "published_at"):
        known = told.get(edition.locale)
        if known is not None and known.type is ChangeType.UPSERTED:
            continue
        names = [
            name
            for name in ("first_published_at", "published_at")
            if known is None or getattr(edition, name) > known.at
        ]
        if names:
            await Edition.filter(id=edition.id).update(**dict.fromkeys(names, now))
            dated = True
    return dated
