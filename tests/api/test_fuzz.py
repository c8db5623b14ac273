"""Whatever bytes come over HTTP, the answer is JSON with data or errors that have a code, and no fault of ours.

POLYFOCAL_TEST_EXAMPLES says how many are tried; more than the usual are drawn anew each time.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.desks import Desk, open_desk

USUAL = 300
EXAMPLES = int(os.environ.get("POLYFOCAL_TEST_EXAMPLES", USUAL))
RESPONSE = "application/graphql-response+json"
STATUSES = {200, 400, 401, 405, 406, 413, 415}
SEEDS = (
    '{ articles(locale: "zh", fallback: CHAIN, first: 2) { totalCount edges { cursor node { id headline } } } }',
    """query($l: Locale!, $f: ArticleFilter, $o: ArticleOrder) {
        articles(locale: $l, filter: $f, orderBy: $o) { totalCount } }""",
    "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Article { body { json markdown } } } }",
    """query($s: Boolean!) { locales @skip(if: $s) { tag } ...F }
        fragment F on Query { concept(uri: "a", locale: "it") { id } }""",
    'query($q: String!) { search(query: $q, locale: "it") { totalCount edges { snippets { html } } } }',
    "query($a: String) { changes(after: $a) { edges { node { uri item { headline } } } } }",
    """mutation($b: JSON) {
        createArticle(input: {locale: "it", text: {headline: "Neve", body: $b}}) { userErrors { code } } }""",
    'mutation($i: ID!) { publish(item: $i, locales: ["it"]) { result { version } userErrors { code path } } }',
)  # fmt: skip
NAMES = ("l", "f", "o", "ids", "s", "q", "a", "b", "i")
PIECES = (
    "", "{", "}", "(", ")", "[", "]", "...", "$l", "@skip(if: true)", "null", "__typename", '"', '"""', "#", "\\u0000",
    "\0", "é", "城", "fragment F on Query { a }", "query B { __typename }", "1e999", "-", ":", "!", "first: -1", ",",
)  # fmt: skip

scalars = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=20)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
words = st.sampled_from(
    ["doc", "paragraph", "text", "heading", "link", "it", "zh", "SXRlbTo1Og==", "Città", "大学", "DESC"]
)
documents = st.fixed_dictionaries(
    {"type": words},
    optional={
        "content": st.lists(values | st.fixed_dictionaries({"type": words, "text": values}), max_size=3),
        "attrs": values,
    },
)  # fmt: skip
variables = st.dictionaries(
    st.sampled_from(NAMES), values | words | documents | st.lists(words, max_size=3), max_size=9
)


@st.composite
def queries(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """A seed, with a piece cut out and another put in, a few times or never."""
    text: str = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 3))):
        at, size = draw(st.integers(0, len(text))), draw(st.integers(0, 12))
        piece = draw(st.sampled_from(PIECES) | st.text(max_size=4))
        text = text[:at] + piece + text[at + size :]
    return text


requests = st.fixed_dictionaries(
    {"query": queries()},
    optional={"variables": variables | values, "operationName": scalars, "extensions": values, "id": values},
)
bodies = st.one_of(
    requests.map(orjson.dumps), requests.map(orjson.dumps), values.map(orjson.dumps), st.binary(max_size=60)
)
headers = st.fixed_dictionaries(
    {"content-type": st.sampled_from(["application/json"] * 6 + ["text/plain", "application/json; charset=utf-16"])},
    optional={
        "accept": st.sampled_from([RESPONSE, "application/json", "*/*", "text/html", ""])
        | st.text("a/*;q=0.,1 ", max_size=20),
        "x-request-id": st.text(st.characters(max_codepoint=255), max_size=20),
    },
)  # fmt: skip


class Target:
    """A newsroom that is asked by tests without an event loop: Hypothesis calls what is synchronous."""

    def __init__(self, desk: Desk, run: Callable[[Any], Any]) -> None:
        self.desk, self._run = desk, run

    def exchange(self, *arguments: Any) -> tuple[int, dict[str, str], bytes]:
        answer: tuple[int, dict[str, str], bytes] = self._run(self.desk.client.exchange(*arguments))
        return answer


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        try:
            opened = stack.enter_async_context(open_desk(request.param, tmp_path_factory.mktemp("desk")))
            yield Target(runner.run(opened), runner.run)
        finally:
            runner.run(stack.aclose())


def assert_clear(status: int, received: dict[str, str], body: bytes, sent: object) -> None:
    """The answer of a server that knows what it does."""
    assert status in STATUSES, (sent, body)
    if received["content-type"].startswith("text/html"):
        return
    answer = orjson.loads(body)
    assert "data" in answer or answer["errors"], (sent, body)
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] not in {"INTERNAL", "ERROR"}, (sent, body)
        assert error["message"], (sent, body)
    assert b"Traceback" not in body, (sent, body)


fuzzed = settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES == USUAL,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_any_body_is_answered(target):
    tokens = [f"Bearer {target.desk.tokens['chief']}", "", "Bearer a"]
    statuses: set[int] = set()

    @fuzzed
    @given(bodies, headers, st.sampled_from([tokens[0], *tokens]))
    def check(body: bytes, given_headers: dict[str, str], token: str) -> None:
        status, received, answer = target.exchange("POST", {**given_headers, "authorization": token}, body)
        statuses.add(status)
        assert_clear(status, received, answer, (given_headers, body))

    check()
    assert {200, 400, 415} <= statuses


def test_any_address_is_answered(target):
    parameters = st.dictionaries(
        st.sampled_from(["query", "variables", "operationName", "extensions", "query", "a"]),
        queries() | variables.map(lambda given: orjson.dumps(given).decode()) | st.text(max_size=20),
        max_size=4,
    ).map(lambda given: "&".join(f"{name}={quote(value)}" for name, value in given.items()).encode())
    statuses: set[int] = set()

    @fuzzed
    @given(parameters | st.binary(max_size=40), headers)
    def check(text: bytes, given_headers: dict[str, str]) -> None:
        status, received, answer = target.exchange("GET", given_headers, b"", text)
        statuses.add(status)
        assert_clear(status, received, answer, (given_headers, text))

    check()
    assert {200, 400} <= statuses
