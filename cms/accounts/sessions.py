"""Sessions of people who signed in: beginning, recognising and ending them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.accounts.credentials import digest, new_secret
from cms.accounts.models import Session, SignIn, User
from cms.accounts.roles import grants_of
from cms.accounts.throttling import Client
from cms.database import transaction
from cms.errors import NotFoundError, UnauthenticatedError
from cms.events import EventType

NOTED_EVERY = timedelta(minutes=5)
"""How exactly the use of a session is noted: a read waits for a write this seldom."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lasts unused, and how long at most."""

    idle: timedelta
    most: timedelta


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, the session, and the secret of its cookie, which is known here only."""

    user: User
    session: Session
    secret: str


async def begin_session(user: User, client: Client, lifetimes: Lifetimes, now: datetime) -> SignedIn:
    """Make a session, in the caller's transaction, and remove those that are over."""
    await Session.filter(expires_at__lte=now).delete()
    secret, ends_at = new_secret(), now + lifetimes.most
    session = await Session.create(
        user_id=user.id,
        sha256=digest(secret),
        created_at=now,
        seen_at=now,
        expires_at=min(now + lifetimes.idle, ends_at),
        ends_at=ends_at,
        address=client.address,
        user_agent=client.user_agent,
    )
    return SignedIn(user, session, secret)


async def recognise_session(secret: str, *, lifetimes: Lifetimes, now: datetime) -> Actor:
    """The person whose cookie holds this secret, by one statement; a session in use is prolonged now and then.

    Raises:
        UnauthenticatedError: unknown, ended or over, or the account is deactivated; the message is the same for all.
    """
    query = Session.filter(sha256=digest(secret), expires_at__gt=now, user__active=True).select_related("user")
    session = await query.first()
    if session is None:
        raise UnauthenticatedError("This session is over. Sign in again.")
    if now - session.seen_at >= NOTED_EVERY:
        expires_at = min(now + lifetimes.idle, session.ends_at)
        await Session.filter(id=session.id).update(seen_at=now, expires_at=expires_at)
    return Actor(session.user.name, grants_of(session.user.roles), user_id=session.user_id, session_id=session.id)


async def revoke_session(actor: Actor, *, session_id: int, now: datetime) -> None:
    """End a session, one's own or, for an administrator, anybody's.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's and the actor no administrator.
    """
    if actor.user_id is None:
        require(actor, Permission.ADMINISTER)
    async with transaction():
        session = await Session.get_or_none(id=session_id).select_related("user")
        if session is None or (session.user_id != actor.user_id and not actor.may(Permission.ADMINISTER)):
            raise NotFoundError("There is no such session.", path=("session",))
        await end_sessions([session_id], now=now)
        data = {"user": session.user_id, "name": session.user.name}
        events.record(EventType.SESSION_REVOKED, actor=actor.name, data=data, at=now)


async def end_sessions(ids: Sequence[int], *, now: datetime) -> None:
    """Delete sessions, in the caller's transaction, and note it in the log."""
    await SignIn.filter(session_id__in=list(ids)).update(ended_at=now)
    await Session.filter(id__in=list(ids)).delete()


async def end_sessions_of(user_id: int, *, but: int | None = None, now: datetime) -> None:
    """Delete the sessions of a user, but one if named, in the caller's transaction."""
    await end_sessions([row.id for row in await Session.filter(user_id=user_id) if row.id != but], now=now)
