"""What recipients are told after a command: derived from the state that it leaves, the same for every command.

A Change row is what recipients know of an item in a locale. An item under embargo that was never public has none, so
nobody learns of it. An embargo put on what was public is told as UNPUBLISHED: recipients take the text off, quietly.
It is no recall, since what was public cannot be made unpublic by an embargo, and it says neither that there is an
embargo nor until when, which would announce the news it keeps back. Who must have every copy withdrawn withholds.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from cms import events
from cms.accounts.actors import Actor
from cms.content.models import Item, PubStatus
from cms.events import Change, Changed, ChangeType, EventType

_RECALLED = {PubStatus.WITHHELD: ChangeType.WITHHELD, PubStatus.CANCELED: ChangeType.CANCELED}


def state_of(item: Item, now: datetime) -> ChangeType:
    """What a recipient must hear of the item's live texts."""
    if item.pub_status is not PubStatus.USABLE:
        return _RECALLED[item.pub_status]
    if item.embargoed_until is not None or not item.ready:
        return ChangeType.UNPUBLISHED
    if item.expires_at is not None and item.expires_at <= now:
        return ChangeType.EXPIRED
    return ChangeType.UPSERTED


async def changes_of(
    item: Item, live: Collection[str], *, now: datetime, among: Collection[str] | None = None
) -> Mapping[str, Changed]:
    """What to tell by locale, the item's live ones being `live`: `among` some of them, or all that are known or live.

    A recall reaches every locale that was ever told, because recipients keep what they once had. Nothing is told of
    what recipients do not know, unless they may have it now; nor what they were told already, unless there is
    something to fetch.
    """
    state = state_of(item, now)
    known: dict[str, ChangeType] = {}
    if among is None or state is not ChangeType.UPSERTED or not set(among) <= set(live):
        rows = await Change.filter(item_id=item.id).values_list("locale", "type")
        known = {str(locale): ChangeType(kind) for locale, kind in rows}
    changes = {}
    for locale in sorted({*known, *live}) if among is None else among:
        here = state if locale in live or item.pub_status in _RECALLED else ChangeType.UNPUBLISHED
        if here is ChangeType.UPSERTED or known.get(locale, here) is not here:
            changes[locale] = changed(item, locale, here)
    return changes


def changed(item: Item, locale: str, kind: ChangeType) -> Changed:
    """The change of the item in a locale, at the version it now has."""
    return Changed(item_id=item.id, locale=locale, uri=item.uri, kind=item.kind, type=kind, version=item.version)


async def announce(
    actor: Actor,
    item: Item,
    event: EventType,
    live: Collection[str],
    *,
    saving: Sequence[str] = (),
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Save those fields of an item at its next version, and record an event with all that recipients must hear."""
    item.version += 1
    await item.save(update_fields=["version", *saving])
    changes = await changes_of(item, live, now=now)
    events.record(event, item_id=item.id, actor=actor.name, data=data, changes=list(changes.values()), at=now)
