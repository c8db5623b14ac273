"""Queries of accounts: oneself, and for administrators everybody and what was done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry
from tortoise.expressions import Q

from api.accounts.types import ApiToken, AuditEntry, User, Viewer
from api.content.paging import Cut, connection
from api.content.payloads import item_key
from api.context import Info
from api.desk import desk_field
from api.nodes import encode_id
from api.pagination import Connection, Edge, Page, decode_cursor, encode_cursor, read_page
from api.plans.reading import OrderTerm
from api.scalars import JSON, Locale
from cms.accounts import models
from cms.accounts.actors import ANONYMOUS, Permission, require
from cms.accounts.users import NAME_MOST
from cms.errors import InvalidInputError
from cms.events import Event

PAGE = 50
BY_ID = (OrderTerm("u.id"),)
NEWEST_FIRST = (
    OrderTerm("a.at", descending=True, instant=True),
    OrderTerm("a.source", descending=True),
    OrderTerm("a.id", descending=True),
)
EVENT, SIGN_IN = 1, 0
"""The sources of the audit trail, in the order in which those of one instant are told."""

First = Annotated[int | None, strawberry.argument(description="At most this many; 50 if not said.")]
After = Annotated[str | None, strawberry.argument(description="Only after this cursor.")]


@strawberry.type
class AccountsQuery:
    """Accounts."""

    @desk_field("Whoever asks; null for a stranger.")
    async def viewer(self, info: Info) -> Viewer | None:
        """Read anew, since the actor knows only what commands need."""
        actor = info.context.actor
        if actor is ANONYMOUS:
            return None
        row = await models.User.get(id=actor.user_id) if actor.user_id is not None else None
        return Viewer(actor=actor, row=row)

    @desk_field("The people with an account, for administrators; the oldest account first.")
    async def users(self, info: Info, first: First = None, after: After = None) -> Connection[User]:
        """Those deactivated among them."""
        require(info.context.actor, Permission.ADMINISTER)
        page = read_page({"first": first, "after": after}, PAGE)
        query = models.User.all()
        if page.cursor is not None:
            query = query.filter(id__gt=decode_cursor(page.cursor, BY_ID, page.argument)[0])
        cut = _cut(await query.order_by("id").limit(page.size + 1), page)
        edges = [Edge(node=User(row=row), cursor=encode_cursor(BY_ID, _key(row))) for row in cut.rows]
        return connection(edges, cut, lambda: models.User.all().count())

    @desk_field("The tokens that are not revoked, for administrators; the oldest first.")
    async def api_tokens(self, info: Info) -> list[ApiToken]:
        """The expired among them."""
        require(info.context.actor, Permission.ADMINISTER)
        return [ApiToken(row=row) for row in await models.ApiToken.filter(revoked_at=None).order_by("id")]

    @desk_field("What was done and who signed in, for administrators; the latest first.")
    async def audit_trail(
        self,
        info: Info,
        item: Annotated[strawberry.ID | None, strawberry.argument(description="Only what happened to this.")] = None,
        actor: Annotated[str | None, strawberry.argument(description="Only what somebody of this name did.")] = None,
        first: First = None,
        after: After = None,
    ) -> Connection[AuditEntry]:
        """Events and the sign-in log, merged by their instants."""
        require(info.context.actor, Permission.ADMINISTER)
        page = read_page({"first": first, "after": after}, PAGE)
        cursor = decode_cursor(page.cursor, NEWEST_FIRST, page.argument) if page.cursor is not None else None
        events, sign_ins = Event.all(), models.SignIn.all()
        if item is not None:
            events, sign_ins = events.filter(item_id=item_key(item)), sign_ins.filter(id__lt=0)
        if actor is not None:
            if len(actor) > NAME_MOST:
                raise InvalidInputError(f"A name has {NAME_MOST} characters at most.", path=("actor",))
            events, sign_ins = events.filter(actor=actor), sign_ins.filter(user__name=actor)
        most = page.size + 1
        found: list[Event | models.SignIn] = [
            *await events.filter(_beyond(cursor, EVENT)).order_by("-at", "-id").limit(most),
            *await sign_ins.filter(_beyond(cursor, SIGN_IN)).order_by("-at", "-id").limit(most).select_related("user"),
        ]
        found.sort(key=_place, reverse=True)
        cut = _cut(found, page)
        edges = [Edge(node=_entry(row), cursor=encode_cursor(NEWEST_FIRST, _place(row))) for row in cut.rows]

        async def count() -> int:
            return await events.count() + await sign_ins.count()

        return connection(edges, cut, count)


def _key(row: models.User) -> tuple[int]:
    return (row.id,)


def _cut(rows: Sequence[Any], page: Page) -> Cut:
    """The page of rows that begin after its cursor, one more than it has where there are more."""
    return Cut(rows[: page.size], page, more=len(rows) > page.size)


def _place(row: Event | models.SignIn) -> tuple[datetime, int, int]:
    return (row.at, EVENT if isinstance(row, Event) else SIGN_IN, row.id)


def _beyond(cursor: list[Any] | None, source: int) -> Q:
    """What of a source is told after the cursor."""
    if cursor is None:
        return Q()
    at, told, id_ = cursor
    earlier = Q(at__lt=at)
    if source < told:
        return earlier | Q(at=at)
    return earlier | Q(at=at, id__lt=id_) if source == told else earlier


def _entry(row: Event | models.SignIn) -> AuditEntry:
    if isinstance(row, Event):
        return AuditEntry(
            at=row.at,
            type=row.type,
            actor=row.actor,
            address=row.address,
            item=strawberry.ID(encode_id("Item", row.item_id)) if row.item_id is not None else None,
            locale=Locale(row.locale) if row.locale else None,
            data=JSON(row.data),
        )
    return AuditEntry(
        at=row.at,
        type=f"sign_in.{row.outcome.value.lower()}",
        actor=row.user.name if row.user else None,
        address=row.address or None,
        item=None,
        locale=None,
        data=JSON({"userAgent": row.user_agent, "endedAt": row.ended_at and row.ended_at.isoformat()}),
    )
