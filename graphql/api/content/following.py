"""Subscriptions of the desk: a draft as it changes, and who is at work on an item.

Each tells at once how things are, and then whenever that is another. What happens faster than a client takes it is
told once, as it then is, so that nothing piles up for a slow one. Who subscribes is recognised anew each time.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.content.drafts import Draft
from api.content.leavings import Editor, editors
from api.content.payloads import DraftLocaleArgument, ItemArgument, item_key
from api.context import Context, Info
from cms.accounts.actors import Permission, require
from cms.content import models
from cms.content.models import SHARED
from cms.content.presence import LASTING, editors_of
from cms.content.revisions import readable_part
from cms.errors import NotFoundError
from cms.events import Event

LOOKED_AT_EVERY = 60.0
"""Seconds after which a subscription asks who its client is, also where nothing happens."""

FollowedItem = Annotated[strawberry.ID, strawberry.argument(description="The id of the item.")]


@strawberry.type(description="What happened to a draft.")
class DraftEvent:
    """An event, as colleagues see it."""

    type: str = strawberry.field(description="What happened, such as draft.saved or comment.added.")
    actor: str | None = strawberry.field(description="Who did it.")
    at: datetime = strawberry.field(description="When.")


@strawberry.type(description="A draft that changed.")
class DraftChange:
    """The draft and why."""

    draft: Draft = strawberry.field(description="The draft as it now is.")
    events: list[DraftEvent] = strawberry.field(
        description="What happened since it was last told, the oldest first, the latest 50 at most; none at first."
    )


EVENTS_MOST = 50
_OF_PARTS = ("draft.", "comment.")
"""Events without a locale that are of the shared part; the others are of the item, and so of each text."""


@strawberry.type
class DeskSubscription:
    """What happens at the desk."""

    @strawberry.subscription(
        description="A draft as it is now, and each time something happens to it: saves, workflow, comments, "
        "assignments, publication, recalls. Needs the permission content.read."
    )
    async def draft_changed(
        self, info: Info, item: ItemArgument, locale: DraftLocaleArgument = None
    ) -> AsyncIterator[DraftChange]:
        """Until the draft may not be seen any more."""
        context, key = info.context, item_key(item)
        part = await readable_part(context.actor, key, locale or SHARED)
        position = await context.feed.latest()
        events: list[DraftEvent] = []
        while True:
            yield DraftChange(draft=Draft(row=await models.Draft.get(item_id=key, locale=part)), events=events)
            events = []
            while not events:
                seen, position = position, await context.feed.wait(position, timeout=LOOKED_AT_EVERY)
                await context.renew()
                await readable_part(context.actor, key, part)
                events = await _events(key, part, seen, position)

    @strawberry.subscription(
        description="Who is at work on an item, now and each time somebody begins or stops. Needs content.read."
    )
    async def editing(self, info: Info, item: ItemArgument) -> AsyncIterator[list[Editor]]:
        """Somebody whose client falls silent stops by the clock."""
        context, key = info.context, item_key(item)
        told: Any = None
        position = await context.feed.latest()
        while True:
            await _check(context, key)
            present = await editors_of([key], now=context.now)
            who = [(each.name, each.locale, each.since) for each in present]
            if who != told:
                told = who
                yield editors(present)
            left = min((each.expires_at - context.now for each in present), default=LASTING).total_seconds()
            position = await context.feed.wait(position, timeout=max(left, 0.05))
            await context.renew()


async def _check(context: Context, key: int) -> None:
    require(context.actor, Permission.READ)
    row = await models.Item.get_or_none(id=key)
    if row is None:
        raise NotFoundError("There is no such item.", path=("item",))
    require(context.actor, Permission.READ, row.kind)


async def _events(key: int, part: str, seen: int, position: int) -> list[DraftEvent]:
    """What happened to the part, or to the item as a whole, between two positions; presence is told elsewhere."""
    found = Event.filter(id__gt=seen, id__lte=position, item_id=key).exclude(type__startswith="editing.")
    rows = await found.order_by("-id").limit(EVENTS_MOST)
    return [
        DraftEvent(type=row.type, actor=row.actor, at=row.at)
        for row in reversed(rows)
        if row.locale == (part or None) or (row.locale is None and not row.type.startswith(_OF_PARTS))
    ]
