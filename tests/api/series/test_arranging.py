"""A series and a front page over GraphQL: written, arranged, published, and read in each locale as it was arranged."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.nodes import NodeId, encode_id
from cms.content.models import Item, Kind
from tests.api.desks import Desk, dump, item_id, open_desk

REFUSAL = "userErrors { code path message currentRevision }"
DRAFT = "result { item locale revision status content }"
SECTIONS = [
    {"key": "neve", "titles": [{"locale": "it", "title": "La neve"}, {"locale": "zh", "title": "雪"}]},
    {"key": "ghiaccio", "titles": [{"locale": "zh", "title": "冰"}]},
]
READ = """
    headline sections { key title } entries(first: 50) { totalCount edges { node {
        position section role pinned item { __typename uri } } } }"""


@pytest.fixture(params=["sqlite", "postgresql"])
async def desk(request: pytest.FixtureRequest, tmp_path: Any) -> AsyncIterator[Desk]:
    async with open_desk(request.param, tmp_path) as opened:
        yield opened


async def create(desk: Desk, field: str, **given: Any) -> Any:
    sent = {"locale": "zh", "text": {"headline": "冬奥会"}, **given}
    kind = "ArticleInput" if field == "createArticle" else "ItemInput"
    return await desk.change(f"mutation($i: {kind}!) {{ {field}(input: $i) {{ {DRAFT} {REFUSAL} }} }}", {"i": sent})


async def entry(desk: Desk, field: str, item: str, of: Item, more: str = "", token: str = "chief") -> Any:
    arguments = f'item: "{item}", entry: "{item_id(of)}" {more}'
    return await desk.change(f"mutation {{ {field}({arguments}) {{ {DRAFT} {REFUSAL} }} }}", token=token)


async def publish(desk: Desk, item: str, *locales: str) -> None:
    query = "mutation($i: ID!, $l: [Locale!]!) { publish(item: $i, locales: $l, shared: true) { userErrors { code } } }"
    assert (await desk.change(query, {"i": item, "l": locales}))["userErrors"] == []


async def read(desk: Desk, of: str, item: str, locale: str) -> Any:
    return (await desk.read(f'{{ node(id: "{encode_id(of, key_in(item), locale)}") {{ ... on {of} {{ {READ} }} }} }}'))[
        "node"
    ]


def places(found: Any) -> list[tuple[Any, ...]]:
    nodes = [edge["node"] for edge in found["entries"]["edges"]]
    return [(node["position"], node["section"], node["pinned"], node["item"]["uri"]) for node in nodes]


@pytest.mark.parametrize(
    ("create_field", "field", "of"),
    [("createFocusSeries", "focusSeries", "FocusSeries"), ("createFrontPage", "frontPage", "FrontPage")],
)
async def test_it_is_read_as_it_was_arranged(desk, create_field, field, of):
    a, b, c = desk.world.items[Kind.ARTICLE][:3]
    video = desk.world.items[Kind.VIDEO][0]
    created = await create(
        desk, create_field, text={"headline": "冬奥会", "slug": "dongao"}, shared={"sections": SECTIONS}
    )
    item = created["result"]["item"]
    for each, more in (
        (a, ', section: "neve"'), (b, ', section: "neve", role: LEAD, hiddenIn: ["it"]'),
        (c, f', before: "{item_id(b)}"'), (video, ', section: "ghiaccio"'),
    ):  # fmt: skip
        assert (await entry(desk, "addEntry", item, each, more))["userErrors"] == []
    assert (await entry(desk, "changeEntry", item, b, ", pinned: true"))["userErrors"] == []
    assert (await entry(desk, "moveEntry", item, video, f', after: "{item_id(a)}"'))["userErrors"] == []
    await publish(desk, item, "zh")
    found = await read(desk, of, item, "zh")
    assert found["sections"] == [{"key": "neve", "title": "雪"}, {"key": "ghiaccio", "title": "冰"}]
    ordered = [(b, True), (a, False), (video, False), (c, False)]
    shown = [(place, "neve", pinned, each.uri) for place, (each, pinned) in enumerate(ordered, start=1)]
    assert places(found) == shown
    assert found["entries"]["totalCount"] == 4
    italian = await read(desk, of, item, "it")
    assert places(italian) == shown[1:]
    assert italian["entries"]["totalCount"] == 3
    assert italian["sections"][0]["title"] == "La neve"

    await entry(desk, "removeEntry", item, a)
    await entry(desk, "changeEntry", item, b, ", hiddenIn: []")
    assert places(await read(desk, of, item, "it")) == shown[1:]  # a draft is not public
    await publish(desk, item)
    assert [uri for *_, uri in places(await read(desk, of, item, "it"))] == [b.uri, video.uri, c.uri]
    found = await desk.read(f'{{ {field}(slug: "dongao", locale: "zh") {{ __typename headline }} }}')
    assert found[field] == {"__typename": of, "headline": "冬奥会"}


def key_in(text: str) -> int:
    """The database key in a global id."""
    node_id = NodeId.decode(text)
    assert node_id is not None
    return node_id.key


async def test_an_item_names_the_series_that_show_it_and_no_front_page(desk):
    a, b = desk.world.items[Kind.ARTICLE][:2]
    series = (await create(desk, "createFocusSeries"))["result"]["item"]
    page = (await create(desk, "createFrontPage"))["result"]["item"]
    for item in (series, page):
        for each, more in ((a, ', hiddenIn: ["it"]'), (b, "")):
            assert (await entry(desk, "addEntry", item, each, more))["userErrors"] == []
        await publish(desk, item, "zh")

    async def named(locale: str) -> list[set[str]]:
        query = f"""{{ articles(locale: "{locale}", fallback: CHAIN, first: 50) {{ edges {{ node {{
            uri series(first: 50) {{ edges {{ node {{ headline }} }} }} }} }} }} }}"""
        nodes = {edge["node"]["uri"]: edge["node"] for edge in (await desk.read(query))["articles"]["edges"]}
        return [{edge["node"]["headline"] for edge in nodes[each.uri]["series"]["edges"]} for each in (a, b)]

    in_chinese, in_italian = await named("zh"), await named("it")
    assert ["冬奥会" in each for each in in_chinese] == [True, True]
    assert ["冬奥会" in each for each in in_italian] == [False, True]

    async def filtered(locale: str, of: str) -> list[str]:
        arguments = f'locale: "{locale}", fallback: CHAIN, filter: {{series: "{of}"}}'
        query = f"{{ articles({arguments}) {{ edges {{ node {{ uri }} }} }} }}"
        return sorted(edge["node"]["uri"] for edge in (await desk.read(query))["articles"]["edges"])

    key = encode_id("FocusSeries", key_in(series))
    assert await filtered("zh", key) == sorted([a.uri, b.uri])
    assert await filtered("it", key) == [b.uri]
    assert await filtered("zh", encode_id("FocusSeries", key_in(page))) == []


async def test_a_front_page_is_in_the_feed_and_never_found(desk):
    page = (await create(desk, "createFrontPage", text={"headline": "University 大学"}))["result"]["item"]
    _, cursor = await changed(desk, None)
    await publish(desk, page, "zh")
    told, _ = await changed(desk, cursor)
    assert [(node["type"], node["item"]["__typename"]) for node in told] == [("UPSERTED", "FrontPage")]
    found = await desk.read('{ frontPages(locale: "zh") { totalCount edges { node { headline } } } }')
    assert found["frontPages"]["edges"][0]["node"]["headline"] == "University 大学"


async def changed(desk: Desk, after: str | None) -> tuple[list[Any], str]:
    query = """query($a: String) { changes(after: $a, first: 1000) {
        edges { node { type item { __typename } } } pageInfo { endCursor } } }"""
    found = (await desk.read(query, {"a": after}))["changes"]
    return [edge["node"] for edge in found["edges"]], found["pageInfo"]["endCursor"]


async def test_a_video_a_series_and_a_front_page_are_started(desk):
    shared = {"occasion": "Milano Cortina", "startsOn": "2026-02-06T00:00:00Z", "endsOn": "2026-02-22T08:00:00+08:00"}
    series = (await create(desk, "createFocusSeries", shared={**shared, "sections": SECTIONS}))["result"]
    assert (series["locale"], series["status"], series["revision"]) == ("zh", "DRAFT", 1)
    await publish(desk, series["item"], "zh")
    found = await desk.read(
        '{ allFocusSeries(locale: "zh", first: 1) { edges { node { occasion startsOn endsOn } } } }'
    )
    assert found["allFocusSeries"]["edges"][0]["node"] == {
        "occasion": "Milano Cortina", "startsOn": "2026-02-06T00:00:00+00:00", "endsOn": "2026-02-22T00:00:00+00:00",
    }  # fmt: skip
    video = (await create(desk, "createVideo"))["result"]
    await publish(desk, video["item"], "zh")
    found = await desk.read('{ videos(locale: "zh", first: 1) { edges { node { headline } } } }')
    assert found["videos"]["edges"][0]["node"]["headline"] == "冬奥会"


async def test_what_is_refused_says_where_and_changes_nothing(desk):
    a, b = desk.world.items[Kind.ARTICLE][:2]
    series = (await create(desk, "createFocusSeries", shared={"sections": SECTIONS}))["result"]["item"]
    await entry(desk, "addEntry", series, a, ', section: "neve"')
    before = await dump()
    for field, of, more, code, path in (
        ("addEntry", a, "", "INVALID_INPUT", ["entry"]),
        ("addEntry", b, ', section: "acqua"', "INVALID_INPUT", ["section"]),
        ("addEntry", b, ', hiddenIn: ["fr"]', "UNKNOWN_LOCALE", ["hiddenIn", "0"]),
        ("addEntry", b, ', before: "città"', "INVALID_INPUT", ["before"]),
        ("addEntry", b, f', before: "{item_id(b)}"', "NOT_FOUND", ["before"]),
        ("addEntry", b, ", expectedRevision: 1", "CONFLICT", ["expectedRevision"]),
        ("moveEntry", b, "", "NOT_FOUND", ["entry"]),
        ("moveEntry", a, f', after: "{item_id(a)}"', "NOT_FOUND", ["after"]),
        ("removeEntry", b, "", "NOT_FOUND", ["entry"]),
        ("changeEntry", b, ", pinned: true", "NOT_FOUND", ["entry"]),
    ):
        payload = await entry(desk, field, series, of, more)
        assert payload["result"] is None
        assert [(each["code"], each["path"]) for each in payload["userErrors"]] == [(code, path)], (field, more)
    for item, path in ((item_id(a), ["item"]), (encode_id("Concept", 1), ["item"])):
        payload = await entry(desk, "removeEntry", item, b)
        assert [each["path"] for each in payload["userErrors"]] == [path]
    for field, given in (
        ("createVideo", {"shared": {"occasion": "x"}}),
        ("createFrontPage", {"shared": {"startsOn": "2026-02-06T00:00:00Z"}}),
        ("createArticle", {"shared": {"sections": []}}),
    ):
        payload = await create(desk, field, **given)
        (refusal,) = payload["userErrors"]
        assert (refusal["code"], refusal["path"][:2]) == ("INVALID_INPUT", ["input", "shared"])
    assert await dump() == before


@pytest.mark.parametrize("token", ["printer", "guest"])
async def test_whoever_may_not_edit_is_refused(desk, token):
    series, article = desk.world.items[Kind.SERIES][0], desk.world.items[Kind.ARTICLE][0]
    query = (
        f'mutation {{ removeEntry(item: "{item_id(series)}", entry: "{item_id(article)}") {{ result {{ item }} }} }}'
    )
    for given, code in ((desk.tokens[token], "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        answer = await desk.client.ask(query, token=given)
        assert [each["extensions"]["code"] for each in answer["errors"]] == [code]
