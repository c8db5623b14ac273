"""What a writer can get wrong: the domain's refusals come as userErrors with a place, and nothing is written."""

from dataclasses import replace
from typing import Any

import pytest

from api.nodes import encode_id
from cms.content.models import Kind
from tests.api.desks import CREATE, PUBLISH, SAVE, SHARED, UNPUBLISH, Desk, dump, item_id
from tests.api.newsrooms import Client

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
    text, credit = {"headline": "Apre il passo"}, {"organisation": concept, "role": "SOURCE"}
    itself = {"item": item, "shared": {"related": [item]}}
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
                ({"credits": [credit]}, "INVALID_INPUT", ["credits", "0", "organisation"]),
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
        (SHARED, {"input": itself, "r": 2}, "INVALID_INPUT", ["input", "shared", "related"]),
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
                (query, {"i": withheld, "l": ["en"]}, "INVALID_TRANSITION", ["item"]),
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
