"""The change feed: one row per item and locale, its latest state, in commit order.

Read from the start it is a snapshot; read on from a cursor, whatever has changed since. A cursor belongs to an epoch
of history: after a backup was restored, a partner starts anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.content.loading import by_item
from api.content.paging import connection, cut_page
from api.content.rows import NEWS
from api.content.tombstones import TOMBSTONES, Tombstone, tombstones_by_item
from api.content.types import NewsItem, news_item
from api.context import Info
from api.enums import ChangeType
from api.pagination import Connection, Edge, encode_cursor, read_page
from api.plans.compiling import Compiler, Nodes
from api.plans.fetching import Frame, Program, Run
from api.plans.reading import (
    Arguments,
    Column,
    Connected,
    Derived,
    Instant,
    Link,
    Linked,
    OrderTerm,
    Rows,
    planned,
)
from api.plans.roots import QUERY, Root, unlocalized
from api.plans.sql import Sql, stored_instant
from api.scalars import Locale
from cms import events
from cms.content.models import Item
from cms.database.snapshots import Statement

FIRST, MOST = 200, 1_000
IN_ORDER = (OrderTerm("h.position"), OrderTerm("h.item_id"), OrderTerm("h.locale", text=True))
RECALLED = (ChangeType.WITHHELD, ChangeType.CANCELED)


def _not_embargoed(_sql: Sql, _run: Run, _frame: Frame, _arguments: Arguments) -> Sequence[str]:
    """An item under embargo has nothing to fetch; that it is to be taken off, or recalled, is told all the same."""
    return [f"(i.embargoed_until IS NULL OR h.type <> '{ChangeType.UPSERTED}')"]


def _in_order(_arguments: Arguments) -> Sequence[OrderTerm]:
    return IN_ORDER


CHANGES = Rows(
    base="change h JOIN item i ON i.id = h.item_id", key="h.id", types={"": "Change"}, visible=_not_embargoed
)
FEED = Connected("changes", CHANGES, _in_order, default_first=FIRST, most=MOST)


def _type_at(run: Run, _frame: Frame, kind: str, expires_at: Any) -> str:
    """The type, closed by the clock where the command that closes it is late."""
    now = stored_instant(run.now) if isinstance(expires_at, str) else run.now
    expired = kind == ChangeType.UPSERTED and expires_at is not None and expires_at <= now
    return ChangeType.EXPIRED.value if expired else kind


@dataclass(frozen=True, eq=False)
class Fed:
    """The change feed, its cursors bound to the epoch."""

    def compile(self, compiler: Compiler, nodes: Nodes) -> Root:
        """The program of the field."""
        connection = compiler.connection(QUERY, FEED, nodes)

        def program(run: Run) -> Program:
            arguments = connection.valuer(run.variables)
            ((epoch,),) = yield Statement("SELECT name FROM epoch", ())
            return (yield from connection.read(run, unlocalized(run, arguments), arguments, epoch))

        return program


@strawberry.type(description="The latest state of an item in a locale.")
class Change:
    """A change."""

    row: strawberry.Private[events.Change]
    target: strawberry.Private[Item]

    @planned(Derived(_type_at, ("h.type", "i.expires_at")))
    def type(self, info: Info) -> ChangeType:
        """What became of it."""
        late = self.target.expires_at is not None and self.target.expires_at <= info.context.now
        return ChangeType.EXPIRED if late and self.row.type is ChangeType.UPSERTED else self.row.type

    @planned(Column("h.uri"))
    def uri(self) -> str:
        """The item's URI."""
        return self.row.uri

    @planned(Column("h.locale"))
    def locale(self) -> Locale:
        """The locale."""
        return Locale(self.row.locale)

    @planned(Column("h.version"))
    def version(self) -> int:
        """The item's version that the change led to."""
        return self.row.version

    @planned(Instant("h.at"))
    def at(self) -> datetime:
        """When it changed."""
        return self.row.at

    @planned(Instant(f"CASE WHEN h.type = '{ChangeType.UPSERTED}' THEN i.expires_at END"))
    def expires_at(self) -> datetime | None:
        """Of what may be used: from when on it must not be, though the change that tells it may come late."""
        return self.target.expires_at if self.row.type is ChangeType.UPSERTED else None

    @planned(Derived(lambda _run, _frame, kind: kind in RECALLED, ("h.type",)))
    def must_recall(self) -> bool:
        """Whether every version of it must be withdrawn from use."""
        return self.row.type in RECALLED

    @planned(Linked(Link(NEWS, parent="h.item_id", key="s.item_id", order=()), many=False, localized="h.locale"))
    async def item(self, info: Info) -> NewsItem | None:
        """The item in exactly this locale; null when there is nothing left to show."""
        locale = self.row.locale
        frame = Frame(locale, exact=True, chain=info.context.locales.chain(locale))
        served = await info.context.load(by_item, frame, self.row.item_id)
        return news_item(served) if served else None

    @planned(Linked(Link(TOMBSTONES, parent="h.item_id", key="i.id", order=()), many=False))
    async def tombstone(self, info: Info) -> Tombstone | None:
        """What is left of the item, where it must be recalled."""
        found: Tombstone | None = await info.context.load(tombstones_by_item, Frame(), self.row.item_id)
        return found


def _place(row: events.Change) -> tuple[Any, ...]:
    return (row.position, row.item_id, row.locale)


@strawberry.type
class PartnersQuery:
    """What partners replicate from."""

    @planned(Fed())
    async def changes(
        self,
        info: Info,
        after: Annotated[str | None, strawberry.argument(description="Only after this cursor.")] = None,
        first: Annotated[int | None, strawberry.argument(description="At most this many, up to 1000.")] = FIRST,
    ) -> Connection[Change]:
        """Every item and locale that was ever public, in the order of their latest change."""
        page = read_page({"first": first, "after": after}, FIRST, MOST)
        epoch = await events.epoch()
        rows = sorted(await events.Change.all(), key=_place)
        items = {item.id: item for item in await Item.all()}
        rows = [
            row for row in rows if items[row.item_id].embargoed_until is None or row.type is not ChangeType.UPSERTED
        ]
        cut = cut_page(rows, IN_ORDER, _place, page, scope=FEED.name + epoch)
        edges = [
            Edge(
                node=Change(row=row, target=items[row.item_id]),
                cursor=encode_cursor(IN_ORDER, _place(row), FEED.name + epoch),
            )
            for row in cut.rows
        ]
        return connection(edges, cut, len(rows))
