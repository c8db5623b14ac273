"""Sessions begin for whoever knows the password, end in time, and guessing is slow."""

import asyncio
from datetime import timedelta

import pytest

from cms.accounts import signing_in
from cms.accounts.actors import SYSTEM
from cms.accounts.models import Outcome, Session, SignIn, User
from cms.accounts.passwords import verify_password
from cms.accounts.roles import Assignment, Role
from cms.accounts.sessions import NOTED_EVERY, recognise_session, revoke_session
from cms.accounts.signing_in import sign_in, sign_out
from cms.accounts.throttling import ACCOUNT_MOST, ADDRESS_MOST, KEPT, WINDOW, Client, begin_attempt
from cms.accounts.users import deactivate_user
from cms.errors import NotFoundError, ThrottledError, UnauthenticatedError
from cms.events import Event
from tests.cms.accounts.people import DESK, ELSEWHERE, LIFETIMES, NOON, PASSWORD, acting, make_user

READER = [Assignment(Role.READER)]
MICROSECOND = timedelta(microseconds=1)


async def enter(email="li@esempio.it", password=PASSWORD, client=DESK, now=NOON):
    return await sign_in(email, password, client=client, lifetimes=LIFETIMES, now=now)


async def outcomes():
    return [row.outcome for row in await SignIn.all().order_by("id")]


async def fail(times, client=DESK, now=NOON, email="li@esempio.it"):
    for _ in range(times):
        with pytest.raises(UnauthenticatedError):
            await enter(email, "indovinata-12", client, now)


@pytest.fixture
async def li(database):
    return await make_user("li@esempio.it", "李娜", READER)


async def test_a_sign_in_begins_a_session_and_is_logged(li):
    begun = await enter("  LI@esempio.it ")
    actor = await recognise_session(begun.secret, lifetimes=LIFETIMES, now=NOON)
    assert (actor.name, actor.user_id, actor.session_id) == ("李娜", li.id, begun.session.id)
    row = await SignIn.get()
    assert (row.user_id, row.session_id, row.outcome) == (li.id, begun.session.id, Outcome.SUCCEEDED)
    assert (row.address, row.user_agent, row.at, row.ended_at) == ("192.0.2.7", "Firefox", NOON, None)
    await sign_out(actor, now=NOON + timedelta(hours=1))
    assert (await SignIn.get()).ended_at == NOON + timedelta(hours=1)
    with pytest.raises(UnauthenticatedError):
        await recognise_session(begun.secret, lifetimes=LIFETIMES, now=NOON)
    with pytest.raises(UnauthenticatedError):
        await sign_out(SYSTEM, now=NOON)


async def test_secrets_are_stored_as_digests_only(li):
    begun = await enter()
    with pytest.raises(UnauthenticatedError):
        await enter(email=PASSWORD)  # typed into the wrong field
    stored = [str(vars(row)) for model in (User, Session, SignIn, Event) for row in await model.all()]
    assert not any(begun.secret in each or PASSWORD in each for each in stored)


async def test_every_failure_reads_the_same_and_is_told_apart_in_the_log_only(li):
    anna = await make_user("anna@esempio.it", "Anna", READER)
    await make_user("capo@esempio.it", "Capo")
    await deactivate_user(SYSTEM, user_id=anna.id, now=NOON)
    messages = set()
    for email, password in (
        ("li@esempio.it", "indovinata-12"),
        ("nessuno@esempio.it", PASSWORD),
        ("anna@esempio.it", PASSWORD),
        ("\0\n", PASSWORD),
        ("x" * 5_000, "y" * 5_000),
        ("li@esempio.it", ""),
    ):
        with pytest.raises(UnauthenticatedError) as refusal:
            await enter(email, password)
        messages.add(refusal.value.message)
    assert messages == {"The e-mail address or the password is wrong."}
    wrong, unknown = Outcome.WRONG_PASSWORD, Outcome.UNKNOWN_USER
    assert await outcomes() == [wrong, unknown, Outcome.INACTIVE_USER, unknown, unknown, wrong]
    assert not await Session.exists()


async def test_an_unknown_account_costs_a_hash_too(monkeypatch, li):
    checked = []

    async def counted(password, stored):
        checked.append(stored)
        return await verify_password(password, stored)

    monkeypatch.setattr(signing_in, "verify_password", counted)
    await fail(1)
    await fail(1, email="nessuno@esempio.it")
    assert checked == [li.password, None]


async def test_no_password_matches_where_there_is_no_account():
    for password in ("", PASSWORD, "è" * 3_000):
        assert await verify_password(password, None) == (False, None)
    assert await verify_password(PASSWORD, "not a hash") == (False, None)


async def test_an_account_waits_after_failures_and_the_right_password_does_not_help(li):
    await fail(ACCOUNT_MOST)
    with pytest.raises(ThrottledError, match=r"in 15 min\."):
        await enter()
    with pytest.raises(ThrottledError):
        await enter(client=ELSEWHERE, now=NOON + WINDOW - MICROSECOND)
    assert len(await outcomes()) == ACCOUNT_MOST
    assert not await Session.exists()
    await enter(now=NOON + WINDOW)


async def test_an_account_stays_open_to_its_owner_while_others_guess(li):
    await enter(client=DESK, now=NOON - timedelta(days=1))
    await fail(ACCOUNT_MOST, ELSEWHERE)
    with pytest.raises(ThrottledError):
        await enter(client=ELSEWHERE)
    await enter(client=DESK)
    await fail(ACCOUNT_MOST, DESK)
    with pytest.raises(ThrottledError):
        await enter(client=DESK)


async def test_unknown_accounts_are_throttled_like_known_ones(database):
    await fail(ACCOUNT_MOST, email="nessuno@esempio.it")
    with pytest.raises(ThrottledError):
        await enter("nessuno@esempio.it")


async def test_an_address_waits_whatever_the_accounts(li):
    host = iter(range(1, 1_000))
    for number in range(ADDRESS_MOST):  # of IPv6, one subscriber has the whole /64
        await begin_attempt(f"{number}", Client(f"2001:db8:0:7::{next(host):x}"), now=NOON)
    with pytest.raises(ThrottledError):
        await enter(client=Client("2001:db8:0:7:ffff::1"))
    await enter(client=Client("2001:db8:0:8::1"))


async def test_many_attempts_at_once_count_each(li):
    attempts = [begin_attempt("k", Client(f"192.0.2.{n}"), now=NOON) for n in range(12)]
    done = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(each, ThrottledError) for each in done) == 12 - ACCOUNT_MOST
    assert await SignIn.all().count() == ACCOUNT_MOST


async def test_the_log_is_kept_for_its_time(li):
    await enter(now=NOON)
    await enter(now=NOON + KEPT)
    assert await SignIn.all().count() == 2
    await enter(now=NOON + KEPT + MICROSECOND)
    assert await SignIn.all().count() == 2


async def test_a_password_changed_while_it_was_checked_lets_nobody_in(monkeypatch, li):
    async def meanwhile(password, stored):
        answer = await verify_password(password, stored)
        await User.filter(id=li.id).update(password="$argon2id$other")
        return answer

    monkeypatch.setattr(signing_in, "verify_password", meanwhile)
    with pytest.raises(UnauthenticatedError):
        await enter()
    assert await outcomes() == [Outcome.WRONG_PASSWORD]


async def test_the_two_ways_to_type_an_accent_are_one_password(database):
    await make_user("anna@esempio.it", "Anna", READER, password="perch\u00e9 no, domani")
    await enter("anna@esempio.it", "perche\u0301 no, domani")


async def test_a_session_that_is_used_goes_on_until_its_end(li):
    begun = await enter()
    now = NOON
    for _ in range(14):
        now += LIFETIMES.idle - MICROSECOND
        await recognise_session(begun.secret, lifetimes=LIFETIMES, now=now)
    assert (await Session.get()).expires_at == NOON + LIFETIMES.most
    with pytest.raises(UnauthenticatedError):
        await recognise_session(begun.secret, lifetimes=LIFETIMES, now=NOON + LIFETIMES.most)


async def test_a_session_that_is_not_used_is_over(li):
    begun = await enter()
    with pytest.raises(UnauthenticatedError):
        await recognise_session(begun.secret, lifetimes=LIFETIMES, now=NOON + LIFETIMES.idle)
    await enter(now=NOON + LIFETIMES.idle)
    assert await Session.all().count() == 1


async def test_use_is_noted_now_and_then(li):
    begun = await enter()
    await recognise_session(begun.secret, lifetimes=LIFETIMES, now=NOON + NOTED_EVERY - MICROSECOND)
    assert (await Session.get()).seen_at == NOON
    await recognise_session(begun.secret, lifetimes=LIFETIMES, now=NOON + NOTED_EVERY)
    assert (await Session.get()).seen_at == NOON + NOTED_EVERY


@pytest.mark.parametrize("secret", ["", "x", "è\0", "a" * 100_000])
async def test_a_forged_session_is_nobodys(li, secret):
    begun = await enter()
    for forged in (secret, begun.secret + secret if secret else begun.secret[:-1], begun.session.sha256):
        with pytest.raises(UnauthenticatedError):
            await recognise_session(forged, lifetimes=LIFETIMES, now=NOON)


async def test_sessions_are_revoked_by_their_owner_or_an_administrator(li):
    anna = await make_user("anna@esempio.it", "Anna")
    first, second = await enter(), await enter(client=ELSEWHERE)
    hers = await enter("anna@esempio.it")
    with pytest.raises(NotFoundError):
        await revoke_session(acting(li), session_id=hers.session.id, now=NOON)
    await revoke_session(acting(li), session_id=first.session.id, now=NOON)
    await revoke_session(acting(anna), session_id=second.session.id, now=NOON)
    with pytest.raises(NotFoundError):
        await revoke_session(acting(anna), session_id=second.session.id, now=NOON)
    assert [row.id for row in await Session.all()] == [hers.session.id]
    assert await Event.filter(type="session.revoked").order_by("id").values_list("actor", flat=True) == ["李娜", "Anna"]
