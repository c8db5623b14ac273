"""Variables are read as graphql-core reads them, plain or not."""

from typing import Any

import pytest
from graphql.execution.values import get_variable_values

from api.limits import Limits
from api.plans.operations import Operations
from api.schema import build_schema

SCHEMA = build_schema()._schema
OPERATIONS = Operations(SCHEMA, Limits())
PLAIN = "query ($s: String!, $locale: Locale!, $n: Int) {search(query: $s, locale: $locale, first: $n) {__typename}}"
DEFAULT = "query ($s: String!, $locale: Locale! = it) {article(slug: $s, locale: $locale) {slug}}"
CHOSEN = "query ($s: String!, $f: Fallback!) {article(slug: $s, locale: it, fallback: $f) {slug}}"
LISTED = "query ($ids: [ID!]!) {nodes(ids: $ids) {id}}"
ONE = "query ($id: ID!) {node(id: $id) {id}}"


@pytest.mark.parametrize(
    ("text", "given"),
    [
        (PLAIN, {"s": "città", "locale": "it", "n": 20}),
        (PLAIN, {"s": "大学", "locale": "zh-Hant", "n": None}),
        (PLAIN, {"s": "città", "locale": "it"}),
        (PLAIN, {"s": "città", "locale": "it", "n": True}),
        (PLAIN, {"s": "città", "locale": "it", "n": 2.0}),
        (PLAIN, {"s": "città", "locale": "it", "n": 2**31}),
        (PLAIN, {"s": "città", "locale": "città"}),
        (PLAIN, {"s": None, "locale": "it"}),
        (PLAIN, {"s": 7, "locale": ["it"]}),
        (PLAIN, {"locale": "it", "unknown": {}}),
        (DEFAULT, {"s": "città"}),
        (DEFAULT, {"s": "città", "locale": None}),
        (CHOSEN, {"s": "città", "f": "NONE"}),
        (CHOSEN, {"s": "città", "f": "SOME"}),
        (LISTED, {"ids": ["a", "b"]}),
        (LISTED, {"ids": "a"}),
        (ONE, {"id": 7}),
        (ONE, {"id": "7"}),
    ],
)
def test_values_and_errors_are_those_of_graphql_core(text: str, given: dict[str, Any]) -> None:
    operation = OPERATIONS.find(text, None)
    meant = get_variable_values(SCHEMA, operation.definition.variable_definitions or (), given, 20)
    read = operation.variables.read(given)
    if isinstance(meant, list):
        assert [str(each) for each in read] == [str(each) for each in meant]
    else:
        assert read == meant.coerced
