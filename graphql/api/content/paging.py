"""Pages of news items for Strawberry's resolvers: sorted and cut in Python, or by the database for long lists."""

from collections.abc import Awaitable, Callable, Sequence
from operator import itemgetter
from typing import Any

from api.content.loading import serve
from api.pagination import Connection, Edge, Page, PageInfo, decode_cursor, encode_cursor, read_page
from api.plans.fetching import Frame
from api.plans.reading import OrderTerm
from cms.content.models import Serving

Values = Callable[[Any], tuple[Any, ...]]


async def page_of(
    name: str,
    frame: Frame,
    rows: Sequence[Serving],
    order: Sequence[OrderTerm],
    values: Values,
    first: int | None,
    after: str | None,
) -> Connection[Any]:
    """A page of few rows, all in hand, of the list of that name."""
    from api.content.types import news_item  # noqa: PLC0415 - the types page through one another

    page = read_page({"first": first, "after": after}, 10)
    ordered = in_order(rows, order, values)
    cut = cut_page(ordered, order, values, page, name)
    served = {each.item.id: each for each in await serve(frame, cut.rows)}
    edges = [
        Edge(node=news_item(served[row.item_id]), cursor=encode_cursor(order, values(row), name)) for row in cut.rows
    ]
    return connection(edges, cut, len(ordered))


def in_order(rows: Sequence[Any], order: Sequence[OrderTerm], values: Values) -> list[Any]:
    """Rows sorted as the terms say."""
    ordered = list(rows)
    for index in reversed(range(len(order))):
        place = itemgetter(index)
        ordered.sort(key=lambda row: place(values(row)), reverse=order[index].descending)
    return ordered


class Cut:
    """The rows of a page and whether there are more on either side."""

    def __init__(self, rows: Sequence[Any], page: Page, *, more: bool) -> None:
        self.rows = rows
        self.has_next = page.cursor is not None if page.backward else more
        self.has_previous = more if page.backward else page.cursor is not None


def cut_page(ordered: Sequence[Any], order: Sequence[OrderTerm], values: Values, page: Page, scope: str = "") -> Cut:
    """The page of rows that are all in hand, sorted."""
    rows = list(ordered)
    if page.cursor is not None:
        place = tuple(decode_cursor(page.cursor, order, page.argument, scope))
        rows = [row for row in rows if _after(values(row), place, order, backward=page.backward)]
    more = len(rows) > page.size
    if page.backward:
        return Cut(rows[len(rows) - page.size :] if more else rows, page, more=more)
    return Cut(rows[: page.size], page, more=more)


def _after(values: tuple[Any, ...], place: tuple[Any, ...], order: Sequence[OrderTerm], *, backward: bool) -> bool:
    for value, bound, term in zip(values, place, order, strict=True):
        if value != bound:
            return bool((value > bound) is (term.descending is backward))
    return False


def connection(edges: Sequence[Edge[Any]], cut: Cut, total: int | Callable[[], Awaitable[int]]) -> Connection[Any]:
    """The connection around a page."""
    return Connection(
        edges=list(edges),
        page_info=PageInfo(
            has_next_page=cut.has_next,
            has_previous_page=cut.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        count=total,
    )
