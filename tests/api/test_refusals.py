"""What a client can get wrong, each with the code that programs branch on, and nothing written."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
import pytest_asyncio

from api.nodes import encode_id
from cms.content.models import Kind
from tests.api.desks import Desk, dump, item_id, open_desk
from tests.api.newsrooms import Client

RESPONSE = "application/graphql-response+json"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with open_desk(request.param, tmp_path_factory.mktemp("desk")) as opened:
        yield opened


# Reading

LISTS = ("articles", "videos", "allFocusSeries")
REFUSED = [
    *(
        (f"{{ {name}({arguments}) {{ totalCount }} }}", code, argument)
        for name in LISTS
        for arguments, code, argument in (
            ('locale: "fr"', "UNKNOWN_LOCALE", ["locale"]),
            ('locale: "it", first: -1', "INVALID_PAGE", ["first"]),
            ('locale: "it", first: 101', "INVALID_PAGE", ["first"]),
            ('locale: "it", first: 2147483647', "INVALID_PAGE", ["first"]),
            ('locale: "it", last: -1', "INVALID_PAGE", ["last"]),
            ('locale: "it", first: 1, last: 1', "INVALID_PAGE", ["last"]),
            ('locale: "it", first: 1, before: "a"', "INVALID_PAGE", ["before"]),
            ('locale: "it", after: "nessuno"', "INVALID_CURSOR", ["after"]),
            ('locale: "it", after: "città"', "INVALID_CURSOR", ["after"]),
            ('locale: "it", last: 1, before: ""', "INVALID_CURSOR", ["before"]),
        )
    ),
    ('{ article(slug: "a", locale: "fr") { id } }', "UNKNOWN_LOCALE", ["locale"]),
    ('{ video(slug: "a", locale: "fr") { id } }', "UNKNOWN_LOCALE", ["locale"]),
    ('{ focusSeries(slug: "a", locale: "fr") { id } }', "UNKNOWN_LOCALE", ["locale"]),
    ('{ concept(uri: "a", locale: "fr") { id } }', "UNKNOWN_LOCALE", ["locale"]),
    ('{ concepts(scheme: "a", locale: "fr") { totalCount } }', "UNKNOWN_LOCALE", ["locale"]),
    ('{ search(query: "a", locale: "fr") { totalCount } }', "UNKNOWN_LOCALE", ["locale"]),
    ('{ search(query: "a", locale: "zh", first: -1) { totalCount } }', "INVALID_PAGE", ["first"]),
    ('{ search(query: "a", locale: "zh", after: "a") { totalCount } }', "INVALID_CURSOR", ["after"]),
    ('{ search(query: "%s", locale: "zh") { totalCount } }' % ("城" * 1_001), "INVALID_INPUT", ["query"]),
    ("{ changes(first: 1001) { totalCount } }", "INVALID_PAGE", ["first"]),
    ('{ changes(after: "a") { totalCount } }', "INVALID_CURSOR", ["after"]),
    ('{ articles(locale: "it", filter: {concept: "a"}) { totalCount } }', "INVALID_INPUT", ["filter", "concept"]),
    ('{ articles(locale: "it", filter: {series: "a"}) { totalCount } }', "INVALID_INPUT", ["filter", "series"]),
    ('{ articles(locale: "it") { edges { node { related(first: -1) { totalCount } } } } }', "INVALID_PAGE", ["first"]),
    ('{ allFocusSeries(locale: "it") { edges { node { entries(after: "a") { totalCount } } } } }', "INVALID_CURSOR", ["after"]),
    ("{ nodes(ids: [%s]) { id } }" % ", ".join(['"a"'] * 101), "INVALID_PAGE", ["ids"]),
]  # fmt: skip
INVALID = [
    '{ articles(locale: "it", orderBy: {field: SLUG}) { totalCount } }',
    '{ articles(locale: "it", orderBy: {direction: UP}) { totalCount } }',
    '{ articles(locale: "城") { totalCount } }',
    '{ articles(locale: "it", filter: {publishedAfter: "ieri"}) { totalCount } }',
    '{ articles(locale: "it", first: 2147483648) { totalCount } }',
    "{ articles { totalCount } }",
]


@pytest.mark.parametrize(("query", "code", "argument"), REFUSED)
async def test_a_bad_argument_is_told_by_its_code_and_place(desk, query, code, argument):
    status, _, answer = await desk.client.post({"query": query}, accept=RESPONSE)
    error = answer["errors"][0]
    assert (status, error["extensions"]) == (200, {"code": code, "argument": argument})
    assert error["path"]
    assert error["locations"]


@pytest.mark.parametrize("query", INVALID)
async def test_what_the_schema_does_not_know_is_refused_by_validation(desk, query):
    status, _, answer = await desk.client.post({"query": query}, accept=RESPONSE)
    assert status == 400
    assert {each["extensions"]["code"] for each in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize("field", ["article", "video", "focusSeries"])
async def test_an_unknown_slug_is_null(desk, field):
    assert await desk.read(f'{{ {field}(slug: "nessuno", locale: "zh") {{ id }} }}') == {field: None}


async def test_what_is_not_there_is_null(desk):
    concept = encode_id("Concept", 999_999, "it")
    assert await desk.read(
        'query($ids: [ID!]!) { nodes(ids: $ids) { id } concept(uri: "a", locale: "it") { id } node(id: "a") { id } }',
        {"ids": [concept, "", "città"]},
    ) == {"nodes": [None, None, None], "concept": None, "node": None}  # fmt: skip


async def _cursors(desk: Desk) -> dict[str, str]:
    """A cursor of each list, and of articles in each order."""
    found = {}
    places = {name: f'{name}(locale: "it", fallback: CHAIN, first: 1)' for name in LISTS}
    places |= {
        f"{order} {way}": f'articles(locale: "it", first: 1, orderBy: {{field: {order}, direction: {way}}})'
        for order in ("FIRST_PUBLISHED_AT", "URGENCY", "HEADLINE")
        for way in ("ASC", "DESC")
    }
    places |= {"concepts": 'concepts(scheme: "mediatopic", locale: "it", first: 1)', "changes": "changes(first: 1)"}
    places["search"] = 'search(query: "大学", locale: "zh", first: 1)'
    for name, field in places.items():
        ((edge,),) = [each["edges"] for each in (await desk.read(f"{{ {field} {{ edges {{ cursor }} }} }}")).values()]
        found[name] = edge["cursor"]
    return found


@pytest.mark.parametrize("name", [*LISTS, "concepts", "changes", "search", "HEADLINE ASC"])
async def test_a_cursor_of_another_list_or_order_is_refused(desk, name):
    order, _, way = name.partition(" ")
    field = {
        "concepts": 'concepts(scheme: "mediatopic", locale: "it", ',
        "changes": "changes(",
        "search": 'search(query: "大学", locale: "zh", ',
        "HEADLINE ASC": f'articles(locale: "it", orderBy: {{field: {order}, direction: {way}}}, ',
    }.get(name, f'{name}(locale: "it", fallback: CHAIN, ')
    for other, cursor in (await _cursors(desk)).items():
        answer = await desk.client.ask(f"query($c: String!) {{ {field} after: $c) {{ totalCount }} }}", {"c": cursor})
        if other == name:
            assert "errors" not in answer
        else:
            assert [each["extensions"]["code"] for each in answer["errors"]] == ["INVALID_CURSOR"], other


async def test_a_cursor_of_another_epoch_is_refused(desk):
    cursor = (await _cursors(desk))["changes"]
    scope, *rest = orjson.loads(base64.urlsafe_b64decode(cursor))
    other = scope.replace(scope[7:12], "other")
    forged = base64.urlsafe_b64encode(orjson.dumps([other, *rest])).decode()
    answer = await desk.client.ask("query($c: String!) { changes(after: $c) { totalCount } }", {"c": forged})
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["INVALID_CURSOR"]


# Writing

SAVE = """mutation($input: SaveDraftInput!, $r: Int) {
    saveDraft(input: $input, expectedRevision: $r) { result { revision } userErrors { code path message currentRevision } }
}"""
CREATE = "mutation($input: ArticleInput!) { createArticle(input: $input) { result { item } userErrors { code path message } } }"
SHARED = """mutation($input: SaveSharedInput!, $r: Int!) {
    saveShared(input: $input, expectedRevision: $r) { result { revision } userErrors { code path message currentRevision } }
}"""
PUBLISH = "mutation($i: ID!, $l: [Locale!]!) { publish(item: $i, locales: $l) { result { version } userErrors { code path message } } }"
UNPUBLISH = PUBLISH.replace("publish(", "unpublish(")


def doc(*nodes: Any) -> dict[str, Any]:
    return {"type": "doc", "content": list(nodes)}


def paragraph(text: str, *marks: Any) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": text, "marks": list(marks)}]}


LINK = {"type": "link", "attrs": {"href": "javascript:alert(1)"}}
deep: Any = paragraph("fondo")
for _ in range(100):
    deep = {"type": "blockquote", "content": [deep]}
TEXTS = [
    ({"headline": "x" * 5_000_000}, "INVALID_INPUT", ["headline"]),
    ({"headline": ""}, "INVALID_INPUT", ["headline"]),
    ({"headline": "due\nrighe"}, "INVALID_INPUT", ["headline"]),
    ({"headline": "a\u0007b"}, "INVALID_INPUT", ["headline"]),
    ({"slug": "Maiuscole"}, "INVALID_INPUT", ["slug"]),
    ({"slug": "a/b"}, "INVALID_INPUT", ["slug"]),
    ({"summary": "城" * 5_001}, "INVALID_INPUT", ["summary"]),
    ({"datelinePlace": "x" * 201}, "INVALID_INPUT", ["datelinePlace"]),
    ({"body": "testo"}, "INVALID_BODY", ["body"]),
    ({"body": []}, "INVALID_BODY", ["body"]),
    ({"body": {"type": "paragraph"}}, "INVALID_BODY", ["body"]),
    ({"body": doc({"type": "script"})}, "INVALID_BODY", ["body"]),
    ({"body": doc(paragraph("clicca", LINK))}, "INVALID_BODY", ["body"]),
    ({"body": doc(deep)}, "INVALID_BODY", ["body"]),
    ({"body": doc({"type": "heading", "attrs": {"level": 99}})}, "INVALID_BODY", ["body"]),
    ({"body": doc(paragraph("城" * 1_500_000))}, "INVALID_BODY", ["body"]),
]


@pytest.mark.parametrize(
    ("text", "code", "place"), TEXTS, ids=[f"{code} {place[0]} {n}" for n, (_, code, place) in enumerate(TEXTS)]
)
async def test_a_text_that_does_not_fit_is_refused_and_nothing_is_written(desk, text, code, place):
    settings = desk.newsroom.settings.model_copy(update={"body_limit": 20_000_000})
    wide = Client(replace(desk.newsroom, settings=settings))
    before = await dump()
    item = item_id(desk.world.items[Kind.ARTICLE][0])
    for query, sent in (
        (SAVE, {"input": {"item": item, "locale": "it", "text": text}, "r": 2}),
        (CREATE, {"input": {"locale": "zh", "text": {"headline": "新闻", **text}}}),
    ):
        answer = await wide.ask(query, sent, token=desk.tokens["chief"])
        (payload,) = answer["data"].values()
        (refusal,) = payload["userErrors"]
        assert payload["result"] is None
        assert refusal["code"] == code
        assert refusal["path"][:3] == ["input", "text", *place]
        assert 10 < len(refusal["message"]) < 300
    assert await dump() == before


async def test_a_headline_of_five_megabytes_is_too_long_a_request_by_default(desk):
    before = await dump()
    sent = {"query": CREATE, "variables": {"input": {"locale": "it", "text": {"headline": "x" * 5_000_000}}}}
    status, _, answer = await desk.client.post(sent, token=desk.tokens["chief"])
    assert (status, answer["errors"][0]["extensions"]["code"]) == (413, "LIMIT_EXCEEDED")
    assert await dump() == before


def _cases(desk: Desk) -> list[tuple[str, dict[str, Any], str, list[str]]]:
    articles = desk.world.items[Kind.ARTICLE]
    item, withheld, nobody = item_id(articles[0]), item_id(articles[4]), encode_id("Item", 999_999)
    concept, stray = encode_id("Concept", desk.world.concepts[0].id), encode_id("Concept", 999_999)
    text = {"headline": "Apre il passo"}
    return [
        (SAVE, {"input": {"item": nobody, "locale": "it", "text": text}, "r": 1}, "NOT_FOUND", ["input", "item"]),
        (SAVE, {"input": {"item": "a", "locale": "it", "text": text}, "r": 1}, "INVALID_INPUT", ["input", "item"]),
        (SAVE, {"input": {"item": concept, "locale": "it", "text": text}}, "INVALID_INPUT", ["input", "item"]),
        (SAVE, {"input": {"item": item, "locale": "fr", "text": text}}, "UNKNOWN_LOCALE", ["input", "locale"]),
        (SAVE, {"input": {"item": item, "locale": "it", "text": text}, "r": 1}, "CONFLICT", ["expectedRevision"]),
        (SAVE, {"input": {"item": item, "locale": "it", "text": text}}, "CONFLICT", ["expectedRevision"]),
        (SAVE, {"input": {"item": item, "locale": "it", "text": text}, "r": -1}, "CONFLICT", ["expectedRevision"]),
        (SAVE, {"input": {"item": item, "locale": "ar", "text": text}, "r": 1}, "CONFLICT", ["expectedRevision"]),
        (SAVE, {"input": {"item": item, "locale": "ar", "text": {}}}, "INVALID_INPUT", ["input", "text", "headline"]),
        (CREATE, {"input": {"locale": "fr", "text": text}}, "UNKNOWN_LOCALE", ["input", "locale"]),
        (CREATE, {"input": {"locale": "it", "text": {}}}, "INVALID_INPUT", ["input", "text", "headline"]),
        (CREATE, {"input": {"locale": "it", "text": text, "uri": ""}}, "INVALID_INPUT", ["input", "uri"]),
        (CREATE, {"input": {"locale": "it", "text": text, "uri": articles[0].uri}}, "INVALID_INPUT", ["input", "uri"]),
        *(
            (query, given, code, ["input", "shared", *place])
            for shared, code, place in (
                ({"urgency": 0}, "INVALID_INPUT", ["urgency"]),
                ({"urgency": 10}, "INVALID_INPUT", ["urgency"]),
                ({"subjects": [concept, "a"]}, "INVALID_INPUT", ["subjects", "1"]),
                ({"subjects": [stray]}, "INVALID_INPUT", ["subjects"]),
                ({"contributors": [concept]}, "INVALID_INPUT", ["contributors", "0"]),
                ({"credits": [{"organisation": concept, "role": "SOURCE"}]}, "INVALID_INPUT", ["credits", "0", "organisation"]),
                ({"leadVideo": "a"}, "INVALID_INPUT", ["leadVideo"]),
                ({"related": [nobody]}, "INVALID_INPUT", ["related"]),
                ({"creditLine": "x" * 301}, "INVALID_INPUT", ["creditLine"]),
                ({"usageTerms": "\u0007"}, "INVALID_INPUT", ["usageTerms"]),
            )
            for query, given in (
                (SHARED, {"input": {"item": item, "shared": shared}, "r": 2}),
                (CREATE, {"input": {"locale": "zh", "text": {"headline": "新闻"}, "shared": shared}}),
            )
        ),
        (SHARED, {"input": {"item": item, "shared": {"related": [item]}}, "r": 2}, "INVALID_INPUT", ["input", "shared", "related"]),
        (SHARED, {"input": {"item": item, "shared": {}}, "r": 7}, "CONFLICT", ["expectedRevision"]),
        *(
            case
            for query in (PUBLISH, UNPUBLISH)
            for case in (
                (query, {"i": "a", "l": ["it"]}, "INVALID_INPUT", ["item"]),
                (query, {"i": nobody, "l": ["it"]}, "NOT_FOUND", ["item"]),
                (query, {"i": item, "l": []}, "INVALID_INPUT", ["locales"]),
                (query, {"i": item, "l": ["it", "fr"]}, "UNKNOWN_LOCALE", ["locales", "1"]),
                (query, {"i": item, "l": ["it", "ar"]}, "NOT_FOUND", ["locales"]),
                (query, {"i": withheld, "l": ["en"]}, "INVALID_TRANSITION", []),
            )
        ),
    ]  # fmt: skip


async def test_what_the_domain_refuses_comes_as_user_errors_and_writes_nothing(desk):
    before = await dump()
    for query, variables, code, place in _cases(desk):
        answer = await desk.client.ask(query, variables, token=desk.tokens["chief"])
        assert "errors" not in answer, (variables, answer)
        (payload,) = answer["data"].values()
        (refusal,) = payload["userErrors"]
        assert payload["result"] is None
        assert (refusal["code"], refusal["path"]) == (code, place), (variables, refusal)
        assert 10 < len(refusal["message"]) < 300
        assert await dump() == before, variables


async def test_a_conflict_tells_the_revision_that_stands(desk):
    item = item_id(desk.world.items[Kind.ARTICLE][0])
    sent = {"input": {"item": item, "locale": "it", "text": {"summary": "Neve"}}, "r": 1}
    (refusal,) = (await desk.change(SAVE, sent))["userErrors"]
    assert refusal["currentRevision"] == 2
    sent = {"input": {"item": item, "locale": "ar", "text": {"headline": "ثلج"}}, "r": 5}
    (refusal,) = (await desk.change(SAVE, sent))["userErrors"]
    assert refusal["currentRevision"] is None


# Who asks


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
    item, text = item_id(desk.world.items[Kind.ARTICLE][0]), {"headline": "新闻"}
    return {
        CREATE: ({"input": {"locale": "zh", "text": text}}, {"input": {"locale": "fr", "text": {}}}),
        SAVE: ({"input": {"item": item, "locale": "it", "text": text}, "r": 2}, {"input": {"item": "a", "locale": "fr", "text": {}}}),
        SHARED: ({"input": {"item": item, "shared": {"urgency": 1}}, "r": 2}, {"input": {"item": "a", "shared": {"urgency": 0}}, "r": 0}),
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
