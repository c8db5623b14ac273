"""How many SQL statements an operation takes: pinned, and the same for two entries as for twenty."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from api.nodes import encode_id
from cms.content.models import Kind
from tests.api.desks import Desk, item_id, open_desk
from tests.api.plans.listening import heard
from tests.worlds import NOON, make_item

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG = 30
READ: dict[str, tuple[str, int]] = {
    "Q1, an article": (
        """query($slug: String!) { article(slug: $slug, locale: "it") {
            headline summary body { html } publishedAt localeReason
            contributors { name } subjects { name broader { name } } localizations { locale slug }
            series { edges { node { headline slug } } } } }""",
        6,
    ),
    "Q2, the latest": (
        """query($n: Int) { articles(locale: "zh", fallback: CHAIN, first: $n) {
            edges { node { headline summary locale publishedAt contributors { name } subjects { name } } }
            pageInfo { hasNextPage endCursor } } }""",
        3,
    ),
    "Q2, counted": ('query($n: Int) { articles(locale: "zh", first: $n) { totalCount edges { node { id } } } }', 2),
    "Q3, a series": (
        """query($series: String!, $n: Int) { focusSeries(slug: $series, locale: "it") {
            headline introduction { html } sections { key title }
            entries(first: $n) { totalCount edges { node { section position item {
                headline slug ... on Article { leadVideo { headline duration poster { url } } } } } } } } }""",
        4,
    ),
    "a search": (
        """query($n: Int) { search(query: "L’università", locale: "it", first: $n) {
            totalCount edges { score snippets { html } node { headline subjects { name } } } } }""",
        3,
    ),
    "changes": ("query($n: Int) { changes(first: $n) { edges { node { uri type version } } } }", 2),
    "nodes of several kinds": ("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", 4),
    "nested lists": (
        """query($n: Int) { articles(locale: "it", fallback: CHAIN, first: $n) { edges { node { related(first: 5) {
            edges { node { headline related(first: 5) { totalCount
            edges { node { headline subjects { name } } } } } } } } } } }""",
        5,
    ),
    "two root fields": (
        'query($n: Int) { locales { tag } a: articles(locale: "it", first: $n) { edges { node { id } } } }',
        2,
    ),
    "nothing that is stored": ("{ __typename }", 0),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with open_desk(request.param, tmp_path_factory.mktemp("desk")) as opened:
        await _lengthen(opened)
        yield opened


async def _lengthen(desk: Desk) -> None:
    """A series with many articles, all of one lead video, that refer to one another."""
    world, at = desk.world, NOON - timedelta(hours=2)
    for n in range(100, 100 + LONG):
        shared = {
            "subjects": [each.id for each in world.concepts],
            "contributors": [each.id for each in world.contributors],
            "lead_video": world.items[Kind.VIDEO][0].id,
            "related": [each.id for each in world.items[Kind.ARTICLE][-6:]],
        }
        await make_item(world, Kind.ARTICLE, n, ["it", "zh"], shared, at=at)
    entries = [{"item": each.id, "section": None, "role": "LEAD"} for each in world.items[Kind.ARTICLE][-LONG:]]
    shared = {"entries": entries, "sections": [{"key": "gare", "titles": {"it": "Gare"}}]}
    await make_item(world, Kind.SERIES, 100, ["it"], shared, at=at)


async def variables_of(desk: Desk, length: int) -> dict[str, Any]:
    """What all operations are asked with, for lists of so many entries."""
    found = await desk.read(
        """{ articles(locale: "it", first: 20) { edges { node { id slug } } }
             allFocusSeries(locale: "it", first: 1) { edges { node { id slug } } }
             videos(locale: "it", first: 1) { edges { node { id } } }
             concepts(scheme: "mediatopic", locale: "it", first: 4) { edges { node { id } } } }"""
    )
    nodes = {name: [edge["node"] for edge in each["edges"]] for name, each in found.items()}
    contributor, organisation = desk.world.contributors[0].id, desk.world.organisations[0].id
    ids = [
        *(each["id"] for each in [*nodes["videos"], *nodes["allFocusSeries"], *nodes["articles"][:length]]),
        *(each["id"] for each in nodes["concepts"][: max(1, length // 5)]),
        encode_id("Contributor", contributor, "it"),
        encode_id("Organisation", organisation, "it"),
    ]
    return {
        "n": length,
        "slug": nodes["articles"][0]["slug"],
        "series": nodes["allFocusSeries"][0]["slug"],
        "ids": ids,
    }


@pytest.mark.parametrize("name", READ)
async def test_the_number_of_statements_is_pinned_and_grows_with_nothing(desk, name):
    query, pinned = READ[name]
    found: dict[int, tuple[list[str], Any]] = {}
    for length in (3, 20):
        variables = await variables_of(desk, length)
        with heard(desk) as told:
            data = await desk.read(query, variables)
        found[length] = [each.sql for each in told], data
        assert len(told) == pinned, "\n".join(each.sql for each in told)
    if "$n" in query and "changes" not in name:
        assert found[3][0] == found[20][0]  # the very same text: what is bound differs
        assert len(str(found[20][1])) > 2 * len(str(found[3][1]))


async def test_what_changes_lead_to_takes_a_statement_for_each_locale(desk):
    query = "query($n: Int) { changes(first: $n) { edges { node { locale item { headline subjects { name } } } } } }"
    for length in (2, 20, 1_000):
        with heard(desk) as told:
            data = await desk.read(query, {"n": length})
        locales = {edge["node"]["locale"] for edge in data["changes"]["edges"]}
        assert len(told) == 2 + 2 * len(locales)
    assert len(locales) == 4


WRITE = {
    "createArticle": (
        """mutation($u: String) { createArticle(input: {locale: "it", text: {headline: "Neve"}, uri: $u}) {
            result { item } } }""",
        14,
    ),
    "saveDraft": (
        """mutation($i: ID!, $r: Int) { saveDraft(
            input: {item: $i, locale: "it", text: {summary: "Neve"}}, expectedRevision: $r) {
            result { revision } } }""",
        10,
    ),
    "saveShared": (
        """mutation($i: ID!, $r: Int!) { saveShared(input: {item: $i, shared: {urgency: 2}}, expectedRevision: $r) {
            result { revision } } }""",
        10,
    ),
    "publish": (
        'mutation($i: ID!) { publish(item: $i, locales: ["it"], shared: true) { result { version } } }',
        30,
    ),
    "unpublish": ('mutation($i: ID!) { unpublish(item: $i, locales: ["it"]) { result { version } } }', 18),
}
"""Mutations, and the most statements that each may take."""


@pytest.mark.parametrize("entries", [2, 20])
async def test_mutations_take_no_more_statements_whatever_the_item_refers_to(desk, entries, caplog):
    subjects = [each.id for each in desk.world.concepts][: max(1, entries // 4)]
    shared = {"subjects": subjects, "related": [each.id for each in desk.world.items[Kind.ARTICLE][:entries]]}
    item = await make_item(desk.world, Kind.ARTICLE, 1_000 + entries, ["it", "en"], shared, at=NOON)
    variables = {"i": item_id(item), "r": 2, "u": f"urn:test:{entries}"}
    for name, (query, most) in WRITE.items():
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
            payload = await desk.change(query, variables)
        assert payload["result"], name
        assert len(caplog.records) <= most, "\n".join(each.getMessage() for each in caplog.records)
