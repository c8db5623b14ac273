"""Entries in sections, which focus series and front pages have alike. Aliases: `f` series, `n` entry (see `rows`)."""

from collections.abc import Sequence
from typing import Annotated, Any

import orjson
import strawberry

from api.content.loading import Served, by_item, grouped
from api.content.paging import connection, cut_page
from api.content.rows import NEWS, NEWS_JOINS, served, shown
from api.content.tombstones import ENTRIES as TOMBSTONE_ENTRIES
from api.content.tombstones import SeriesTombstone, tombstones_by_item
from api.content.types import NewsItem, news_item
from api.context import Info
from api.enums import SeriesRole
from api.pagination import Connection, Edge, encode_cursor, read_page
from api.plans.fetching import Frame, Run
from api.plans.reading import (
    Arguments,
    Column,
    Connected,
    Embedded,
    Link,
    Linked,
    OrderTerm,
    Rows,
    Unfolded,
    planned,
)
from api.plans.sql import Sql
from cms.content import links
from cms.taxonomy.locales import name_in

series_of = grouped(links.FocusSeries, "item_id")
entries_of = grouped(links.SeriesEntry, "series_id", "position")
hidden_of = grouped(links.HiddenEntry, "series_id")


def _visible(sql: Sql, run: Run, frame: Frame, arguments: Arguments) -> Sequence[str]:
    return [*served(sql, run, frame, arguments), *shown(sql, run, frame, arguments)]


ENTRIES = Rows(
    base="series_entry n JOIN serving s ON s.item_id = n.target_id",
    key="n.id",
    types={"": "SeriesEntry"},
    joins=NEWS_JOINS,
    visible=_visible,
)
ENTRIES_OF = Link(ENTRIES, parent="s.item_id", key="n.series_id", order=())
IN_ORDER = (OrderTerm("n.position"), OrderTerm("n.target_id"))


def _in_order(_arguments: Arguments) -> Sequence[OrderTerm]:
    return IN_ORDER


def _of_section(sql: Sql, _run: Run, _frame: Frame, arguments: Arguments) -> Sequence[str]:
    section = arguments.get("section")
    return [f"n.section = {sql.bind(section)}"] if section is not None else ()


def _sections(_run: Run, frame: Frame, sections: str | None) -> list[dict[str, Any]]:
    return [
        {"key": each["key"], "title": name_in(each["titles"], frame.chain)} for each in orjson.loads(sections or "[]")
    ]


@strawberry.type(description="A section of a focus series or front page.")
class SeriesSection:
    """A section."""

    key: str = strawberry.field(description="What entries name it by.")
    title: str = strawberry.field(description="Its title in the locale asked for, or along its fallbacks.")


@strawberry.type(description="An item's place in a focus series or front page.")
class SeriesEntry:
    """An entry."""

    row: strawberry.Private[links.SeriesEntry]
    target: strawberry.Private[NewsItem]

    @planned(Column("n.section"))
    def section(self) -> str | None:
        """The key of the section it stands in."""
        return self.row.section

    @planned(Column("n.position"))
    def position(self) -> int:
        """Its place in the whole, from 1; places of items that are not visible are left out."""
        return self.row.position

    @planned(Column("n.role"))
    def role(self) -> SeriesRole:
        """How much it weighs."""
        return self.row.role

    @planned(Column("n.pinned", convert=bool))
    def pinned(self) -> bool:
        """Whether it is kept at the head of its section."""
        return self.row.pinned

    @planned(Embedded(NEWS))
    def item(self) -> NewsItem:
        """The item."""
        return self.target


@strawberry.type
class HasEntries:
    """What focus series and front pages have in common; no type of the schema."""

    served: strawberry.Private[Served]

    @planned(Unfolded(_sections, ("f.sections",)))
    async def sections(self, info: Info) -> list[SeriesSection]:
        """Its sections, in reading order."""
        row = await series_row(info, self.served)
        chain = self.served.frame.chain
        return [
            SeriesSection(key=each["key"], title=name_in(each["titles"], chain))
            for each in (row.sections if row else [])
        ]

    @planned(Connected("entries", ENTRIES, _in_order, ENTRIES_OF, where=_of_section, default_first=30))
    async def entries(
        self,
        info: Info,
        section: Annotated[str | None, strawberry.argument(description="Only the section of this key.")] = None,
        first: Annotated[int | None, strawberry.argument(description="At most this many.")] = 30,
        after: Annotated[str | None, strawberry.argument(description="Only after this cursor.")] = None,
    ) -> Connection[SeriesEntry]:
        """Its visible entries, in order."""
        page = read_page({"first": first, "after": after}, 30)
        rows = await shown_entries(info, self.served)
        rows = [row for row in rows if section is None or row.section == section]
        frame = self.served.frame
        ids = [row.target_id for row in rows]
        targets = dict(zip((row.id for row in rows), await by_item(info.context, frame, ids), strict=True))
        visible = [row for row in rows if targets[row.id] is not None]
        cut = cut_page(visible, IN_ORDER, _place, page, "entries")
        edges = [
            Edge(
                node=SeriesEntry(row=row, target=news_item(targets[row.id])),
                cursor=encode_cursor(IN_ORDER, _place(row), "entries"),
            )
            for row in cut.rows
        ]
        return connection(edges, cut, len(visible))

    @planned(
        Linked(Link(TOMBSTONE_ENTRIES, parent="s.item_id", key="n.series_id", order=("n.position", "n.target_id")))
    )
    async def tombstones(self, info: Info) -> list[SeriesTombstone]:
        """What is left of its entries that were recalled, in order."""
        rows = await shown_entries(info, self.served)
        found = [(row, await info.context.load(tombstones_by_item, Frame(), row.target_id)) for row in rows]
        return [SeriesTombstone(row=row, target=each.row) for row, each in found if each]


async def series_row(info: Info, each: Served) -> links.FocusSeries | None:
    """What a live series or front page has of its own."""
    rows = await info.context.load(series_of, Frame(), each.item.id)
    return rows[0] if rows else None


async def shown_entries(info: Info, each: Served) -> list[links.SeriesEntry]:
    """Its entries that are not hidden in the locale it was asked for in, in order."""
    rows: list[links.SeriesEntry] = await info.context.load(entries_of, Frame(), each.item.id)
    locale = each.frame.locale
    hidden = await info.context.load(hidden_of, Frame(), each.item.id)
    without = {row.target_id for row in hidden if row.locale == locale}
    return [row for row in rows if row.target_id not in without]


def _place(row: Any) -> tuple[Any, ...]:
    return (row.position, row.target_id)
