"""What a reader can get wrong, each with the code that programs branch on and the argument that it is about."""

import base64

import orjson
import pytest

from api.nodes import encode_id
from tests.api.desks import Desk

RESPONSE = "application/graphql-response+json"

pytestmark = pytest.mark.asyncio(loop_scope="module")


NODE = "{ edges { node"
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
    (
        f'{{ allFocusSeries(locale: "it") {NODE} {{ entries(after: "a") {{ totalCount }} }} }} }} }}',
        "INVALID_CURSOR",
        ["after"],
    ),
    (f"{{ nodes(ids: {['a'] * 101}) {{ id }} }}".replace("'", '"'), "INVALID_PAGE", ["ids"]),
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
