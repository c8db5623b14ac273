"""Documents that ask for too much are refused, by a count and not by a clock, before anything walks through them."""

from collections.abc import Callable

import pytest
from graphql import GraphQLError, OverlappingFieldsCanBeMergedRule
from graphql.validation.rules import overlapping_fields_can_be_merged as overlapping

from api.limits import Limits
from api.plans.operations import InvalidDocumentError, Operations
from api.schema import build_schema
from tests.api.newsrooms import Client

SCHEMA = build_schema()._schema
LIMITS = Limits()


def _deep(levels: int) -> str:
    """So many fields below one another, in pairs of `node` and `broader`."""
    inner = "id"
    for _ in range(levels - 2):
        inner = f"broader {{ {inner} }}"
    return f'{{ concept(uri: "a", locale: "it") {{ {inner} }} }}'


def _doubling(levels: int, on: str = "Query") -> str:
    fragments = " ".join(f"fragment F{n} on {on} {{ ...F{n + 1} x{n}: __typename ...F{n + 1} }}" for n in range(levels))
    return f"{{ ...F0 }} {fragments} fragment F{levels} on {on} {{ __typename }}"


def _aliases(count: int) -> str:
    return "{ locales { " + " ".join(f"a{n}: tag" for n in range(count)) + " } }"


def _repeated(count: int) -> str:
    return "{ locales { " + "tag " * count + "} }"


def _mesh(levels: int) -> str:
    """Fragments in pairs that spread both of the next pair: some 700 bytes kept validators busy for seconds."""
    pairs = " ".join(
        f"fragment {name}{n} on Query {{ ...A{n + 1} ...B{n + 1} }}" for n in range(levels) for name in "AB"
    )
    last = " ".join(f"fragment {name}{levels} on Query {{ a: __typename }}" for name in "AB")
    return f"{{ ...A0 }} {pairs} {last}"


BOMBS: dict[str, str] = {
    "characters": "{ __typename } #" + "城" * LIMITS.characters,
    "tokens": "{ locales { " + "tag " * LIMITS.tokens + "} }",
    "tokens of comments": "#\n" * LIMITS.tokens + "{ __typename }",
    "nesting of fields": "{ a " * 900 + "}" * 900,
    "nesting of inline fragments": "{ ... " * 900 + "{ __typename }" + "}" * 900,
    "nesting of lists": "{ nodes(ids: " + "[" * 2_000 + "]" * 2_000 + ") { id } }",
    "nesting of objects": "{ articles(filter: " + "{a: " * 900 + "1" + "}" * 900 + ") { totalCount } }",
    "nesting of types": "query($a: " + "[" * 2_000 + "Int" + "]" * 2_000 + ") { __typename }",
    "depth": _deep(LIMITS.depth + 1),
    "depth through fragments": '{ concept(uri: "a", locale: "it") { ...F0 } } '
    + " ".join(f"fragment F{n} on Concept {{ broader {{ broader {{ ...F{n + 1} }} }} }}" for n in range(9))
    + " fragment F9 on Concept { id }",
    "fields": _aliases(LIMITS.fields),
    "fields through fragments": _doubling(20),
    "fields of a fragment that nothing spreads": "{ __typename } fragment F on LocaleInfo { "
    + " ".join(f"a{n}: tag" for n in range(LIMITS.fields + 1)) + " }",
    "root fields": "{ " + " ".join(f"a{n}: __typename" for n in range(LIMITS.root_fields + 1)) + " }",
    "definitions": "{ __typename } " + " ".join(f"query Q{n} {{ __typename }}" for n in range(LIMITS.definitions)),
    "repeats": _repeated(LIMITS.fields - 10),
    "repeats in a fragment that nothing spreads": "{ __typename } fragment F on LocaleInfo { " + "tag " * 1_000 + "}",
    "repeats of objects": "{ locales { tag } " + 'articles(locale: "it") { edges { node { id } } } ' * 150 + "}",
    "repeats in inline fragments": "{ locales { " + "... { tag } " * 400 + "} }",
    "overlapping fields": _mesh(9),
}  # fmt: skip


def refusal(text: str) -> GraphQLError:
    """How a document is refused."""
    with pytest.raises((GraphQLError, InvalidDocumentError)) as caught:
        Operations(SCHEMA, LIMITS).find(text, None)
    error = caught.value
    return error.errors[0] if isinstance(error, InvalidDocumentError) else error


@pytest.mark.parametrize("name", BOMBS)
def test_too_much_is_refused_before_validation(name, monkeypatch):
    monkeypatch.setattr("api.plans.operations.validate", _never)
    assert (refusal(BOMBS[name]).extensions or {}).get("code") == "LIMIT_EXCEEDED"


def _never(*_arguments: object, **_options: object) -> None:
    raise AssertionError("validated")


@pytest.mark.parametrize(
    "text",
    [
        _deep(LIMITS.depth),
        _aliases(LIMITS.fields - 1),
        _repeated(100),
        "{ " + " ".join(f"a{n}: __typename" for n in range(LIMITS.root_fields)) + " }",
        "{ ...F ...F ...F } fragment F on Query { locales { tag } }",
        "{ __typename #" + "城" * (LIMITS.characters - 20) + "\n}",
    ],
)
def test_as_much_as_the_limit_is_taken(text):
    assert Operations(SCHEMA, LIMITS).find(text, None).is_query


CYCLES = (
    "{ ...A } fragment A on Query { ...A }",
    "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "{ __typename } fragment A on Query { ...B } fragment B on Query { ...A }",
    '{ node(id: "a") { ...A } } fragment A on Node { ... on Concept { broader { ...A } } }',
    "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ {' '.join(f'...F{m}' for m in range(9))} }}" for n in range(9)),
)  # fmt: skip


@pytest.mark.parametrize("text", CYCLES)
def test_a_fragment_that_spreads_itself_is_refused(text, monkeypatch):
    monkeypatch.setattr("api.plans.operations.validate", _never)
    error = refusal(text)
    assert "spreads itself" in error.message
    assert error.locations


@pytest.mark.parametrize("text", [*BOMBS.values(), *CYCLES, _repeated(100), _aliases(LIMITS.fields - 1)])
def test_no_document_makes_validation_compare_more_than_the_limit(text, monkeypatch):
    compared = 0
    find_conflict: Callable[..., object] = overlapping.find_conflict

    def counting(*arguments: object) -> object:
        nonlocal compared
        compared += 1
        return find_conflict(*arguments)

    monkeypatch.setattr(overlapping, "find_conflict", counting)
    operations = Operations(SCHEMA, LIMITS)
    assert OverlappingFieldsCanBeMergedRule in operations._rules
    try:
        operations.find(text, None)
    except (GraphQLError, InvalidDocumentError):
        pass
    else:
        assert compared > 0 or "tag tag" not in text
    assert compared <= LIMITS.repeats


def test_the_work_of_counting_is_linear():
    """Each doubling adds one fragment: counted one by one, thirty of them would be a thousand million fields."""
    for levels in (10, 20, 40):
        assert "very many" in refusal(_doubling(levels)).message or levels < 30


def test_plans_of_an_operation_are_not_kept_without_end():
    names = [f"v{n}" for n in range(8)]
    head = ", ".join(f"${name}: Boolean!" for name in names)
    body = " ".join(f"{name}: __typename @include(if: ${name})" for name in names)
    operation = Operations(SCHEMA, LIMITS).find(f"query({head}) {{ {body} }}", None)
    for number in range(2**8):
        switches = {name: bool(number >> n & 1) for n, name in enumerate(names)}
        plan = operation.plan("sqlite", switches)
        assert [root.key for root in plan.fields] == [name for name in names if switches[name]]
    assert len(operation._plans) == 64


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", BOMBS)
async def test_the_refusal_has_its_code_and_status(inhabited, name):
    client: Client = inhabited.client
    status, _, answer = await client.post({"query": BOMBS[name]}, accept="application/graphql-response+json")
    assert status == 400
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["LIMIT_EXCEEDED"]
    assert "data" not in answer
