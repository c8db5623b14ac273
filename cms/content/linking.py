"""Publishing the references of a shared part: the rows that joins read, written from its JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tortoise.models import Model

from cms.content.entries import in_reading_order
from cms.content.links import (
    Association,
    AssociationRole,
    Byline,
    Credit,
    FocusSeries,
    HiddenEntry,
    SeriesEntry,
    SeriesRole,
    Subject,
)
from cms.content.models import WITH_ENTRIES, Item
from cms.content.parts import SharedPart


async def publish_links(item: Item, part: SharedPart) -> None:
    """Replace the item's live subjects, bylines, credits and associations; a list that is the same stays."""
    await _replace(Subject, item, [{"concept_id": each} for each in part.subjects])
    await _replace(Byline, item, [{"contributor_id": each} for each in part.contributors])
    await _replace(
        Credit,
        item,
        [{"organisation_id": each["organisation"], "role": each["role"]} for each in part.credits],
    )
    lead = [] if part.lead_video is None else [{"target_id": part.lead_video, "role": AssociationRole.LEAD_VIDEO}]
    related = [{"target_id": each, "role": AssociationRole.RELATED} for each in part.related]
    await _replace(Association, item, lead + related)
    if item.kind in WITH_ENTRIES:
        await _publish_series(item, part)


async def withdraw_links(item: Item) -> None:
    """Take away all that the item's live shared part refers to."""
    for model in (Subject, Byline, Credit, Association, FocusSeries):
        await model.filter(item_id=item.id).delete()
    for ordered in (SeriesEntry, HiddenEntry):
        await ordered.filter(series_id=item.id).delete()


async def _publish_series(item: Item, part: SharedPart) -> None:
    await FocusSeries.update_or_create(
        {
            "occasion": part.occasion,
            "starts_on": instant(part.starts_on),
            "ends_on": instant(part.ends_on),
            "sections": part.sections,
        },
        item_id=item.id,
    )
    ordered = in_reading_order(part.sections, part.entries)
    entries = [
        {
            "position": position,
            "target_id": entry["item"],
            "section": entry.get("section"),
            "role": SeriesRole(entry["role"]),
            "pinned": entry["pinned"],
        }
        for position, entry in enumerate(ordered, start=1)
    ]
    hidden = [(entry["item"], locale) for entry in ordered for locale in entry["hidden"]]
    await SeriesEntry.filter(series_id=item.id).delete()
    await SeriesEntry.bulk_create(SeriesEntry(series_id=item.id, **each) for each in entries)
    await HiddenEntry.filter(series_id=item.id).delete()
    await HiddenEntry.bulk_create(
        HiddenEntry(series_id=item.id, target_id=target, locale=locale) for target, locale in hidden
    )


async def _replace(model: type[Model], item: Item, wanted: Sequence[dict[str, Any]]) -> None:
    fields = ("position", *(wanted[0] if wanted else ()))
    new = [{"position": position, **each} for position, each in enumerate(wanted)]
    rows = await model.filter(item_id=item.id).order_by("position")
    if [{name: getattr(row, name) for name in fields} for row in rows] == new:
        return
    await model.filter(item_id=item.id).delete()
    await model.bulk_create(model(item_id=item.id, **each) for each in new)


def instant(value: str | None) -> datetime | None:
    """An ISO instant of a part's JSON."""
    return datetime.fromisoformat(value) if value else None
