"""Drawing the arguments of a field: coherent values, written as literals or as variables in any place."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    Undefined,
    get_named_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)
from hypothesis import strategies as st

from tests.api.plans.values import ORDERS, Pools

T = TypeVar("T")
ABSENT = object()
_PAGING = {"first", "after", "last", "before"}


@dataclass(frozen=True)
class Chooser:
    """Hypothesis's draw in the words that drawing needs; simpler choices come first."""

    draw: Callable[[st.SearchStrategy[Any]], Any]

    def number(self, least: int, most: int) -> int:
        """A number of that range."""
        found: int = self.draw(st.integers(least, most))
        return found

    def one(self, candidates: Sequence[T]) -> T:
        """One of them."""
        return candidates[self.number(0, len(candidates) - 1)]

    def chance(self, of: int) -> bool:
        """True once in so many times."""
        return self.number(1, of) == of


@dataclass
class ArgumentDrawer:
    """Draws arguments, and collects the operation's variables: `sent` is what the client sends."""

    choose: Chooser
    pools: Pools
    sent: dict[str, Any] = field(default_factory=dict)
    _defined: dict[str, str] = field(default_factory=dict)

    def definitions(self) -> str:
        """The operation's variable definitions."""
        return f"({', '.join(f'${name}: {kind}' for name, kind in self._defined.items())})" if self._defined else ""

    def boolean(self) -> str:
        """The condition of a directive."""
        value = self.choose.chance(2)
        if self.choose.chance(2):
            return json.dumps(value)
        kind = self.choose.one(["Boolean!", "Boolean! = true", "Boolean = false"])
        if "=" in kind and self.choose.chance(3):
            return self._variable(kind, ABSENT)
        return self._variable(kind, None if kind == "Boolean = false" and self.choose.chance(8) else value)

    def of(self, parent: str, name: str, definition: GraphQLField) -> str:
        """The arguments of a field in parentheses; empty where it has none."""
        args = definition.args
        values: dict[str, Any] = {}
        for arg, about in args.items():
            if arg in _PAGING or arg == "orderBy":
                continue
            if is_required_argument(about):
                values[arg] = self._value(arg)
            elif self.choose.chance(3):
                values[arg] = None if not is_non_null_type(about.type) and self.choose.chance(6) else self._value(arg)
        if "orderBy" in args and self.choose.chance(2):
            values["orderBy"] = {
                "field": self.choose.one(ORDERS), "direction": self.choose.one(["DESC", "ASC"])
            }  # fmt: skip
            if self.choose.chance(4):
                del values["orderBy"][self.choose.one(["field", "direction"])]
        if "after" in args:
            values |= self._page(name, args, values.get("orderBy") or {})
        written = [
            f"{arg}: {self._written(args[arg].type, value, has_default=_has_default(args[arg]))}"
            for arg, value in values.items()
        ]
        return f"({', '.join(written)})" if written else ""

    def _value(self, arg: str) -> Any:
        if arg == "ids":
            count = self.choose.number(0, 6) if not self.choose.chance(40) else 101
            return [self.choose.one(self.pools.values["ids"]) for _ in range(count)]
        if arg == "filter":
            names = list(self.pools.filters)
            chosen = {self.choose.one(names) for _ in range(self.choose.number(0, 2))}
            return {
                name: None if self.choose.chance(8) else self.choose.one(self.pools.filters[name])
                for name in sorted(chosen)
            }
        return self.choose.one(self.pools.values[arg])

    def _page(self, name: str, args: Mapping[str, Any], order: Mapping[str, Any]) -> dict[str, Any]:
        key = name
        if order:
            key = f"{order.get('field', 'PUBLISHED_AT')} {order.get('direction', 'DESC')}"
        cursors = [*self.pools.cursors[key]]
        if self.choose.chance(12):
            cursors = [
                "",
                "città",
                "WyIiXQ==",
                "aGl0Oi0x",
                *self.pools.cursors["concepts"],
                *self.pools.cursors["URGENCY ASC"],
            ]
        size = (
            self.choose.number(0, 4) if not self.choose.chance(12) else self.choose.one([-1, 100, 101, 2**31 - 1, None])
        )
        first, after, last, before = {"first": size}, {"after": cursors}, {"last": size}, {"before": cursors}
        ways: list[dict[str, Any]] = [{}, first, {**first, **after}, after]
        if "last" in args:
            ways += [last, {**last, **before}, before]
            if self.choose.chance(10):
                ways = [{**first, **last}, {**first, **before}, {**after, **before}]
        chosen = self.choose.one(ways)
        return {arg: self.choose.one(each) if isinstance(each, list) else each for arg, each in chosen.items()}

    def _written(self, kind: Any, value: Any, *, has_default: bool = False, in_list: bool = False) -> str:
        """The value in GraphQL, a variable in its place now and then."""
        if self.choose.chance(4):
            return self._as_variable(kind, value, has_default=has_default, in_list=in_list)
        bare = kind.of_type if is_non_null_type(kind) else kind
        if value is None:
            return "null"
        if is_list_type(bare):
            return f"[{', '.join(self._written(bare.of_type, each, in_list=True) for each in value)}]"
        named = get_named_type(bare)
        if isinstance(named, GraphQLInputObjectType):
            written = [
                f"{name}: {self._written(about.type, value[name], has_default=_has_default(about))}"
                for name, about in named.fields.items()
                if name in value
            ]
            return f"{{{', '.join(written)}}}"
        return str(value) if is_enum_type(named) else json.dumps(value, ensure_ascii=False)

    def _as_variable(self, kind: Any, value: Any, *, has_default: bool, in_list: bool) -> str:
        text = str(kind)
        if not is_non_null_type(kind):
            if value is not None and self.choose.chance(2):
                text += "!"
        elif has_default and not in_list and self.choose.chance(2):
            text = text[:-1]  # a nullable variable may stand where a default is
        nullable = not text.endswith("!")
        default = ""
        if self.choose.chance(4) and not (value is None and not nullable):
            default = f" = {self._literal(kind, value)}"
        if default and self.choose.chance(2):
            value = ABSENT
        elif nullable and self.choose.chance(4):
            value = self.choose.one([None, ABSENT])
        return self._variable(text + default, value)

    def _literal(self, kind: Any, value: Any) -> str:
        plain = ArgumentDrawer(Chooser(lambda _: 1), self.pools)
        return plain._written(kind, value)

    def _variable(self, kind: str, value: Any) -> str:
        name = f"v{len(self._defined)}"
        self._defined[name] = kind
        if value is not ABSENT:
            self.sent[name] = value
        return f"${name}"


def _has_default(about: Any) -> bool:
    return about.default_value is not Undefined or about.default is not None
