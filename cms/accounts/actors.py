"""Who acts, as a value, and what it may do. Commands ask `require` before anything else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from cms.errors import ForbiddenError, UnauthenticatedError


class Permission(StrEnum):
    """What an actor may do."""

    READ = "content.read"
    EDIT = "content.edit"
    REVIEW = "content.review"
    PUBLISH = "content.publish"
    RECALL = "content.recall"
    ADMINISTER = "newsroom.administer"


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission, perhaps for some kinds of item and some locales only; None is all of them.

    A grant that names locales covers their texts, not the shared part, which is in no locale.
    """

    permission: Permission
    kinds: frozenset[str] | None = None
    locales: frozenset[str] | None = None

    def covers(self, permission: Permission, kind: str | None, locale: str | None) -> bool:
        """Whether it allows that for an item of that kind, in that locale; None asks for any at all."""
        return (
            permission is self.permission
            and (kind is None or self.kinds is None or kind in self.kinds)
            and (locale is None or self.locales is None or locale in self.locales)
        )

    def to_json(self) -> dict[str, Any]:
        """How a token or role holds it."""
        named = {"kinds": self.kinds, "locales": self.locales}
        return {"permission": self.permission.value} | {k: sorted(v) for k, v in named.items() if v is not None}

    @classmethod
    def from_json(cls, stored: Any) -> Self | None:
        """The same back; None for the permission of a newer release, which grants nothing here.

        A bare name, as older tokens hold it, is the permission for everything.
        """
        if isinstance(stored, str):
            stored = {"permission": stored}
        if stored["permission"] not in set(Permission):
            return None
        kinds, locales = (None if stored.get(k) is None else frozenset(stored[k]) for k in ("kinds", "locales"))
        return cls(Permission(stored["permission"]), kinds, locales)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts; `name` is what the revisions and events are signed with.

    `user_id` is the account of a person who is signed in, `session_id` the session; a program has neither.
    """

    name: str
    grants: tuple[Grant, ...] = ()
    user_id: int | None = None
    session_id: int | None = None

    @classmethod
    def holding(cls, name: str, permissions: Iterable[Permission]) -> Self:
        """An actor with those permissions, for every kind and locale."""
        return cls(name, tuple(Grant(permission) for permission in permissions))

    def may(self, permission: Permission, kind: str | None = None, locale: str | None = None) -> bool:
        """Whether it may do that to an item of that kind in that locale; None asks for any at all."""
        return any(grant.covers(permission, kind, locale) for grant in self.grants)


ANONYMOUS = Actor("anonymous")
STRANGER = "Sign in first, or send an API token as 'Authorization: Bearer …'."
"""What a stranger is told who asks for more than the public may."""

SYSTEM = Actor.holding("system", Permission)
"""The command line and the worker, which already have the database in their hands."""


def require(actor: Actor, permission: Permission, kind: str | None = None, locales: Sequence[str] = ()) -> None:
    """Let the command go on: asked before the item is known, and again for its kind and the locales meant.

    Raises:
        UnauthenticatedError: nobody is named, so a token would help.
        ForbiddenError: the actor is known and lacks the permission there.
    """
    if refused := [locale for locale in locales or (None,) if not actor.may(permission, kind, locale)]:
        if actor is ANONYMOUS:
            raise UnauthenticatedError(STRANGER)
        where = f" for {kind.lower()}s" if kind else ""
        if refused[0] is not None:
            where += f" in {refused[0]}" if refused[0] else " in the shared part"
        raise ForbiddenError(f"{actor.name} lacks the permission {permission}{where}.")
