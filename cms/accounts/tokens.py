"""Issuing, recognising and revoking API tokens. A token is shown once, when it is issued."""

from collections.abc import Sequence
from datetime import datetime

from cms import events
from cms.accounts.actors import Actor, Grant, Permission, require
from cms.accounts.credentials import digest, new_secret
from cms.accounts.models import ApiToken, User
from cms.accounts.roles import check_limits
from cms.accounts.users import check_name
from cms.database import transaction
from cms.errors import InvalidInputError, NotFoundError, UnauthenticatedError
from cms.events import EventType

PREFIX = "pf_"


async def issue_token(
    actor: Actor, name: str, grants: Sequence[Grant], *, now: datetime, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token for a program and return it with its secret; afterwards only the digest is known.

    Raises:
        InvalidInputError: no grant or one that covers nothing, an expiry that is over, or the name is a person's.
    """
    require(actor, Permission.ADMINISTER)
    name = check_name(name)
    if not grants:
        raise InvalidInputError("A token needs at least one permission.", path=("grants",))
    for index, grant in enumerate(grants):
        check_limits(grant.kinds, grant.locales, ("grants", index))
    if expires_at is not None and expires_at <= now:
        raise InvalidInputError("The token would be expired already.", path=("expiresAt",))
    secret = PREFIX + new_secret()
    async with transaction():
        if await User.exists(name=name):
            raise InvalidInputError("Somebody has this name.", path=("name",))
        stored = [grant.to_json() for grant in grants]
        token = await ApiToken.create(
            name=name, sha256=digest(secret), grants=stored, created_at=now, expires_at=expires_at
        )
        _record(EventType.TOKEN_ISSUED, actor, token, now, grants=stored)
    return token, secret


async def recognise_token(secret: str, *, now: datetime) -> Actor:
    """The actor that a token stands for.

    Raises:
        UnauthenticatedError: unknown, revoked or expired; the message is the same for all three.
    """
    row = await ApiToken.filter(sha256=digest(secret), revoked_at=None).first()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        raise UnauthenticatedError("This API token is unknown, revoked or expired.")
    return Actor(row.name, tuple(grant for grant in map(Grant.from_json, row.grants) if grant is not None))


async def revoke_token(actor: Actor, *, token_id: int, now: datetime) -> ApiToken:
    """Revoke one token, at once.

    Raises:
        NotFoundError: there is none, or it is revoked already.
    """
    require(actor, Permission.ADMINISTER)
    async with transaction():
        token = await ApiToken.filter(id=token_id, revoked_at=None).select_for_update().get_or_none()
        if token is None:
            raise NotFoundError("There is no such token.", path=("token",))
        await _revoke(actor, token, now)
    return token


async def revoke_tokens(actor: Actor, *, name: str, now: datetime) -> int:
    """Revoke every token of that name at once; returns how many there were.

    Raises:
        NotFoundError: no unrevoked token has that name.
    """
    require(actor, Permission.ADMINISTER)
    async with transaction():
        tokens = await ApiToken.filter(name=name, revoked_at=None).order_by("id").select_for_update()
        if not tokens:
            raise NotFoundError(f"There is no token named {name!r}.")
        for token in tokens:
            await _revoke(actor, token, now)
    return len(tokens)


async def _revoke(actor: Actor, token: ApiToken, now: datetime) -> None:
    token.revoked_at = now
    await token.save(update_fields=["revoked_at"])
    _record(EventType.TOKEN_REVOKED, actor, token, now)


def _record(type_: EventType, actor: Actor, token: ApiToken, now: datetime, **data: object) -> None:
    events.record(type_, actor=actor.name, data={"token": token.id, "name": token.name, **data}, at=now)
