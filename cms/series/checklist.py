"""What a release would publish and what keeps it from that, told at once and in full.

A release is of a series or front page and of the items that its working copy has for entries, in the locales named;
an entry is not wanted where it is hidden. A part that is live as its draft stands needs nothing. Any other is *ready*
if its draft is approved and has all that a publication asks for, and the item may be read once it is out: neither
recalled, embargoed, expired nor still being processed. A draft with a time of its own goes out then, and not before.
A shared part counts like a text, in no locale; no text goes out without one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cms.content.models import (
    SHARED,
    WITH_ENTRIES,
    Draft,
    DraftStatus,
    Edition,
    Item,
    PubStatus,
    SharedEdition,
    Slug,
)
from cms.content.parts import SharedPart
from cms.content.readiness import readiness
from cms.errors import InvalidInputError, NotFoundError, Problem

Former = Mapping[str, Any]
"""What is live of a part: `{revision, slug, published_at}`; a shared part has no slug."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a release: the parts that would go out, the problems of the others, and what is live of it."""

    item: Item
    parts: tuple[str, ...]
    problems: tuple[Problem, ...]
    live: Mapping[str, Former]


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of all the items, by item and locale."""

    drafts: Mapping[int, Mapping[str, Draft]]
    live: Mapping[int, Mapping[str, Former]]
    owners: Mapping[tuple[str, str, str], int]


async def wanted_of(series_id: int, locales: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """The items of a release, the series first and its entries in order, with the locales wanted of each.

    Raises:
        NotFoundError: there is no such item.
        InvalidInputError: it is one without entries.
    """
    draft = await Draft.get_or_none(item_id=series_id, locale=SHARED).select_related("item")
    if draft is None:
        raise NotFoundError("There is no such item.", path=("item",))
    if draft.item.kind not in WITH_ENTRIES:
        raise InvalidInputError("Only a focus series or a front page is released.", path=("item",))
    entries = SharedPart.from_json(draft.content).entries
    hidden = {each["item"]: each.get("hidden", ()) for each in entries}
    return {series_id: tuple(locales)} | {
        item_id: tuple(tag for tag in locales if tag not in without) for item_id, without in hidden.items()
    }


async def checklist(series_id: int, locales: Sequence[str], *, now: datetime) -> list[Line]:
    """The lines of all the items, in order, by six statements however many there are. Raises as `wanted_of` does."""
    wanted = await wanted_of(series_id, locales)
    items = {item.id: item for item in await Item.filter(id__in=list(wanted))}
    found = await _find(list(wanted), locales)
    return [_line(items[item_id], tags, found, now) for item_id, tags in wanted.items()]


async def _find(ids: Sequence[int], locales: Sequence[str]) -> _Found:
    drafts: dict[int, dict[str, Draft]] = {}
    for draft in await Draft.filter(item_id__in=ids, locale__in=[SHARED, *locales]):
        drafts.setdefault(draft.item_id, {})[draft.locale] = draft
    chosen = {slug for parts in drafts.values() for draft in parts.values() if (slug := draft.content.get("slug"))}
    slugs = await Slug.filter(slug__in=list(chosen), locale__in=list(locales)) if chosen else []
    owners = {(row.kind.value, row.locale, row.slug): row.item_id for row in slugs}
    return _Found(drafts, await live_parts(ids), owners)


async def live_parts(ids: Sequence[int]) -> dict[int, dict[str, Former]]:
    """What is live of those items, by item and locale, the shared part among it."""
    live: dict[int, dict[str, Former]] = {item_id: {} for item_id in ids}
    columns = ("item_id", "locale", "revision", "slug", "published_at")
    for item_id, locale, revision, slug, at in await Edition.filter(item_id__in=ids).values_list(*columns):
        live[item_id][locale] = {"revision": revision, "slug": slug, "published_at": at.isoformat()}
    shared = SharedEdition.filter(item_id__in=ids).values_list("item_id", "revision", "published_at")
    for item_id, revision, at in await shared:
        live[item_id][SHARED] = {"revision": revision, "published_at": at.isoformat()}
    return live


def _line(item: Item, wanted: Sequence[str], found: _Found, now: datetime) -> Line:
    drafts, live = found.drafts.get(item.id, {}), found.live[item.id]
    problems = [*_of_item(item, now)]
    whole = not problems
    ready: list[str] = []
    for locale in (*wanted, SHARED):
        draft = drafts.get(locale)
        if draft is not None and locale in live and draft.revision == live[locale]["revision"]:
            continue
        lacking = [*_of_part(item, locale, draft, found.owners, now)]
        problems += lacking
        if whole and not lacking:
            ready.append(locale)
    texts = [locale for locale in ready if locale != SHARED]
    readable = SHARED in (*ready, *live) and (texts or len(live) > (SHARED in live))
    named = tuple(replace(each, item_id=item.id) for each in problems)
    return Line(item, tuple(ready) if readable else (), named, live)


def _of_item(item: Item, now: datetime) -> Iterator[Problem]:
    if item.pub_status is not PubStatus.USABLE:
        yield Problem("RECALLED", ("item",), f"The item is {item.pub_status.lower()}.")
    if item.embargoed_until is not None:
        yield Problem("EMBARGOED", ("item",), "The item is under embargo: nobody would see it.")
    yield from readiness(item, {}, now=now)


def _of_part(
    item: Item, locale: str, draft: Draft | None, owners: Mapping[tuple[str, str, str], int], now: datetime
) -> Iterator[Problem]:
    what, where = (f"The text in {locale}", locale) if locale != SHARED else ("The shared part", "shared")
    if draft is None:
        yield Problem("MISSING", (where,), f"There is no text in {locale}.", locale=locale)
        return
    if draft.status is DraftStatus.SCHEDULED:
        message = f"{what} has a time of its own: unschedule it to release it with the others."
        yield Problem("SCHEDULED", (where, "status"), message, locale=locale)
    elif draft.status is not DraftStatus.APPROVED:
        yield Problem("NOT_APPROVED", (where, "status"), f"{what} is not approved.", locale=locale)
    for problem in readiness(item, {locale: draft.content}, now=now):
        if problem.path != ("item",):
            yield replace(problem, locale=locale)
    slug = draft.content.get("slug")
    if slug and owners.get((item.kind.value, locale, slug), item.id) != item.id:
        yield Problem("SLUG_TAKEN", (where, "slug"), f"The slug {slug!r} belongs to another item.", locale=locale)
