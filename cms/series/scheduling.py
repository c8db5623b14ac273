"""Releases at a time: kept as rows that a timer's job looks at, so one that was canceled leads to nothing."""

from collections.abc import Sequence
from datetime import datetime

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.editing import lock_item
from cms.content.models import SHARED, WITH_ENTRIES, Kind
from cms.content.scheduling import future, set_timer
from cms.content.transitions import ItemAction, item_step
from cms.database import transaction
from cms.errors import InvalidInputError, NotReadyError, PolyfocalError, Problem
from cms.events import EventType
from cms.series.models import Release, ReleaseStatus
from cms.series.releasing import carry_out, lock_all, lock_release, release_locales, told
from cms.taxonomy.locales import hold_locales


async def schedule_release(
    actor: Actor,
    *,
    item_id: int,
    locales: Sequence[str],
    release_at: datetime,
    only_ready: bool = False,
    now: datetime,
) -> Release:
    """Release a series or front page at a time, in any offset, with the entries that it has then.

    What is not ready yet may become so until then: `check_release` tells. It is refused at that time otherwise. As any
    item may be among the entries then, it takes the permission for every kind.

    Raises:
        NotFoundError: there is no such item.
        InvalidInputError: no locale is named, the moment is not in the future, or the item has no entries.
        TransitionError: the item is withheld or canceled.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        item = await lock_item(item_id)
        wanted = release_locales(await hold_locales(), locales)
        for kind in Kind:
            require(actor, Permission.PUBLISH, kind, [*wanted, SHARED])
        if item.kind not in WITH_ENTRIES:
            raise InvalidInputError("Only a focus series or a front page is released.", path=("item",))
        item_step(item, ItemAction.PUBLISH)
        moment = future(release_at, name="releaseAt", now=now)
        release = await Release.create(
            series_id=item_id,
            status=ReleaseStatus.SCHEDULED,
            locales=wanted,
            only_ready=only_ready,
            actor=actor.name,
            created_at=now,
            release_at=moment,
        )
        data = {"release": release.id, "locales": wanted, "release_at": moment.isoformat()}
        events.record(EventType.RELEASE_SCHEDULED, item_id=item_id, actor=actor.name, data=data, at=now)
        await set_timer("release_due", item_id, moment, now=now)
    return release


async def cancel_release(actor: Actor, *, release_id: int, now: datetime) -> Release:
    """Take back when a release was to be.

    Raises:
        NotFoundError: there is no such release.
        TransitionError: it is not scheduled.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        release = await lock_release(release_id, status=ReleaseStatus.SCHEDULED, name="canceled")
        item = await release.series
        require(actor, Permission.PUBLISH, item.kind, [*release.locales, SHARED])
        release.status = ReleaseStatus.CANCELED
        await release.save(update_fields=["status"])
        data = {"release": release.id}
        events.record(EventType.RELEASE_CANCELED, item_id=release.series_id, actor=actor.name, data=data, at=now)
    return release


async def release_due(actor: Actor, *, item_id: int, moment: datetime, now: datetime) -> None:
    """Carry out whatever is to be released at that moment. Raises as `release_series` does."""
    async with transaction():
        await lock_all(item_id, [])
        for release in await _due(item_id, moment):
            await carry_out(actor, release, await hold_locales(), now=now)


async def refuse_release(
    actor: Actor, refusal: PolyfocalError, *, item_id: int, moment: datetime, now: datetime
) -> None:
    """Keep why nothing was released at that moment; to try again would not help, somebody has to look."""
    problems = refusal.problems if isinstance(refusal, NotReadyError) else [_of_whole(refusal, item_id)]
    async with transaction():
        await lock_item(item_id)
        for release in await _due(item_id, moment):
            release.status, release.problems = ReleaseStatus.REFUSED, [told(each) for each in problems]
            await release.save(update_fields=["status", "problems"])
            data = {"release": release.id, "code": refusal.code, "message": refusal.message}
            events.record(EventType.RELEASE_REFUSED, item_id=item_id, actor=actor.name, data=data, at=now)


async def _due(item_id: int, moment: datetime) -> list[Release]:
    due = Release.filter(series_id=item_id, status=ReleaseStatus.SCHEDULED, release_at=moment)
    return await due.order_by("id").select_for_update(no_key=True)


def _of_whole(refusal: PolyfocalError, item_id: int) -> Problem:
    path = tuple(str(step) for step in refusal.path)
    return Problem(refusal.code, path, refusal.message, item_id=item_id)
