"""Who may change anything: those with a token that is good and has the permission; and no token is taken for none."""

from typing import Any

import pytest

from cms.content.models import Kind
from tests.api.desks import CREATE, PUBLISH, SAVE, SHARED, UNPUBLISH, Desk, dump, item_id

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("query", [CREATE, SAVE, SHARED, PUBLISH, UNPUBLISH])
async def test_a_change_needs_a_token_whatever_else_is_wrong(desk, query):
    before = await dump()
    good, bad = _good(desk, query)
    for variables in (good, bad):
        answer = await desk.client.ask(query, variables)
        assert answer["data"] is None
        assert [each["extensions"]["code"] for each in answer["errors"]] == ["UNAUTHENTICATED"]
    assert await dump() == before


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        (CREATE, ["guest", "printer"]), (SAVE, ["guest", "printer"]), (SHARED, ["guest", "printer"]),
        (PUBLISH, ["guest", "writer"]), (UNPUBLISH, ["guest", "writer"]),
    ],
)  # fmt: skip
async def test_a_change_needs_its_permission(desk, query, refused):
    before = await dump()
    good, _ = _good(desk, query)
    for name in refused:
        answer = await desk.client.ask(query, good, token=desk.tokens[name])
        assert answer["data"] is None
        assert [each["extensions"]["code"] for each in answer["errors"]] == ["FORBIDDEN"]
    assert await dump() == before


def _good(desk: Desk, query: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Variables that could be done, and some that could not."""
    item, text, urgent = item_id(desk.world.items[Kind.ARTICLE][0]), {"headline": "新闻"}, {"urgency": 1}
    return {
        CREATE: ({"input": {"locale": "zh", "text": text}}, {"input": {"locale": "fr", "text": {}}}),
        SAVE: (
            {"input": {"item": item, "locale": "it", "text": text}, "r": 2},
            {"input": {"item": "a", "locale": "fr", "text": {}}},
        ),
        SHARED: (
            {"input": {"item": item, "shared": urgent}, "r": 2},
            {"input": {"item": "a", "shared": {"urgency": 0}}, "r": 0},
        ),
        PUBLISH: ({"i": item, "l": ["it"]}, {"i": "a", "l": []}),
        UNPUBLISH: ({"i": item, "l": ["it"]}, {"i": "a", "l": []}),
    }[query]  # fmt: skip


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic YTpi", "pf_abc", "Bearer pf_nessuno", "Bearer \xe9", "\x01", "Bearer a b"]
)
async def test_a_token_that_is_none_is_refused_for_reading_too(desk, header):
    sent = b'{"query":"{__typename}"}'
    headers = {"content-type": "application/json", "authorization": header}
    status, answered, answer = await desk.client.request("POST", headers, sent)
    assert (status, answered["www-authenticate"]) == (401, "Bearer")
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("name", ["expired", "revoked"])
async def test_a_token_that_was_one_is_refused_in_the_same_words(desk, name):
    before = await dump()
    good, _ = _good(desk, PUBLISH)
    status, _, answer = await desk.client.post({"query": PUBLISH, "variables": good}, token=desk.tokens[name])
    _, _, unknown = await desk.client.post({"query": PUBLISH, "variables": good}, token="pf_nessuno")
    assert status == 401
    assert answer == unknown
    assert desk.tokens[name] not in str(answer)
    assert await dump() == before


async def test_a_token_that_lasts_is_taken(desk):
    status, _, _ = await desk.client.post({"query": "{ __typename }"}, token=desk.tokens["lasting"])
    assert status == 200
