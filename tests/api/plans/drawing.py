"""Random operations over the whole of what the public reads, valid by construction.

One response key means one field with the same arguments all over a document, so that selections merge wherever they
meet. Fragments are spread only where their types overlap, and may be spread again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
)
from hypothesis import strategies as st

from api.desk import is_desk_field
from tests.api.plans.arguments import ArgumentDrawer, Chooser
from tests.api.plans.values import Pools

T = TypeVar("T")

FIELDS_MOST = 45
EXPANDED_MOST = 300
CONNECTIONS_DEEP = 3
KEYS = ("a", "b", "c", "id", "uri", "name", "headline")


@dataclass(frozen=True)
class Drawn:
    """An operation's text and the variables that a client sends with it."""

    text: str
    variables: dict[str, Any]

    def __repr__(self) -> str:
        return f"{self.text}\n{self.variables}"


@dataclass
class _Fragment:
    name: str
    condition: str
    text: str
    weight: int


@dataclass
class OperationDrawer:
    """Draws one operation."""

    schema: GraphQLSchema
    choose: Chooser
    arguments: ArgumentDrawer
    drawn: set[tuple[str, str]] = field(default_factory=set)
    _left: int = FIELDS_MOST
    _expanded: int = 0
    _signatures: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    _fragments: list[_Fragment] = field(default_factory=list)

    def operation(self) -> Drawn:
        """One query with everything it needs."""
        selections = self._selections(self.schema.type_map["Query"], 0)
        definitions = self.arguments.definitions()
        head = f"query Drawn{definitions} " if definitions or self.choose.chance(2) else ""
        fragments = "".join(f"\nfragment {each.name} on {each.condition} {each.text}" for each in self._fragments)
        return Drawn(f"{head}{selections}{fragments}", self.arguments.sent)

    def _selections(self, parent: GraphQLNamedType, deep: int) -> str:
        pieces = [self._field(parent, deep)]
        while self._left > 0 and len(pieces) < 7 and not self.choose.chance(5 if parent.name != "Query" else 2):
            pieces.append(self._piece(parent, deep))
        return "{ " + " ".join(pieces) + " }"

    def _piece(self, parent: GraphQLNamedType, deep: int) -> str:
        how = self.choose.number(0, 9)
        if how == 9:
            return self._spread(parent, deep)
        if how >= 7:
            condition = self._condition(parent)
            on = "" if condition is parent and self.choose.chance(2) else f"on {condition.name} "
            return f"... {on}{self._directives()}{self._selections(condition, deep)}"
        return self._field(parent, deep)

    def _condition(self, parent: GraphQLNamedType) -> GraphQLNamedType:
        """A type that some objects of the parent have: itself, an interface or an object type."""
        ours = self._objects(parent)
        types = [each for each in self.schema.type_map.values() if is_composite_type(each)]
        return self.choose.one([parent, *(each for each in types if each is not parent and self._objects(each) & ours)])

    def _objects(self, each: GraphQLNamedType) -> set[str]:
        if is_abstract_type(each):
            return {kind.name for kind in self.schema.get_possible_types(each)}
        return {each.name}

    def _spread(self, parent: GraphQLNamedType, deep: int) -> str:
        ours = self._objects(parent)
        known = [
            each
            for each in self._fragments
            if self._objects(self.schema.type_map[each.condition]) & ours
            and self._expanded + each.weight < EXPANDED_MOST
        ]
        if known and self.choose.chance(2):
            fragment = self.choose.one(known)
            self._expanded += fragment.weight
        else:
            condition, before = self._condition(parent), self._expanded
            text = self._selections(condition, deep)
            name = f"F{len(self._fragments)}"
            fragment = _Fragment(name, condition.name, text, self._expanded - before)
            self._fragments.append(fragment)
        return f"...{fragment.name} {self._directives()}"

    def _field(self, parent: GraphQLNamedType, deep: int) -> str:
        self._left -= 1
        self._expanded += 1
        fields: dict[str, GraphQLField] = getattr(parent, "fields", {})
        names = [name for name, each in fields.items() if self._affordable(each, deep)]
        name = self.choose.one([*names, "__typename"])
        if name == "__typename":
            return f"{self._key('__typename', '', 'String!')}__typename {self._directives()}"
        self.drawn.add((parent.name, name))
        definition = fields[name]
        below = get_named_type(definition.type)
        shape = str(definition.type).replace(below.name, "*") if is_composite_type(below) else str(definition.type)
        again = [key for key, known in self._signatures.items() if known[0] == name and known[2] == shape]
        if again and self.choose.chance(2):
            key = self.choose.one(again)
            arguments = self._signatures[key][1]
            alias = "" if key == name else f"{key}: "
        else:
            arguments = self.arguments.of(parent.name, name, definition)
            alias = self._key(name, arguments, shape)
        text = f"{alias}{name}{arguments} {self._directives()}"
        if is_leaf_type(below):
            return text
        return text + self._selections(below, deep + ("Connection" in below.name))

    def _affordable(self, definition: GraphQLField, deep: int) -> bool:
        below = get_named_type(definition.type)
        if is_desk_field(definition):
            return False
        if is_leaf_type(below):
            return True
        return self._left > 2 and ("Connection" not in below.name or deep < CONNECTIONS_DEEP)

    def _key(self, name: str, arguments: str, shape: str) -> str:
        """An alias, where the field's own name is not free or by choice."""
        signature = (name, arguments, shape)
        wished = name if not self.choose.chance(4) else self.choose.one(KEYS)
        for key in (wished, name, *(f"k{n}" for n in range(200))):
            if self._signatures.setdefault(key, signature) == signature:
                return "" if key == name else f"{key}: "
        raise AssertionError

    def _directives(self) -> str:
        if not self.choose.chance(8):
            return ""
        names = ["skip", "include"] if self.choose.chance(4) else [self.choose.one(["skip", "include"])]
        return "".join(f"@{name}(if: {self.arguments.boolean()}) " for name in names)


def operations(schema: GraphQLSchema, pools: Pools, drawn: set[tuple[str, str]]) -> st.SearchStrategy[Drawn]:
    """The strategy; `drawn` collects every (type, field) that it ever drew."""

    @st.composite
    def operation(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Drawn:
        choose = Chooser(draw)
        return OperationDrawer(schema, choose, ArgumentDrawer(choose, pools), drawn).operation()

    return operation()


def paths(schema: GraphQLSchema) -> Sequence[tuple[tuple[str, str], ...]]:
    """For each field reachable from Query, a shortest way of (type, field) steps to it.

    Fields of interfaces are reached on the interface and on each of its object types.
    """
    ways: dict[str, tuple[tuple[str, str], ...]] = {"Query": ()}
    found: list[tuple[tuple[str, str], ...]] = []
    waiting = ["Query"]
    for name in waiting:
        graphql_type = schema.type_map[name]
        if is_abstract_type(graphql_type):
            nexts = [
                (each.name, (*ways[name], (name, f"on {each.name}")))
                for each in schema.get_possible_types(graphql_type)
            ]
        else:
            nexts = []
        for field_name, definition in getattr(graphql_type, "fields", {}).items():
            if is_desk_field(definition):
                continue
            way = (*ways[name], (name, field_name))
            found.append(way)
            nexts.append((get_named_type(definition.type).name, way))
        for below, way in nexts:
            if below not in ways and is_composite_type(schema.type_map[below]):
                ways[below] = way
                waiting.append(below)
    return found
