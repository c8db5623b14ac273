"""Who acts, as a value, and what it may do. Commands ask `require` before anything else."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cms.errors import ForbiddenError, UnauthenticatedError


class Permission(StrEnum):
    """What an actor may do."""

    EDIT = "content.edit"
    PUBLISH = "content.publish"
    ADMINISTER = "newsroom.administer"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts; `name` is what the revisions and events are signed with."""

    name: str
    permissions: frozenset[Permission]

    @classmethod
    def holding(cls, name: str, permissions: Iterable[str]) -> "Actor":
        """An actor with the permissions of those names; unknown names, of a newer release, give nothing."""
        known = {str(permission) for permission in Permission}
        return cls(name, frozenset(Permission(each) for each in permissions if each in known))


ANONYMOUS = Actor("anonymous", frozenset())
SYSTEM = Actor("system", frozenset(Permission))
"""The command line and the worker, which already have the database in their hands."""


def require(actor: Actor, permission: Permission) -> None:
    """Let the command go on.

    Raises:
        UnauthenticatedError: nobody is named, so a token would help.
        ForbiddenError: the actor is known and lacks the permission.
    """
    if permission in actor.permissions:
        return
    if actor is ANONYMOUS:
        raise UnauthenticatedError("This needs an API token: send it as 'Authorization: Bearer …'.")
    raise ForbiddenError(f"{actor.name} lacks the permission {permission}.")
