"""FocusSeries and its entries. Aliases: `f` focus series, `n` entry (see `content.rows` for the rest)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
import strawberry

from api.content.loading import by_item, grouped
from api.content.paging import connection, cut_page
from api.content.rows import NEWS, NEWS_JOINS, served
from api.content.tombstones import ENTRIES as TOMBSTONE_ENTRIES
from api.content.tombstones import SeriesTombstone, tombstones_by_item
from api.content.types import Body, NewsItem, news_item
from api.context import Info
from api.enums import SeriesRole
from api.pagination import Connection, Edge, encode_cursor, read_page
from api.plans.fetching import Frame, Run
from api.plans.reading import (
    Arguments,
    Column,
    Connected,
    Embedded,
    Instant,
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

ENTRIES = Rows(
    base="series_entry n JOIN serving s ON s.item_id = n.target_id",
    key="n.id",
    types={"": "SeriesEntry"},
    joins=NEWS_JOINS,
    visible=served,
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


@strawberry.type(description="A section of a focus series.")
class SeriesSection:
    """A section."""

    key: str = strawberry.field(description="What entries name it by.")
    title: str = strawberry.field(description="Its title in the locale asked for, or along its fallbacks.")


@strawberry.type(description="An item's place in a focus series.")
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
        """Its place in the whole series, from 1; places of items that are not visible are left out."""
        return self.row.position

    @planned(Column("n.role"))
    def role(self) -> SeriesRole:
        """How much it weighs."""
        return self.row.role

    @planned(Embedded(NEWS))
    def item(self) -> NewsItem:
        """The item."""
        return self.target


@strawberry.type(description="Stories and videos around an occasion, ordered in sections.")
class FocusSeries(NewsItem):
    """A focus series."""

    @planned(Column("f.occasion"))
    async def occasion(self, info: Info) -> str | None:
        """What it is about, such as an event's name."""
        row = await self._row(info)
        return row.occasion if row else None

    @planned(Instant("f.starts_on"))
    async def starts_on(self, info: Info) -> datetime | None:
        """When the occasion begins."""
        row = await self._row(info)
        return row.starts_on if row else None

    @planned(Instant("f.ends_on"))
    async def ends_on(self, info: Info) -> datetime | None:
        """When the occasion ends."""
        row = await self._row(info)
        return row.ends_on if row else None

    @planned(Embedded())
    def introduction(self) -> Body:
        """The text that opens the series."""
        return Body(edition=self.served.edition)

    @planned(Unfolded(_sections, ("f.sections",)))
    async def sections(self, info: Info) -> list[SeriesSection]:
        """Its sections, in reading order."""
        row = await self._row(info)
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
        rows = await info.context.load(entries_of, Frame(), self.served.item.id)
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
        rows = await info.context.load(entries_of, Frame(), self.served.item.id)
        found = [(row, await info.context.load(tombstones_by_item, Frame(), row.target_id)) for row in rows]
        return [SeriesTombstone(row=row, target=each.row) for row, each in found if each]

    async def _row(self, info: Info) -> links.FocusSeries | None:
        rows = await info.context.load(series_of, Frame(), self.served.item.id)
        return rows[0] if rows else None


def _place(row: Any) -> tuple[Any, ...]:
    return (row.position, row.target_id)
