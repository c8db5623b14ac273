"""Hostile values in every argument that there is: data, or an error with a code that is told, and nothing written."""

from collections.abc import Iterator
from typing import Any

import pytest

from api import errors
from api.desk import is_desk_field
from api.nodes import encode_id
from api.schema import build_schema
from cms.content.body import from_text
from cms.content.models import Draft, Kind
from cms.errors import PolyfocalError
from tests.api.desks import Desk, dump, fingerprint, item_id
from tests.api.hostile import Attempt, Attempts

SCHEMA = build_schema()._schema
QUERY, MUTATION = SCHEMA.query_type, SCHEMA.mutation_type
NODE = "{ edges { node { "
AROUND = {
    "Article": ('articles(locale: "it", fallback: CHAIN, first: 3) ' + NODE, "} } }"),
    "FocusSeries": ('allFocusSeries(locale: "it", fallback: CHAIN, first: 3) ' + NODE, "} } }"),
}
READ = [
    *(f"Query.{name}" for name, field in QUERY.fields.items() if field.args),
    *(f"Article.{name}" for name, field in SCHEMA.type_map["Article"].fields.items() if field.args),
    "FocusSeries.entries",
]

WHOLE = {"createArticle", "saveDraft", "saveShared", "publish", "unpublish"}
"""Mutations whose every argument has a good value here; the others are shown to refuse, and not to fall over."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _codes(kind: type[PolyfocalError]) -> Iterator[str]:
    yield kind.code
    for each in kind.__subclasses__():
        yield from _codes(each)


TOLD = {
    errors.BAD_REQUEST, errors.PARSE_FAILED, errors.VALIDATION_FAILED, errors.BAD_VARIABLES, errors.LIMIT_EXCEEDED,
    *_codes(PolyfocalError),
} - {"ERROR"}  # fmt: skip


def assert_clear(attempt: Attempt, status: int, answer: Any) -> None:
    """An answer to a request with a fault in it tells what it is, or there was none."""
    told = answer.get("errors", [])
    assert status == (200 if "data" in answer else 400), (attempt, answer)
    assert told or "data" in answer, (attempt, answer)
    payloads = [each for each in (answer.get("data") or {}).values() if isinstance(each, dict)]
    refusals = [refusal for payload in payloads for refusal in payload.get("userErrors") or ()]
    for code, message in [
        *((each["extensions"]["code"], each["message"]) for each in told),
        *((each["code"], each["message"]) for each in refusals),
    ]:
        assert code in TOLD, (attempt, answer)
        assert 10 < len(message) < 1_000, (attempt, answer)
        assert "Traceback" not in message, (attempt, answer)
        assert "Error(" not in message, (attempt, answer)


def good(desk: Desk) -> dict[str, Any]:
    """Values that are right."""
    articles = desk.world.items[Kind.ARTICLE]
    body = from_text("Primo capoverso.\n第二段。").document
    text = {
        "headline": "Apre il passo",
        "body": body,
        "summary": "Dopo la neve",
        "datelineDate": "2026-02-06T20:00:00Z",
    }
    shared = {
        "urgency": 3,
        "subjects": [encode_id("Concept", desk.world.concepts[0].id)],
        "credits": [{"organisation": encode_id("Organisation", desk.world.organisations[0].id), "role": "PRODUCER"}],
    }
    return {
        "locale": "it",
        "slug": desk.world.slugs[0].slug,
        "id": encode_id("Article", articles[0].id, "it"),
        "ids": [encode_id("Article", articles[0].id, "it")],
        "uri": desk.world.concepts[0].uri,
        "scheme": "mediatopic",
        "query": "Città",
        "item": item_id(articles[0]),
        "locales": ["it"],
        "expectedRevision": 1,
        "createArticle.input": {"locale": "it", "text": text, "shared": shared, "uri": None},
        "saveDraft.input": {"item": item_id(articles[0]), "locale": "it", "text": text},
        "saveShared.input": {"item": item_id(articles[0]), "shared": shared},
    }


@pytest.mark.parametrize("field", READ)
async def test_every_argument_that_reads(desk, field):
    kind, _, name = field.partition(".")
    attempts = Attempts(SCHEMA, good(desk))
    before = await dump()
    refused = answered = 0
    for attempt in attempts.of(SCHEMA.type_map[kind], name, AROUND.get(kind, ("", ""))):
        sent = {"query": attempt.text, "variables": attempt.variables}
        token = desk.tokens["chief"] if is_desk_field(SCHEMA.type_map[kind].fields[name]) else None
        status, _, answer = await desk.client.post(sent, accept="application/graphql-response+json", token=token)
        assert_clear(attempt, status, answer)
        refused += "errors" in answer
        answered += "errors" not in answer
    at_desk = is_desk_field(SCHEMA.type_map[kind].fields[name])
    assert refused > (0 if at_desk else 5)
    assert answered > 0 or at_desk
    assert await dump() == before


@pytest.mark.parametrize("name", MUTATION.fields)
async def test_every_argument_that_writes(desk, name):
    attempts = Attempts(SCHEMA, good(desk))
    attempts.good["expectedRevision"] = await _revision(desk, name)
    before = await fingerprint()
    refused = done = 0
    for attempt in attempts.of(MUTATION, name):
        sent = {"query": attempt.text, "variables": attempt.variables}
        status, _, answer = await desk.client.post(
            sent, accept="application/graphql-response+json", token=desk.tokens["chief"]
        )
        assert_clear(attempt, status, answer)
        if "data" not in answer:  # refused before anything was executed
            refused += 1
            continue
        payload, after = (answer["data"] or {}).get(name), await fingerprint()
        if payload is not None and payload["result"] is not None:
            assert payload["userErrors"] == [], attempt
            attempts.good["expectedRevision"] = await _revision(desk, name)
            done += 1
        else:
            assert after == before, attempt
            refused += 1
        before = after
    assert refused > (5 if name in WHOLE else 0) or not MUTATION.fields[name].args
    assert done > 0 or name not in WHOLE


async def _revision(desk: Desk, name: str) -> int:
    """The revision to save upon."""
    locale = "it" if name == "saveDraft" else ""
    return (await Draft.get(item_id=desk.world.items[Kind.ARTICLE][0].id, locale=locale)).revision
