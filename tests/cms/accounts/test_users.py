"""Who may give, change and close accounts, and that somebody always can."""

import asyncio

import pytest

from cms.accounts.actors import ANONYMOUS, SYSTEM, Actor, Permission
from cms.accounts.models import Session, User
from cms.accounts.roles import Assignment, Role
from cms.accounts.sessions import recognise_session
from cms.accounts.signing_in import sign_in
from cms.accounts.tokens import issue_token
from cms.accounts.users import (
    change_password,
    create_first_administrator,
    create_user,
    deactivate_user,
    prefer_locale,
    reactivate_user,
    set_roles,
)
from cms.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    PolyfocalError,
    UnauthenticatedError,
)
from cms.events import Event
from tests.cms.accounts.people import ADMINISTRATOR, DESK, ELSEWHERE, LIFETIMES, NOON, PASSWORD, acting, make_user

TRANSLATOR = Assignment(Role.TRANSLATOR, locales=frozenset({"zh"}))
NEW = "un'altra-正确-parola"


async def test_an_account_is_made_with_roles_and_told_to_history_without_its_password(database):
    user = await make_user("  Anna@Esempio.IT ", " Anna   Rossi ", [TRANSLATOR])
    assert (user.email, user.name) == ("anna@esempio.it", "Anna Rossi")
    assert user.password.startswith("$argon2id$")
    event = await Event.get()
    assert (event.type, event.actor) == ("user.created", "system")
    assert event.data == {"user": user.id, "name": "Anna Rossi", "roles": [{"role": "translator", "locales": ["zh"]}]}


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("email", "nessuno", ("email",)),
        ("email", "a b@c.it", ("email",)),
        ("email", "a\0@c.it", ("email",)),
        ("email", f"{'a' * 250}@c.it", ("email",)),
        ("email", "LI@esempio.it", ("email",)),
        ("name", " ", ("name",)),
        ("name", "李\u200b娜", ("name",)),
        ("name", "System", ("name",)),
        ("name", "李娜", ("name",)),
        ("name", "robot", ("name",)),
        ("password", "corta", ("password",)),
        ("password", "a" * 40, ("password",)),
        ("password", "b" + "ab" * 600, ("password",)),
        ("password", "ANNA@esempio.it", ("password",)),
        ("locale", "no such tag", ("locale",)),
        ("roles", [Assignment(Role.TRANSLATOR)], ("roles", 0, "locales")),
        ("roles", [TRANSLATOR, TRANSLATOR], ("roles",)),
        ("roles", [Assignment(Role.ADMINISTRATOR, locales=frozenset({"zh"}))], ("roles", 0)),
        ("roles", [Assignment(Role.EDITOR, kinds=frozenset())], ("roles", 0, "kinds")),
    ],
)
async def test_what_does_not_fit_is_refused_and_leaves_nothing(database, field, value, path):
    await make_user("li@esempio.it", "李娜")
    await issue_token(SYSTEM, "robot", list(SYSTEM.grants[:1]), now=NOON)
    before = await User.all().count(), await Event.all().count()
    given = {"email": "anna@esempio.it", "name": "Anna", "password": PASSWORD, "roles": [TRANSLATOR]} | {field: value}
    with pytest.raises(InvalidInputError) as refusal:
        await create_user(SYSTEM, now=NOON, **given)
    assert refusal.value.path == path
    assert PASSWORD not in refusal.value.message
    assert (await User.all().count(), await Event.all().count()) == before


async def test_only_administrators_manage_accounts(database):
    anna, li = await make_user("anna@esempio.it", "Anna"), await make_user("li@esempio.it", "李娜", [TRANSLATOR])
    commands = [
        lambda actor: create_user(actor, email="x@y.it", name="X", password=PASSWORD, now=NOON),
        lambda actor: set_roles(actor, user_id=li.id, roles=ADMINISTRATOR, now=NOON),
        lambda actor: deactivate_user(actor, user_id=anna.id, now=NOON),
        lambda actor: reactivate_user(actor, user_id=anna.id, now=NOON),
        lambda actor: change_password(actor, user_id=anna.id, password=NEW, now=NOON),
    ]
    publisher = Actor.holding("stampa", set(Permission) - {Permission.ADMINISTER})
    before = await Event.all().count()
    for command in commands:
        for actor in (acting(li), publisher):
            with pytest.raises(ForbiddenError):
                await command(actor)
        with pytest.raises(UnauthenticatedError):
            await command(ANONYMOUS)
    assert await Event.all().count() == before


async def test_new_roles_hold_from_the_next_request_on(database):
    anna, li = await make_user("anna@esempio.it", "Anna"), await make_user("li@esempio.it", "李娜", [TRANSLATOR])
    secret = (await sign_in("li@esempio.it", PASSWORD, client=DESK, lifetimes=LIFETIMES, now=NOON)).secret
    await set_roles(acting(anna), user_id=li.id, roles=[Assignment(Role.READER)], now=NOON)
    actor = await recognise_session(secret, lifetimes=LIFETIMES, now=NOON)
    assert not actor.may(Permission.EDIT)
    event = await Event.filter(type="roles.set").get()
    assert event.data["before"] == [{"role": "translator", "locales": ["zh"]}]
    assert event.data["roles"] == [{"role": "reader"}]
    with pytest.raises(NotFoundError):
        await set_roles(acting(anna), user_id=99, roles=[], now=NOON)


async def test_a_closed_account_ends_at_once_and_can_be_opened(database):
    anna, li = await make_user("anna@esempio.it", "Anna"), await make_user("li@esempio.it", "李娜", [TRANSLATOR])
    secret = (await sign_in("li@esempio.it", PASSWORD, client=DESK, lifetimes=LIFETIMES, now=NOON)).secret
    await deactivate_user(acting(anna), user_id=li.id, now=NOON)
    with pytest.raises(UnauthenticatedError):
        await recognise_session(secret, lifetimes=LIFETIMES, now=NOON)
    with pytest.raises(UnauthenticatedError):
        await sign_in("li@esempio.it", PASSWORD, client=DESK, lifetimes=LIFETIMES, now=NOON)
    with pytest.raises(InvalidInputError):
        await deactivate_user(acting(anna), user_id=li.id, now=NOON)
    await reactivate_user(acting(anna), user_id=li.id, now=NOON)
    with pytest.raises(UnauthenticatedError):
        await recognise_session(secret, lifetimes=LIFETIMES, now=NOON)
    await sign_in("li@esempio.it", PASSWORD, client=DESK, lifetimes=LIFETIMES, now=NOON)
    with pytest.raises(InvalidInputError):
        await reactivate_user(acting(anna), user_id=li.id, now=NOON)


async def test_the_last_administrator_stays_one(database):
    anna, li = await make_user("anna@esempio.it", "Anna"), await make_user("li@esempio.it", "李娜")
    await deactivate_user(acting(anna), user_id=li.id, now=NOON)
    with pytest.raises(InvalidInputError, match="last administrator"):
        await deactivate_user(acting(anna), user_id=anna.id, now=NOON)
    with pytest.raises(InvalidInputError, match="last administrator"):
        await set_roles(acting(anna), user_id=anna.id, roles=[TRANSLATOR], now=NOON)
    assert (await User.get(id=anna.id)).active


async def test_two_administrators_cannot_close_each_other(database):
    anna, li = await make_user("anna@esempio.it", "Anna"), await make_user("li@esempio.it", "李娜")
    closing = (deactivate_user(acting(a), user_id=b.id, now=NOON) for a, b in ((anna, li), (li, anna)))
    outcomes = await asyncio.gather(*closing, return_exceptions=True)
    assert sorted(isinstance(each, InvalidInputError) for each in outcomes) == [False, True]
    assert await User.filter(active=True).count() == 1


async def test_a_changed_password_ends_the_other_sessions(database):
    await make_user("anna@esempio.it", "Anna")
    here, there = [
        await sign_in("anna@esempio.it", PASSWORD, client=client, lifetimes=LIFETIMES, now=NOON)
        for client in (DESK, ELSEWHERE)
    ]
    actor = acting(here.user, here.session.id)
    with pytest.raises(InvalidInputError, match="not the current password"):
        await change_password(actor, user_id=here.user.id, password=NEW, current="sbagliata", client=DESK, now=NOON)
    with pytest.raises(InvalidInputError, match="not the current password"):
        await change_password(actor, user_id=here.user.id, password=NEW, client=DESK, now=NOON)
    await change_password(actor, user_id=here.user.id, password=NEW, current=PASSWORD, client=DESK, now=NOON)
    assert [session.id for session in await Session.all()] == [here.session.id]
    with pytest.raises(UnauthenticatedError):
        await recognise_session(there.secret, lifetimes=LIFETIMES, now=NOON)
    with pytest.raises(UnauthenticatedError):
        await sign_in("anna@esempio.it", PASSWORD, client=DESK, lifetimes=LIFETIMES, now=NOON)
    await sign_in("anna@esempio.it", NEW, client=DESK, lifetimes=LIFETIMES, now=NOON)


async def test_only_the_first_start_makes_an_administrator(database):
    passwords = await asyncio.gather(
        *(create_first_administrator("administrator@localhost", "Administrator", now=NOON) for _ in range(3))
    )
    (password,) = [each for each in passwords if each is not None]
    user = await User.get()
    signed_in = await sign_in(user.email, password, client=DESK, lifetimes=LIFETIMES, now=NOON)
    assert acting(signed_in.user).may(Permission.ADMINISTER)
    assert password not in str((await Event.get()).data)


async def test_a_person_prefers_a_language_and_a_program_none(database):
    li = await make_user("li@esempio.it", "李娜", [TRANSLATOR])
    assert (await prefer_locale(acting(li), "zh-Hant")).locale == "zh-Hant"
    assert (await prefer_locale(acting(li), None)).locale is None
    for actor, tag in ((SYSTEM, "it"), (ANONYMOUS, "it"), (acting(li), "??")):
        with pytest.raises(PolyfocalError):
            await prefer_locale(actor, tag)
