"""GraphQL over HTTP: what a client may send, what it gets back, and that nothing of ours leaks."""

import asyncio
from typing import Any

import orjson
import pytest

from tests.api.newsrooms import Client

JSON, RESPONSE = "application/json", "application/graphql-response+json"
COUNTED = "query($n: Int) { changes(first: $n) { totalCount } }"
TYPENAME = {"query": "{ __typename }"}


@pytest.fixture
def client(inhabited) -> Client:
    return inhabited.client


def code(answer: Any) -> str:
    """The code of the only error."""
    (error,) = answer["errors"]
    return error["extensions"]["code"]


pytestmark = pytest.mark.asyncio(loop_scope="module")


# Methods and parameters


async def test_a_query_by_post_and_by_get(client):
    for status, headers, answer in (await client.post(TYPENAME), await client.get(query="{ __typename }")):
        assert (status, answer) == (200, {"data": {"__typename": "Query"}})
        assert headers["content-type"] == "application/json; charset=utf-8"
        assert "Accept" in headers["vary"]


async def test_variables_and_operation_names_by_get(client):
    query = "query A($l: Locale!) { articles(locale: $l, first: 1) { totalCount } } query B { __typename }"
    _, _, first = await client.get(query=query, variables='{"l": "zh"}', operationName="A")
    _, _, second = await client.get(query=query, variables="null", operationName="B", extensions="{}")
    assert first["data"]["articles"]["totalCount"] > 0
    assert second == {"data": {"__typename": "Query"}}


async def test_a_mutation_by_get_is_refused(client):
    query = 'mutation { unpublish(item: "x", locales: ["it"]) { userErrors { code } } }'
    status, headers, answer = await client.get(query=query)
    assert (status, headers["allow"], code(answer)) == (405, "POST", "BAD_REQUEST")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"])
async def test_other_methods_are_refused(client, method):
    status, headers, answer = await client.request(method, {"content-type": JSON}, orjson.dumps(TYPENAME))
    assert (status, headers["allow"], code(answer)) == (405, "GET, POST", "BAD_REQUEST")


@pytest.mark.parametrize(
    "content_type",
    [
        "", "text/plain", "application/graphql", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a",
        "application/json; charset=iso-8859-1", "application/json; charset=utf-16", "application/jsonp",
    ],
)  # fmt: skip
async def test_other_types_of_body_are_refused(client, content_type):
    status, _, answer = await client.post(TYPENAME, **{"content-type": content_type})
    assert (status, code(answer)) == (415, "BAD_REQUEST")


@pytest.mark.parametrize("content_type", ["application/json;charset=UTF-8", 'application/JSON; charset="utf-8"'])
async def test_json_in_utf_8_is_taken_however_it_is_written(client, content_type):
    status, _, _ = await client.post(TYPENAME, **{"content-type": content_type})
    assert status == 200


# Negotiation


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("*/*", JSON), ("", JSON), ("application/*", JSON), (JSON, JSON), (RESPONSE, RESPONSE),
        (RESPONSE.upper(), RESPONSE),
        (f"{RESPONSE}, {JSON};q=0.9", RESPONSE), (f"{JSON};q=0.5, {RESPONSE}", RESPONSE), (f"{JSON}, {RESPONSE}", JSON),
        ("text/plain, */*;q=0.1", JSON), (f"{RESPONSE}; charset=utf-8", RESPONSE), (f"{RESPONSE};q=0, */*", JSON),
    ],
)  # fmt: skip
async def test_the_type_that_is_asked_for_most_is_given(client, accept, given):
    status, headers, _ = await client.post(TYPENAME, accept=accept)
    assert (status, headers["content-type"]) == (200, f"{given}; charset=utf-8")


@pytest.mark.parametrize(
    "accept", ["text/plain", "image/*", "application/xml", f"{JSON};q=0", f"{JSON};q=nonsense", ";"]
)
async def test_what_cannot_be_given_is_not_acceptable(client, accept):
    status, _, answer = await client.post(TYPENAME, accept=accept)
    assert (status, code(answer)) == (406, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ città }"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": ""}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "type A { b: Int }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "fragment F on Query { __typename }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { __typename } query B { __typename }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { __typename }", "operationName": "B"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription { a }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query($l: Locale!) { articles(locale: $l) { totalCount } }"}, "BAD_USER_INPUT"),
        ({"query": COUNTED, "variables": {"n": 2**31}}, "BAD_USER_INPUT"),
        ({"query": COUNTED, "variables": {"n": True}}, "BAD_USER_INPUT"),
    ],
)  # fmt: skip
async def test_a_bad_document_is_200_for_json_and_400_for_graphql_responses(client, sent, expected):
    for accept, status in ((JSON, 200), (RESPONSE, 400)):
        given, _, answer = await client.post(sent, accept=accept)
        assert given == status
        assert {each["extensions"]["code"] for each in answer["errors"]} == {expected}
        assert "data" not in answer


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"nonsense", b"\xef\xbb\xbf" + b'{"query":"{__typename}"}', b'{"query":"\xff"}',
        b'{"query":"\\ud800"}',
        b'{"query":"{__typename}","variables":{"n":NaN}}', b'{"query":"{__typename}","variables":{"n":1e999}}',
        b'{"query":"{__typename}","variables":{"n":' + b"9" * 400 + b"}}", b"'a'", b"\x00",
        b'{"query":"{__typename}"} x',
        b'{"query":"{__typename}","variables":{"n":' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
        b"null", b"true", b"7", b'"{__typename}"', b"[]", b'[{"query":"{__typename}"},{"query":"{__typename}"}]',
        b"{}", b'{"query":null}', b'{"query":7}', b'{"query":["{__typename}"]}', b'{"query":{}}', b'{"QUERY":"{a}"}',
        b'{"query":"{__typename}","variables":[]}', b'{"query":"{__typename}","variables":"{}"}',
        b'{"query":"{__typename}","variables":7}', b'{"query":"{__typename}","variables":false}',
        b'{"query":"{__typename}","operationName":7}', b'{"query":"{__typename}","operationName":{}}',
        b'{"query":"{__typename}","extensions":"a"}', b'{"query":"{__typename}","extensions":[]}',
    ],
)  # fmt: skip
async def test_a_body_that_is_no_request_is_refused_whatever_is_accepted(client, body):
    for accept in (JSON, RESPONSE):
        status, _, answer = await client.post(body, accept=accept)
        assert (status, code(answer)) == (400, "BAD_REQUEST")
        assert "Traceback" not in answer["errors"][0]["message"]


async def test_of_a_key_that_is_there_twice_the_last_counts(client):
    status, _, answer = await client.post(b'{"query":"{","query":"{__typename}"}')
    assert (status, answer) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize(
    "parameters",
    [
        b"", b"variables={}", b"query=%ff", b"query={__typename}&variables={", b"query={__typename}&variables=[]",
        b"query={__typename}&variables=7", b"query={__typename}&extensions=[]",
        b"query={__typename}&extensions=nonsense",
        b"\xe5\x9f\x8e", b"&".join(b"a=%d" % n for n in range(30)), b'query={__typename}&variables={"a":"\\ud800"}',
    ],
)  # fmt: skip
async def test_an_address_that_is_no_request_is_refused(client, parameters):
    status, _, answer = await client.request("GET", {"accept": RESPONSE}, b"", parameters)
    assert (status, code(answer)) == (400, "BAD_REQUEST")


async def test_a_body_over_the_limit_is_refused_before_it_is_read_to_the_end(client):
    limit = client.newsroom.settings.body_limit
    status, _, answer = await client.post(b" " * (limit + 1))
    assert (status, code(answer)) == (413, "LIMIT_EXCEEDED")


async def test_deep_variables_are_no_deeper_than_what_reads_them(client):
    deep = (
        b'{"query":"query($b:JSON){__typename @skip(if:false)}","variables":{"b":' + b"[" * 1_000 + b"]" * 1_000 + b"}}"
    )
    _, _, answer = await client.post(deep, accept=RESPONSE)
    assert code(answer) == "GRAPHQL_VALIDATION_FAILED"  # the variable is not used


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"query": 'query($u:String!){concept(uri:$u,locale:"it"){id}}', "variables": {"u": "\0"}}, "BAD_USER_INPUT"),
        ({"query": "{ __typename }", "variables": {"a": {"城": ["\0"]}}}, "BAD_USER_INPUT"),
        ({"query": "{ __typename }", "variables": {"\0": 1}}, "BAD_USER_INPUT"),
        ({"query": '{ concept(uri: "\\u0000", locale: "it") { id } }'}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": '{ concept(uri: "\\u{0}", locale: "it") { id } }'}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": '{ concept(uri: """città\0""", locale: "it") { id } }'}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": '{ concept(uri: "\0", locale: "it") { id } }'}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": '{ concept(uri: "\\uD83D", locale: "it") { id } }'}, "GRAPHQL_PARSE_FAILED"),
        ({"query": 'query($u: ID = "\\u0000") { concept(uri: $u, locale: "it") { id } }'}, "GRAPHQL_VALIDATION_FAILED"),
    ],
)  # fmt: skip
async def test_nul_and_lone_surrogates_are_refused(client, sent, expected):
    status, _, answer = await client.post(sent, accept=RESPONSE)
    assert status == 400
    assert expected in {each["extensions"]["code"] for each in answer["errors"]}


async def test_a_client_that_goes_away_is_told_so(client):
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    await asyncio.wait_for(client.endpoint(scope, receive, send), 10)
    assert sent[0]["status"] == 400
