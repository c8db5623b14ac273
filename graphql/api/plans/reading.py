"""How a field is read, declared once beside its Strawberry type with `planned`.

A type's rows come from `Rows`; its fields are columns of them (`Column`, `Instant`, `Derived`), objects made from the
same row (`Embedded`, `Unfolded`), or rows of another table that hang on it (`Linked`, `Connected`). The declaration
names tables, columns and order, and nothing of an operation.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import strawberry

from api.plans.sql import Dialect, Sql

if TYPE_CHECKING:
    from api.plans.fetching import Frame, Run

Arguments = Mapping[str, Any]
Condition = Callable[[Sql, "Run", "Frame", Arguments], Sequence[str]]
PLAN = "plan"


def nothing(_sql: Sql, _run: "Run", _frame: "Frame", _arguments: Arguments) -> Sequence[str]:
    """The condition that every row meets."""
    return ()


@dataclass(frozen=True, eq=False)
class Rows:
    """A FROM clause. `joins` are added, in their order, when a column of their alias is read.

    `types` maps the values of the `kind` column to GraphQL types; a source of one type has no such column.
    """

    base: str
    key: str
    types: Mapping[str, str]
    kind: str | None = None
    joins: Mapping[str, str] = field(default_factory=dict)
    visible: Condition = nothing

    def type_of(self, value: str | None) -> str:
        """The GraphQL type of a row."""
        return self.types[value or ""]


@dataclass(frozen=True, eq=False)
class Link:
    """How rows hang on a parent: its `parent` column equals the `key` of `via`, whose `on` meets the rows.

    An empty `via` means that `key` is a column of the rows themselves.
    """

    rows: Rows
    parent: str
    key: str
    order: tuple[str, ...]
    via: str = ""
    on: str = ""
    where: Condition = nothing

    def source(self) -> str:
        """The FROM clause."""
        return f"{self.via} JOIN {self.rows.base} ON {self.on}" if self.via else self.rows.base


@dataclass(frozen=True, eq=False)
class Column:
    """A value as the database holds it; `convert`, where SQLite or both hold it in another form."""

    expression: str
    convert: Callable[[Any], Any] | None = None

    def in_dialect(self, dialect: Dialect) -> str:
        """The SQL expression."""
        del dialect
        return self.expression


@dataclass(frozen=True, eq=False)
class Instant(Column):
    """A time, as RFC 3339 in UTC."""

    def in_dialect(self, dialect: Dialect) -> str:
        """SQLite holds times as text with a blank between date and time."""
        return f"replace({self.expression}, ' ', 'T')" if dialect == "sqlite" else self.expression


@dataclass(frozen=True, eq=False)
class Derived:
    """A value computed in Python from columns: `make(run, frame, *values)`."""

    make: Callable[..., Any]
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Embedded:
    """An object made from the same row; null where the `present` column is."""

    rows: Rows | None = None
    present: str | None = None


@dataclass(frozen=True, eq=False)
class Unfolded:
    """Objects that `make(run, frame, *values, **arguments)` returns as mappings of GraphQL field names."""

    make: Callable[..., Any]
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Linked:
    """A short list of linked rows, or the one of them."""

    link: Link
    many: bool = True
    where: Condition = nothing
    localized: str | None = None
    """The column of the parent that holds the locale to read the linked row in, where each parent has its own."""


@dataclass(frozen=True, eq=False)
class OrderTerm:
    """One term of an order: the expression and how it reads in SQL; `instant` marks a time."""

    expression: str
    descending: bool = False
    instant: bool = False
    text: bool = False


Orders = Callable[[Arguments], Sequence[OrderTerm]]


@dataclass(frozen=True, eq=False)
class Connected:
    """A Relay connection over rows: at the root, or hanging on a parent by `link`.

    `order(arguments)` ends with a unique term, so that a cursor names one place; cursors are good for the lists of
    this `name` only.
    """

    name: str
    rows: Rows
    order: Orders
    link: Link | None = None
    where: Condition = nothing
    default_first: int = 20
    most: int = 100


Reading = Column | Derived | Embedded | Unfolded | Linked | Connected


def planned(reading: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a Strawberry field of a resolver and say how a plan reads it.

    The docstring is the field's description, and the resolver its meaning: what Strawberry answers when an operation
    cannot be compiled, and what plans are tested against.
    """

    def decorate(resolver: Callable[..., Any]) -> Any:
        return strawberry.field(
            resolver,
            description=inspect.cleandoc(resolver.__doc__ or ""),
            metadata={PLAN: reading},
            **options,
        )

    return decorate
