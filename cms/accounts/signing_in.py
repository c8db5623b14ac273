"""Commands that begin and end a session.

Signing in is two transactions with the slow hash between them, since no writer may wait for it: the first counts the
attempt (see `throttling`), the second writes its outcome and the session.
"""

from datetime import datetime

from cms.accounts.actors import Actor
from cms.accounts.credentials import digest
from cms.accounts.models import Outcome, SignIn, User
from cms.accounts.passwords import verify_password
from cms.accounts.sessions import Lifetimes, SignedIn, begin_session, end_sessions
from cms.accounts.throttling import Client, begin_attempt
from cms.database import transaction
from cms.errors import InvalidInputError, UnauthenticatedError

EMAIL_MOST = 254


def account_key(email: str) -> str:
    """The address as accounts are found by it: people type capitals, and spaces at the ends."""
    return email.strip().lower()


async def sign_in(email: str, password: str, *, client: Client, lifetimes: Lifetimes, now: datetime) -> SignedIn:
    """Begin a session for whoever knows the password.

    An unknown address, a wrong password and a deactivated account take the same time and get the same answer.

    Raises:
        ThrottledError: too many failed sign-ins, to this account or from this address.
        UnauthenticatedError: any of the three.
    """
    key = account_key(email)
    attempt = await begin_attempt(digest(key), client, now=now)
    user = await User.get_or_none(email=key) if len(key) <= EMAIL_MOST and key.isprintable() else None
    matches, better = await verify_password(password, user.password if user else None)
    signed_in: SignedIn | None = None
    async with transaction():
        # Locked and compared: while the hash was computed, the account may have been closed or its password changed.
        now_stored = await User.filter(id=user.id).select_for_update().get() if user else None
        unchanged = user is not None and now_stored is not None and now_stored.password == user.password
        attempt.outcome = _outcome(now_stored, matches=matches and unchanged)
        attempt.user_id = now_stored.id if now_stored else None
        if now_stored is not None and attempt.outcome is Outcome.SUCCEEDED:
            if better is not None:
                await User.filter(id=now_stored.id).update(password=better)
            signed_in = await begin_session(now_stored, client, lifetimes, now)
            attempt.session_id = signed_in.session.id
        await attempt.save(update_fields=["user_id", "outcome", "session_id"])
    if signed_in is None:
        raise UnauthenticatedError("The e-mail address or the password is wrong.")
    return signed_in


async def prove_password(user: User, password: str, *, client: Client, now: datetime) -> None:
    """Have somebody who is signed in show that they know the password; failures count and are logged as sign-ins.

    Raises:
        ThrottledError: too many failed attempts.
        InvalidInputError: it is not the password.
    """
    attempt = await begin_attempt(digest(user.email), client, now=now)
    matches, _ = await verify_password(password, user.password)
    if matches:
        await attempt.delete()
        return
    await SignIn.filter(id=attempt.id).update(user_id=user.id, outcome=Outcome.WRONG_PASSWORD)
    raise InvalidInputError("This is not the current password.", path=("current",))


async def sign_out(actor: Actor, *, now: datetime) -> None:
    """End the session that the actor came with.

    Raises:
        UnauthenticatedError: they came with none, such as a program with its token.
    """
    if actor.session_id is None:
        raise UnauthenticatedError("Nobody is signed in here.")
    async with transaction():
        await end_sessions([actor.session_id], now=now)


def _outcome(user: User | None, *, matches: bool) -> Outcome:
    if user is None:
        return Outcome.UNKNOWN_USER
    if not matches:
        return Outcome.WRONG_PASSWORD
    return Outcome.SUCCEEDED if user.active else Outcome.INACTIVE_USER
