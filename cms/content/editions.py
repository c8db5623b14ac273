"""Writing what is live: the rows of a text or a shared part, made of what one revision says.

Whoever calls holds the item's lock and has given it its new version; revisions, events and serving are theirs to keep.
"""

from datetime import datetime
from typing import Any

from cms.content import body as bodies
from cms.content.linking import instant, publish_links, withdraw_links
from cms.content.models import Edition, Item, Revision, RevisionKind, SharedEdition
from cms.content.parts import SharedPart, TextPart


async def write_text(
    item: Item,
    locale: str,
    part: TextPart,
    edition: Edition | None,
    *,
    slug: str,
    revision: int,
    published_at: datetime,
) -> None:
    """Make a text what is live in the locale, in place of `edition`; rendered here, once."""
    body = bodies.parse(part.body)
    live: dict[str, Any] = {
        "revision": revision,
        "version": item.version,
        "published_at": published_at,
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


async def write_shared(item: Item, part: SharedPart, *, revision: int, published_at: datetime) -> None:
    """Make a shared part what is live; every live text is of the item's version then."""
    await SharedEdition.update_or_create(
        {
            "revision": revision,
            "version": item.version,
            "published_at": published_at,
            "urgency": part.urgency,
            "copyright_holder": part.copyright_holder,
            "credit_line": part.credit_line,
            "usage_terms": part.usage_terms,
        },
        item_id=item.id,
    )
    await Edition.filter(item_id=item.id).update(version=item.version)
    await publish_links(item, part)


async def withdraw_shared(item: Item) -> None:
    """Undo the first publication of a shared part of which no text is live any more: the next one takes it again."""
    await withdraw_links(item)
    await SharedEdition.filter(item_id=item.id).delete()


async def _first_published_at(item: Item, locale: str) -> datetime:
    """When the text was published for the first time, also if it was taken off since."""
    kept = Revision.filter(item_id=item.id, locale=locale, kind=RevisionKind.PUBLICATION).order_by("number")
    (first, *_) = await kept.limit(1).values_list("created_at", flat=True)
    assert isinstance(first, datetime)
    return first
