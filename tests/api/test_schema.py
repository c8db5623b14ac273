"""The schema tells everything it has, in names that follow the rules of GraphQL and Relay."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)

from api.schema import build_schema

SCHEMA = build_schema()._schema
OWN = [
    each for each in SCHEMA.type_map.values() if not is_introspection_type(each) and not is_specified_scalar_type(each)
]
CAMEL, PASCAL, CAPITALS = re.compile(r"[a-z][A-Za-z0-9]*"), re.compile(r"[A-Z][A-Za-z0-9]*"), re.compile(r"[A-Z_]+")
CONNECTIONS = [each for each in OWN if each.name.endswith("Connection")]


def _parts() -> Iterator[tuple[str, Any, re.Pattern[str]]]:
    """Everything that has a name: where it stands, itself, and how it is to be written."""
    for each in OWN:
        yield each.name, each, PASCAL
        if isinstance(each, GraphQLEnumType):
            yield from ((f"{each.name}.{name}", value, CAPITALS) for name, value in each.values.items())
        if isinstance(each, GraphQLInputObjectType | GraphQLObjectType | GraphQLInterfaceType):
            for name, field in each.fields.items():
                yield f"{each.name}.{name}", field, CAMEL
                for argument, about in getattr(field, "args", {}).items():
                    yield f"{each.name}.{name}({argument})", about, CAMEL


PARTS = list(_parts())


def test_everything_is_described():
    assert [where for where, part, _ in PARTS if not (part.description or "").strip()] == []
    assert len(PARTS) > 250


def test_a_description_is_a_sentence():
    for where, part, _ in PARTS:
        text = part.description.strip()
        assert text[0].isupper() or text[0] == "`", where
        assert text.endswith("."), where


def test_everything_is_named_by_the_rules():
    for where, _, pattern in PARTS:
        assert pattern.fullmatch(re.split(r"[.(]", where)[-1].rstrip(")")), where


@pytest.mark.parametrize("connection", CONNECTIONS, ids=str)
def test_a_connection_is_one_of_relay(connection):
    assert str(connection.fields["pageInfo"].type) == "PageInfo!"
    assert str(connection.fields["totalCount"].type) == "Int!"
    edge = get_named_type(connection.fields["edges"].type)
    assert str(connection.fields["edges"].type) == f"[{edge}!]!"
    assert edge.name == connection.name.replace("Connection", "Edge")
    assert str(edge.fields["cursor"].type) == "String!"


def test_whoever_returns_a_connection_can_page():
    for where, field, _ in PARTS:
        if get_named_type(getattr(field, "type", None)) in CONNECTIONS:
            assert {"first", "after"} <= set(field.args), where
            assert str(field.args["first"].type) == "Int", where
            assert str(field.args["after"].type) == "String", where


def test_node_and_nodes_are_those_of_relay():
    query = SCHEMA.query_type
    assert str(query.fields["node"].type) == "Node"
    assert str(query.fields["nodes"].type) == "[Node]!"
    identified = [each for each in OWN if SCHEMA.type_map["Node"] in getattr(each, "interfaces", ())]
    assert {"Article", "VideoAsset", "FocusSeries", "Concept", "Organisation", "Contributor"} <= {
        each.name for each in identified
    }
    assert all(str(each.fields["id"].type) == "ID!" for each in identified)


def test_a_mutation_answers_with_result_and_user_errors():
    for name, field in SCHEMA.mutation_type.fields.items():
        payload = field.type.of_type
        assert isinstance(field.type, GraphQLNonNull), name
        assert set(payload.fields) == {"result", "userErrors"}, name
        assert str(payload.fields["userErrors"].type) == "[UserError!]!", name
        assert not isinstance(payload.fields["result"].type, GraphQLNonNull), name
