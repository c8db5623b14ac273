"""Mutations of accounts: what they answer, and that they refuse without changing anything."""

import pytest

from api.nodes import encode_id
from cms.accounts.actors import SYSTEM, Permission
from cms.accounts.models import ApiToken, User
from cms.content.serving import configure_locales
from cms.events import Event
from tests.api.newsrooms import Client, open_newsroom, token_of
from tests.cms.accounts.people import make_user
from tests.worlds import LOCALES

ERRORS = "userErrors { code path message }"
ISSUE = f"""mutation ($input: IssueTokenInput!) {{ issueToken(input: $input) {{
  result {{ secret token {{ id name expiresAt grants {{ permission kinds locales }} }} }} {ERRORS} }} }}"""


@pytest.fixture(params=["sqlite", "postgresql"])
async def client(request, tmp_path):
    async def people():
        await configure_locales(SYSTEM, LOCALES[:3])
        await make_user("anna@esempio.it", "Anna")
        return await token_of("amministrazione", Permission.ADMINISTER)

    async with open_newsroom(request.param, tmp_path, people) as (newsroom, token):
        yield _Administrator(Client(newsroom), token)


class _Administrator:
    def __init__(self, client, token):
        self.client, self.token = client, token

    async def ask(self, query, token=None, **variables):
        answer = await self.client.ask(query, variables, token=token or self.token)
        assert "errors" not in answer, answer
        (data,) = answer["data"].values()
        return data


async def test_a_program_gets_a_token_and_loses_it(client):
    given = {"name": "译文", "grants": [{"permission": "EDIT", "kinds": ["ARTICLE"], "locales": ["zh"]}]}
    issued = (await client.ask(ISSUE, input=given))["result"]
    assert issued["token"]["grants"] == given["grants"]
    viewer = await client.ask("{ viewer { name permissions { permission locales } } }", issued["secret"])
    assert viewer == {"name": "译文", "permissions": [{"permission": "EDIT", "locales": ["zh"]}]}
    listed = await client.ask("{ apiTokens { name } }")
    assert listed == [{"name": "amministrazione"}, {"name": "译文"}]
    revoke = f"mutation ($token: ID!) {{ revokeToken(token: $token) {{ result {{ revokedAt }} {ERRORS} }} }}"
    answer = await client.client.ask(revoke, {"token": issued["token"]["id"]}, token=client.token)
    assert answer["data"]["revokeToken"]["userErrors"] == []
    status, _, refused = await client.client.post({"query": "{ viewer { name } }"}, token=issued["secret"])
    assert (status, refused["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    again = await client.client.ask(revoke, {"token": issued["token"]["id"]}, token=client.token)
    assert again["data"]["revokeToken"]["userErrors"][0]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"grants": []}, "INVALID_INPUT", ["input", "grants"]),
        ({"name": "Anna"}, "INVALID_INPUT", ["input", "name"]),
        ({"expiresAt": "2026-03-01T12:00:00+00:00"}, "INVALID_INPUT", ["input", "expiresAt"]),
        (
            {"grants": [{"permission": "EDIT", "locales": ["zh", "xx"]}]},
            "UNKNOWN_LOCALE",
            ["input", "grants", "0", "locales", "1"],
        ),
    ],
)
async def test_a_token_that_makes_no_sense_is_refused(client, changes, code, path):
    given = {"name": "feed", "grants": [{"permission": "READ"}]} | changes
    refused = await client.ask(ISSUE, input=given)
    assert refused["result"] is None
    assert [(each["code"], each["path"]) for each in refused["userErrors"]] == [(code, path)]
    assert await ApiToken.all().count() == 1


async def test_accounts_are_changed_closed_and_opened(client):
    li = await make_user("li@esempio.it", "李娜", [])
    id_ = encode_id("User", li.id)
    roles = f"""mutation ($user: ID!, $roles: [RoleInput!]!) {{ setRoles(user: $user, roles: $roles) {{
      result {{ roles {{ role locales }} }} {ERRORS} }} }}"""
    changed = await client.ask(roles, user=id_, roles=[{"role": "TRANSLATOR", "locales": ["zh"]}])
    assert changed["result"]["roles"] == [{"role": "TRANSLATOR", "locales": ["zh"]}]
    refused = await client.ask(roles, user=id_, roles=[{"role": "TRANSLATOR"}])
    assert refused["userErrors"][0]["path"] == ["roles", "0", "locales"]
    password = f"""mutation ($user: ID!, $password: String!) {{ changePassword(user: $user, password: $password) {{
      result {{ name }} {ERRORS} }} }}"""
    assert (await client.ask(password, user=id_, password="corta"))["userErrors"][0]["path"] == ["password"]
    assert (await client.ask(password, user=id_, password="una-parola-lunga"))["result"] == {"name": "李娜"}
    for name, active in (("deactivateUser", False), ("reactivateUser", True)):
        mutation = f"mutation ($user: ID!) {{ {name}(user: $user) {{ result {{ active }} {ERRORS} }} }}"
        assert (await client.ask(mutation, user=id_))["result"] == {"active": active}
        assert (await client.ask(mutation, user=id_))["userErrors"][0]["code"] == "INVALID_INPUT"
        for wrong in (encode_id("Item", li.id), "x"):
            assert (await client.ask(mutation, user=wrong))["userErrors"][0]["path"] == ["user"]
        assert (await client.ask(mutation, user=encode_id("User", 2**62)))["userErrors"][0]["code"] == "NOT_FOUND"
    last = "mutation ($user: ID!) { deactivateUser(user: $user) { userErrors { message } } }"
    anna = await User.get(email="anna@esempio.it")
    assert "last administrator" in str(await client.ask(last, user=encode_id("User", anna.id)))


async def test_strangers_and_lesser_tokens_change_nothing(client):
    reader = await token_of("lettore", Permission.READ, Permission.PUBLISH)
    id_, before = encode_id("User", 1), await Event.all().count()
    for mutation in (
        f'deactivateUser(user: "{id_}")',
        f'reactivateUser(user: "{id_}")',
        f'setRoles(user: "{id_}", roles: [])',
        f'changePassword(user: "{id_}", password: "una-parola-lunga")',
        'createUser(input: {email: "x@y.it", name: "X", roles: []})',
        'issueToken(input: {name: "x", grants: [{permission: ADMINISTER}]})',
        f'revokeToken(token: "{encode_id("ApiToken", 1)}")',
        f'revokeSession(session: "{encode_id("Session", 1)}")',
        'preferLocale(locale: "it")',
    ):
        for token, codes in ((None, {"UNAUTHENTICATED"}), (reader, {"FORBIDDEN", "UNAUTHENTICATED"})):
            answer = await client.client.ask(f"mutation {{ {mutation} {{ userErrors {{ code }} }} }}", token=token)
            assert answer["data"] is None, answer
            assert answer["errors"][0]["extensions"]["code"] in codes
    assert await Event.all().count() == before
    assert await User.all().count() == 1


async def test_a_page_of_users_takes_as_many_statements_as_one(client, monkeypatch):
    for n in range(3):
        await make_user(f"persona{n}@esempio.it", f"Persona {n}", [])
    counts = []
    for first in (1, 4):
        seen = []
        _spy(monkeypatch, type(User._meta.db), seen)
        page = await client.ask(f"{{ users(first: {first}) {{ edges {{ node {{ email sessions {{ id }} }} }} }} }}")
        monkeypatch.undo()
        assert len(page["edges"]) == first
        counts.append(len(seen))
    assert counts[0] == counts[1] == 3  # the token, the users, the sessions of all


def _spy(monkeypatch, owner, seen):
    plain = owner.execute_query

    async def spy(self, query, *arguments, **named):
        seen.append(query)
        return await plain(self, query, *arguments, **named)

    monkeypatch.setattr(owner, "execute_query", spy)
