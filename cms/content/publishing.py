"""Commands that change what is live: publish and unpublish, each one transaction whatever its size.

A publication takes the texts of the locales it names, and the shared part if it says so. The first one always
takes the shared part, since no text is read without it. Whatever partners must hear is recorded as Changes of
the item's live locales.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content import body as bodies
from cms.content.addresses import claim_slug, release_slug
from cms.content.editing import keep_revision, lock_item, save_draft
from cms.content.linking import instant, publish_links
from cms.content.models import SHARED, Draft, Edition, Item, PubStatus, Revision, RevisionKind, SharedEdition
from cms.content.parts import SharedPart, TextPart
from cms.content.serving import refresh_serving
from cms.database import transaction
from cms.errors import InvalidInputError, NotFoundError, TransitionError
from cms.events import Changed, ChangeType, EventType
from cms.taxonomy.locales import Locales, hold_locales


@dataclass(frozen=True, slots=True)
class Published:
    """The item after a command, and the locales it is live in."""

    item: Item
    live: tuple[str, ...]


async def publish(
    actor: Actor, *, item_id: int, locales: Sequence[str] = (), shared: bool = False, now: datetime
) -> Published:
    """Make the drafts of those locales, and of the shared part if asked, what the public reads.

    Raises:
        NotFoundError: no such item, or no draft in a locale.
        TransitionError: the item is canceled or withheld.
        SlugTakenError: a chosen slug is, or was, another item's in that locale.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        item = await lock_usable(item_id)
        configured = await hold_locales()
        wanted = _wanted(configured, locales)
        if not wanted and not shared:
            raise InvalidInputError("Name the locales to publish, or the shared part.", path=("locales",))
        before = await Edition.filter(item_id=item_id).only("id", "locale")
        shared = shared or not await SharedEdition.exists(item_id=item_id)
        item.version += 1
        await item.save(update_fields=["version"])
        if shared:
            await _publish_shared(actor, item, now)
        for locale in wanted:
            await _publish_text(actor, item, locale, now)
        if wanted:
            await refresh_serving(item, configured)
        live = _in_order(configured, {edition.locale for edition in before} | set(wanted))
        _announce(actor, item, wanted, live, shared=shared, now=now)
    return Published(item, live)


async def save_and_publish(
    actor: Actor,
    *,
    item_id: int,
    locale: str,
    changes: Mapping[str, Any],
    expected_revision: int | None,
    now: datetime,
) -> Draft:
    """Save the named fields of a text and make it what the public reads, both or neither.

    Raises:
        what `save_draft` and `publish` raise.
    """
    async with transaction():
        draft = await save_draft(
            actor, item_id=item_id, locale=locale, changes=changes, expected_revision=expected_revision, now=now
        )
        await publish(actor, item_id=item_id, locales=[draft.locale], now=now)
        await draft.refresh_from_db()
    return draft


async def unpublish(actor: Actor, *, item_id: int, locales: Sequence[str], now: datetime) -> Published:
    """Take the texts of those locales off, quietly; their drafts and revisions stay.

    Raises:
        NotFoundError: no such item, or a locale is not live.
        TransitionError: the item is canceled or withheld; recipients must go on seeing that.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        item = await lock_usable(item_id)
        configured = await hold_locales()
        wanted = _wanted(configured, locales)
        live = {edition.locale for edition in await Edition.filter(item_id=item_id).only("id", "locale")}
        if not wanted:
            raise InvalidInputError("Name the locales to unpublish.", path=("locales",))
        if missing := [locale for locale in wanted if locale not in live]:
            raise NotFoundError(f"The item is not live in {missing[0]}.", path=("locales",))
        item.version += 1
        await item.save(update_fields=["version"])
        for locale in wanted:
            await release_slug(item, locale)
        await refresh_serving(item, configured, without=wanted)
        await Edition.filter(item_id=item_id, locale__in=wanted).delete()
        for locale in wanted:
            events.record(
                EventType.TEXT_UNPUBLISHED,
                item_id=item_id,
                locale=locale,
                actor=actor.name,
                changes=[change_of(item, locale, ChangeType.UNPUBLISHED)],
                at=now,
            )
    return Published(item, _in_order(configured, live.difference(wanted)))


async def lock_usable(item_id: int) -> Item:
    """The item, locked by a command that changes what is live of it.

    Raises:
        NotFoundError: no such item.
        TransitionError: the item is canceled or withheld.
    """
    item = await lock_item(item_id)
    if item.pub_status is not PubStatus.USABLE:
        raise TransitionError(f"The item is {item.pub_status.lower()}: what is live of it cannot change.")
    return item


def _wanted(configured: Locales, tags: Sequence[str]) -> list[str]:
    """The locales meant, once each, in the newsroom's order: so no two commands wait for each other."""
    meant = {configured.check(tag, "locales", index) for index, tag in enumerate(tags)}
    return list(_in_order(configured, meant))


async def _publish_shared(actor: Actor, item: Item, now: datetime) -> None:
    draft = await Draft.get(item_id=item.id, locale=SHARED)
    await keep_revision(actor, draft, RevisionKind.PUBLICATION, now, version=item.version)
    part = SharedPart.from_json(draft.content)
    await SharedEdition.update_or_create(
        {
            "revision": draft.revision,
            "version": item.version,
            "published_at": now,
            "urgency": part.urgency,
            "copyright_holder": part.copyright_holder,
            "credit_line": part.credit_line,
            "usage_terms": part.usage_terms,
        },
        item_id=item.id,
    )
    await Edition.filter(item_id=item.id).update(version=item.version)
    await publish_links(item, part)


async def _publish_text(actor: Actor, item: Item, locale: str, now: datetime) -> None:
    draft = await Draft.get_or_none(item_id=item.id, locale=locale)
    if draft is None:
        raise NotFoundError(f"There is no draft in {locale} to publish.", path=("locales",))
    part = TextPart.from_json(draft.content)
    body = bodies.parse(part.body)
    edition = await Edition.get_or_none(item_id=item.id, locale=locale)
    slug = await claim_slug(item, locale, part, current=edition.slug if edition else None)
    await keep_revision(actor, draft, RevisionKind.PUBLICATION, now, version=item.version)
    live: dict[str, Any] = {
        "revision": draft.revision,
        "version": item.version,
        "published_at": now,
        "slug": slug,
        "headline": part.headline,
        "summary": part.summary,
        "dateline_place": part.dateline_place,
        "dateline_date": instant(part.dateline_date),
        "located": part.located,
        "word_count": body.word_count,
        "body": body.json,
        "html": body.html,
        "text": body.text,
    }
    if edition is None:
        first = await _first_published_at(item, locale)
        await Edition.create(item_id=item.id, locale=locale, kind=item.kind, first_published_at=first, **live)
    else:
        await edition.update_from_dict(live).save(update_fields=list(live))


async def _first_published_at(item: Item, locale: str) -> datetime:
    """When the text was published for the first time, also if it was taken off since."""
    kept = Revision.filter(item_id=item.id, locale=locale, kind=RevisionKind.PUBLICATION).order_by("number")
    (first, *_) = await kept.limit(1).values_list("created_at", flat=True)
    assert isinstance(first, datetime)
    return first


def _announce(
    actor: Actor, item: Item, texts: Sequence[str], changed: Iterable[str], *, shared: bool, now: datetime
) -> None:
    """An event for the shared part, with the changes of locales that no text event carries; one per text."""
    if shared:
        others = [change_of(item, locale, ChangeType.UPSERTED) for locale in changed if locale not in texts]
        events.record(EventType.SHARED_PUBLISHED, item_id=item.id, actor=actor.name, changes=others, at=now)
    for locale in texts:
        events.record(
            EventType.TEXT_PUBLISHED,
            item_id=item.id,
            locale=locale,
            actor=actor.name,
            changes=[change_of(item, locale, ChangeType.UPSERTED)],
            at=now,
        )


def change_of(item: Item, locale: str, kind: ChangeType) -> Changed:
    """What recipients of the item in that locale are to do about it, at its present version."""
    return Changed(item_id=item.id, locale=locale, uri=item.uri, kind=item.kind, type=kind, version=item.version)


def _in_order(configured: Locales, live: set[str]) -> tuple[str, ...]:
    return tuple(tag for tag in configured.tags if tag in live)
