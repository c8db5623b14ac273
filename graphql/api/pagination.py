"""Relay pages and cursors: what `first`, `after`, `last` and `before` ask for, and the place that a cursor names."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import orjson
import strawberry

from api.plans.reading import OrderTerm
from api.plans.sql import stored_instant
from cms.errors import InvalidCursorError, InvalidPageError

PAGE_MOST = 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """How many rows to read, from which cursor, and whether backwards."""

    size: int
    cursor: str | None = None
    backward: bool = False

    @property
    def argument(self) -> str:
        """The argument that the cursor came in."""
        return "before" if self.backward else "after"


def read_page(arguments: Mapping[str, Any], default: int, most: int = PAGE_MOST) -> Page:
    """The page that the arguments ask for; `default` entries where they do not say.

    Raises:
        InvalidPageError: a negative or too large number, or both directions at once.
    """
    first, after = arguments.get("first"), arguments.get("after")
    last, before = arguments.get("last"), arguments.get("before")
    if first is not None and last is not None:
        raise InvalidPageError("Ask for first or last, not for both.", path=("last",))
    if (after is not None and (last is not None or before is not None)) or (first is not None and before is not None):
        raise InvalidPageError("after goes with first, before goes with last.", path=("before",))
    backward = last is not None or before is not None
    name, size = ("last", last) if backward else ("first", first)
    if size is None:
        size = default
    if not 0 <= size <= most:
        raise InvalidPageError(f"{name} is a number from 0 to {most}.", path=(name,))
    return Page(size, before if backward else after, backward)


def encode_cursor(order: Sequence[OrderTerm], values: Sequence[Any], scope: str = "") -> str:
    """An opaque cursor: the list (its `scope`) and order it belongs to, and the row's values in that order."""
    stored = [stored_instant(value) if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps([scope + _signature(order), *stored])).decode()


def decode_cursor(cursor: str, order: Sequence[OrderTerm], argument: str, scope: str = "") -> list[Any]:
    """The values that a cursor names, times as datetime.

    Raises:
        InvalidCursorError: it is no cursor of ours, or of another list or order.
    """
    try:
        signature, *values = orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        if signature != scope + _signature(order) or len(values) != len(order):
            raise ValueError  # noqa: TRY301 - told like every other fault of a cursor
        return [_value(term, value) for term, value in zip(order, values, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise InvalidCursorError(f"{argument} is not a cursor of this list in this order.", path=(argument,)) from None


def _signature(order: Sequence[OrderTerm]) -> str:
    return ",".join(f"{'-' if term.descending else ''}{term.expression.rpartition('.')[2]}" for term in order)


def _value(term: OrderTerm, value: Any) -> Any:
    if term.instant:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError
        return instant.astimezone(UTC)
    if term.text:
        if not isinstance(value, str) or "\0" in value:
            raise ValueError
        return value
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError
    return value


@strawberry.type(description="Where a page stands in its list, as Relay defines it.")
class PageInfo:
    """Facts of a page."""

    has_next_page: bool = strawberry.field(description="Whether there are more entries after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are entries before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge.")


@strawberry.type(description="An entry of a list, with its place.")
class Edge(Generic[T]):
    """An entry of a list."""

    node: T = strawberry.field(description="The entry.")
    cursor: str = strawberry.field(description="Its place in the list, for `after` and `before`.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """A page of a list."""

    edges: list[Edge[T]] = strawberry.field(description="The entries of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")
    count: strawberry.Private[int | Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many entries the whole list has; counted only if asked for.")
    async def total_count(self) -> int:
        """Count, if that was left for later."""
        return self.count if isinstance(self.count, int) else await self.count()
