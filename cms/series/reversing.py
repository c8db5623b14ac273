"""Taking a release back: what it brought is taken off, and what it replaced is live again as it was.

Drafts are left as they are. Lists show former texts at the time when they were published; recipients get them as a
newer version, since they keep the newest. Revisions and the addresses that were public stay, as always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.addresses import claim_slug
from cms.content.announcing import changes_of
from cms.content.editions import withdraw_shared, write_shared, write_text
from cms.content.models import SHARED, Edition, Item, Revision
from cms.content.parts import SharedPart, TextPart
from cms.content.publishing import take_off
from cms.content.serving import refresh_serving
from cms.content.standing import in_order, live_locales
from cms.database import transaction
from cms.errors import NotReadyError, Problem
from cms.events import EventType
from cms.series.models import Release, ReleaseStatus
from cms.series.releasing import lock_items, lock_release
from cms.taxonomy.locales import Locales, hold_locales


async def reverse_release(actor: Actor, *, release_id: int, now: datetime) -> Release:
    """Undo a release, all of it or nothing.

    Raises:
        NotFoundError: there is no such release.
        TransitionError: it was not carried out, or is reversed already.
        NotReadyError: some items were published, taken off or recalled since; all of them are told.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        known = await Release.get_or_none(id=release_id)
        items = await lock_items([each["item"] for each in known.published]) if known else {}
        configured = await hold_locales()
        release = await lock_release(release_id, status=ReleaseStatus.RELEASED, name="reversed")
        for each in release.published:
            require(actor, Permission.PUBLISH, items[each["item"]].kind, list(each["parts"]))
        if problems := _touched(release, items):
            raise NotReadyError(problems)
        for each in release.published:
            await _put_back(actor, items[each["item"]], configured, each["parts"], now=now)
        release.status, release.reversed_at = ReleaseStatus.REVERSED, now
        await release.save(update_fields=["status", "reversed_at"])
        data = {"release": release.id}
        events.record(EventType.RELEASE_REVERSED, item_id=release.series_id, actor=actor.name, data=data, at=now)
    return release


def _touched(release: Release, items: Mapping[int, Item]) -> list[Problem]:
    """Items whose version the release did not make: every command that alters what the public sees raises it."""
    message = "It was published, taken off or recalled since."
    return [
        Problem("CHANGED_SINCE", ("item",), message, item_id=each["item"])
        for each in release.published
        if items[each["item"]].version != each["version"]
    ]


async def _put_back(
    actor: Actor, item: Item, configured: Locales, parts: Mapping[str, Mapping[str, Any]], *, now: datetime
) -> None:
    texts = [locale for locale in parts if locale != SHARED]
    restored = [locale for locale in texts if parts[locale]["former"]]
    gone = [locale for locale in texts if locale not in restored]
    item.version += 1
    await item.save(update_fields=["version"])
    for locale in restored:
        await _restore_text(item, locale, parts[locale]["former"])
    left = await take_off(actor, item, configured, gone, now=now) if gone else await live_locales(item, configured)
    if SHARED in parts and (former := parts[SHARED]["former"]):
        part = SharedPart.from_json(await _content(item, SHARED, former))
        at = datetime.fromisoformat(former["published_at"])
        await write_shared(item, part, revision=former["revision"], published_at=at)
    elif SHARED in parts and not left:
        await withdraw_shared(item)
    if restored:
        await refresh_serving(item, configured)
    if told := left if SHARED in parts else in_order(configured, restored):
        await _announce(actor, item, restored, left, told, now)


async def _restore_text(item: Item, locale: str, former: Mapping[str, Any]) -> None:
    part = TextPart.from_json(await _content(item, locale, former))
    edition = await Edition.get(item_id=item.id, locale=locale)
    slug = await claim_slug(item, locale, replace(part, slug=former["slug"]), current=edition.slug)
    at = datetime.fromisoformat(former["published_at"])
    await write_text(item, locale, part, edition, slug=slug, revision=former["revision"], published_at=at)


async def _content(item: Item, locale: str, former: Mapping[str, Any]) -> Mapping[str, Any]:
    return (await Revision.get(item_id=item.id, locale=locale, number=former["revision"])).content


async def _announce(
    actor: Actor, item: Item, restored: Sequence[str], live: Sequence[str], told: Sequence[str], now: datetime
) -> None:
    changes = await changes_of(item, live, now=now, among=told)
    events.record(
        EventType.EDITION_RESTORED,
        item_id=item.id,
        actor=actor.name,
        data={"locales": list(restored)},
        changes=list(changes.values()),
        at=now,
    )
