"""An editor's desk for tests: the commands, with everything filled in that a test does not speak of."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cms.accounts.actors import SYSTEM
from cms.content import editing, publishing, serving
from cms.content.body import from_text
from cms.content.models import SHARED, Draft, Item, Kind
from cms.content.publishing import Published
from cms.database import APP
from cms.events import Event
from cms.statements import rows
from cms.taxonomy.models import Concept, Contributor, Organisation

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

BODY = from_text("Neve 雪.").document
"""What a text says where a test does not speak of it: an article without a body is not published."""

CHAINS: Mapping[str, Sequence[str]] = {"it": ["en"], "zh": ["en", "it"], "en": []}


async def configure(chains: Mapping[str, Sequence[str]] = CHAINS) -> None:
    """Configure these locales with their fallbacks, in this order."""
    await serving.configure_locales(SYSTEM, [{"tag": tag, "fallbacks": chain} for tag, chain in chains.items()])


async def vocabularies() -> dict[str, int]:
    """Two concepts, contributors and organisations: their ids by name."""
    ids = {}
    for name in ("sci", "滑雪"):
        ids[f"concept {name}"] = (await Concept.create(scheme="s", uri=f"s:{name}", names={"it": name})).id
        ids[f"contributor {name}"] = (await Contributor.create(key=name, names={"zh": name})).id
        ids[f"organisation {name}"] = (await Organisation.create(key=name, names={})).id
    return ids


async def write(
    headline: str = "La neve è tornata",
    *,
    locale: str = "it",
    kind: Kind = Kind.ARTICLE,
    shared: Mapping[str, Any] | None = None,
    uri: str | None = None,
    **text: Any,
) -> Item:
    """A new item with its first text, in drafts."""
    given = {"headline": headline, "body": BODY, **text}
    saved = await editing.create_item(SYSTEM, kind, source_locale=locale, text=given, shared=shared, uri=uri, now=NOON)
    return saved.item


async def save(item: Item, locale: str, **changes: Any) -> Draft:
    """Save as an editor does who saw the latest revision."""
    draft = await Draft.get_or_none(item_id=item.id, locale=locale)
    seen = draft.revision if draft else None
    changes = changes if draft or not locale else {"body": BODY, **changes}
    return await editing.save_draft(
        SYSTEM, item_id=item.id, locale=locale, changes=changes, expected_revision=seen, now=NOON
    )


async def save_shared(item: Item, **changes: Any) -> Draft:
    """Save the shared part likewise."""
    return await save(item, SHARED, **changes)


async def publish(item: Item, *locales: str, shared: bool = False, now: datetime = NOON) -> Published:
    """Publish texts, and the shared part."""
    return await publishing.publish(SYSTEM, item_id=item.id, locales=locales, shared=shared, now=now)


async def unpublish(item: Item, *locales: str, now: datetime = NOON) -> Published:
    """Take texts off."""
    return await publishing.unpublish(SYSTEM, item_id=item.id, locales=locales, now=now)


async def happened(since: int = 0) -> list[tuple[str, str | None]]:
    """(type, locale) of the events after a position, in order."""
    return [(event.type, event.locale) for event in await Event.filter(id__gt=since).order_by("id")]


async def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    from tortoise.context import require_context

    apps = require_context().apps
    assert apps is not None
    tables = sorted(model._meta.db_table for model in apps[APP].values())
    return {name: sorted(await rows(f'SELECT * FROM "{name}"'), key=str) for name in tables}
