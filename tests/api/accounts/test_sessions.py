"""Signing in over HTTP as a browser does: the cookie, what it lets one do, and whom it refuses."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from cms.accounts.actors import SYSTEM, Permission
from cms.accounts.models import Session, User
from cms.accounts.throttling import ACCOUNT_MOST
from cms.app import Newsroom, build_web
from cms.content.serving import configure_locales
from cms.statements import rows
from tests.api.newsrooms import open_newsroom, token_of
from tests.cms.accounts.people import NOON, PASSWORD, make_user
from tests.worlds import LOCALES

SITE = "https://cms.example.org"
SIGN_IN = """mutation ($email: String!, $password: String!) {
  signIn(email: $email, password: $password) { result { name email } userErrors { code path message } } }"""
SIGN_OUT = "mutation { signOut { result userErrors { code } } }"
VIEWER = """{ viewer { name email locale roles { role kinds locales } permissions { permission kinds locales }
  sessions { id address userAgent current } } }"""
COOKIE = "__Host-polyfocal"


@dataclass
class House:
    """A newsroom whose clock can be turned."""

    newsroom: Newsroom
    times: list[datetime] = field(default_factory=lambda: [NOON])

    def pass_by(self, time: timedelta) -> None:
        self.times.append(self.times[-1] + time)

    @asynccontextmanager
    async def browser(self, site: str = SITE, address: str = "192.0.2.7", **settings: Any) -> AsyncIterator["Browser"]:
        newsroom = replace(self.newsroom, settings=self.newsroom.settings.model_copy(update=settings))
        transport = httpx2.ASGITransport(app=build_web(newsroom), client=(address, 4711))
        async with httpx2.AsyncClient(transport=transport, base_url=site, headers={"user-agent": "Firefox"}) as client:
            yield Browser(client)


@dataclass
class Browser:
    client: httpx2.AsyncClient

    async def post(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> httpx2.Response:
        return await self.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers or {})

    async def ask(self, query: str, **variables: Any) -> Any:
        response = await self.post(query, **variables)
        assert response.status_code == 200, response.text
        answer = response.json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def sign_in(self, email: str = "anna@esempio.it", password: str = PASSWORD) -> Any:
        return (await self.ask(SIGN_IN, email=email, password=password))["signIn"]


@pytest.fixture(params=["sqlite", "postgresql"])
async def house(request, tmp_path) -> AsyncIterator[House]:
    async def people() -> None:
        await configure_locales(SYSTEM, LOCALES[:3])
        await make_user("anna@esempio.it", "Anna")

    times = [NOON]
    clock: Callable[[], datetime] = lambda: times[-1]  # noqa: E731 - as short as it is
    async with open_newsroom(request.param, tmp_path, people, clock) as (newsroom, _):
        yield House(newsroom, times)


async def test_a_person_signs_in_is_known_and_signs_out(house):
    async with house.browser() as browser:
        assert await browser.ask(VIEWER) == {"viewer": None}
        response = await browser.post(SIGN_IN, email="ANNA@esempio.it", password=PASSWORD)
        assert response.json()["data"]["signIn"]["result"] == {"name": "Anna", "email": "anna@esempio.it"}
        name, _, attributes = response.headers["set-cookie"].partition("=")
        assert name == COOKIE
        assert attributes.partition("; ")[2] == "Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax; Secure"
        assert response.headers["cache-control"] == "no-store"
        viewer = (await browser.ask(VIEWER))["viewer"]
        assert viewer["roles"] == [{"role": "ADMINISTRATOR", "kinds": None, "locales": None}]
        assert [each["permission"] for each in viewer["permissions"]] == [each.name for each in Permission]
        (session,) = viewer["sessions"]
        assert (session["address"], session["userAgent"], session["current"]) == ("192.0.2.7", "Firefox", True)
        kept = dict(browser.client.cookies)
        assert await browser.ask(SIGN_OUT) == {"signOut": {"result": True, "userErrors": []}}
        assert not browser.client.cookies
        assert await browser.ask(VIEWER) == {"viewer": None}
        again = await browser.post(VIEWER, {"cookie": f"{COOKIE}={kept[COOKIE]}"})
        assert again.status_code == 401


async def test_without_https_the_cookie_has_no_prefix_and_is_not_secure(house):
    async with house.browser("http://127.0.0.1:8000", public_url="") as browser:
        response = await browser.post(SIGN_IN, email="anna@esempio.it", password=PASSWORD)
        assert response.headers["set-cookie"].startswith("polyfocal=")
        assert "Secure" not in response.headers["set-cookie"]
        assert (await browser.ask(VIEWER))["viewer"]["name"] == "Anna"


async def test_a_wrong_password_is_a_user_error_and_sets_nothing(house):
    async with house.browser() as browser:
        for _ in range(ACCOUNT_MOST):
            refused = await browser.sign_in(password="indovinata-12")
            assert refused["result"] is None
            assert refused["userErrors"][0]["code"] == "UNAUTHENTICATED"
        throttled = await browser.sign_in()
        assert throttled["result"] is None
        assert throttled["userErrors"][0]["code"] == "THROTTLED"
        assert not browser.client.cookies
    assert not await Session.exists()


async def test_an_expired_session_is_refused_and_forgotten_so_that_one_can_sign_in_again(house):
    async with house.browser() as browser:
        await browser.sign_in()
        house.pass_by(timedelta(hours=24))
        response = await browser.post(VIEWER)
        assert response.status_code == 401
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert not browser.client.cookies
        assert (await browser.sign_in())["userErrors"] == []


@pytest.mark.parametrize("forged", ["", "x", "%00", "è".encode().decode("latin-1"), "a" * 5_000, '"', "a; b=c"])
async def test_a_forged_cookie_is_refused(house, forged):
    async with house.browser() as browser:
        await browser.sign_in()
        browser.client.cookies.clear()
        response = await browser.post(VIEWER, {"cookie": f"{COOKIE}={forged}".encode("latin-1")})
        assert response.status_code == 401
        assert "Max-Age=0" in response.headers["set-cookie"]
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        (SITE, 200),
        ("https://admin.example.org", 200),
        ("https://evil.example", 403),
        ("https://cms.example.org.evil.example", 403),
        ("http://cms.example.org:8080", 403),
        ("null", 403),
        ("", 403),
        ("*", 403),
        ("nonsense", 403),
        ("https://[", 403),
    ],
)
async def test_a_page_of_another_origin_may_not_use_the_session(house, origin, status):
    async with house.browser(cors_origins="*,https://admin.example.org") as browser:
        await browser.sign_in()
        response = await browser.post(SIGN_OUT, {} if origin is None else {"origin": origin})
        assert response.status_code == status
        assert await Session.exists() is (status == 403)
        assert (await browser.client.post("/graphql", json={"query": "{ locales { tag } }"})).status_code == 200


async def test_only_listed_origins_may_send_the_cookie_along(house):
    asked = {"origin": "https://admin.example.org", "access-control-request-method": "POST"}
    for listed, allowed in (("https://admin.example.org", "true"), ("*", None)):
        async with house.browser(cors_origins=listed) as browser:
            answer = await browser.client.options("/graphql", headers=asked)
            assert answer.headers.get("access-control-allow-credentials") == allowed


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_form_of_another_site_gets_nothing_done(house, content_type):
    async with house.browser() as browser:
        await browser.sign_in()
        body = b'{"query": "mutation { signOut { result } }"}'
        response = await browser.client.post("/graphql", content=body, headers={"content-type": content_type})
        assert response.status_code == 415
    assert await Session.exists()


async def test_a_get_is_answered_as_to_everybody(house):
    async with house.browser() as browser:
        await browser.sign_in()
        response = await browser.client.get(
            "/graphql", params={"query": VIEWER}, headers={"accept": "application/json"}
        )
        assert response.json() == {"data": {"viewer": None}}


async def test_the_header_wins_over_the_cookie(house):
    secret = await token_of("翻译机", Permission.READ)
    async with house.browser() as browser:
        await browser.sign_in()
        response = await browser.post(VIEWER, {"authorization": f"Bearer {secret}", "origin": "https://evil.example"})
        viewer = response.json()["data"]["viewer"]
        assert (viewer["name"], viewer["email"], viewer["roles"], viewer["sessions"]) == ("翻译机", None, [], [])
        bad = await browser.post(VIEWER, {"authorization": "Bearer pf_x"})
        assert bad.status_code == 401
        assert "set-cookie" not in bad.headers


async def test_a_session_is_recognised_by_one_statement(house, monkeypatch):
    async with house.browser() as browser:
        await browser.sign_in()
        seen: list[str] = []
        client = (await User.all().first())._meta.db.__class__
        for name in ("execute_query", "execute_query_dict"):
            _spy(monkeypatch, client, name, seen)
        await browser.post("{ __typename }")
        assert len(seen) == 1, seen
        assert "session" in seen[0]
        monkeypatch.undo()
        plan = await rows(f"{_EXPLAIN[house.newsroom.database.dialect]} SELECT 1 FROM session WHERE sha256 = 'x'")
        assert "session" in str(plan)


_EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}


def _spy(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, seen: list[str]) -> None:
    plain = getattr(owner, name)

    async def spy(self: Any, query: str, *arguments: Any, **named: Any) -> Any:
        seen.append(query)
        return await plain(self, query, *arguments, **named)

    monkeypatch.setattr(owner, name, spy)


async def test_an_administrator_sees_who_did_what_from_where(house):
    create = """mutation ($input: CreateUserInput!) { createUser(input: $input) {
      result { user { id name roles { role locales } } password } userErrors { code path } } }"""
    trail = """query ($first: Int, $after: String, $actor: String) {
      auditTrail(first: $first, after: $after, actor: $actor) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
        edges { node { at type actor address item locale data } } } }"""
    async with house.browser(address="2001:db8::7") as browser:
        await browser.sign_in(password="indovinata-12")
        await browser.sign_in()
        given = {"email": "li@esempio.it", "name": "李娜", "roles": [{"role": "TRANSLATOR", "locales": ["ZH"]}]}
        made = (await browser.ask(create, input=given))["createUser"]
        assert made["userErrors"] == []
        password = made["result"].pop("password")
        assert made["result"]["user"]["roles"] == [{"role": "TRANSLATOR", "locales": ["zh"]}]
        refused = (await browser.ask(create, input=given | {"roles": [{"role": "EDITOR", "locales": ["xx"]}]}))[
            "createUser"
        ]
        assert refused["userErrors"] == [{"code": "UNKNOWN_LOCALE", "path": ["input", "roles", "0", "locales", "0"]}]
        whole = (await browser.ask(trail))["auditTrail"]
        told = [(each["node"]["type"], each["node"]["actor"], each["node"]["address"]) for each in whole["edges"]]
        # All at one instant: events come first, the latest first, then sign-ins.
        assert [each for each in told if each[0] != "locales.configured"] == [
            ("user.created", "Anna", "2001:db8::7"),
            ("user.created", "system", None),
            ("sign_in.succeeded", "Anna", "2001:db8::7"),
            ("sign_in.wrong_password", "Anna", "2001:db8::7"),
        ]
        assert whole["totalCount"] == len(told)
        assert password not in str(whole)
        paged, after = [], None
        while True:
            page = (await browser.ask(trail, first=2, after=after))["auditTrail"]
            paged += page["edges"]
            assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert paged == [{"node": each["node"]} for each in whole["edges"]]
        hers = (await browser.ask(trail, actor="Anna"))["auditTrail"]
        assert {each["node"]["actor"] for each in hers["edges"]} == {"Anna"}
        async with house.browser() as other:
            await other.sign_in("li@esempio.it", password)
            for query in ("{ auditTrail { totalCount } }", "{ users { totalCount } }", "{ apiTokens { id } }"):
                answer = (await other.post(query)).json()
                assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert ((await browser.client.post("/graphql", json={"query": "{ users { totalCount } }"})).json())["data"] == {
            "users": {"totalCount": 2}
        }
