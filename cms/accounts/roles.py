"""Roles: bundles of permissions that people hold, perhaps for some kinds of item and some locales only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from cms.accounts.actors import Grant, Permission
from cms.errors import InvalidInputError


class Role(StrEnum):
    """What somebody is in the newsroom. One person may have several; they add up."""

    READER = "reader"
    CONTRIBUTOR = "contributor"
    TRANSLATOR = "translator"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMINISTRATOR = "administrator"


_P = Permission

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.READER: frozenset({_P.READ}),
    Role.CONTRIBUTOR: frozenset({_P.READ, _P.EDIT}),
    Role.TRANSLATOR: frozenset({_P.READ, _P.EDIT}),
    Role.EDITOR: frozenset({_P.READ, _P.EDIT, _P.REVIEW}),
    Role.PUBLISHER: frozenset({_P.READ, _P.EDIT, _P.REVIEW, _P.PUBLISH, _P.RECALL}),
    Role.ADMINISTRATOR: frozenset(Permission),
}
"""What each role allows, within the kinds and locales it is held for."""

IN_EVERY_LOCALE: Mapping[Role, frozenset[Permission]] = {Role.TRANSLATOR: frozenset({_P.READ})}
"""What a role allows whatever the locales it is held for: who translates reads the source and the shared part."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role somebody holds for those kinds and locales; None is all of them, as in a Grant."""

    role: Role
    kinds: frozenset[str] | None = None
    locales: frozenset[str] | None = None

    def grants(self) -> tuple[Grant, ...]:
        """What it lets its holder do."""
        everywhere = IN_EVERY_LOCALE.get(self.role, frozenset())
        return tuple(
            Grant(permission, self.kinds, None if permission in everywhere else self.locales)
            for permission in Permission
            if permission in PERMISSIONS[self.role]
        )

    def to_json(self) -> dict[str, Any]:
        """How a user's row holds it."""
        named = {"kinds": self.kinds, "locales": self.locales}
        return {"role": self.role.value} | {k: sorted(v) for k, v in named.items() if v is not None}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self | None:
        """The same back; None for the role of a newer release, which allows nothing here."""
        if stored["role"] not in set(Role):
            return None
        kinds, locales = (None if stored.get(k) is None else frozenset(stored[k]) for k in ("kinds", "locales"))
        return cls(Role(stored["role"]), kinds, locales)


def held(stored: Iterable[Mapping[str, Any]]) -> tuple[Assignment, ...]:
    """The assignments that a user's row holds."""
    return tuple(each for each in map(Assignment.from_json, stored) if each is not None)


def grants_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Grant, ...]:
    """All that the roles of a user's row let its owner do."""
    return tuple(grant for each in held(stored) for grant in each.grants())


def is_administrator(stored: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a user's row has the role that may give roles."""
    return any(each.role is Role.ADMINISTRATOR for each in held(stored))


def check_assignments(assignments: Sequence[Assignment]) -> list[dict[str, Any]]:
    """How a user's row holds these roles.

    Raises:
        InvalidInputError: a translator of no named locale, an administrator of some only, kinds or locales that are
            none at all, or the same twice.
    """
    if len(set(assignments)) != len(assignments):
        raise InvalidInputError("A role is given twice for the same kinds and locales.", path=("roles",))
    for index, each in enumerate(assignments):
        where = ("roles", index)
        if each.role is Role.TRANSLATOR and not each.locales:
            raise InvalidInputError("Name the locales that a translator translates into.", path=(*where, "locales"))
        if each.role is Role.ADMINISTRATOR and (each.kinds is not None or each.locales is not None):
            raise InvalidInputError("An administrator is one for all kinds and locales.", path=where)
        check_limits(each.kinds, each.locales, where)
    return [each.to_json() for each in assignments]


def check_limits(kinds: frozenset[str] | None, locales: frozenset[str] | None, path: Sequence[str | int]) -> None:
    """Refuse limits that leave nothing, which somebody surely meant otherwise.

    Raises:
        InvalidInputError: an empty list, or one that is too long.
    """
    for name, limit in (("kinds", kinds), ("locales", locales)):
        if limit is not None and not 1 <= len(limit) <= 200:
            raise InvalidInputError(f"{name} must name at least one, or be left out for all.", path=(*path, name))
