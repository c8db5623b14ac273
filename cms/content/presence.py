"""Who is at work on what: said by their clients every few seconds, and over by itself. It keeps nobody out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.deskwork import Presence
from cms.content.editing import lock_item
from cms.content.models import SHARED
from cms.database import transaction
from cms.events import EventType
from cms.taxonomy.locales import load_locales

LASTING = timedelta(seconds=30)
"""How long somebody counts as being at work after their client last said so."""


async def be_editing(actor: Actor, *, item_id: int, locale: str, now: datetime) -> Sequence[Presence]:
    """Say that one is at work on a part, for `LASTING` from now; answers with everybody who is at work on the item.

    Only a beginning is an event: what merely goes on would swamp the history.

    Raises:
        NotFoundError: no such item.
        TransitionError: it is in the trash.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        locale = await _place(actor, item_id, locale)
        mine = await Presence.get_or_none(item_id=item_id, locale=locale, name=actor.name)
        begun = mine is None or mine.expires_at <= now
        values = {"expires_at": now + LASTING} | ({"since": now} if begun else {})
        await Presence.update_or_create(values, item_id=item_id, locale=locale, name=actor.name)
        await Presence.filter(expires_at__lte=now - LASTING).delete()
        if begun:
            _record(EventType.EDITING_BEGUN, actor, item_id, locale, now)
    return await editors_of([item_id], now=now)


async def stop_editing(actor: Actor, *, item_id: int, locale: str, now: datetime) -> Sequence[Presence]:
    """Say that one is no longer at work on a part; answers as `be_editing`.

    Raises:
        NotFoundError: no such item.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        locale = await _place(actor, item_id, locale)
        if await Presence.filter(item_id=item_id, locale=locale, name=actor.name, expires_at__gt=now).delete():
            _record(EventType.EDITING_ENDED, actor, item_id, locale, now)
    return await editors_of([item_id], now=now)


async def editors_of(item_ids: Sequence[int], *, now: datetime) -> Sequence[Presence]:
    """Who is at work on any of those items, the longest first."""
    present = Presence.filter(item_id__in=list(item_ids), expires_at__gt=now)
    return await present.order_by("since", "locale", "name")


async def _place(actor: Actor, item_id: int, locale: str) -> str:
    """The configured locale; the item is locked, since one person may work in two windows."""
    item = await lock_item(item_id)
    if locale != SHARED:
        locale = (await load_locales()).check(locale, "locale")
    require(actor, Permission.EDIT, item.kind, [locale])
    return locale


def _record(event: EventType, actor: Actor, item_id: int, locale: str, now: datetime) -> None:
    events.record(event, item_id=item_id, locale=locale or None, actor=actor.name, at=now)
