"""Reading what the newsroom has of some articles: a handful of statements, however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from cms.content.models import (
    SHARED,
    Draft,
    DraftStatus,
    Edition,
    Item,
    PubStatus,
    Revision,
    RevisionKind,
    SharedEdition,
)
from cms.importing.planning import Fields, Part, Standing, settled, wanted_parts
from cms.importing.reading import Article

IMPORTER = "import"
"""The author of what imports save; other authors are people and their programs."""

Texts = Mapping[str, Mapping[str, Fields]]


async def load_standings(articles: Iterable[Article], texts: Texts, *, publish: bool) -> dict[str, Standing]:
    """What there is of those articles, by uri; the past only of parts that an import may have to touch.

    `texts` holds the fields of each article's texts, by uri and locale. Called in a transaction, it locks the items:
    what editors would save between the look and the publication would go out with it.
    """
    wanted = {article.uri: article for article in articles}
    found = Item.filter(uri__in=list(wanted)).order_by("id")  # in one order, so that two imports take turns
    items = {item.id: item for item in await found.select_for_update(no_key=True)}
    if not items:
        return {}
    live = await _live(items)
    parts: dict[int, dict[str, Part]] = defaultdict(dict)
    for draft in await Draft.filter(item_id__in=list(items)):
        parts[draft.item_id][draft.locale] = Part(
            draft.content,
            draft.revision,
            live=live.get((draft.item_id, draft.locale)),
            idle=draft.status is DraftStatus.DRAFT,
        )
    standings = {
        item.uri: Standing(item.id, item.source_locale, item.pub_status is PubStatus.USABLE, parts[item.id])
        for item in items.values()
    }
    unsettled = [
        (standing.item_id, name)
        for uri, standing in standings.items()
        for name, fields in wanted_parts(wanted[uri], texts[uri], standing).items()
        if name in standing.parts and not settled(standing.parts[name], fields, publish=publish)
    ]
    for item_id, name in unsettled:
        parts[item_id][name] = await _with_past(item_id, name, parts[item_id][name])
    return standings


async def _live(items: Iterable[int]) -> dict[tuple[int, str], int]:
    """The revision that is public, by item and locale."""
    ids = list(items)
    shared = await SharedEdition.filter(item_id__in=ids).values_list("item_id", "revision")
    texts = await Edition.filter(item_id__in=ids).values_list("item_id", "locale", "revision")
    return {(item, SHARED): number for item, number in shared} | {
        (item, locale): number for item, locale, number in texts
    }


async def _with_past(item_id: int, locale: str, part: Part) -> Part:
    past = Revision.filter(item_id=item_id, locale=locale)
    last = await past.filter(author=IMPORTER).order_by("-number").first()
    published = await past.filter(kind__in=[RevisionKind.PUBLICATION, RevisionKind.CORRECTION]).exists()
    return replace(
        part,
        imported=last.content if last else None,
        edited=last is None or last.number != part.revision,
        withdrawn=part.live is None and published,
    )
