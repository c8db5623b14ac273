"""News items as Strawberry's resolvers see them, loaded with Tortoise in batches.

Plans share nothing with this module: it is what their answers are compared with.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from api.context import Context
from api.plans.fetching import Frame
from cms.assets.models import VideoAsset
from cms.content.models import Edition, Item, Kind, LocaleReason, Serving, SharedEdition


@dataclass(frozen=True, slots=True)
class Served:
    """A visible item with the edition it is read in, and the frame it was asked for in."""

    serving: Serving
    item: Item
    edition: Edition
    shared: SharedEdition
    frame: Frame


def servings(context: Context, frame: Frame, **filters: Any) -> QuerySet[Serving]:
    """What is visible in the frame."""
    if frame.exact:
        filters["reason"] = LocaleReason.REQUESTED
    return Serving.filter(context.scope.q("item__"), locale=frame.locale, **filters)


async def serve(frame: Frame, rows: Sequence[Serving]) -> list[Served]:
    """Complete rows that were read with `select_related("item", "edition")`."""
    found = await SharedEdition.filter(item_id__in=[row.item_id for row in rows])
    shared = {row.item_id: row for row in found}
    return [Served(row, row.item, row.edition, shared[row.item_id], frame) for row in rows]


async def by_item(context: Context, frame: Frame, keys: list[int]) -> list[Served | None]:
    """A batch: the items of those ids."""
    rows = await servings(context, frame, item_id__in=keys).select_related("item", "edition")
    found = {each.item.id: each for each in await serve(frame, rows)}
    return [found.get(key) for key in keys]


async def video_of(_context: Context, _frame: Frame, keys: list[int]) -> list[VideoAsset | None]:
    """A batch: the video rows of those items."""
    rows = await VideoAsset.filter(item_id__in=keys).select_related("master", "poster")
    found = {row.item_id: row for row in rows}
    return [found.get(key) for key in keys]


def grouped(
    model: type[Model], by: str, *order: str, related: Sequence[str] = (), where: Q | None = None
) -> Callable[[Context, Frame, list[int]], Any]:
    """A batch: the rows of the model that belong to each key, in order."""

    async def load(_context: Context, _frame: Frame, keys: list[int]) -> list[list[Any]]:
        query = model.filter(where or Q(), **{f"{by}__in": keys}).order_by(*order)
        lists: dict[int, list[Any]] = defaultdict(list)
        for row in await (query.select_related(*related) if related else query):
            lists[getattr(row, by)].append(row)
        return [lists[key] for key in keys]

    return load


def keyed(model: type[Model]) -> Callable[[Context, Frame, list[int]], Any]:
    """A batch: the row of the model for each id, None where there is none."""

    async def load(_context: Context, _frame: Frame, keys: list[int]) -> list[Any]:
        found = {row.pk: row for row in await model.filter(id__in=keys)}
        return [found.get(key) for key in keys]

    return load


editions_of = grouped(Edition, "item_id", "id")

KINDS = {Kind.ARTICLE: "Article", Kind.VIDEO: "VideoAsset", Kind.SERIES: "FocusSeries"}
