"""Releasing a series or front page: it and all its items go live at one moment, in one transaction.

No reader ever sees a part of it, and all texts are published at the same instant. What is ready, and so what goes
out, is told by `checklist`; what went out is kept, so that it can be taken back (`reversing`).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.models import SHARED, Item
from cms.content.publishing import make_live
from cms.content.standing import meant_locales
from cms.database import transaction
from cms.errors import InvalidInputError, InvalidPageError, NotFoundError, NotReadyError, Problem, TransitionError
from cms.events import EventType
from cms.series.checklist import Line, checklist, live_parts, wanted_of
from cms.series.models import Release, ReleaseStatus
from cms.taxonomy.locales import Locales, hold_locales, load_locales

LISTED_MOST = 100


async def check_release(actor: Actor, *, item_id: int, locales: Sequence[str], now: datetime) -> list[Line]:
    """What a release in those locales would publish now, and what is not ready for it.

    Raises:
        NotFoundError: there is no such item.
        InvalidInputError: no locale is named, or the item has no entries.
    """
    require(actor, Permission.READ)
    wanted = release_locales(await load_locales(), locales)
    lines = await checklist(item_id, wanted, now=now)
    require(actor, Permission.READ, lines[0].item.kind)
    return lines


async def release_series(
    actor: Actor, *, item_id: int, locales: Sequence[str], only_ready: bool = False, now: datetime
) -> Release:
    """Publish a series or front page in those locales with all its items, or all of it that is ready.

    Raises:
        NotFoundError, InvalidInputError: as `check_release`.
        NotReadyError: something is not ready; with `only_ready`, nothing is. Every problem is told.
        TransitionError: all of it is live as it stands.
        SlugTakenError: two of its items choose one slug.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        await lock_all(item_id, locales)
        configured = await hold_locales()
        wanted = release_locales(configured, locales)
        release = Release(series_id=item_id, locales=wanted, only_ready=only_ready, actor=actor.name, created_at=now)
        await carry_out(actor, release, configured, now=now)
    return release


async def releases_of(actor: Actor, *, item_id: int, first: int) -> list[Release]:
    """What was, or is to be, released of a series or front page, the latest first.

    Raises:
        InvalidPageError: `first` is not between 1 and 100.
    """
    require(actor, Permission.READ)
    if not 1 <= first <= LISTED_MOST:
        raise InvalidPageError(f"first is between 1 and {LISTED_MOST}.", path=("first",))
    item = await Item.get_or_none(id=item_id)
    if item is None:
        raise NotFoundError("There is no such item.", path=("item",))
    require(actor, Permission.READ, item.kind)
    return await Release.filter(series_id=item_id).order_by("-id").limit(first)


async def lock_all(series_id: int, locales: Sequence[str]) -> None:
    """Lock the series and the items of its entries, all in one order: so two releases do not wait for each other.

    Entries may change until the series itself is locked, so what came in meanwhile is locked after.
    """
    locked: set[int] = set()
    while missing := set(await wanted_of(series_id, locales)).difference(locked):
        await lock_items(missing)
        locked |= missing


async def lock_items(ids: Collection[int]) -> dict[int, Item]:
    """Those items, locked until the transaction ends, in the order of their ids."""
    query = Item.filter(id__in=list(ids)).order_by("id").select_for_update(no_key=True)
    return {item.id: item for item in await query}


def release_locales(configured: Locales, locales: Sequence[str]) -> list[str]:
    """The locales meant, in the newsroom's order.

    Raises:
        InvalidInputError: none is named; UnknownLocaleError: the newsroom has no such locale.
    """
    wanted = meant_locales(configured, locales)
    if not wanted:
        raise InvalidInputError("Name the locales to release.", path=("locales",))
    return wanted


async def carry_out(actor: Actor, release: Release, configured: Locales, *, now: datetime) -> None:
    """Publish what the release is of, whose items are locked, and keep what was done. Raises as `release_series`."""
    lines = await checklist(release.series_id, release.locales, now=now)
    for line in lines:
        if line.parts or line.problems or line.item.id == release.series_id:
            require(actor, Permission.PUBLISH, line.item.kind, line.parts or release.locales)
    problems = [problem for line in lines for problem in line.problems]
    going = [line for line in lines if line.parts]
    if problems and not (release.only_ready and going):
        raise NotReadyError(problems)
    if not going:
        raise TransitionError("There is nothing to release: all of it is live as it stands.", path=("item",))
    for line in going:
        texts = [locale for locale in line.parts if locale != SHARED]
        await make_live(actor, line.item, configured, texts, shared=SHARED in line.parts, now=now)
    live = await live_parts([line.item.id for line in going])
    release.published = [_published(line, live[line.item.id]) for line in going]
    release.problems = [told(problem) for problem in problems]
    release.status, release.released_at = ReleaseStatus.RELEASED, now
    await release.save()
    data = {"release": release.id, "locales": release.locales, "items": len(going)}
    events.record(EventType.SERIES_RELEASED, item_id=release.series_id, actor=actor.name, data=data, at=now)


def _published(line: Line, live: dict[str, Any]) -> dict[str, Any]:
    parts = {locale: {"revision": live[locale]["revision"], "former": line.live.get(locale)} for locale in line.parts}
    return {"item": line.item.id, "version": line.item.version, "parts": parts}


def told(problem: Problem) -> dict[str, Any]:
    """A problem as a release keeps it."""
    return {
        "item": problem.item_id,
        "locale": problem.locale,
        "code": problem.code,
        "path": list(problem.path),
        "message": problem.message,
    }


async def lock_release(release_id: int, *, status: ReleaseStatus, name: str) -> Release:
    """A release of that status, locked until the transaction ends.

    Raises:
        NotFoundError: there is no such release.
        TransitionError: it has another status, so it cannot be what `name` says.
    """
    release = await Release.filter(id=release_id).select_for_update(no_key=True).get_or_none()
    if release is None:
        raise NotFoundError("There is no such release.", path=("release",))
    if release.status is not status:
        raise TransitionError(f"The release is {release.status.lower()}: it cannot be {name}.", path=("release",))
    return release
