"""From an operation to fetches: what each field declared (`reading`), selected as the operation selects it.

A field that declares nothing, or introspection, is Uncompilable: Strawberry then executes the whole operation.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.language import BooleanValueNode, ValueNode
from graphql.type import GraphQLNamedType, is_abstract_type, is_object_type

from api.errors import BadArgumentError
from api.plans.connecting import Connection, ConnectionShape, Part
from api.plans.fetching import Fetch, Links, Valuer
from api.plans.reading import (
    PLAN,
    Arguments,
    Column,
    Connected,
    Derived,
    Embedded,
    Linked,
    Rows,
    Unfolded,
)
from api.plans.shaping import Buildable, ByKind, Make, Row, Shape, State, Unfolding
from api.plans.sql import Dialect

Nodes = Sequence[FieldNode]


class UncompilableError(Exception):
    """An operation holds a field that no plan reads; the message names it."""


class Declarations:
    """What the schema's fields declared, by type and field name."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._readings: dict[tuple[str, str], Any] = {}
        for graphql_type in schema.type_map.values():
            definition = (graphql_type.extensions or {}).get("strawberry-definition")
            if definition is None or not hasattr(graphql_type, "fields"):
                continue
            for name, field in graphql_type.fields.items():
                declared = (field.extensions or {}).get("strawberry-definition")
                if declared is not None and PLAN in (getattr(declared, "metadata", None) or {}):
                    self._readings[graphql_type.name, name] = declared.metadata[PLAN]

    def reading(self, type_name: str, field_name: str) -> Any:
        """The declaration of a field.

        Raises:
            UncompilableError: it has none.
        """
        try:
            return self._readings[type_name, field_name]
        except KeyError:
            raise UncompilableError(f"{type_name}.{field_name}") from None

    def field(self, type_name: str, field_name: str) -> GraphQLField:
        """The schema's field."""
        owner = self.schema.type_map[type_name]
        assert isinstance(owner, GraphQLObjectType)
        field: GraphQLField | None = owner.fields.get(field_name)
        if field is None:
            raise UncompilableError(f"{type_name}.{field_name}")
        return field

    def objects(self, graphql_type: GraphQLNamedType) -> set[str]:
        """The names of the object types that a value of this type can be."""
        if is_object_type(graphql_type):
            return {graphql_type.name}
        assert is_abstract_type(graphql_type)
        return {each.name for each in self.schema.get_possible_types(graphql_type)}


class Compiler:
    """Compiles one operation for one database and one set of the Boolean variables that its directives use."""

    def __init__(
        self,
        declarations: Declarations,
        fragments: Mapping[str, FragmentDefinitionNode],
        switches: Mapping[str, Any],
        dialect: Dialect,
    ) -> None:
        self.declarations, self.dialect = declarations, dialect
        self._fragments, self._switches = fragments, switches
        self._possible: dict[str, set[str]] = {}
        self.heavy = False
        """Whether the operation asks for work that grows with the newsroom: counting or searching."""

    # Selections

    def collect(self, type_name: str, sets: Sequence[SelectionSetNode | None]) -> dict[str, list[FieldNode]]:
        """The fields selected on an object type, by response key, through fragments and directives."""
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for selections in sets:
            if selections is not None:
                self._collect(type_name, selections.selections, found, seen)
        return found

    def _collect(
        self,
        type_name: str,
        selections: Sequence[SelectionNode],
        found: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for node in selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                continue
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in seen:
                    continue
                seen.add(node.name.value)
                fragment: FragmentDefinitionNode | InlineFragmentNode = self._fragments[node.name.value]
            else:
                assert isinstance(node, InlineFragmentNode)
                fragment = node
            condition, inner = fragment.type_condition, fragment.selection_set
            if condition is None or type_name in self._types_meeting(condition.name.value):
                self._collect(type_name, inner.selections, found, seen)

    def _types_meeting(self, condition: str) -> set[str]:
        if condition not in self._possible:
            self._possible[condition] = self.declarations.objects(self.declarations.schema.type_map[condition])
        return self._possible[condition]

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value in {"skip", "include"}:
                assert directive.arguments  # both directives require `if`
                value = self._switch(directive.arguments[0].value)
                if value is (directive.name.value == "skip"):
                    return False
        return True

    def _switch(self, value: ValueNode) -> bool:
        if isinstance(value, VariableNode):
            found = self._switches.get(value.name.value)
            if found is None:
                raise UncompilableError(f"${value.name.value} is null in a directive")
            return bool(found)
        assert isinstance(value, BooleanValueNode)
        return value.value

    def valuer(self, type_name: str, node: FieldNode) -> Valuer:
        """A function from the operation's variables to the field's argument values."""
        field = self.declarations.field(type_name, node.name.value)
        arguments = node.arguments or ()
        if not any(_has_variable(argument.value) for argument in arguments):
            constant = get_argument_values(field, node, VariableValues({}, {}))
            return lambda _variables: constant
        named = {a.name.value: a.value.name.value for a in arguments if isinstance(a.value, VariableNode)}
        rest = FieldNode(name=node.name, arguments=tuple(a for a in arguments if a.name.value not in named))
        if any(_has_variable(argument.value) for argument in rest.arguments or ()):
            return lambda variables: _coerced(field, node, variables)
        optional = {name: arg for name, arg in field.args.items() if not is_required_argument(arg)}
        given = {name: field.args[name] for name in (each.name.value for each in rest.arguments or ())}
        constant = get_argument_values(GraphQLField(field.type, args={**optional, **given}), rest)
        filled = frozenset(name for name in named if is_non_null_type(field.args[name].type))

        def values(variables: Mapping[str, Any]) -> Arguments:
            found = {name: variables[at] for name, at in named.items() if at in variables}
            for name in filled:
                if found.get(name, constant.get(name)) is None:
                    raise BadArgumentError(f"Argument {name!r} cannot be null.", path=(name,))
            return {**constant, **found}

        return values

    def subselections(self, nodes: Nodes) -> list[SelectionSetNode | None]:
        """What the fields select below them."""
        return [node.selection_set for node in nodes]

    # Rows

    def fetch(self, rows: Rows, type_name: str, nodes: Nodes) -> Fetch:
        """A fetch of rows that are read as `type_name`, an object type or an interface."""
        fetch = Fetch(rows)
        fetch.build = self.shape(fetch, rows, type_name, self.subselections(nodes))
        return fetch

    def shape(self, fetch: Fetch, rows: Rows, type_name: str, sets: Sequence[SelectionSetNode | None]) -> Buildable:
        """What makes the answer of the fetch's rows, of whichever object types they can be."""
        objects = self.declarations.objects(self.declarations.schema.type_map[type_name])
        kinds = {kind: name for kind, name in rows.types.items() if name in objects}
        slots: dict[Any, int] = {}
        shapes = {kind: self._shape(fetch, name, sets, slots) for kind, name in kinds.items()}
        if rows.kind is None or len(shapes) == 1:
            return next(iter(shapes.values()))
        return ByKind(fetch.column(rows.kind), shapes)

    def _shape(
        self,
        fetch: Fetch,
        type_name: str,
        sets: Sequence[SelectionSetNode | None],
        slots: dict[Any, int],
    ) -> Shape:
        keys: list[str] = []
        picks: list[int] = []
        made: list[tuple[str, Make]] = []
        hung: list[tuple[str, int, Callable[[Row], Any]]] = []
        for key, nodes in self.collect(type_name, sets).items():
            keys.append(key)
            pick = 0
            name = nodes[0].name.value
            if name == "__typename":
                made.append((key, partial(_constant, type_name)))
            else:
                match reading := self.declarations.reading(type_name, name):
                    case Column():
                        pick = fetch.column(reading.in_dialect(self.dialect))
                        if reading.convert is not None:
                            made.append((key, partial(_converted, reading.convert, pick)))
                    case Linked() | Connected():
                        hung.append((key, *self._hang(fetch, type_name, reading, nodes, slots)))
                    case _:
                        made.append((key, self._make(fetch, type_name, reading, nodes, slots)))
            picks.append(pick)
        if picks and not fetch.columns:
            fetch.column("1")
        return Shape(keys, picks, made, hung)

    def _make(self, fetch: Fetch, type_name: str, reading: Any, nodes: Nodes, slots: dict[Any, int]) -> Make:
        """What makes the value of a field that is neither a bare column nor rows of another statement."""
        below = get_named_type(self.declarations.field(type_name, nodes[0].name.value).type)
        if isinstance(reading, Derived):
            columns = tuple(fetch.column(column) for column in reading.columns)
            if len(columns) == 1:
                return partial(_derived_of_one, reading.make, columns[0])
            return partial(_derived, reading.make, columns)
        if isinstance(reading, Embedded):
            sets = self.subselections(nodes)
            shape = (
                self.shape(fetch, reading.rows, below.name, sets)
                if reading.rows
                else self._shape(fetch, below.name, sets, slots)
            )
            if reading.present is None:
                return shape.build
            return partial(_present, fetch.column(reading.present), shape.build)
        if isinstance(reading, Unfolded):
            columns = tuple(fetch.column(column) for column in reading.columns)
            valuer = self.valuer(type_name, nodes[0])
            return partial(_unfolded, reading.make, columns, valuer, self.unfolding(below.name, nodes))
        raise UncompilableError(f"{type_name}.{nodes[0].name.value}")

    def _hang(
        self, fetch: Fetch, type_name: str, reading: Linked | Connected, nodes: Nodes, slots: dict[Any, int]
    ) -> tuple[int, Callable[[Row], Any]]:
        """The slot that the field waits in, and its link key. One statement serves all types that select alike."""
        same = (reading, tuple(id(node) for node in nodes))
        link = reading.link
        if link is None:
            raise UncompilableError(f"{type_name}.{nodes[0].name.value}")
        at = fetch.column(link.parent)
        if same not in slots:
            fetch.hanging.append(self._hanging(type_name, reading, nodes))
            slots[same] = len(fetch.hanging) - 1
        if isinstance(reading, Linked) and reading.localized is not None:
            return slots[same], itemgetter(at, fetch.column(reading.localized))
        return slots[same], itemgetter(at)

    def _hanging(self, type_name: str, reading: Linked | Connected, nodes: Nodes) -> Links | Connection:
        if isinstance(reading, Connected):
            return self.connection(type_name, reading, nodes)
        below = get_named_type(self.declarations.field(type_name, nodes[0].name.value).type)
        return Links(reading, self.fetch(reading.link.rows, below.name, nodes), self.valuer(type_name, nodes[0]))

    # Connections

    def connection(self, type_name: str, reading: Connected, nodes: Nodes) -> Connection:
        """A compiled connection of that field."""
        below = get_named_type(self.declarations.field(type_name, nodes[0].name.value).type)
        fetch, shape = self.edges(reading.rows, below.name, nodes)
        return Connection(reading, fetch, shape, self.valuer(type_name, nodes[0]))

    def edges(self, rows: Rows, connection_type: str, nodes: Nodes) -> tuple[Fetch, ConnectionShape]:
        """The fetch of a connection's edges, and the shape of the connection around them."""
        fetch = Fetch(rows)
        parts: list[tuple[str, Part]] = []
        reads: set[str] = set()
        selection = self.collect(connection_type, self.subselections(nodes))
        edge_type = get_named_type(self.declarations.field(connection_type, "edges").type).name
        edges = [
            (key, self._edge(fetch, rows, edge_type, selected))
            for key, selected in selection.items()
            if selected[0].name.value == "edges"
        ]
        fetch.build = edges[0][1] if len(edges) == 1 else _Edges(edges)
        for key, selected in selection.items():
            name = selected[0].name.value
            reads.add(name)
            if name == "edges":
                parts.append((key, _the_edges if len(edges) == 1 else partial(_edges, key)))
            elif name == "__typename":
                parts.append((key, partial(_constant, connection_type)))
            else:
                below = get_named_type(self.declarations.field(connection_type, name).type)
                fold = self.unfolding(below.name, selected).fold if selected[0].selection_set else None
                parts.append((key, partial(_fact, name, fold)))
        self.heavy = self.heavy or "totalCount" in reads
        return fetch, ConnectionShape(parts, reads)

    def _edge(self, fetch: Fetch, rows: Rows, edge_type: str, nodes: Nodes) -> Shape:
        made: list[tuple[str, Make]] = []
        for key, selected in self.collect(edge_type, self.subselections(nodes)).items():
            name = selected[0].name.value
            below = get_named_type(self.declarations.field(edge_type, name).type) if name != "__typename" else None
            if below is None:
                made.append((key, partial(_constant, edge_type)))
            elif name == "cursor":
                made.append((key, _cursor))
            elif name == "node":
                made.append((key, self.shape(fetch, rows, below.name, self.subselections(selected)).build))
            else:
                fold = self.unfolding(below.name, selected).fold if selected[0].selection_set else None
                made.append((key, partial(_extra, name, fold)))
        return Shape([key for key, _ in made], (), made, ())

    # Values that a field made itself

    def unfolding(self, type_name: str, nodes: Nodes) -> Unfolding:
        """A selection on mappings of GraphQL field names."""
        fields: list[tuple[str, Callable[[Mapping[str, Any]], Any]]] = []
        for key, selected in self.collect(type_name, self.subselections(nodes)).items():
            name = selected[0].name.value
            if name == "__typename":
                fields.append((key, partial(_named, type_name)))
            elif selected[0].selection_set is None:
                fields.append((key, partial(_item, name)))
            else:
                below = get_named_type(self.declarations.field(type_name, name).type)
                fields.append((key, partial(_folded, name, self.unfolding(below.name, selected))))
        return Unfolding(fields)


class _Edges:
    """The edges of a connection; a document may select them under several names."""

    def __init__(self, shapes: Sequence[tuple[str, Shape]]) -> None:
        self._shapes = tuple(shapes)

    def build(self, state: State, row: Row) -> dict[str, Any]:
        return {key: shape.build(state, row) for key, shape in self._shapes}


def _coerced(field: GraphQLField, node: FieldNode, variables: Mapping[str, Any]) -> Arguments:
    """Arguments with variables inside lists and objects, as graphql-core reads them."""
    try:
        return get_argument_values(field, node, VariableValues({}, dict(variables)))
    except GraphQLError as error:
        raise BadArgumentError(error.message) from error


def _has_variable(value: ValueNode) -> bool:
    if isinstance(value, VariableNode):
        return True
    parts = [*getattr(value, "values", ()), *(field.value for field in getattr(value, "fields", ()))]
    return any(_has_variable(part) for part in parts)


def _constant(value: str, _first: Any, _second: Any) -> str:
    return value


def _converted(convert: Callable[[Any], Any], at: int, _state: State, row: Row) -> Any:
    return None if row[at] is None else convert(row[at])


def _derived(make: Callable[..., Any], columns: Sequence[int], state: State, row: Row) -> Any:
    return make(state.run, state.frame, *(row[at] for at in columns))


def _derived_of_one(make: Callable[..., Any], at: int, state: State, row: Row) -> Any:
    return make(state.run, state.frame, row[at])


def _present(at: int, build: Make, state: State, row: Row) -> Any:
    return None if row[at] is None else build(state, row)


def _unfolded(
    make: Callable[..., Any],
    columns: Sequence[int],
    valuer: Valuer,
    unfolding: Unfolding,
    state: State,
    row: Row,
) -> Any:
    arguments = valuer(state.run.variables)
    return unfolding.fold(make(state.run, state.frame, *(row[at] for at in columns), **arguments))


def _cursor(state: State, row: Row) -> str:
    return state.cursor(row)


def _extra(name: str, fold: Callable[[Any], Any] | None, state: State, row: Row) -> Any:
    value = state.extras[name](row)
    return fold(value) if fold else value


def _the_edges(edges: Sequence[Any], _facts: Mapping[str, Any]) -> Sequence[Any]:
    return edges


def _edges(key: str, edges: Sequence[Mapping[str, Any]], _facts: Mapping[str, Any]) -> list[Any]:
    return [edge[key] for edge in edges]


def _fact(name: str, fold: Callable[[Any], Any] | None, _edges: Any, facts: Mapping[str, Any]) -> Any:
    return fold(facts[name]) if fold else facts[name]


def _item(name: str, value: Mapping[str, Any]) -> Any:
    return value[name]


def _named(name: str, _value: Any) -> str:
    return name


def _folded(name: str, unfolding: Unfolding, value: Mapping[str, Any]) -> Any:
    return unfolding.fold(value[name])
