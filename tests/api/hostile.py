"""Operations that put a hostile value into each argument of the schema, one at a time, all else being right."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)

HOSTILE: Sequence[Any] = (
    None, "", " ", "città", "城市", "🏔", "\0", "a\u0000b", "'; DROP TABLE item; --", "%", "_", "\\", '"', "{}", "null",
    "x" * 40, "x" * 2_000, "城" * 50_000, "0", "-1", "1e309", "NaN", "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z", "2026-02-06T20:00:00", "it", "IT", "zh-Hant", "fr", "x-y", "i",
    "QXJ0aWNsZTox", "QXJ0aWNsZTo5OTk5OTk5OTk5OTk5OTk5OTk5", "QXJ0aWNsZTrZoQ==", "Q29uY2VwdDo5MjIzMzcyMDM2ODU0Nzc1ODA3",
    "WyIiXQ==", "WzEsMiwzXQ==", "aGl0Oi0x", "aGl0OjEwMDE=", "bnVsbA==", "e30=", "W10=", "WyJhcnRpY2xlcyJd",
    True, False, 0, 1, -1, 100, 101, 1_000, 1_001, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63, -(2**63), 0.5, 1e300,
    [], [[]], [None], ["it"], [["it"]], ["it", "it"], ["x"] * 101, [1, "a", None, {}], {}, {"a": 1}, {"": ""},
    {"type": "doc"}, {"type": "doc", "content": [{"type": "script"}]}, {"type": "doc", "content": {"type": "text"}},
    {"field": "HEADLINE"}, {"direction": "UP"},
)  # fmt: skip

SHARE = 6
"""Each field of an input object meets one in so many of them, its neighbour the next ones; an argument every second.
Literals and variables take turns."""


@dataclass(frozen=True)
class Attempt:
    """One operation, and what it tries where."""

    where: str
    text: str
    variables: Mapping[str, Any]
    value: Any

    def __str__(self) -> str:
        return f"{self.where} = {self.value!r:.60} in {self.text:.200}"


class Attempts:
    """What to try; `good` has values that are right now, by `field.argument` or by argument."""

    def __init__(self, schema: GraphQLSchema, good: dict[str, Any]) -> None:
        self._schema, self.good = schema, good

    def of(self, parent: GraphQLObjectType, name: str, around: tuple[str, str] = ("", "")) -> Iterator[Attempt]:
        """Hostile values in every argument of a field, and in every field of the objects that they hold."""
        field = parent.fields[name]
        head = "mutation" if parent is self._schema.mutation_type else "query"
        for arg, about in field.args.items():
            for number, path in enumerate([(), *self._paths(about.type)]):
                tried = HOSTILE[number % SHARE :: SHARE] if path else [None, *HOSTILE[1 + len(name) % 2 :: 2]]
                for at, value in enumerate(tried):
                    right = {each: self._right(f"{name}.{each}", each, of) for each, of in field.args.items()}
                    given = {
                        each: right[each]
                        for each, of in field.args.items()
                        if is_required_argument(of) or each == "expectedRevision"  # null begins a text
                    }
                    spoilt = {**given, arg: _with(right[arg], path, value)}
                    written = {each: _literal(field.args[each].type, spoilt[each]) for each in spoilt}
                    defined, variables = "", {}
                    if (number + at) % 2:
                        written[arg], defined, variables = "$v", f"($v: {about.type})", {"v": spoilt[arg]}
                    call = f"{name}({', '.join(f'{each}: {text}' for each, text in written.items())})"
                    yield Attempt(
                        f"{parent}.{name}({'.'.join([arg, *map(str, path)])})",
                        f"{head}{defined} {{ {around[0]} {call} {self._below(field)} {around[1]} }}",
                        variables,
                        value,
                    )

    def _right(self, where: str, arg: str, about: GraphQLArgument) -> Any:
        for key in (where, arg):
            if key in self.good:
                return self.good[key]
        kind = get_named_type(about.type)
        return {} if isinstance(kind, GraphQLInputObjectType) else None

    def _paths(self, kind: Any) -> Iterator[tuple[Any, ...]]:
        """The ways to the fields of an input object."""
        named = get_named_type(kind)
        if not isinstance(named, GraphQLInputObjectType):
            return
        start: tuple[Any, ...] = (0,) if is_list_type(kind.of_type if is_non_null_type(kind) else kind) else ()
        for name, about in named.fields.items():
            yield (*start, name)
            yield from ((*start, name, *rest) for rest in self._paths(about.type))

    def _below(self, field: GraphQLField) -> str:
        return self.selection(get_named_type(field.type), 3)

    def selection(self, kind: Any, deep: int) -> str:
        """Fields of a type that need no argument, to that depth."""
        if is_leaf_type(kind):
            return ""
        fields = [] if is_abstract_type(kind) else list(kind.fields.items())
        pieces = ["__typename"]
        if is_abstract_type(kind):
            pieces += [f"... on {each} {self.selection(each, 1)}" for each in self._schema.get_possible_types(kind)]
        for name, about in fields:
            below = get_named_type(about.type)
            if any(is_required_argument(arg) for arg in about.args.values()):
                continue
            if is_leaf_type(below):
                pieces.append(name)
            elif deep > 1:
                pieces.append(f"{name} {self.selection(below, deep - 1)}")
        return "{ " + " ".join(pieces) + " }"


def _with(right: Any, path: Sequence[Any], value: Any) -> Any:
    """A right value with a hostile one at the path."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [_with(right[0] if right else {}, rest, value)]
    return {**(right or {}), step: _with((right or {}).get(step), rest, value)}


def _literal(kind: Any, value: Any) -> str:
    """The value as GraphQL writes it, enums bare where they are ones."""
    bare = kind.of_type if is_non_null_type(kind) else kind
    named = get_named_type(bare)
    if is_enum_type(named) and isinstance(value, str) and value in named.values:
        return value
    if isinstance(value, list):
        return f"[{', '.join(_literal(bare.of_type if is_list_type(bare) else bare, each) for each in value)}]"
    if isinstance(value, dict):
        fields = named.fields if isinstance(named, GraphQLInputObjectType) else {}
        written = [
            f"{name or '_'}: {_literal(fields[name].type if name in fields else named, each)}"
            for name, each in value.items()
        ]
        return f"{{{', '.join(written)}}}"
    return json.dumps(value, ensure_ascii=False)
