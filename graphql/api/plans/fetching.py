"""Running fetches: one SQL statement each, its rows shaped, and the fetches that hang on them run with all their keys.

Everything here is a generator of statements (see `cms.database.snapshots`): `rows = yield Statement(sql, parameters)`.
"""

import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from api.plans.reading import Arguments, Condition, Linked, OrderTerm, Rows
from api.plans.shaping import Buildable, State
from api.plans.sql import Dialect, Sql
from cms.database.snapshots import Blocking, Statement
from cms.errors import PolyfocalError
from cms.reading.scope import Scope
from cms.taxonomy.locales import Locales
from search import Engine

TEXTS_MOST = 100
"""Texts of one statement that are kept: its arguments make different ones."""

Program = Generator[Statement | Blocking, Any, Any]
Valuer = Callable[[Mapping[str, Any]], Arguments]


class NestedError(Exception):
    """A field below a root field has an error. Which of its parents become null is for Strawberry to tell."""


@dataclass(frozen=True, slots=True)
class Frame:
    """In which locale the rows below a root field are read, whether only in it, and along which chain names are."""

    locale: str = ""
    exact: bool = True
    chain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """What one execution of a plan stands on."""

    dialect: Dialect
    now: datetime
    scope: Scope
    locales: Locales
    engine: Engine
    files_url: str
    variables: Mapping[str, Any] = field(default_factory=dict)

    def frame(self, arguments: Arguments) -> Frame:
        """The frame that a root field's `locale` and `fallback` set.

        Raises:
            UnknownLocaleError: the newsroom has no such locale.
        """
        locale = self.locales.check(arguments["locale"], "locale")
        exact = str(arguments.get("fallback", "CHAIN")) == "NONE"
        return Frame(locale, exact, self.locales.chain(locale))


@lru_cache(maxsize=4096)
def _aliases(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b([a-z]\w*)\.", text))


class Fetch:
    """The rows of one statement, compiled: its columns in order, what they are built into, what hangs on them."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.columns: list[str] = []
        self.hanging: list[Hanging] = []
        self.build: Buildable
        self._texts: dict[tuple[str, ...], str] = {}

    def column(self, expression: str) -> int:
        """The index of a column, added where it is new."""
        if expression not in self.columns:
            self.columns.append(expression)
            self._texts.clear()
        return self.columns.index(expression)

    def source(self, source: str, texts: Iterable[str]) -> str:
        """The FROM clause with the joins that those columns, conditions and orders need."""
        if not self.rows.joins:
            return source
        used = set().union(*(_aliases(text) for text in texts))
        needed: list[str] = []
        for alias, join in reversed(list(self.rows.joins.items())):
            if alias in used:
                needed.append(join)
                used |= _aliases(join)
        return " ".join([source, *reversed(needed)])

    def select(
        self,
        source: str,
        *,
        where: Sequence[str],
        order: Sequence[str] = (),
        extra: Sequence[str] = (),
        limit: str = "",
    ) -> str:
        """The text of the statement; `extra` columns come after the fetch's own.

        The parts decide the text, and few different ones are ever asked for: each is put together once.
        """
        parts = (source, *where, "", *order, "", *extra, limit)
        text = self._texts.get(parts)
        if text is None:
            if len(self._texts) >= TEXTS_MOST:
                self._texts.clear()
            text = self._texts[parts] = self._select(source, where, order, extra, limit)
        return text

    def _select(self, source: str, where: Sequence[str], order: Sequence[str], extra: Sequence[str], limit: str) -> str:
        columns = [*self.columns, *extra] or ["1"]
        text = f"SELECT {', '.join(columns)} FROM {self.source(source, [*columns, *where, *order])}"
        if where:
            text += f" WHERE {' AND '.join(where)}"
        if order:
            text += f" ORDER BY {', '.join(order)}"
        return f"{text} LIMIT {limit}" if limit else text

    def state(self, run: Run, frame: Frame) -> State:
        """Where the rows of one statement are being built."""
        return State(run, frame, len(self.columns), [[] for _ in self.hanging])

    def settle(self, state: State) -> Program:
        """Run what hangs on the rows that were built.

        Raises:
            NestedError: the arguments of something that hangs on them do not fit.
        """
        for hanging, waiting in zip(self.hanging, state.waiting, strict=True):
            if waiting:
                try:
                    yield from hanging.attach(state.run, state.frame, waiting)
                except PolyfocalError as error:
                    raise NestedError(error.message) from error


Waiting = Sequence[tuple[Any, dict[str, Any], str]]


class Hanging:
    """Something read for many parents at once: `attach` sets `parent[key]` for each waiting (link key, parent, key)."""

    def attach(self, run: Run, frame: Frame, waiting: Waiting) -> Program:
        """Read for all of them."""
        raise TypeError  # Links or Connection


class Links(Hanging):
    """Linked rows: a list for each parent, or the one row."""

    def __init__(self, linked: Linked, fetch: Fetch, valuer: Valuer) -> None:
        self.linked, self.fetch, self.valuer = linked, fetch, valuer

    def attach(self, run: Run, frame: Frame, waiting: Waiting) -> Program:
        """One statement for all parents, or one for each locale where every parent has its own."""
        if self.linked.localized is None:
            yield from self._attach(run, frame, waiting)
            return
        by_locale: dict[str, list[tuple[Any, dict[str, Any], str]]] = {}
        for (key, locale), parent, name in waiting:
            by_locale.setdefault(locale, []).append((key, parent, name))
        for locale, group in by_locale.items():
            yield from self._attach(run, Frame(locale, exact=True, chain=run.locales.chain(locale)), group)

    def _attach(self, run: Run, frame: Frame, waiting: Waiting) -> Program:
        link, fetch = self.linked.link, self.fetch
        arguments = self.valuer(run.variables)
        sql = Sql(run.dialect)
        keys = {key for key, _, _ in waiting if key is not None}
        where = [
            sql.among(link.key, keys),
            *link.where(sql, run, frame, arguments),
            *link.rows.visible(sql, run, frame, arguments),
            *self.linked.where(sql, run, frame, arguments),
        ]
        text = fetch.select(sql.nested(link.source()), where=where, order=link.order, extra=[link.key])
        rows = (yield Statement(text, tuple(sql.parameters))) if keys else []
        state = fetch.state(run, frame)
        build, at = fetch.build.build, len(fetch.columns)
        if self.linked.many:
            lists: dict[Any, list[Any]] = {key: [] for key in keys}
            for row in rows:
                lists[row[at]].append(build(state, row))
            for key, parent, name in waiting:
                parent[name] = lists[key]
        else:
            ones = {row[at]: build(state, row) for row in rows}
            for key, parent, name in waiting:
                parent[name] = ones.get(key)
        yield from fetch.settle(state)


def conditions(sql: Sql, run: Run, frame: Frame, arguments: Arguments, rows: Rows, *more: Condition) -> list[str]:
    """What the rows must meet: to be visible, and whatever else is asked."""
    found = list(rows.visible(sql, run, frame, arguments))
    for condition in more:
        found.extend(condition(sql, run, frame, arguments))
    return found


def ordering(sql: Sql, order: Sequence[OrderTerm], *, reverse: bool = False) -> list[str]:
    """The ORDER BY terms, backwards for a page read from its end."""
    return [
        f"{sql.collated(term.expression) if term.text else term.expression}"
        f" {'DESC' if term.descending is not reverse else 'ASC'}"
        for term in order
    ]
