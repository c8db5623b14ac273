"""Whether what a shared part refers to is there, and not in the trash; asked when it is saved, since nothing of it is
ever deleted.
"""

from collections.abc import Collection, Sequence
from typing import Any

from tortoise.queryset import QuerySet

from cms.content.models import Item, Kind
from cms.content.parts import SharedPart
from cms.errors import InvalidInputError
from cms.taxonomy.models import Concept, Contributor, Organisation


async def check_references(item: Item, part: SharedPart, fields: Collection[str]) -> None:
    """Refuse a reference in those fields that leads nowhere, or to the item itself.

    Raises:
        InvalidInputError: the path names the field.
    """
    items = Item.filter(trashed_at=None)
    videos = items.filter(kind=Kind.VIDEO)
    lead = [] if part.lead_video is None else [part.lead_video]
    references: Sequence[tuple[str, QuerySet[Any], str, Sequence[int]]] = (
        ("subjects", Concept.all(), "concept", part.subjects),
        ("contributors", Contributor.all(), "contributor", part.contributors),
        ("credits", Organisation.all(), "organisation", [each["organisation"] for each in part.credits]),
        ("lead_video", videos, "video", lead),
        ("related", items, "item", part.related),
        ("entries", items, "item", [each["item"] for each in part.entries]),
    )
    for field, candidates, word, ids in references:
        if field not in fields or not ids:
            continue
        if candidates.model is Item and item.id in ids:
            raise InvalidInputError("An item cannot refer to itself.", path=(field,))
        found = await candidates.filter(id__in=list(ids)).values_list("id", flat=True)
        if missing := sorted(set(ids).difference(found)):
            raise InvalidInputError(f"There is no {word} {missing[0]}.", path=(field,))
