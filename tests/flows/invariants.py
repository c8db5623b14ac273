"""What is true of every newsroom at every instant, whoever was killed: read on one snapshot, told in words."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cms.content import body as bodies
from cms.content.links import Association, AssociationRole, Byline, Credit, FocusSeries, SeriesEntry, Subject
from cms.content.models import (
    SHARED,
    WITH_ENTRIES,
    Draft,
    Edition,
    Item,
    Revision,
    RevisionKind,
    Serving,
    SharedEdition,
    Slug,
)
from cms.content.parts import SharedPart, TextPart
from cms.content.serving import served_locale
from cms.database import Database, transaction
from cms.events import Change, ChangeType, Event
from cms.reactions import Progress
from cms.statements import on_postgresql, rows
from cms.taxonomy.locales import Locales, load_locales
from search.engine.whoosh_files import Seals
from search.engine.whoosh_reader import IndexReader

CREATED = {"article.created", "video.created", "series.created", "front_page.created"}
PUBLISHED = {"text.published", "text.corrected"}
LIVE_KINDS = {RevisionKind.PUBLICATION, RevisionKind.CORRECTION}

Part = tuple[int, str]
"""(item, locale), "" being the shared part."""


@dataclass
class Rows:
    """Every row that the invariants speak of."""

    locales: Locales
    items: dict[int, Item]
    drafts: dict[Part, Draft]
    revisions: dict[Part, dict[int, Revision]]
    editions: dict[Part, Edition]
    shared: dict[int, SharedEdition]
    slugs: list[Slug]
    servings: dict[Part, Serving]
    changes: dict[Part, Change]
    events: list[Event]
    progress: int
    links: dict[type[Any], dict[int, list[Any]]] = field(default_factory=dict)

    @classmethod
    async def read(cls) -> "Rows":
        """All of them. The caller's transaction makes them one instant's."""
        revisions: dict[Part, dict[int, Revision]] = defaultdict(dict)
        for revision in await Revision.all().order_by("number"):
            revisions[revision.item_id, revision.locale][revision.number] = revision
        found = cls(
            locales=await load_locales(),
            items={item.id: item for item in await Item.all()},
            drafts={_part(draft): draft for draft in await Draft.all()},
            revisions=revisions,
            editions={_part(edition): edition for edition in await Edition.all()},
            shared={row.item_id: row for row in await SharedEdition.all()},
            slugs=await Slug.all(),
            servings={_part(serving): serving for serving in await Serving.all()},
            changes={_part(change): change for change in await Change.all()},
            events=await Event.all().order_by("id"),
            progress=(progress.position if (progress := await Progress.first()) else 0),
        )
        for model, owner in (
            (Subject, "item_id"), (Byline, "item_id"), (Credit, "item_id"), (Association, "item_id"),
            (SeriesEntry, "series_id"), (FocusSeries, "item_id"),
        ):  # fmt: skip
            linked: dict[int, list[Any]] = defaultdict(list)
            for row in await model.all().order_by(*(["position"] if model is not FocusSeries else ["item_id"])):
                linked[getattr(row, owner)].append(row)
            found.links[model] = linked
        return found

    def live(self, item_id: int) -> list[str]:
        """The locales that an item has an edition in."""
        return [locale for item, locale in self.editions if item == item_id]


async def broken_invariants(database: Database) -> list[str]:
    """What is wrong; empty if nothing is."""
    broken = broken_rows(await _snapshot())
    if database.dialect == "sqlite":
        broken += [f"SQLite: {row}" for row in await rows("PRAGMA integrity_check") if list(row.values()) != ["ok"]]
        broken += [f"foreign key: {row}" for row in await rows("PRAGMA foreign_key_check")]
    return broken


def broken_rows(found: Rows) -> list[str]:
    """What does not fit together in these rows."""
    checks = (_drafts, _editions, _shared, _slugs, _servings, _changes, _events)
    return [broken for check in checks for broken in check(found)]


async def _snapshot() -> Rows:
    async with transaction():
        if on_postgresql():
            await rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return await Rows.read()


def _part(row: Any) -> Part:
    return row.item_id, row.locale


def _unequal(what: object, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{what}: {found!r} instead of {wanted!r}"


def _drafts(found: Rows) -> Iterator[str]:
    """Every part has a draft and its revisions, numbered without a gap; the last one is what the draft holds."""
    yield from _unequal("parts with revisions", set(found.revisions), set(found.drafts))
    for item in found.items.values():
        for locale in (SHARED, item.source_locale):
            if (item.id, locale) not in found.drafts:
                yield f"item {item.id} has no draft in {locale!r}"
    for part, draft in found.drafts.items():
        numbers = list(found.revisions[part])
        yield from _unequal(f"revisions of {part}", numbers, list(range(1, draft.revision + 1)))
        if numbers:
            yield from _unequal(f"draft {part}", draft.content, found.revisions[part][numbers[-1]].content)


def _editions(found: Rows) -> Iterator[str]:
    """An edition is its revision, rendered."""
    for part, edition in found.editions.items():
        revision = found.revisions[part].get(edition.revision)
        if revision is None or revision.kind not in LIVE_KINDS:
            yield f"edition {part} is of revision {edition.revision}, which was not published"
            continue
        text = TextPart.from_json(revision.content)
        body = bodies.parse(text.body)
        wanted = (text.headline, text.summary, text.located, body.json, body.html, body.text)
        live = (edition.headline, edition.summary, edition.located, edition.body, edition.html, edition.text)
        yield from _unequal(f"edition {part}", live, wanted)
        if text.slug is not None:
            yield from _unequal(f"slug of {part}", edition.slug, text.slug)
        if not (revision.version or 0) <= edition.version <= found.items[part[0]].version:
            yield f"edition {part} has version {edition.version} out of order"
        if part[0] not in found.shared:
            yield f"edition {part} has no shared part"


def _shared(found: Rows) -> Iterator[str]:
    """A live shared part is its revision, and so are the rows that it refers by."""
    for item_id, shared in found.shared.items():
        revision = found.revisions[item_id, SHARED].get(shared.revision)
        if revision is None or revision.kind not in LIVE_KINDS:
            yield f"shared part of {item_id} is of revision {shared.revision}, which was not published"
            continue
        part = SharedPart.from_json(revision.content)
        yield from _unequal(f"urgency of {item_id}", shared.urgency, part.urgency)
        links = {model: linked.get(item_id, []) for model, linked in found.links.items()}
        lead = [] if part.lead_video is None else [(AssociationRole.LEAD_VIDEO, part.lead_video)]
        for what, rows_, wanted in (
            ("subjects", [row.concept_id for row in links[Subject]], part.subjects),
            ("bylines", [row.contributor_id for row in links[Byline]], part.contributors),
            (
                "credits",
                [(row.organisation_id, row.role.value) for row in links[Credit]],
                [(each["organisation"], each["role"]) for each in part.credits],
            ),
            (
                "associations",
                [(row.role, row.target_id) for row in links[Association]],
                [*lead, *((AssociationRole.RELATED, each) for each in part.related)],
            ),
            (
                "entries",
                [(row.target_id, row.section, row.role.value) for row in links[SeriesEntry]],
                [(each["item"], each.get("section"), each["role"]) for each in part.entries],
            ),
        ):
            yield from _unequal(f"{what} of {item_id}", rows_, wanted)
        ordered = found.items[item_id].kind in WITH_ENTRIES
        yield from _unequal(f"series row of {item_id}", len(links[FocusSeries]), int(ordered))


def _slugs(found: Rows) -> Iterator[str]:
    """One current slug for each live text, none for any other; no slug belongs to two items."""
    current = {_part(slug): slug.slug for slug in found.slugs if slug.current}
    yield from _unequal("current slugs", current, {part: each.slug for part, each in found.editions.items()})
    yield from _repeated("slug", ((slug.kind, slug.locale, slug.slug) for slug in found.slugs))
    yield from _repeated("current slug", (_part(slug) for slug in found.slugs if slug.current))


def _servings(found: Rows) -> Iterator[str]:
    """Serving says what `served_locale` says, for every item and locale."""
    wanted = {}
    for item in found.items.values():
        for locale in found.locales.tags:
            if served := served_locale(locale, found.live(item.id), item.source_locale, found.locales):
                edition = found.editions[item.id, served[0]]
                wanted[item.id, locale] = (edition.id, served[1], edition.published_at, item.kind)
    kept = {
        part: (serving.edition_id, serving.reason, serving.published_at, serving.kind)
        for part, serving in found.servings.items()
    }
    yield from _unequal("serving", kept, wanted)


def _changes(found: Rows) -> Iterator[str]:
    """Whatever was ever public has one change, which says what became of it."""
    published = {part for part, revisions in found.revisions.items() if _was_published(revisions.values())}
    yield from _unequal("parts with a change", set(found.changes), {part for part in published if part[1] != SHARED})
    by_id = {event.id: event for event in found.events}
    for part, change in found.changes.items():
        item, event = found.items[part[0]], by_id.get(change.position)
        if event is None or event.item_id != item.id or event.locale not in (None, change.locale):
            yield f"change {part} is at position {change.position}, which tells of something else"
        yield from _unequal(f"change {part}", (change.uri, change.kind), (item.uri, item.kind))
        if change.type in {ChangeType.UPSERTED, ChangeType.UNPUBLISHED}:
            is_live = part in found.editions
            yield from _unequal(f"type of change {part}", change.type is ChangeType.UPSERTED, is_live)
        if change.type is ChangeType.UPSERTED and part in found.editions:
            yield from _unequal(f"version of change {part}", change.version, found.editions[part].version)


def _was_published(revisions: Iterable[Revision]) -> bool:
    return any(revision.kind in LIVE_KINDS for revision in revisions)


def _events(found: Rows) -> Iterator[str]:
    """Each revision has its event, each event its revision; nobody has read further than was written."""
    told: dict[Part, Counter[str]] = defaultdict(Counter)
    for event in found.events:
        if event.item_id is not None:
            told[event.item_id, event.locale or SHARED][event.type] += 1
    for item in found.items.values():
        yield from _unequal(f"creations of {item.id}", sum(told[item.id, SHARED][each] for each in CREATED), 1)
    for part, revisions in found.revisions.items():
        begun = part[1] in {SHARED, found.items[part[0]].source_locale}
        kinds = Counter(revision.kind for revision in revisions.values())
        saves = kinds[RevisionKind.SAVE] - begun
        yield from _unequal(f"saves of {part}", told[part]["draft.saved"], saves)
        publications = sum(kinds[kind] for kind in LIVE_KINDS)
        types: Sequence[str] = ["shared.published"] if part[1] == SHARED else sorted(PUBLISHED)
        yield from _unequal(f"publications of {part}", sum(told[part][each] for each in types), publications)
    if found.progress > (found.events[-1].id if found.events else 0):
        yield f"events were dispatched up to {found.progress}, which is not there"


def _repeated(what: str, keys: Iterable[Hashable]) -> Iterator[str]:
    yield from (f"{what} {key} is there {times} times" for key, times in Counter(keys).items() if times > 1)


async def index_differences(folder: Path) -> list[str]:
    """Where the index does not hold exactly the visible texts as they are."""
    found = await _snapshot()
    wanted: dict[str, dict[str, tuple[str, str]]] = {locale: {} for locale in found.locales.tags}
    for (item_id, locale), edition in found.editions.items():
        item = found.items[item_id]
        if item.pub_status == "USABLE" and item.ready and item.embargoed_until is None:
            wanted[locale][str(item_id)] = (edition.headline, edition.text)
    return [
        difference
        for locale, texts in wanted.items()
        for difference in _unequal(f"index of {locale}", indexed_texts(folder / locale), texts)
    ]


def indexed_texts(folder: Path) -> dict[str, tuple[str, str]]:
    """Headline and body by key, of an index that may not have been begun."""
    try:
        reader = IndexReader(folder, Seals())
    except FileNotFoundError:
        return {}
    try:
        return {
            key: (texts["headline"], texts["body"])
            for number, key in enumerate(reader._keys)
            if not reader._reader.is_deleted(number)
            for texts in [reader._reader.stored_fields(number)["texts"]]
        }
    finally:
        reader.close()
