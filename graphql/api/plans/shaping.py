"""Making answers of rows: a Shape is a compiled selection on one GraphQL type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from api.plans.fetching import Frame, Run

Row = Sequence[Any]
Answer = dict[str, Any]


class State:
    """The rows of one statement while they are being built.

    `tail` is where the statement's extra columns begin; `waiting` holds, for each hanging fetch, who waits for it.
    """

    __slots__ = ("cursor", "extras", "frame", "run", "tail", "waiting")

    def __init__(self, run: Run, frame: Frame, tail: int, waiting: list[list[tuple[Any, Answer, str]]]) -> None:
        self.run, self.frame, self.tail, self.waiting = run, frame, tail, waiting
        self.cursor: Callable[[Row], str] = str
        self.extras: Mapping[str, Callable[[Row], Any]] = {}


class Buildable(Protocol):
    """What makes the answer to a selection from a row."""

    def build(self, state: State, row: Row) -> Any:
        """The answer."""


Make = Callable[[State, Row], Any]


class Shape:
    """The answer to a selection on one type: columns picked at once, then what is made, then who waits for more.

    `build` makes the answer of a row, its keys in the order of the selection. It runs for each row of each statement,
    so it is composed of no more than the selection needs.
    """

    __slots__ = ("build",)

    def __init__(
        self,
        keys: Sequence[str],
        picks: Sequence[int],
        made: Sequence[tuple[str, Make]],
        hung: Sequence[tuple[str, int, Callable[[Row], Any]]],
    ) -> None:
        self.build: Callable[[State, Row], Answer]
        if hung or len(made) not in {0, len(keys)}:
            self.build = _mixed(tuple(keys), _picker(picks, len(keys)), tuple(made), tuple(hung))
        elif made:
            self.build = _all_made(tuple(made))
        else:
            self.build = _all_picked(tuple(keys), _picker(picks, len(keys)))


def _all_picked(keys: Sequence[str], pick: Callable[[Row], Sequence[Any]]) -> Callable[[State, Row], Answer]:
    return lambda _state, row: dict(zip(keys, pick(row), strict=True))


def _all_made(made: Sequence[tuple[str, Make]]) -> Callable[[State, Row], Answer]:
    if len(made) == 1:
        ((only, make),) = made
        return lambda state, row: {only: make(state, row)}
    return lambda state, row: {key: make(state, row) for key, make in made}


def _mixed(
    keys: Sequence[str],
    pick: Callable[[Row], Sequence[Any]],
    made: Sequence[tuple[str, Make]],
    hung: Sequence[tuple[str, int, Callable[[Row], Any]]],
) -> Callable[[State, Row], Answer]:
    def build(state: State, row: Row) -> Answer:
        answer = dict(zip(keys, pick(row), strict=True))
        for key, make in made:
            answer[key] = make(state, row)
        for key, slot, link_key in hung:
            state.waiting[slot].append((link_key(row), answer, key))
        return answer

    return build


class ByKind:
    """The answer to a selection on an interface: the row's kind says which shape it takes."""

    __slots__ = ("_at", "_builds")

    def __init__(self, at: int, shapes: Mapping[str, Shape]) -> None:
        self._at, self._builds = at, {kind: shape.build for kind, shape in shapes.items()}

    def build(self, state: State, row: Row) -> Answer:
        """The answer of the row's own type."""
        return self._builds[row[self._at]](state, row)


def _picker(indices: Sequence[int], width: int) -> Callable[[Row], Sequence[Any]]:
    if not indices:
        nothing = (None,) * width
        return lambda _row: nothing
    if len(indices) == 1:
        only = indices[0]
        return lambda row: (row[only],)
    return itemgetter(*indices)


class Unfolding:
    """The answer to a selection on a mapping that a field made itself, such as a page's facts or a snippet."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Sequence[tuple[str, Callable[[Mapping[str, Any]], Any]]]) -> None:
        self._fields = tuple(fields)

    def fold(self, value: Any) -> Any:
        """The answer for one mapping, each of a list, or None."""
        if value is None:
            return None
        if isinstance(value, (list, tuple)):
            return [self.fold(each) for each in value]
        return {key: read(value) for key, read in self._fields}
