"""API tokens: shown once, recognised while they hold, told to nobody."""

import logging
from datetime import timedelta

import pytest

from cms.accounts.actors import ANONYMOUS, SYSTEM, Actor, Permission, require
from cms.accounts.models import ApiToken
from cms.accounts.tokens import PREFIX, issue_token, recognise_token, revoke_token
from cms.errors import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from tests.cms.desk import NOON, everything

SMALLEST = timedelta(microseconds=1)

pytestmark = pytest.mark.usefixtures("database")


async def test_a_token_stands_for_its_actor():
    token = await issue_token("李娜的程序", [Permission.PUBLISH, Permission.EDIT], now=NOON)
    assert token.startswith(PREFIX)
    assert len(token) > 40
    actor = await recognise_token(token, now=NOON)
    assert actor == Actor.holding("李娜的程序", [Permission.EDIT, Permission.PUBLISH])
    require(actor, Permission.EDIT)
    with pytest.raises(ForbiddenError, match="administer"):
        require(actor, Permission.ADMINISTER)


async def test_two_tokens_of_one_name_differ():
    first, second = [await issue_token("agenzia", [Permission.EDIT], now=NOON) for _ in range(2)]
    assert first != second
    assert (await recognise_token(first, now=NOON)).name == (await recognise_token(second, now=NOON)).name


async def test_a_token_without_permissions_may_nothing():
    actor = await recognise_token(await issue_token("lettore", [], now=NOON), now=NOON)
    for permission in Permission:
        with pytest.raises(ForbiddenError):
            require(actor, permission)
        require(SYSTEM, permission)
        with pytest.raises(UnauthenticatedError):
            require(ANONYMOUS, permission)


@pytest.mark.parametrize("token", ["", "pf_", "pf_" + "x" * 43, "null", "雪" * 10_000, "\udc80", "pf_\x00"])
async def test_what_is_no_token_is_not_recognised(token: str):
    await issue_token("agenzia", [Permission.EDIT], now=NOON)
    with pytest.raises(UnauthenticatedError):
        await recognise_token(token, now=NOON)


async def test_a_token_ends_at_its_instant():
    token = await issue_token("agenzia", [Permission.EDIT], now=NOON, expires_at=NOON + timedelta(days=1))
    assert await recognise_token(token, now=NOON + timedelta(days=1) - SMALLEST)
    with pytest.raises(UnauthenticatedError):
        await recognise_token(token, now=NOON + timedelta(days=1))


async def test_revoking_ends_every_token_of_a_name():
    tokens = [await issue_token("agenzia", [Permission.EDIT], now=NOON) for _ in range(2)]
    kept = await issue_token("国际", [Permission.EDIT], now=NOON)
    assert await revoke_token("agenzia", now=NOON) == 2
    for token in tokens:
        with pytest.raises(UnauthenticatedError):
            await recognise_token(token, now=NOON)
    assert (await recognise_token(kept, now=NOON)).name == "国际"
    for name in ("agenzia", "nessuno"):
        with pytest.raises(NotFoundError):
            await revoke_token(name, now=NOON)
    assert await ApiToken.filter(revoked_at=NOON).count() == 2


async def test_the_three_refusals_read_the_same():
    """Who tries tokens learns nothing from the answers."""
    revoked = await issue_token("revocato", [Permission.EDIT], now=NOON)
    await revoke_token("revocato", now=NOON)
    expired = await issue_token("scaduto", [Permission.EDIT], now=NOON, expires_at=NOON)
    messages = set()
    for token in (revoked, expired, PREFIX + "sconosciuto"):
        with pytest.raises(UnauthenticatedError) as caught:
            await recognise_token(token, now=NOON)
        messages.add(str(caught.value))
        assert token not in str(caught.value)
    assert len(messages) == 1


async def test_permissions_of_a_newer_release_give_nothing():
    token = await issue_token("agenzia", [Permission.EDIT], now=NOON)
    await ApiToken.all().update(permissions=["content.edit", "content.dream"])
    assert await recognise_token(token, now=NOON) == Actor.holding("agenzia", [Permission.EDIT])


@pytest.mark.parametrize("name", ["", "  ", "due\nrighe", "n" * 201, "\x00", "\udc80"])
async def test_a_name_that_does_not_fit_is_refused(name: str):
    with pytest.raises(InvalidInputError) as caught:
        await issue_token(name, [Permission.EDIT], now=NOON)
    assert caught.value.path == ("name",)
    assert not await ApiToken.exists()


async def test_a_token_is_kept_and_logged_nowhere(caplog: pytest.LogCaptureFixture):
    """Neither in a row nor in any line that is written at the most talkative level."""
    for name in (None, "tortoise", "tortoise.db_client"):
        caplog.set_level(logging.DEBUG, logger=name)
    token = await issue_token("agenzia", [Permission.EDIT], now=NOON)
    await recognise_token(token, now=NOON)
    await revoke_token("agenzia", now=NOON)
    assert "api_token" in caplog.text
    assert token not in caplog.text
    assert token not in str(await everything())
