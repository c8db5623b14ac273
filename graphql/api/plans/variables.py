"""The variables of an operation, as its arguments take them.

graphql-core coerces any value to any type, at the price of a small query. Plain values of plain types are most of what
clients send, and are read here; whatever is otherwise, an error with it, is graphql-core's to read.
"""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, VariableDefinitionNode
from graphql.execution.values import get_variable_values
from graphql.language import NamedTypeNode, NonNullTypeNode

from api.scalars import parse_locale

ERRORS_MOST = 20
Read = Callable[[Any], Any]


class NotPlainError(Exception):
    """A value, or its absence, that graphql-core has to read."""


class VariableReader:
    """Reads what clients send as the variables of one operation."""

    def __init__(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, *, hide_suggestions: bool = False
    ) -> None:
        self._schema, self._hide_suggestions = schema, hide_suggestions
        self._definitions = tuple(operation.variable_definitions or ())
        plain = [_plain(definition) for definition in self._definitions]
        self._plain = None if None in plain else tuple(each for each in plain if each)

    def read(self, given: Mapping[str, Any]) -> dict[str, Any] | list[GraphQLError]:
        """The coerced values by name, those left out absent; or the errors."""
        if self._plain is not None:
            try:
                return {
                    name: read(given[name]) for name, read, optional in self._plain if not optional or name in given
                }
            except (KeyError, NotPlainError):
                pass
        values = get_variable_values(self._schema, self._definitions, dict(given), ERRORS_MOST, self._hide_suggestions)
        return values if isinstance(values, list) else values.coerced


def _plain(definition: VariableDefinitionNode) -> tuple[str, Read, bool] | None:
    """Name, reader and whether it may be left out, of a variable of a plain type without a default."""
    node = definition.type
    optional = not isinstance(node, NonNullTypeNode)
    named = node.type if isinstance(node, NonNullTypeNode) else node
    if definition.default_value is not None or not isinstance(named, NamedTypeNode):
        return None
    read = _READERS.get(named.name.value)
    if read is None:
        return None
    return definition.variable.name.value, _or_null(read) if optional else read, optional


def _or_null(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def _of_type(kind: type) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise NotPlainError
        return value

    return read


def _int(value: Any) -> int:
    if type(value) is not int or not -(2**31) <= value < 2**31:
        raise NotPlainError
    return value


def _locale(value: Any) -> str:
    try:
        return parse_locale(value)
    except ValueError:
        raise NotPlainError from None


_READERS: Mapping[str, Read] = {
    "String": _of_type(str),
    "ID": _of_type(str),
    "Boolean": _of_type(bool),
    "Int": _int,
    "Locale": _locale,
}
