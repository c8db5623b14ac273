"""Who acts in the newsroom, as they see themselves and as administrators see them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

import strawberry

from api.context import Context, Info
from api.enums import Kind, Permission, Role
from api.nodes import encode_id
from api.plans.fetching import Frame
from api.scalars import JSON, Locale
from cms.accounts import actors, models, roles

NO_LOCALE = Frame("", exact=False, chain=())
"""The frame of batches that are read in no language."""


@strawberry.type(description="A permission, and where it holds.")
class Grant:
    """A permission."""

    permission: Permission = strawberry.field(description="What may be done.")
    kinds: list[Kind] | None = strawberry.field(description="With items of these kinds only; null for all.")
    locales: list[Locale] | None = strawberry.field(
        description="With texts in these locales only, and not with the shared part; null for all of it."
    )

    @classmethod
    def of(cls, grants: Iterable[actors.Grant]) -> list[Self]:
        """As the schema tells them."""
        return [cls(permission=g.permission, kinds=_kinds(g.kinds), locales=_locales(g.locales)) for g in grants]


@strawberry.type(description="A role, and where it is held.")
class RoleAssignment:
    """A role."""

    role: Role = strawberry.field(description="The role.")
    kinds: list[Kind] | None = strawberry.field(description="For items of these kinds only; null for all.")
    locales: list[Locale] | None = strawberry.field(description="For texts in these locales only; null for all.")

    @classmethod
    def of(cls, stored: list[dict[str, Any]]) -> list[Self]:
        """As the schema tells those of a user's row."""
        return [cls(role=a.role, kinds=_kinds(a.kinds), locales=_locales(a.locales)) for a in roles.held(stored)]


def _kinds(names: frozenset[str] | None) -> list[Kind] | None:
    """Those of this release, in the order of the schema."""
    return None if names is None else [kind for kind in Kind if kind in names]


def _locales(tags: frozenset[str] | None) -> list[Locale] | None:
    return None if tags is None else [Locale(tag) for tag in sorted(tags) if tag]


@strawberry.type(description="A person signed in with one browser.")
class Session:
    """A session."""

    row: strawberry.Private[models.Session]

    @strawberry.field(description="The session's id.")
    def id(self) -> strawberry.ID:
        """As `revokeSession` takes it."""
        return strawberry.ID(encode_id("Session", self.row.id))

    @strawberry.field(description="When it began.")
    def created_at(self) -> datetime:
        """The sign-in."""
        return self.row.created_at

    @strawberry.field(description="When it was last used, to within five minutes.")
    def seen_at(self) -> datetime:
        """Its last use."""
        return self.row.seen_at

    @strawberry.field(description="When it is over if it is not used again.")
    def expires_at(self) -> datetime:
        """Its expiry."""
        return self.row.expires_at

    @strawberry.field(description="The address that it was begun from.")
    def address(self) -> str:
        """The client's address."""
        return self.row.address

    @strawberry.field(description="The browser that it was begun with, as that calls itself.")
    def user_agent(self) -> str:
        """The User-Agent."""
        return self.row.user_agent

    @strawberry.field(description="Whether it is the one that asks.")
    def current(self, info: Info) -> bool:
        """One's own."""
        return bool(self.row.id == info.context.actor.session_id)


async def sessions_of(context: Context, _frame: Frame, keys: list[int]) -> list[list[Session]]:
    """A batch: the sessions of those users, the last used first."""
    rows = await models.Session.filter(user_id__in=keys, expires_at__gt=context.now).order_by("-seen_at", "-id")
    return [[Session(row=row) for row in rows if row.user_id == key] for key in keys]


@strawberry.type(description="A person with an account.")
class User:
    """A user."""

    row: strawberry.Private[models.User]

    @strawberry.field(description="The user's id.")
    def id(self) -> strawberry.ID:
        """As mutations take it."""
        return strawberry.ID(encode_id("User", self.row.id))

    @strawberry.field(description="The address that they sign in with.")
    def email(self) -> str:
        """The address."""
        return self.row.email

    @strawberry.field(description="The name that their revisions are signed with.")
    def name(self) -> str:
        """The name."""
        return self.row.name

    @strawberry.field(description="Their roles.")
    def roles(self) -> list[RoleAssignment]:
        """They add up."""
        return RoleAssignment.of(self.row.roles)

    @strawberry.field(description="Whether they can sign in.")
    def active(self) -> bool:
        """Accounts are never deleted."""
        return self.row.active

    @strawberry.field(description="The language they like to work in.")
    def locale(self) -> Locale | None:
        """Their own choice."""
        return Locale(self.row.locale) if self.row.locale else None

    @strawberry.field(description="Since when they have the account.")
    def created_at(self) -> datetime:
        """When it was made."""
        return self.row.created_at

    @strawberry.field(description="Where they are signed in, the last used first.")
    async def sessions(self, info: Info) -> list[Session]:
        """For all users of a page at once."""
        found: list[Session] = await info.context.load(sessions_of, NO_LOCALE, self.row.id)
        return found


@strawberry.type(description="Whoever asks: a person who is signed in, or a program with its token.")
class Viewer:
    """Whoever asks."""

    actor: strawberry.Private[actors.Actor]
    row: strawberry.Private[models.User | None]

    @strawberry.field(description="The name that revisions are signed with.")
    def name(self) -> str:
        """The actor's."""
        return self.actor.name

    @strawberry.field(description="A person's address; null for a program.")
    def email(self) -> str | None:
        """The address."""
        return self.row.email if self.row else None

    @strawberry.field(description="A person's roles; none for a program.")
    def roles(self) -> list[RoleAssignment]:
        """They add up to the permissions."""
        return RoleAssignment.of(self.row.roles) if self.row else []

    @strawberry.field(description="What they may do.")
    def permissions(self) -> list[Grant]:
        """Those of the roles, or of the token."""
        return Grant.of(self.actor.grants)

    @strawberry.field(description="The language a person likes to work in.")
    def locale(self) -> Locale | None:
        """Their own choice."""
        return Locale(self.row.locale) if self.row and self.row.locale else None

    @strawberry.field(description="Where a person is signed in, the last used first.")
    async def sessions(self, info: Info) -> list[Session]:
        """One's own."""
        if self.row is None:
            return []
        found: list[Session] = await info.context.load(sessions_of, NO_LOCALE, self.row.id)
        return found


@strawberry.type(description="A credential of a program. Its secret was shown once and is not known any more.")
class ApiToken:
    """A token."""

    row: strawberry.Private[models.ApiToken]

    @strawberry.field(description="The token's id.")
    def id(self) -> strawberry.ID:
        """As `revokeToken` takes it."""
        return strawberry.ID(encode_id("ApiToken", self.row.id))

    @strawberry.field(description="The name that the program's revisions are signed with.")
    def name(self) -> str:
        """Its name."""
        return self.row.name

    @strawberry.field(description="What it may do.")
    def grants(self) -> list[Grant]:
        """Those that this release knows."""
        return Grant.of(grant for grant in map(actors.Grant.from_json, self.row.grants) if grant is not None)

    @strawberry.field(description="When it was issued.")
    def created_at(self) -> datetime:
        """Its beginning."""
        return self.row.created_at

    @strawberry.field(description="When it ends by itself; null for never.")
    def expires_at(self) -> datetime | None:
        """Its end."""
        return self.row.expires_at

    @strawberry.field(description="When it was revoked; null while it is good.")
    def revoked_at(self) -> datetime | None:
        """Its revocation."""
        return self.row.revoked_at


@strawberry.type(description="Something that was done or tried.")
class AuditEntry:
    """A line of the audit trail."""

    at: datetime = strawberry.field(description="When.")
    type: str = strawberry.field(description="What, such as text.published or sign_in.wrong_password.")
    actor: str | None = strawberry.field(description="Who; null if nobody knows.")
    address: str | None = strawberry.field(
        description="From where; null for what the newsroom did by itself or from its command line."
    )
    item: strawberry.ID | None = strawberry.field(description="The id of the item it happened to.")
    locale: Locale | None = strawberry.field(description="The locale of the text it happened to.")
    data: JSON = strawberry.field(description="What else is known of it, by its type.")
