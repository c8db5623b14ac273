"""Commands that change what is live: publish and unpublish, each one transaction whatever its size.

A publication takes the texts of the locales it names, and the shared part if it says so. The first one always
takes the shared part, since no text is read without it. Whatever partners must hear is recorded as Changes of
the item's live locales.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content import body as bodies
from cms.content.addresses import claim_slug, release_slug
from cms.content.announcing import changes_of
from cms.content.editing import keep_revision, lock_item, save_draft
from cms.content.linking import instant, publish_links
from cms.content.models import SHARED, Draft, Edition, Item, Revision, RevisionKind, SharedEdition
from cms.content.parts import SharedPart, TextPart
from cms.content.readiness import require_ready
from cms.content.serving import refresh_serving
from cms.content.standing import in_order, live_locales, meant_locales
from cms.content.transitions import ItemAction, item_step
from cms.database import transaction
from cms.errors import InvalidInputError, NotFoundError
from cms.events import Changed, EventType
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
        NotReadyError: something is missing; all of it is told.
        SlugTakenError: a chosen slug is, or was, another item's in that locale.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        item = await lock_item(item_id)
        configured = await hold_locales()
        wanted = meant_locales(configured, locales)
        if not wanted and not shared:
            raise InvalidInputError("Name the locales to publish, or the shared part.", path=("locales",))
        require(actor, Permission.PUBLISH, item.kind, [*wanted, *([SHARED] if shared else [])])
        item_step(item, ItemAction.PUBLISH)
        live = await make_live(actor, item, configured, wanted, shared=shared, now=now)
    return Published(item, live)


async def save_and_publish(
    actor: Actor,
    *,
    item_id: int,
    locale: str,
    changes: Mapping[str, Any],
    expected_revision: int | None,
    source_revision: int | None = None,
    now: datetime,
) -> Draft:
    """Save the named fields of a text and make it what the public reads, both or neither.

    Raises:
        what `save_draft` and `publish` raise.
    """
    async with transaction():
        draft = await save_draft(
            actor,
            item_id=item_id,
            locale=locale,
            changes=changes,
            expected_revision=expected_revision,
            source_revision=source_revision,
            now=now,
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
        item.version += 1
        await item.save(update_fields=["version"])
        left = await take_off(actor, item, configured, wanted, now=now)
    return Published(item, left)


async def make_live(
    actor: Actor,
    item: Item,
    configured: Locales,
    wanted: Sequence[str],
    *,
    shared: bool,
    now: datetime,
    notes: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Publish those parts of a locked item, at its next version; answers with the locales that are then live.

    `notes` are the public corrections by locale, if it is one. Raises as `publish` does.
    """
    before = await live_locales(item, configured)
    shared = shared or not await SharedEdition.exists(item_id=item.id)
    parts = [*wanted, *([SHARED] if shared else [])]
    drafts = {draft.locale: draft for draft in await Draft.filter(item_id=item.id, locale__in=parts)}
    if missing := [locale for locale in wanted if locale not in drafts]:
        raise NotFoundError(f"There is no draft in {missing[0]} to publish.", path=("locales",))
    require_ready(item, {locale: drafts[locale].content for locale in parts}, now=now)
    item.version += 1
    await item.save(update_fields=["version"])
    if shared:
        await _publish_shared(actor, item, drafts[SHARED], now)
    for locale in wanted:
        await _publish_text(actor, item, drafts[locale], now, note=(notes or {}).get(locale))
    if wanted:
        await refresh_serving(item, configured)
    live = in_order(configured, {*before, *wanted})
    changes = await changes_of(item, live, now=now, among=live if shared else wanted)
    _announce(actor, item, wanted, changes, shared=shared, now=now, notes=notes)
    return live


async def take_off(
    actor: Actor, item: Item, configured: Locales, wanted: Sequence[str], *, now: datetime
) -> tuple[str, ...]:
    """Take live texts of a locked item off, at the version it has; answers with the locales that stay live."""
    live = await live_locales(item, configured)
    for locale in wanted:
        await release_slug(item, locale)
    await refresh_serving(item, configured, without=wanted)
    await Edition.filter(item_id=item.id, locale__in=list(wanted)).delete()
    left = in_order(configured, set(live).difference(wanted))
    changes = await changes_of(item, left, now=now, among=wanted)
    for locale in wanted:
        events.record(
            EventType.TEXT_UNPUBLISHED,
            item_id=item.id,
            locale=locale,
            actor=actor.name,
            changes=_of(changes, locale),
            at=now,
        )
    return left


async def _publish_shared(actor: Actor, item: Item, draft: Draft, now: datetime) -> None:
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


async def _publish_text(actor: Actor, item: Item, draft: Draft, now: datetime, *, note: str | None) -> None:
    locale = draft.locale
    part = TextPart.from_json(draft.content)
    body = bodies.parse(part.body)
    edition = await Edition.get_or_none(item_id=item.id, locale=locale)
    slug = await claim_slug(item, locale, part, current=edition.slug if edition else None)
    draft.source_corrected_at = None
    kind = RevisionKind.PUBLICATION if note is None else RevisionKind.CORRECTION
    await keep_revision(actor, draft, kind, now, version=item.version, note=note)
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
    actor: Actor,
    item: Item,
    texts: Sequence[str],
    changes: Mapping[str, Changed],
    *,
    shared: bool,
    now: datetime,
    notes: Mapping[str, str] | None,
) -> None:
    """An event for the shared part, with the changes of locales that no text event carries; one per text."""
    if shared:
        others = [change for locale, change in changes.items() if locale not in texts]
        events.record(EventType.SHARED_PUBLISHED, item_id=item.id, actor=actor.name, changes=others, at=now)
    for locale in texts:
        note = (notes or {}).get(locale)
        events.record(
            EventType.TEXT_PUBLISHED if note is None else EventType.TEXT_CORRECTED,
            item_id=item.id,
            locale=locale,
            actor=actor.name,
            data=None if note is None else {"note": note},
            changes=_of(changes, locale),
            at=now,
        )


def _of(changes: Mapping[str, Changed], locale: str) -> list[Changed]:
    return [changes[locale]] if locale in changes else []
