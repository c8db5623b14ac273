"""What strangers' pages and browsers get, what is told of the schema, and that faults of ours stay ours."""

import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import structlog
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from api.graphiql import ASSETS, PACKAGED
from cms.taxonomy.models import Concept
from tests.api.newsrooms import Client

SITE = "https://giornale.example"
PACKAGED_ASSETS = Path(find_spec(PACKAGED[0]).origin).parent / PACKAGED[1]
INTROSPECTION = "{ __schema { queryType { name } types { name } } }"
SECRET = "the password of the database"

pytestmark = pytest.mark.asyncio(loop_scope="module")


def having(inhabited: Any, **settings: Any) -> Client:
    """A client of the whole web application, with other settings."""
    newsroom = inhabited.newsroom
    return Client(replace(newsroom, settings=newsroom.settings.model_copy(update=settings)), whole=True)


# Other origins


async def test_no_other_origin_may_read_by_default(inhabited):
    client = having(inhabited)
    asked = {"origin": SITE, "access-control-request-method": "POST"}
    status, headers, _ = await client.exchange("OPTIONS", asked)
    assert status == 405
    assert not [name for name in headers if name.startswith("access-control")]
    _, headers, _ = await client.get(query="{ __typename }")
    assert not [name for name in headers if name.startswith("access-control")]


async def test_an_origin_of_the_setting_may_read_with_a_token_or_its_session(inhabited):
    client = having(inhabited, cors_origins=f"{SITE}, https://altro.example")
    asked = {
        "origin": SITE,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-request-id",
    }
    status, headers, _ = await client.exchange("OPTIONS", asked)
    assert status == 200
    assert headers["access-control-allow-origin"] == SITE
    assert {"GET", "POST"} <= set(headers["access-control-allow-methods"].split(", "))
    assert {"authorization", "content-type", "x-request-id"} <= set(
        headers["access-control-allow-headers"].lower().split(", ")
    )
    assert int(headers["access-control-max-age"]) == 600
    assert headers["access-control-allow-credentials"] == "true"

    status, headers, _ = await client.request(
        "POST", {"origin": SITE, "content-type": "application/json"}, b'{"query":"{__typename}"}'
    )
    assert (status, headers["access-control-allow-origin"]) == (200, SITE)
    assert "x-request-id" in headers["access-control-expose-headers"].lower()
    assert {"Origin", "Accept"} <= set(headers["vary"].split(", "))


async def test_a_refusal_can_be_read_by_the_origin_too(inhabited):
    client = having(inhabited, cors_origins=SITE)
    sent = {"origin": SITE, "content-type": "application/json", "authorization": "Bearer none"}
    status, headers, _ = await client.request("POST", sent, b'{"query":"{__typename}"}')
    assert (status, headers["access-control-allow-origin"]) == (401, SITE)


async def test_another_origin_than_those_of_the_setting_is_refused(inhabited):
    client = having(inhabited, cors_origins=SITE)
    for origin in ("https://male.example", "null", f"{SITE}.male.example"):
        asked = {"origin": origin, "access-control-request-method": "POST"}
        status, headers, _ = await client.exchange("OPTIONS", asked)
        assert status == 400
        assert "access-control-allow-origin" not in headers


async def test_any_origin_by_setting(inhabited):
    client = having(inhabited, cors_origins="*")
    _, headers, _ = await client.request(
        "POST", {"origin": SITE, "content-type": "application/json"}, b'{"query":"{__typename}"}'
    )
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers


# The page


async def test_a_browser_gets_the_page_and_a_program_does_not(inhabited):
    client = having(inhabited)
    browser = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    status, headers, page = await client.exchange("GET", browser)
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"GraphiQL" in page
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    for accept in ("*/*", "application/json"):
        status, headers, _ = await client.request("GET", {"accept": accept})
        assert (status, headers["content-type"]) == (400, "application/json; charset=utf-8")


async def test_a_browser_that_asks_something_is_answered(inhabited):
    client = having(inhabited)
    status, _, answer = await client.request("GET", {"accept": "text/html,*/*;q=0.8"}, b"", b"query={__typename}")
    assert (status, answer) == (200, {"data": {"__typename": "Query"}})


async def test_the_page_loads_only_what_is_served_here(inhabited):
    client = having(inhabited)
    _, headers, page = await client.exchange("GET", {"accept": "text/html"})
    loaded = re.findall(rb'(?:src|href)="([^"]*)"', page)
    assert b"/graphql/assets/graphiql.min.js" in loaded
    for address in loaded:
        path = address.decode()
        if path == "data:,":
            continue
        assert path.startswith("/graphql/assets/")
        status, _, body = await client.exchange("GET", {}, path=path)
        name = path.rpartition("/")[2]
        (file,) = [each for folder in (ASSETS, PACKAGED_ASSETS) if (each := folder / name).exists()]
        assert (status, body) == (200, file.read_bytes())
    assert not re.findall(r"https?:|\*", headers["content-security-policy"])


async def test_without_the_page_a_browser_is_told_to_accept_json(inhabited):
    client = having(inhabited, graphiql=False)
    status, _, answer = await client.request("GET", {"accept": "text/html"})
    assert (status, answer["errors"][0]["extensions"]["code"]) == (406, "BAD_REQUEST")
    status, _, _ = await client.exchange("GET", {}, path="/graphql/assets/start.js")
    assert status == 404


# The schema


async def test_the_schema_can_be_asked_for(inhabited):
    _, _, answer = await having(inhabited).post({"query": INTROSPECTION})
    assert answer["data"]["__schema"]["queryType"] == {"name": "Query"}


@pytest.mark.parametrize("query", [INTROSPECTION, '{ __type(name: "Query") { name } }'])
async def test_without_introspection_it_cannot(inhabited, query):
    status, _, answer = await having(inhabited, introspection=False).post(
        {"query": query}, accept="application/graphql-response+json"
    )
    assert status == 400
    assert {each["extensions"]["code"] for each in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
    assert "data" not in answer


async def test_without_introspection_typename_is_still_told(inhabited):
    _, _, answer = await having(inhabited, introspection=False).post({"query": "{ __typename }"})
    assert answer == {"data": {"__typename": "Query"}}


GUESSES = (
    ("{ articlez { id } }", {}),
    ('{ articles(locale: "it", fist: 1) { totalCount } }', {}),
    ('{ articles(locale: "it", fallback: CHAN) { totalCount } }', {}),
    ('{ articles(locale: "it", filter: {concpt: "a"}) { totalCount } }', {}),
    ('query($f: ArticleFilter) { articles(locale: "it", filter: $f) { totalCount } }', {"f": {"concpt": "a"}}),
    ('query($f: Fallback!) { articles(locale: "it", fallback: $f) { totalCount } }', {"f": "CHAN"}),
    ("{ node(id: 1) { ... on Articl { id } } }", {}),
)


@pytest.mark.parametrize(("query", "variables"), GUESSES)
async def test_a_guess_is_helped_only_where_the_schema_can_be_asked_for(inhabited, query, variables):
    open_one, closed = having(inhabited), having(inhabited, introspection=False)
    sent = {"query": query, "variables": variables}
    _, _, helped = await open_one.post(sent)
    _, _, alone = await closed.post(sent)
    assert "Did you mean" in helped["errors"][0]["message"]
    assert "Did you mean" not in str(alone)
    assert alone["errors"][0]["extensions"]["code"] == helped["errors"][0]["extensions"]["code"]


# Faults of ours


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ('{ concept(uri: "medtop:sport", locale: "it") { name } }', 500),  # by a plan
        # by Strawberry, which executes whatever is not compiled
        ('{ __schema { queryType { name } } concept(uri: "medtop:sport", locale: "it") { name } }', 200),
    ],
)  # fmt: skip
async def test_a_fault_is_told_by_its_id_only(inhabited, query, status):
    client = having(inhabited)
    snapshots = type(inhabited.newsroom.database.snapshots)
    with (
        patch.object(snapshots, "run", side_effect=RuntimeError(SECRET)),
        patch.object(Concept, "get_or_none", side_effect=RuntimeError(SECRET)),
        capture_logs(processors=[merge_contextvars]) as logs,
    ):
        given, headers, answer = await client.post({"query": query}, **{"x-request-id": "richiesta-7"})
    assert given == status
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "richiesta-7"}
    assert headers["x-request-id"] == "richiesta-7"
    assert SECRET not in str(answer)
    assert "Traceback" not in str(answer)
    told = [each for each in logs if each["log_level"] == "error"]
    assert [each["request_id"] for each in told] == ["richiesta-7"]
    assert told[0]["exc_info"]


async def test_an_id_that_could_forge_a_log_line_is_not_taken(inhabited):
    client = having(inhabited)
    _, headers, _ = await client.post({"query": "{ __typename }"}, **{"x-request-id": "a b=\u00e9;DROP"})
    assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])


async def test_logs_end_where_they_began(inhabited):
    await having(inhabited).post({"query": "{ __typename }"})
    assert "request_id" not in structlog.contextvars.get_contextvars()
