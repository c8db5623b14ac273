"""What mutations of accounts are sent, and the values of the domain that it means."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from api.context import Context
from api.enums import Kind, Permission, Role
from api.nodes import key_of
from api.scalars import Locale
from cms.accounts.actors import Grant
from cms.accounts.roles import Assignment


@strawberry.input(description="A role, and where it is held.")
class RoleInput:
    """A role to give."""

    role: Role = strawberry.field(description="The role.")
    kinds: list[Kind] | None = strawberry.field(default=None, description="For items of these kinds only.")
    locales: list[Locale] | None = strawberry.field(
        default=None, description="For texts in these locales only; a translator needs some."
    )


@strawberry.input(description="A permission, and where it holds.")
class GrantInput:
    """A permission to give."""

    permission: Permission = strawberry.field(description="What may be done.")
    kinds: list[Kind] | None = strawberry.field(default=None, description="With items of these kinds only.")
    locales: list[Locale] | None = strawberry.field(
        default=None, description="With texts in these locales only, and not with the shared part."
    )


@strawberry.input(description="A person to give an account.")
class CreateUserInput:
    """A new user."""

    email: str = strawberry.field(description="The address that they will sign in with.")
    name: str = strawberry.field(description="The name that their revisions will be signed with.")
    password: str | None = strawberry.field(
        default=None, description="From 12 characters on; one is made if none is chosen."
    )
    roles: list[RoleInput] = strawberry.field(default_factory=list, description="Their roles.")
    locale: Locale | None = strawberry.field(default=None, description="The language they like to work in.")


@strawberry.input(description="A program to give a token.")
class IssueTokenInput:
    """A new token."""

    name: str = strawberry.field(description="The name that the program's revisions will be signed with.")
    grants: list[GrantInput] = strawberry.field(description="What it may do.")
    expires_at: datetime | None = strawberry.field(default=None, description="When it ends; never if not said.")


def assignments(context: Context, given: Sequence[RoleInput]) -> list[Assignment]:
    """The roles that are meant.

    Raises:
        UnknownLocaleError: the newsroom does not publish in it.
    """
    return [
        Assignment(each.role, _kinds(each.kinds), _locales(context, each.locales, "roles", index))
        for index, each in enumerate(given)
    ]


def grants(context: Context, given: Sequence[GrantInput]) -> list[Grant]:
    """The grants that are meant.

    Raises:
        UnknownLocaleError: the newsroom does not publish in it.
    """
    return [
        Grant(each.permission, _kinds(each.kinds), _locales(context, each.locales, "grants", index))
        for index, each in enumerate(given)
    ]


def user_key(text: str) -> int:
    """The key of the user that an id names.

    Raises:
        InvalidInputError: it is the id of something else.
    """
    return key_of(text, "User", path=("user",))


def _kinds(given: list[Kind] | None) -> frozenset[str] | None:
    return None if given is None else frozenset(kind.value for kind in given)


def _locales(context: Context, given: list[Locale] | None, *path: str | int) -> frozenset[str] | None:
    if given is None:
        return None
    return frozenset(context.locales.check(tag, *path, "locales", index) for index, tag in enumerate(given))
