"""Tombstones say what recipients need and nothing of what was recalled; plans and resolvers agree on it."""

import re
from typing import Any

import pytest

from api.nodes import encode_id
from cms.content.models import Kind
from tests.api.plans.both import BothWays, assert_same

STONE = (
    "__typename id uri kind pubStatus at advisory(locale: %s) { text locale localeReason }"
    ' none: advisory(locale: "ar") { text }'
)


@pytest.fixture
def both(inhabited) -> BothWays:
    return BothWays(inhabited.newsroom)


async def read(both: BothWays, text: str) -> Any:
    """The answer, which both ways give, by a plan."""
    compared = await both.execute(text)
    assert compared.compiled
    assert compared.planned is not None
    assert_same(compared)
    assert "errors" not in compared.planned, compared.planned
    return compared.planned["data"]


def stone(locale: str = "it") -> str:
    return "{ " + STONE % f'"{locale}"' + " }"


@pytest.mark.parametrize(
    ("locale", "text", "served", "reason"),
    [
        ("zh", "姓名有误。", "zh", "REQUESTED"),
        ("zh-Hant", "姓名有误。", "zh", "FALLBACK"),
        ("it", "Un nome è sbagliato.", "it", "REQUESTED"),
        ("ar", "A name is wrong.", "en", "FALLBACK"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_tombstone_is_read_in_a_locale_or_an_honest_fallback(inhabited, both, locale, text, served, reason):
    killed = inhabited.world.items[Kind.ARTICLE][5]
    found = (await read(both, f'{{ tombstone(uri: "{killed.uri}") {stone(locale)} }}'))["tombstone"]
    assert found == {
        "__typename": "Tombstone",
        "id": encode_id("Tombstone", killed.id),
        "uri": killed.uri,
        "kind": "ARTICLE",
        "pubStatus": "CANCELED",
        "at": "2026-03-01T11:59:59.999998+00:00",
        "advisory": {"text": text, "locale": served, "localeReason": reason},
        "none": {"text": "A name is wrong."},
    }


@pytest.mark.asyncio(loop_scope="module")
async def test_a_withheld_item_may_give_no_reason(inhabited, both):
    withheld = inhabited.world.items[Kind.ARTICLE][4]
    found = (await read(both, f'{{ tombstone(uri: "{withheld.uri}") {stone()} }}'))["tombstone"]
    assert (found["pubStatus"], found["advisory"]) == ("WITHHELD", None)


@pytest.mark.asyncio(loop_scope="module")
async def test_there_is_one_only_of_what_was_recalled_and_was_public(inhabited, both):
    articles = inhabited.world.items[Kind.ARTICLE]
    for article in [*articles[:4], *articles[6:]]:
        node = f'node(id: "{encode_id("Tombstone", article.id)}") {{ id }}'
        assert await read(both, f'{{ tombstone(uri: "{article.uri}") {{ id }} {node} }}') == {
            "tombstone": None,
            "node": None,
        }
    assert articles[-1].uri == "urn:ARTICLE:drafted", "the last was killed before anybody saw it"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_tombstone_is_a_node(inhabited, both):
    killed = inhabited.world.items[Kind.ARTICLE][5]
    ids = [encode_id("Tombstone", killed.id), encode_id("Article", killed.id, "it"), encode_id("Concept", 1, "it")]
    named = ", ".join(f'"{each}"' for each in ids)
    query = f"{{ nodes(ids: [{named}]) {{ __typename id ... on Tombstone {{ uri }} }} }}"
    found = (await read(both, query))["nodes"]
    assert [each and each["__typename"] for each in found] == ["Tombstone", None, "Concept"]
    assert found[0]["uri"] == killed.uri


@pytest.mark.asyncio(loop_scope="module")
async def test_a_change_that_must_be_recalled_leads_to_its_tombstone(inhabited, both):
    query = (
        f"{{ changes(first: 1000) {{ edges {{ node {{ type uri mustRecall item {{ id }} tombstone {stone()} }} }} }} }}"
    )
    nodes = [edge["node"] for edge in (await read(both, query))["changes"]["edges"]]
    recalled = [node for node in nodes if node["mustRecall"]]
    assert {node["type"] for node in recalled} == {"WITHHELD", "CANCELED"}
    assert all(node["item"] is None and node["tombstone"]["uri"] == node["uri"] for node in recalled)
    assert all(node["tombstone"] is None for node in nodes if not node["mustRecall"])


@pytest.mark.asyncio(loop_scope="module")
async def test_a_series_shows_where_what_was_recalled_stood(inhabited, both):
    query = (
        '{ allFocusSeries(locale: "it", fallback: CHAIN) { edges { node { entries(first: 100)'
        f" {{ edges {{ node {{ position }} }} }} tombstones {{ section position tombstone {stone()} }} }} }} }} }}"
    )
    series = [edge["node"] for edge in (await read(both, query))["allFocusSeries"]["edges"]]
    articles = inhabited.world.items[Kind.ARTICLE]
    expected = [(5, articles[4].uri), (6, articles[5].uri)]
    found = [[(each["position"], each["tombstone"]["uri"]) for each in node["tombstones"]] for node in series]
    assert expected in found
    for node in series:
        shown = {edge["node"]["position"] for edge in node["entries"]["edges"]}
        assert shown.isdisjoint(each["position"] for each in node["tombstones"])


@pytest.mark.asyncio(loop_scope="module")
async def test_an_unknown_locale_is_told_where_the_advisory_is(inhabited, both):
    killed = inhabited.world.items[Kind.ARTICLE][5]
    for text in (
        f'{{ tombstone(uri: "{killed.uri}") {{ uri advisory(locale: "tlh") {{ text }} }} }}',
        '{ changes(first: 1000) { edges { node { tombstone { advisory(locale: "tlh") { text } } } } } }',
    ):
        answer = await inhabited.client.ask(text)
        assert {each["extensions"]["code"] for each in answer["errors"]} == {"UNKNOWN_LOCALE"}
        assert all(each["path"][-1] == "advisory" for each in answer["errors"])
    assert (await inhabited.client.ask(f'{{ tombstone(uri: "{killed.uri}") {{ uri }} }}'))["data"]


ITEM = "{ id uri headline summary slug }"
SURFACES = (
    f'articles(locale: "it", fallback: CHAIN, first: 100) {{ totalCount edges {{ node {ITEM} }} }}',
    f'articles(locale: "zh", fallback: CHAIN, first: 100) {{ totalCount edges {{ node {ITEM} }} }}',
    f'search(query: "n. 5", locale: "it") {{ edges {{ node {ITEM} snippets {{ html }} }} }}',
    f'search(query: "n. 4", locale: "it") {{ edges {{ node {ITEM} snippets {{ html }} }} }}',
    f'search(query: "大学", locale: "zh") {{ edges {{ node {ITEM} snippets {{ html }} }} }}',
    f"changes(first: 1000) {{ edges {{ node {{ item {ITEM} tombstone {stone()} }} }} }}",
    f"""allFocusSeries(locale: "it", fallback: CHAIN) {{ edges {{ node {{
        entries(first: 100) {{ edges {{ node {{ item {ITEM} }} }} }}
        tombstones {{ tombstone {stone()} }}
        related(first: 50) {{ edges {{ node {ITEM} }} }}
    }} }} }}""",
)


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.asyncio(loop_scope="module")
async def test_no_surface_says_a_word_of_what_was_recalled(both, surface):
    """Its headlines are looked for in what leads to items; those of its neighbours are there."""
    answer = str(await read(both, f"{{ {surface} }}"))
    for number in (4, 5):
        for words in (rf"n\. {number} riapre", f"第{number}所大学", f"number {number} opens"):
            assert not re.search(words, answer)
    if '"n. ' not in surface:
        assert re.search(r"n\. [16] riapre|第[23]所大学", answer)
