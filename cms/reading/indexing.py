"""Keeping the search index in step with the public texts.

The index holds one document for each item and locale that is released. It follows the Change table in batches
after commit, and says up to which position it does: a search leaves out what changed since.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

import structlog
from tortoise.models import Model

from cms.clock import Clock
from cms.content.links import Byline, Credit, Subject
from cms.content.models import Edition, Item
from cms.events import Change, ChangeType, latest
from cms.jobs import Handler, Job, JobRequest
from cms.reading.scope import Scope
from search import Document, Engine, SearchUnavailableError

BATCH = 500
BRING_UP = JobRequest(name="mend_index", serial_key="search", coalesce_key="search")
"""What a worker asks for when it starts, and whoever finds the index damaged: it is read wholly, built again if
it is not as it was written, and brought up to date."""

log = structlog.get_logger(__name__)


def indexing_handlers(engine: Engine, clock: Clock) -> Mapping[str, Handler]:
    """The handlers of the jobs that feed the index."""

    async def index_changes(_job: Job) -> None:
        await follow_changes(engine, clock)

    async def mend_index(_job: Job) -> None:
        if problems := await asyncio.to_thread(engine.check):
            log.warning("index.rebuilt", problems=problems)
            await asyncio.to_thread(engine.clear)
        await follow_changes(engine, clock)

    return {"index_changes": index_changes, "mend_index": mend_index}


async def follow_changes(engine: Engine, clock: Clock, batch: int = BATCH) -> int:
    """Bring the index up to the latest change; returns how many documents were written or removed.

    An index that is damaged is begun anew, and so is one that is ahead of the database, which belongs to another
    history, such as one before a restore.

    Raises:
        SearchBusyError: another process writes; SearchDiskError: the disk takes no more. The index stands.
    """
    try:
        if engine.position() <= await latest():
            return await _follow(engine, clock, batch)
        log.warning("index.rebuilt", problems=("it is ahead of the database",))
    except SearchUnavailableError as error:
        log.warning("index.rebuilt", problems=(str(error),))
    await asyncio.to_thread(engine.clear)
    return await _follow(engine, clock, batch)


async def _follow(engine: Engine, clock: Clock, batch: int) -> int:
    if not await Change.exists():
        await asyncio.to_thread(engine.write, (), 0)  # nothing is public: an index that says so is no missing one
    for locale in engine.locales():
        await asyncio.to_thread(engine.count, locale)  # raises if it is gone, which no change might show
    written = 0
    while changes := await _next(engine.position(), batch):
        documents = await _documents(changes, Scope(clock()))
        entries = [(each.locale, str(each.item_id), documents.get((each.item_id, each.locale))) for each in changes]
        await asyncio.to_thread(engine.write, entries, changes[-1].position)
        written += len(entries)
    return written


async def _next(position: int, batch: int) -> list[Change]:
    """The next changes, whole positions only: changes of one event share theirs."""
    last = (
        await Change.filter(position__gt=position).order_by("position").limit(batch).values_list("position", flat=True)
    )
    if not last:
        return []
    return await Change.filter(position__gt=position, position__lte=last[-1]).order_by("position", "item_id", "locale")


async def _documents(changes: Sequence[Change], scope: Scope) -> dict[tuple[int, str], Document]:
    """What the changed texts are found by; those that nobody may read have none.

    Only what is the item's own: what others say of it, such as the series that it is in, changes without it.
    """
    ids = list({each.item_id for each in changes if each.type is ChangeType.UPSERTED})
    items = {item.id: item for item in await Item.filter(id__in=ids) if scope.admits(item)}
    ids = list(items)
    concepts = await _by_item(Subject, "concept_id", ids)
    organisations = await _by_item(Credit, "organisation_id", ids)
    contributors = await _by_item(Byline, "contributor_id", ids)
    names: dict[int, list[str]] = defaultdict(list)
    for byline in await Byline.filter(item_id__in=ids).order_by("position").select_related("contributor"):
        names[byline.item_id] += byline.contributor.names.values()
    return {
        (edition.item_id, edition.locale): Document(
            key=str(edition.item_id),
            texts={
                "headline": edition.headline,
                "summary": edition.summary or "",
                "body": edition.text,
                "byline": " ".join(names[edition.item_id]),
                "place": " ".join(filter(None, (edition.dateline_place, edition.located))),
            },
            terms={
                "kind": (edition.kind.value,),
                "concept": tuple(concepts[edition.item_id]),
                "organisation": tuple(organisations[edition.item_id]),
                "contributor": tuple(contributors[edition.item_id]),
            },
            published_at=edition.published_at,
            ends_at=items[edition.item_id].expires_at,
        )
        for edition in await Edition.filter(item_id__in=ids)
    }


async def _by_item(model: type[Model], column: str, ids: Sequence[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for item_id, value in await model.filter(item_id__in=ids).order_by("position").values_list("item_id", column):
        found[item_id].append(str(value))
    return found
