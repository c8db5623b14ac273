"""Issuing, recognising and revoking API tokens. A token is shown once, when it is issued."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from cms.accounts.actors import Actor, Permission
from cms.accounts.models import ApiToken
from cms.errors import InvalidInputError, NotFoundError, UnauthenticatedError
from cms.plaintext import check_line

PREFIX = "pf_"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def issue_token(
    name: str, permissions: Iterable[Permission], *, now: datetime, expires_at: datetime | None = None
) -> str:
    """Make a token for a program and return it; afterwards only its digest is known.

    Raises:
        InvalidInputError: the name, which signs what is done with the token, is no line of 1 to 200 characters.
    """
    name = check_line(name, name="name", most=200)
    if not name:
        raise InvalidInputError("name must not be empty.", path=("name",))
    token = PREFIX + secrets.token_urlsafe(32)
    await ApiToken.create(
        name=name,
        sha256=_digest(token),
        permissions=sorted(str(each) for each in permissions),
        created_at=now,
        expires_at=expires_at,
    )
    return token


async def recognise_token(token: str, *, now: datetime) -> Actor:
    """The actor that a token stands for.

    Raises:
        UnauthenticatedError: unknown, revoked or expired; the message is the same for all three.
    """
    row = await ApiToken.filter(sha256=_digest(token), revoked_at=None).first()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        raise UnauthenticatedError("This API token is unknown, revoked or expired.")
    return Actor.holding(row.name, row.permissions)


async def revoke_token(name: str, *, now: datetime) -> int:
    """Revoke every token of that name at once; returns how many there were.

    Raises:
        NotFoundError: no unrevoked token has that name.
    """
    count = await ApiToken.filter(name=name, revoked_at=None).update(revoked_at=now)
    if not count:
        raise NotFoundError(f"There is no token named {name!r}.")
    return count
