"""Tokens stand for programs, within their grants and their time."""

from datetime import timedelta

import pytest

from cms.accounts.actors import SYSTEM, Actor, Grant, Permission
from cms.accounts.models import ApiToken
from cms.accounts.tokens import issue_token, recognise_token, revoke_token, revoke_tokens
from cms.errors import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from cms.events import Event
from tests.cms.accounts.people import NOON, make_user

ZH = Grant(Permission.EDIT, kinds=frozenset({"ARTICLE"}), locales=frozenset({"zh"}))
LATER = NOON + timedelta(days=1)


async def test_a_token_acts_within_its_grants_until_it_expires(database):
    token, secret = await issue_token(SYSTEM, "翻译机", [ZH], now=NOON, expires_at=LATER)
    assert await recognise_token(secret, now=NOON) == Actor("翻译机", (ZH,))
    with pytest.raises(UnauthenticatedError):
        await recognise_token(secret, now=LATER)
    stored = [str(vars(row)) for model in (ApiToken, Event) for row in await model.all()]
    assert not any(secret in each for each in stored)
    event = await Event.get()
    assert (event.type, event.data["token"]) == ("token.issued", token.id)


async def test_tokens_are_revoked_one_by_one_or_by_name(database):
    (first, secret), (_, other), (_, third) = [
        await issue_token(SYSTEM, name, [ZH], now=NOON) for name in ("feed", "feed", "altro")
    ]
    await revoke_token(SYSTEM, token_id=first.id, now=NOON)
    with pytest.raises(UnauthenticatedError):
        await recognise_token(secret, now=NOON)
    with pytest.raises(NotFoundError):
        await revoke_token(SYSTEM, token_id=first.id, now=NOON)
    assert await revoke_tokens(SYSTEM, name="feed", now=NOON) == 1
    with pytest.raises(UnauthenticatedError):
        await recognise_token(other, now=NOON)
    with pytest.raises(NotFoundError):
        await revoke_tokens(SYSTEM, name="feed", now=NOON)
    await recognise_token(third, now=NOON)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": ""}, ("name",)),
        ({"name": "李娜"}, ("name",)),
        ({"name": "system"}, ("name",)),
        ({"grants": []}, ("grants",)),
        ({"grants": [ZH, Grant(Permission.READ, locales=frozenset())]}, ("grants", 1, "locales")),
        ({"expires_at": NOON}, ("expiresAt",)),
    ],
)
async def test_what_does_not_fit_is_refused(database, given, path):
    await make_user("li@esempio.it", "李娜")
    with pytest.raises(InvalidInputError) as refusal:
        await issue_token(SYSTEM, **({"name": "feed", "grants": [ZH], "now": NOON} | given))
    assert refusal.value.path == path
    assert not await ApiToken.exists()


async def test_only_administrators_issue_and_revoke(database):
    publisher = Actor.holding("stampa", set(Permission) - {Permission.ADMINISTER})
    token, _ = await issue_token(SYSTEM, "feed", [ZH], now=NOON)
    for command in (
        issue_token(publisher, "altro", [ZH], now=NOON),
        revoke_token(publisher, token_id=token.id, now=NOON),
        revoke_tokens(publisher, name="feed", now=NOON),
    ):
        with pytest.raises(ForbiddenError):
            await command
    assert await ApiToken.filter(revoked_at=None).count() == 1
