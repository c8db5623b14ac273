"""The desk's list of items: filters and orders over items and their drafts, as one statement and a few batches."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import strawberry

from api.content.drafts import Item, items_of
from api.content.loading import editions_of
from api.content.paging import Cut, connection
from api.context import Context, Info
from api.enums import Direction, DraftStatus, Kind, PubStatus, described
from api.nodes import key_of
from api.pagination import Connection, Edge, decode_cursor, encode_cursor, read_page
from api.plans.fetching import Frame
from api.plans.reading import OrderTerm
from api.plans.sql import Sql
from api.scalars import Locale
from cms.accounts.actors import Actor, Permission
from cms.content import models
from cms.plaintext import check_line
from cms.statements import rows

PAGE = 20
TEXT_MOST = 200


class ItemOrderField(StrEnum):
    """What items at the desk can be ordered by."""

    UPDATED_AT = "UPDATED_AT"
    CREATED_AT = "CREATED_AT"
    DUE_AT = "DUE_AT"


described(
    ItemOrderField,
    "What items at the desk can be ordered by.",
    UPDATED_AT="When any of their drafts was last saved.",
    CREATED_AT="When they were begun.",
    DUE_AT="When the first of their drafts is due; those without a date are left out.",
)

_VALUES = {
    ItemOrderField.UPDATED_AT: "(SELECT max(d.updated_at) FROM draft d WHERE d.item_id = i.id)",
    ItemOrderField.CREATED_AT: "i.created_at",
    ItemOrderField.DUE_AT: "(SELECT min(d.due_at) FROM draft d WHERE d.item_id = i.id)",
}


@strawberry.input(description="An order of items at the desk.")
class ItemOrder:
    """An order."""

    field: ItemOrderField = strawberry.field(default=ItemOrderField.UPDATED_AT, description="What to order by.")
    direction: Direction = strawberry.field(default=Direction.DESC, description="In which direction.")


@strawberry.input(
    description="Conditions that items meet, all of them. Those on drafts are met by one and the same draft."
)
class ItemFilter:
    """Conditions on items and their drafts."""

    kind: Kind | None = strawberry.field(default=None, description="Of this kind.")
    pub_status: PubStatus | None = strawberry.field(default=None, description="With this status.")
    trashed: bool = strawberry.field(default=False, description="Those in the trash instead of the others.")
    locale: Locale | None = strawberry.field(default=None, description="With a draft in this locale.")
    status: DraftStatus | None = strawberry.field(default=None, description="With a draft that stands there.")
    assignee: strawberry.ID | None = strawberry.field(default=None, description="With a draft assigned to this user.")
    due_before: datetime | None = strawberry.field(default=None, description="With a draft due earlier than then.")
    text: str | None = strawberry.field(
        default=None, description="With this in the headline or summary of a draft; A to Z in any case."
    )


async def seen_by(actor: Actor, item: models.Item) -> bool:
    """Whether the actor may see any working copy of the item."""
    locales = await models.Draft.filter(item_id=item.id).values_list("locale", flat=True)
    return any(actor.may(Permission.READ, item.kind, str(locale)) for locale in locales)


async def listed(
    info: Info, asked: ItemFilter, order_by: ItemOrder, first: int | None, after: str | None
) -> Connection[Item]:
    """A page of items, in one statement for the list and two for its rows."""
    context = info.context
    page = read_page({"first": first, "after": after}, PAGE)
    descending = order_by.direction is Direction.DESC
    order = (
        OrderTerm(f"i.{order_by.field.value}", descending=descending, instant=True),
        OrderTerm("i.id", descending=descending),
    )
    cursor = decode_cursor(page.cursor, order, page.argument, "items:") if page.cursor is not None else None
    sql = Sql(context.dialect)
    source = f"SELECT i.id AS id, {_VALUES[order_by.field]} AS place FROM item i WHERE {_where(context, sql, asked)}"
    whole = f"FROM ({source}) f WHERE place IS NOT NULL"
    counted, bound = f"SELECT count(*) AS n {whole}", list(sql.parameters)
    if cursor is not None:
        beyond = "<" if descending else ">"
        place, key = sql.instant(cursor[0]), sql.number(cursor[1])
        whole += f" AND (place {beyond} {place} OR (place = {place} AND id {beyond} {key}))"
    way = "DESC" if descending else "ASC"
    found = await _rows(
        f"SELECT id, place {whole} ORDER BY place {way}, id {way} LIMIT {page.size + 1}", sql.parameters
    )
    cut = Cut(found[: page.size], page, more=len(found) > page.size)
    nodes = await _items(context, [row["id"] for row in cut.rows])
    edges = [
        Edge(node=node, cursor=encode_cursor(order, (_instant(row["place"]), row["id"]), "items:"))
        for row, node in zip(cut.rows, nodes, strict=True)
    ]

    async def count() -> int:
        return int((await _rows(counted, bound))[0]["n"])

    result: Connection[Item] = connection(edges, cut, count)
    return result


async def _items(context: Context, keys: list[int]) -> list[Item]:
    if not keys:
        return []
    found = await items_of(context, Frame(), keys)
    editions = await editions_of(context, Frame(), keys)
    live = [{each.locale for each in of_item} for of_item in editions]
    return [
        Item(row=row, live=tuple(tag for tag in context.locales.tags if tag in tags))
        for row, tags in zip(found, live, strict=True)
    ]


def _where(context: Context, sql: Sql, asked: ItemFilter) -> str:
    conditions = [f"i.trashed_at IS {'NOT ' if asked.trashed else ''}NULL", _readable(context.actor, sql)]
    if asked.kind is not None:
        conditions.append(f"i.kind = {sql.bind(asked.kind.value)}")
    if asked.pub_status is not None:
        conditions.append(f"i.pub_status = {sql.bind(asked.pub_status.value)}")
    drafted = _drafted(context, sql, asked)
    if drafted:
        conditions.append(f"EXISTS (SELECT 1 FROM draft d WHERE d.item_id = i.id AND {' AND '.join(drafted)})")
    return " AND ".join(conditions)


def _drafted(context: Context, sql: Sql, asked: ItemFilter) -> list[str]:
    """What one draft meets."""
    conditions = []
    if asked.locale is not None:
        conditions.append(f"d.locale = {sql.bind(context.locales.check(asked.locale, 'filter', 'locale'))}")
    if asked.status is not None:
        conditions.append(f"d.status = {sql.bind(asked.status.value)}")
    if asked.assignee is not None:
        user = key_of(asked.assignee, "User", path=("filter", "assignee"))
        conditions.append(f"d.assignee_id = {sql.number(user)}")
    if asked.due_before is not None:
        conditions.append(f"d.due_at < {sql.instant(asked.due_before)}")
    if asked.text is not None:
        text = check_line(asked.text, name="text", most=TEXT_MOST, path=("filter", "text"))
        pattern = sql.bind("%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
        conditions.append("(" + " OR ".join(_like(sql, name, pattern) for name in ("headline", "summary")) + ")")
    if conditions:
        conditions.append(_readable(context.actor, sql, draft="d"))
    return conditions


def _like(sql: Sql, field: str, pattern: str) -> str:
    if sql.dialect == "postgresql":
        return f"d.content->>'{field}' ILIKE {pattern} ESCAPE '\\'"
    path = sql.bind(f"$.{field}")  # bound, as no dollar sign may stand in a statement
    return f"json_extract(d.content, {path}) LIKE {pattern} ESCAPE '\\'"


def _readable(actor: Actor, sql: Sql, *, draft: str | None = None) -> str:
    """Items of which the actor may see a working copy; or such a copy itself, of the alias."""
    alternatives = []
    for grant in actor.grants:
        if grant.permission is not Permission.READ:
            continue
        parts = []
        if grant.kinds is not None:
            parts.append(sql.among("i.kind", sorted(grant.kinds)))
        if grant.locales is not None:
            among = sql.among(f"{draft or 'g'}.locale", sorted(grant.locales))
            parts.append(among if draft else f"EXISTS (SELECT 1 FROM draft g WHERE g.item_id = i.id AND {among})")
        alternatives.append(" AND ".join(parts) or "1 = 1")
    return f"({' OR '.join(alternatives)})" if alternatives else "1 = 0"


async def _rows(statement: str, parameters: list[Any]) -> list[dict[str, Any]]:
    return await rows(statement, *parameters)


def _instant(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
