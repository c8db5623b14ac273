"""Recalling what is public: a message that must arrive, for every version that somebody may still have.

A recalled item leaves a tombstone: its uri, kind, status, date and advisory, and never a word of its own. Its
editions stay where they are, and its drafts stay readable to editors.
"""

from collections.abc import Mapping
from datetime import datetime

from cms.accounts.actors import Actor, Permission, require
from cms.content.announcing import announce
from cms.content.models import Item
from cms.content.notices import check_notices
from cms.content.publishing import Published, take_off
from cms.content.standing import lock_whole
from cms.content.transitions import ItemAction, item_step
from cms.content.workflow import unschedule_all
from cms.database import transaction
from cms.errors import InvalidInputError
from cms.events import EventType
from cms.taxonomy.locales import Locales

_RECALL = ("pub_status", "recalled_at", "advisory")


async def withhold(
    actor: Actor, *, item_id: int, advisory: Mapping[str, str] | None = None, now: datetime
) -> Published:
    """Recall an item for now. What is scheduled of it stays so, and is refused if it is still withheld then.

    `advisory` says why, by locale; if there is any, one is in the source locale.

    Raises:
        NotFoundError: no such item.
        TransitionError: it is withheld already, or canceled.
        InvalidInputError: an advisory is empty or too long, or there is none in the source locale.
    """
    require(actor, Permission.RECALL)
    async with transaction():
        item, configured, live = await lock_whole(actor, item_id, ItemAction.WITHHOLD)
        _recall(item, ItemAction.WITHHOLD, _advisory(item, configured, advisory or {}), now)
        await announce(actor, item, EventType.ITEM_WITHHELD, live, saving=_RECALL, now=now, data=_said(item))
    return Published(item, live)


async def lift_withhold(actor: Actor, *, item_id: int, now: datetime) -> Published:
    """Let a withheld item be used again: what was live comes back as it was.

    Raises:
        NotFoundError: no such item.
        TransitionError: it is not withheld.
    """
    require(actor, Permission.RECALL)
    async with transaction():
        item, _, live = await lock_whole(actor, item_id, ItemAction.LIFT_WITHHOLD)
        item.pub_status = item_step(item, ItemAction.LIFT_WITHHOLD)
        item.recalled_at, item.advisory = None, None
        await announce(actor, item, EventType.WITHHOLD_LIFTED, live, saving=_RECALL, now=now)
    return Published(item, live)


async def kill(actor: Actor, *, item_id: int, advisory: Mapping[str, str], now: datetime) -> Published:
    """Recall an item for good: nothing of it is ever published again. The advisory is what its tombstone says.

    Raises:
        NotFoundError: no such item.
        TransitionError: it is canceled already.
        InvalidInputError: an advisory is empty or too long, or there is none in the source locale.
    """
    require(actor, Permission.RECALL)
    async with transaction():
        item, configured, live = await lock_whole(actor, item_id, ItemAction.KILL)
        said = _advisory(item, configured, advisory)
        if not said:
            raise InvalidInputError("Say why, in the source locale at least.", path=("advisory",))
        _recall(item, ItemAction.KILL, said, now)
        await unschedule_all(actor, item, now=now)
        await announce(actor, item, EventType.ITEM_KILLED, live, saving=_RECALL, now=now, data=_said(item))
    return Published(item, live)


async def takedown(
    actor: Actor, *, item_id: int, advisory: Mapping[str, str] | None = None, now: datetime
) -> Published:
    """Unpublish an item in every locale, recall it, and have its stored files removed by a job.

    It is withheld then, with nothing left that lifting could bring back; a canceled item stays so and loses its
    files. An advisory replaces the one that there is.

    Raises:
        NotFoundError: no such item.
        InvalidInputError: an advisory is empty or too long, or there is none in the source locale.
    """
    require(actor, Permission.RECALL)
    async with transaction():
        item, configured, live = await lock_whole(actor, item_id, ItemAction.TAKEDOWN)
        said = _advisory(item, configured, advisory or {}) or item.advisory
        _recall(item, ItemAction.TAKEDOWN, said, now)
        await unschedule_all(actor, item, now=now)
        await take_off(actor, item, configured, live, now=now)
        await announce(actor, item, EventType.ITEM_TAKEN_DOWN, (), saving=_RECALL, now=now, data=_said(item))
    return Published(item, ())


def _recall(item: Item, action: ItemAction, advisory: Mapping[str, str] | None, now: datetime) -> None:
    item.pub_status = item_step(item, action)
    item.recalled_at = now
    item.advisory = dict(advisory) if advisory else None


def _advisory(item: Item, configured: Locales, given: Mapping[str, str]) -> dict[str, str]:
    checked = check_notices(configured, given, name="advisory")
    if checked and item.source_locale not in checked:
        message = f"There must be an advisory in {item.source_locale}, for readers of locales that have none."
        raise InvalidInputError(message, path=("advisory", item.source_locale))
    return checked


def _said(item: Item) -> dict[str, object]:
    return {"advisory": item.advisory or {}}
