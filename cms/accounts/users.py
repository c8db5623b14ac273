"""Commands on the accounts of people."""

import re
from collections.abc import Sequence
from datetime import datetime

from langcodes import tag_is_valid

from cms import events
from cms.accounts.actors import ANONYMOUS, SYSTEM, Actor, Permission, require
from cms.accounts.models import ApiToken, User
from cms.accounts.passwords import check_password, generate_password, hash_password
from cms.accounts.roles import Assignment, Role, check_assignments, is_administrator
from cms.accounts.sessions import end_sessions_of
from cms.accounts.signing_in import EMAIL_MOST, account_key, prove_password
from cms.accounts.throttling import Client
from cms.database import transaction
from cms.errors import InvalidInputError, NotFoundError, UnauthenticatedError
from cms.events import EventType
from cms.statements import on_postgresql, rows

NAME_MOST = 200
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_ACCOUNTS_LOCK = 0x75736572  # "user": any number that nothing else in this database locks


async def create_user(
    actor: Actor,
    *,
    email: str,
    name: str,
    password: str,
    roles: Sequence[Assignment] = (),
    locale: str | None = None,
    now: datetime,
) -> User:
    """Give a person an account. `locale` is the one they like to work in.

    Raises:
        InvalidInputError: a field does not fit, or the address or name is somebody's already.
    """
    require(actor, Permission.ADMINISTER)
    email, name = check_email(email), check_name(name)
    check_password(password, email, name)
    stored = check_assignments(roles)
    locale = _check_locale(locale)
    hashed = await hash_password(password)
    async with transaction():
        await _hold_accounts()
        if await User.exists(email=email):
            raise InvalidInputError("Somebody has this e-mail address already.", path=("email",))
        if await User.exists(name=name) or await ApiToken.exists(name=name):
            raise InvalidInputError("Somebody, or a token, has this name already.", path=("name",))
        user = await User.create(email=email, name=name, password=hashed, roles=stored, locale=locale, created_at=now)
        _record(EventType.USER_CREATED, actor, user, now, roles=stored)
    return user


async def create_first_administrator(email: str, name: str, *, now: datetime) -> str | None:
    """Make an administrator where there is no user at all, and answer with the password; None where there is one."""
    if await User.exists():
        return None
    password = generate_password()
    hashed = await hash_password(password)
    async with transaction():
        await _hold_accounts()
        if await User.exists():
            return None
        stored = check_assignments([Assignment(Role.ADMINISTRATOR)])
        user = await User.create(email=email, name=name, password=hashed, roles=stored, created_at=now)
        _record(EventType.USER_CREATED, SYSTEM, user, now, roles=stored)
    return password


async def change_password(
    actor: Actor,
    *,
    user_id: int,
    password: str,
    current: str | None = None,
    client: Client | None = None,
    now: datetime,
) -> User:
    """Change a password and end the other sessions of its owner.

    Its owner has to know the `current` one; an administrator may change those of others.

    Raises:
        NotFoundError: no such user.
        InvalidInputError: the new one is too easily guessed, or the current one is wrong.
        ThrottledError: the current one was wrong too often.
    """
    own = actor.user_id == user_id
    if not own:
        require(actor, Permission.ADMINISTER)
    user = await _found(user_id)
    check_password(password, user.email, user.name)
    if own:
        await prove_password(user, current or "", client=client or Client(), now=now)
    hashed = await hash_password(password)
    async with transaction():
        user = await _locked(user_id)
        user.password = hashed
        await user.save(update_fields=["password"])
        await end_sessions_of(user_id, but=actor.session_id, now=now)
        _record(EventType.PASSWORD_CHANGED, actor, user, now)
    return user


async def set_roles(actor: Actor, *, user_id: int, roles: Sequence[Assignment], now: datetime) -> User:
    """Give a person these roles instead of those they have; it holds from their next request on.

    Raises:
        NotFoundError: no such user.
        InvalidInputError: an assignment that makes no sense, or nobody would be administrator any more.
    """
    require(actor, Permission.ADMINISTER)
    stored = check_assignments(roles)
    async with transaction():
        await _hold_accounts()
        user = await _locked(user_id)
        before, user.roles = user.roles, stored
        if not is_administrator(stored):
            await _another_administrator(user_id, "roles")
        await user.save(update_fields=["roles"])
        _record(EventType.ROLES_SET, actor, user, now, roles=stored, before=before)
    return user


async def deactivate_user(actor: Actor, *, user_id: int, now: datetime) -> User:
    """Close an account: its sessions end at once, and nobody can sign in to it.

    Raises:
        NotFoundError: no such user.
        InvalidInputError: it is closed already, or is the last administrator's.
    """
    require(actor, Permission.ADMINISTER)
    async with transaction():
        await _hold_accounts()
        user = await _locked(user_id)
        if not user.active:
            raise InvalidInputError("This account is deactivated already.", path=("user",))
        await _another_administrator(user_id, "user")
        user.active = False
        await user.save(update_fields=["active"])
        await end_sessions_of(user_id, now=now)
        _record(EventType.USER_DEACTIVATED, actor, user, now)
    return user


async def reactivate_user(actor: Actor, *, user_id: int, now: datetime) -> User:
    """Open a closed account again, with the roles and the password it had.

    Raises:
        NotFoundError: no such user.
        InvalidInputError: it is open.
    """
    require(actor, Permission.ADMINISTER)
    async with transaction():
        user = await _locked(user_id)
        if user.active:
            raise InvalidInputError("This account is active already.", path=("user",))
        user.active = True
        await user.save(update_fields=["active"])
        _record(EventType.USER_REACTIVATED, actor, user, now)
    return user


async def prefer_locale(actor: Actor, locale: str | None) -> User:
    """Keep the language that the actor likes to work in; None for no preference.

    Raises:
        UnauthenticatedError: the actor is no person.
        InvalidInputError: it is no language tag.
    """
    if actor.user_id is None:
        raise UnauthenticatedError("Sign in first: a program prefers no language.")
    locale = _check_locale(locale)
    async with transaction():
        user = await _locked(actor.user_id)
        user.locale = locale
        await user.save(update_fields=["locale"])
    return user


async def find_user(email: str) -> User:
    """The user with that address.

    Raises:
        NotFoundError: there is none.
    """
    user = await User.get_or_none(email=account_key(email))
    if user is None:
        raise NotFoundError("There is no user with this e-mail address.", path=("email",))
    return user


def check_email(email: str) -> str:
    """The address as it is stored: whether it receives mail is not known here.

    Raises:
        InvalidInputError: it is none.
    """
    key = account_key(email)
    if not _EMAIL.fullmatch(key) or not key.isprintable() or len(key) > EMAIL_MOST:
        raise InvalidInputError("This is no e-mail address.", path=("email",))
    return key


def check_name(name: str) -> str:
    """The name that somebody's revisions are signed with, on one line.

    Raises:
        InvalidInputError: empty, too long, unprintable, or the name that the newsroom itself or a stranger has.
    """
    line = " ".join(name.split())
    if not line or len(line) > NAME_MOST or not line.isprintable():
        raise InvalidInputError(f"A name has from 1 to {NAME_MOST} printable characters.", path=("name",))
    if line.casefold() in {SYSTEM.name, ANONYMOUS.name}:
        raise InvalidInputError("This name is the newsroom's own.", path=("name",))
    return line


def _check_locale(locale: str | None) -> str | None:
    if locale is not None and (len(locale) > 35 or not tag_is_valid(locale)):
        raise InvalidInputError("This is no language tag.", path=("locale",))
    return locale


async def _hold_accounts() -> None:
    """Let one command at a time give or take what another counts, until the transaction ends."""
    if on_postgresql():  # SQLite has one writer anyhow
        await rows("SELECT pg_advisory_xact_lock($1)", _ACCOUNTS_LOCK)


async def _another_administrator(user_id: int, path: str) -> None:
    others = await User.filter(active=True).exclude(id=user_id).values_list("roles", flat=True)
    if not any(is_administrator(each) for each in others):
        raise InvalidInputError("This is the last administrator: make another one first.", path=(path,))


async def _found(user_id: int) -> User:
    user = await User.get_or_none(id=user_id)
    if user is None:
        raise NotFoundError("There is no such user.", path=("user",))
    return user


async def _locked(user_id: int) -> User:
    user = await User.filter(id=user_id).select_for_update(no_key=True).get_or_none()
    if user is None:
        raise NotFoundError("There is no such user.", path=("user",))
    return user


def _record(type_: EventType, actor: Actor, user: User, now: datetime, **data: object) -> None:
    events.record(type_, actor=actor.name, data={"user": user.id, "name": user.name, **data}, at=now)
