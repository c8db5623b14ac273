"""What follows from what happened: event type → jobs, on one screen.

`dispatch` turns new events into jobs in one transaction with its own position, so each event leads to each of
its jobs exactly once, whoever dispatches and whenever it dies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter

from tortoise import fields
from tortoise.models import Model

from cms.database import transaction
from cms.events import Event, EventType, after
from cms.jobs import JobRequest, Lane, enqueue
from cms.statements import rows

_KEYS = {"id", "type", "item_id", "locale", "actor"}


@dataclass(frozen=True, slots=True)
class Reaction:
    """A job that follows from an event. It is given `event`, `type`, `item_id` and `locale` as args.

    `serial_key` and `coalesce` are templates over the event's columns, as `index:{item_id}`: jobs of one
    serial key run one after the other; an event whose `coalesce` key has a job waiting joins that job instead
    of adding one.
    """

    job: str
    lane: Lane = Lane.DEFAULT
    serial_key: str | None = None
    coalesce: str | None = None

    def __post_init__(self) -> None:
        for template in (self.serial_key, self.coalesce):
            named = {name for _, name, _, _ in Formatter().parse(template or "") if name is not None}
            if unknown := named - _KEYS:
                raise ValueError(f"{self.job}: an event has no {', '.join(sorted(unknown))}")

    def request(self, event: Event) -> JobRequest:
        """The job that this reaction asks for after one event."""
        columns = {key: getattr(event, key) for key in _KEYS}
        return JobRequest(
            name=self.job,
            args={"event": event.id, "type": event.type, "item_id": event.item_id, "locale": event.locale},
            lane=self.lane,
            serial_key=self.serial_key and self.serial_key.format(**columns),
            unique_key=None if self.coalesce else f"event:{event.id}",
            coalesce_key=self.coalesce and self.coalesce.format(**columns),
        )


Reactions = Mapping[EventType, tuple[Reaction, ...]]

_INDEX = Reaction("index_changes", serial_key="search", coalesce="search")

REACTIONS: Reactions = {
    EventType.TEXT_PUBLISHED: (_INDEX,),
    EventType.TEXT_CORRECTED: (_INDEX,),
    EventType.SHARED_PUBLISHED: (_INDEX,),
    EventType.TEXT_UNPUBLISHED: (_INDEX,),
    EventType.EMBARGO_SET: (_INDEX,),
    EventType.EMBARGO_LIFTED: (_INDEX,),
    EventType.EXPIRY_SET: (_INDEX,),
    EventType.ITEM_EXPIRED: (_INDEX,),
    EventType.ITEM_WITHHELD: (_INDEX,),
    EventType.WITHHOLD_LIFTED: (_INDEX,),
    EventType.ITEM_KILLED: (_INDEX,),
    EventType.ITEM_TAKEN_DOWN: (_INDEX, Reaction("remove_files", lane=Lane.URGENT)),
    EventType.VIDEO_MASTERED: (_INDEX,),
}


class Progress(Model):
    """How far a reader of the events has come."""

    name = fields.CharField(max_length=64, primary_key=True)
    position = fields.BigIntField()

    class Meta:
        table = "progress"


async def dispatch(reactions: Reactions, *, now: datetime, limit: int = 500) -> int:
    """Enqueue what follows from the next events, at most `limit`; answers with the position reached."""
    async with transaction():
        await rows("INSERT INTO progress (name, position) VALUES ('reactions', 0) ON CONFLICT (name) DO NOTHING")
        progress = await Progress.filter(name="reactions").select_for_update().get()
        position: int = progress.position
        if events := await after(position, limit):
            position = events[-1].id
            follows = {str(type_): reacting for type_, reacting in reactions.items()}
            wanted = [reaction.request(event) for event in events for reaction in follows.get(event.type, ())]
            await enqueue(*wanted, now=now)
            progress.position = position
            await progress.save(update_fields=["position"])
    return position
