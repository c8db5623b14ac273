"""What happens at a time: moments are checked here and become jobs, and when they are due, commands.

A job only says when to look: whether the moment still stands is read from the rows, so one that was moved, taken
back or has happened leads to nothing, however often its job runs. Late is allowed, early is impossible.
"""

from datetime import UTC, datetime

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.editing import lock_item
from cms.content.models import SHARED, Draft, DraftStatus, Edition, PubStatus
from cms.content.publishing import Published, publish, take_off
from cms.content.standing import live_locales, meant_locales
from cms.content.transitions import ItemAction, item_step
from cms.database import transaction
from cms.errors import InvalidInputError, NotFoundError, NotReadyError, PolyfocalError
from cms.events import EventType
from cms.jobs import JobRequest, Lane, enqueue
from cms.taxonomy.locales import hold_locales


def future(value: datetime, *, name: str, now: datetime) -> datetime:
    """The moment in UTC.

    Raises:
        InvalidInputError: it has no offset, lies outside the calendar, or is not after now.
    """
    if value.tzinfo is None:
        raise InvalidInputError(f"{name} must be a date and time with an offset.", path=(name,))
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise InvalidInputError(f"{name} lies outside the years 1 to 9999.", path=(name,)) from None
    if moment <= now:
        raise InvalidInputError(f"{name} is {moment.isoformat()}, which is not in the future.", path=(name,))
    return moment


async def set_timer(name: str, item_id: int, moment: datetime, *, now: datetime) -> None:
    """Let a command of `cms.timers` look at the item when the moment has come; part of the caller's transaction."""
    request = JobRequest(
        name=name,
        args={"item_id": item_id, "moment": moment.isoformat()},
        lane=Lane.URGENT,
        serial_key=f"timers:{item_id}",
        unique_key=f"{item_id}:{moment.isoformat()}",
        run_at=moment,
    )
    await enqueue(request, now=now)


async def publish_due(actor: Actor, *, item_id: int, moment: datetime, now: datetime) -> None:
    """Publish together whatever of the item is scheduled for that moment. Raises as `publish` does."""
    async with transaction():
        await lock_item(item_id, trashed=True)
        due = await _scheduled(item_id, moment)
        if due:
            locales = [draft.locale for draft in due if draft.locale != SHARED]
            shared = len(locales) < len(due)
            await publish(actor, item_id=item_id, locales=locales, shared=shared, now=now)


async def refuse_due(actor: Actor, refusal: PolyfocalError, *, item_id: int, moment: datetime, now: datetime) -> None:
    """Say why nothing was published at that moment, and let the drafts be approved as before.

    To try again would not help: somebody has to look.
    """
    problems = refusal.problems if isinstance(refusal, NotReadyError) else ()
    data = {
        "moment": moment.isoformat(),
        "code": refusal.code,
        "message": refusal.message,
        "problems": [{"code": each.code, "path": each.path, "message": each.message} for each in problems],
    }
    async with transaction():
        await lock_item(item_id, trashed=True)
        for draft in await _scheduled(item_id, moment):
            draft.status, draft.publish_at = DraftStatus.APPROVED, None
            await draft.save(update_fields=["status", "publish_at"])
            events.record(
                EventType.PUBLICATION_REFUSED,
                item_id=item_id,
                locale=draft.locale or None,
                actor=actor.name,
                data=data,
                at=now,
            )


async def _scheduled(item_id: int, moment: datetime) -> list[Draft]:
    at_once = {"status": DraftStatus.SCHEDULED, "publish_at": moment}
    return await Draft.filter(item_id=item_id, **at_once).order_by("locale")


async def schedule_unpublish(
    actor: Actor, *, item_id: int, locales: list[str], unpublish_at: datetime | None, now: datetime
) -> Published:
    """Take texts off at a time, in any offset; None takes the moment back. Newer versions keep it.

    Another locale may be served in their place from then on, so it is a command like any other: late if the worker
    is. What may not be read a second longer gets an expiry.

    Raises:
        NotFoundError: no such item, or a locale is not live.
        InvalidInputError: the moment is not in the future.
        TransitionError: the item is canceled or withheld.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        item = await lock_item(item_id)
        configured = await hold_locales()
        wanted = meant_locales(configured, locales)
        require(actor, Permission.PUBLISH, item.kind, wanted)
        item_step(item, ItemAction.UNPUBLISH)
        if not wanted:
            raise InvalidInputError("Name the locales to unpublish.", path=("locales",))
        live = await live_locales(item, configured)
        if missing := [locale for locale in wanted if locale not in live]:
            raise NotFoundError(f"The item is not live in {missing[0]}.", path=("locales",))
        moment = future(unpublish_at, name="unpublishAt", now=now) if unpublish_at else None
        await Edition.filter(item_id=item_id, locale__in=wanted).update(unpublish_at=moment)
        for locale in wanted:
            events.record(
                EventType.UNPUBLICATION_SCHEDULED,
                item_id=item_id,
                locale=locale,
                actor=actor.name,
                data={"unpublish_at": moment.isoformat() if moment else None},
                at=now,
            )
        if moment:
            await set_timer("unpublish_due", item_id, moment, now=now)
    return Published(item, live)


async def unpublish_due(actor: Actor, *, item_id: int, moment: datetime, now: datetime) -> None:
    """Take off what was to go at that moment. A withheld item loses it too, and recipients go on seeing the recall;
    of a canceled one nothing comes back anyway.
    """
    async with transaction():
        item = await lock_item(item_id, trashed=True)
        due = await Edition.filter(item_id=item_id, unpublish_at=moment).only("id", "locale")
        if not due or item.pub_status is PubStatus.CANCELED:
            return
        configured = await hold_locales()
        item.version += 1
        await item.save(update_fields=["version"])
        wanted = meant_locales(configured, [edition.locale for edition in due])
        await take_off(actor, item, configured, wanted, now=now)
