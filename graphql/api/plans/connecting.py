"""Relay connections in plans: one page by keyset, with its facts, at the root or for many parents at once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from api.pagination import Page, decode_cursor, encode_cursor, read_page
from api.plans.fetching import Fetch, Frame, Hanging, Program, Run, Valuer, Waiting, conditions, ordering
from api.plans.reading import Arguments, Connected, Link, OrderTerm
from api.plans.shaping import Answer, Row, State
from api.plans.sql import Sql
from cms.database.snapshots import Statement

Facts = Mapping[str, Any]


Part = Callable[[Sequence[Answer], Facts], Any]


class ConnectionShape:
    """The answer to a selection on a connection, each part made of the edges' answers and the page's facts."""

    def __init__(self, parts: Sequence[tuple[str, Part]], reads: Collection[str]) -> None:
        self._parts = tuple(parts)
        self.edges, self.page_info, self.total = (name in reads for name in ("edges", "pageInfo", "totalCount"))

    def answer(self, edges: Sequence[Answer], facts: Facts) -> Answer:
        """The connection, its keys in the order of the selection."""
        return {key: part(edges, facts) for key, part in self._parts}


class Connection(Hanging):
    """A compiled connection: the fetch of its edges, and their shape."""

    def __init__(self, connected: Connected, fetch: Fetch, shape: ConnectionShape, valuer: Valuer) -> None:
        self.connected, self.fetch, self.shape, self.valuer = connected, fetch, shape, valuer

    def read(self, run: Run, frame: Frame, arguments: Arguments, scope: str = "") -> Program:
        """The connection at the root of an operation; `scope` is what its cursors are bound to besides the list."""
        page = read_page(arguments, self.connected.default_first, self.connected.most)
        order = self.connected.order(arguments)
        sql = Sql(run.dialect)
        where = self._conditions(sql, run, frame, arguments, order, page, scope)
        text = self.fetch.select(
            self.connected.rows.base,
            where=where,
            order=ordering(sql, order, reverse=page.backward),
            extra=[term.expression for term in order],
            limit=sql.bind(page.size + 1),
        )
        rows = yield Statement(text, tuple(sql.parameters))
        totals = (yield from self._totals(run, frame, arguments, None)) if self.shape.total else {}
        state = self.fetch.state(run, frame)
        state.cursor = self._cursor(order, scope)
        answer = self._answer(state, rows, page, totals.get(None, 0))
        yield from self.fetch.settle(state)
        return answer

    def attach(self, run: Run, frame: Frame, waiting: Waiting) -> Program:
        """The connections of all parents by one statement."""
        arguments = self.valuer(run.variables)
        page = read_page(arguments, self.connected.default_first, self.connected.most)
        order = self.connected.order(arguments)
        keys = list({key for key, _, _ in waiting})
        statement = self._of_one if len(keys) == 1 else self._of_many
        rows = yield statement(run, frame, arguments, page, order, keys)
        totals = (yield from self._totals(run, frame, arguments, keys)) if self.shape.total else {}
        state = self.fetch.state(run, frame)
        state.cursor = self._cursor(order)
        pages: dict[Any, list[Row]] = {key: [] for key in keys}
        for row in rows:
            pages[row[-1]].append(row)
        answers = {key: self._answer(state, group, page, totals.get(key, 0)) for key, group in pages.items()}
        for key, parent, name in waiting:
            parent[name] = answers[key]
        yield from self.fetch.settle(state)

    def _of_one(
        self, run: Run, frame: Frame, arguments: Arguments, page: Page, order: Sequence[OrderTerm], keys: Sequence[Any]
    ) -> Statement:
        """The page of a single parent, whose rows an index may hold in their order already."""
        link, sql = self._link, Sql(run.dialect)
        where = self._linked(sql, run, frame, arguments, page, order, keys)
        text = self.fetch.select(
            sql.nested(link.source()),
            where=where,
            order=ordering(sql, order, reverse=page.backward),
            extra=[*(term.expression for term in order), link.key],
            limit=sql.bind(page.size + 1),
        )
        return Statement(text, tuple(sql.parameters))

    def _of_many(
        self, run: Run, frame: Frame, arguments: Arguments, page: Page, order: Sequence[OrderTerm], keys: Sequence[Any]
    ) -> Statement:
        """The pages of many parents: a window numbers each parent's rows."""
        link, sql = self._link, Sql(run.dialect)
        where = self._linked(sql, run, frame, arguments, page, order, keys)
        terms = ordering(sql, order, reverse=page.backward)
        window = f"row_number() OVER (PARTITION BY {link.key} ORDER BY {', '.join(terms)})"
        names = [f"c{n}" for n in range(len(self.fetch.columns) + len(order) + 1)]
        columns = [*self.fetch.columns, *(term.expression for term in order), link.key]
        inner = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names, strict=True))
        source = self.fetch.source(sql.nested(link.source()), [*columns, *where])
        text = (
            f"SELECT {', '.join(names)} FROM (SELECT {inner}, {window} AS place FROM {source}"
            f" WHERE {' AND '.join(where)}) AS numbered"
            f" WHERE place <= {sql.bind(page.size + 1)} ORDER BY {names[-1]}, place"
        )
        return Statement(text, tuple(sql.parameters))

    @property
    def _link(self) -> Link:
        link = self.connected.link
        assert link is not None
        return link

    def _linked(
        self,
        sql: Sql,
        run: Run,
        frame: Frame,
        arguments: Arguments,
        page: Page,
        order: Sequence[OrderTerm],
        keys: Sequence[Any],
    ) -> list[str]:
        return [
            sql.among(self._link.key, keys),
            *self._link.where(sql, run, frame, arguments),
            *self._conditions(sql, run, frame, arguments, order, page),
        ]

    def _conditions(
        self,
        sql: Sql,
        run: Run,
        frame: Frame,
        arguments: Arguments,
        order: Sequence[OrderTerm],
        page: Page,
        scope: str = "",
    ) -> list[str]:
        where = conditions(sql, run, frame, arguments, self.connected.rows, self.connected.where)
        if page.cursor is not None:
            where.append(_beyond(sql, order, page, self.connected.name + scope))
        return where

    def _totals(self, run: Run, frame: Frame, arguments: Arguments, keys: Sequence[Any] | None) -> Program:
        """How many rows there are in all, by parent; at the root the parent is None."""
        connected, sql = self.connected, Sql(run.dialect)
        where = conditions(sql, run, frame, arguments, connected.rows, connected.where)
        if keys is None or connected.link is None:
            source = self.fetch.source(connected.rows.base, where)
            text = f"SELECT count(*) FROM {source}" + (f" WHERE {' AND '.join(where)}" if where else "")
            ((count,),) = yield Statement(text, tuple(sql.parameters))
            return {None: count}
        link = connected.link
        where = [sql.among(link.key, keys), *link.where(sql, run, frame, arguments), *where]
        source = self.fetch.source(sql.nested(link.source()), where)
        text = f"SELECT {link.key}, count(*) FROM {source} WHERE {' AND '.join(where)} GROUP BY {link.key}"
        return dict((yield Statement(text, tuple(sql.parameters))))

    def _cursor(self, order: Sequence[OrderTerm], scope: str = "") -> Callable[[Row], str]:
        start = len(self.fetch.columns)
        stop, scope = start + len(order), self.connected.name + scope
        return lambda row: encode_cursor(order, row[start:stop], scope)

    def _answer(self, state: State, rows: Sequence[Row], page: Page, total: int) -> Answer:
        more = len(rows) > page.size
        rows = rows[: page.size]
        if page.backward:
            rows = rows[::-1]
        facts: dict[str, Any] = {"totalCount": total}
        if self.shape.page_info:
            facts["pageInfo"] = {
                "hasNextPage": page.cursor is not None if page.backward else more,
                "hasPreviousPage": more if page.backward else page.cursor is not None,
                "startCursor": state.cursor(rows[0]) if rows else None,
                "endCursor": state.cursor(rows[-1]) if rows else None,
            }
        edges = [self.fetch.build.build(state, row) for row in rows] if self.shape.edges else []
        return self.shape.answer(edges, facts)


def _beyond(sql: Sql, order: Sequence[OrderTerm], page: Page, scope: str) -> str:
    """The keyset condition: rows after the cursor's, in the direction of reading."""
    assert page.cursor is not None
    values = decode_cursor(page.cursor, order, page.argument, scope)
    bound = [_bound(sql, term, value) for term, value in zip(order, values, strict=True)]
    terms = [sql.collated(t.expression) if t.text else t.expression for t in order]
    alternatives = []
    for index, term in enumerate(order):
        forward = term.descending is page.backward
        equal = [f"{terms[n]} = {bound[n]}" for n in range(index)]
        alternatives.append(" AND ".join([*equal, f"{terms[index]} {'>' if forward else '<'} {bound[index]}"]))
    first = f"{terms[0]} {'>=' if order[0].descending is page.backward else '<='} {bound[0]}"
    return f"({first} AND ({' OR '.join(alternatives)}))"


def _bound(sql: Sql, term: OrderTerm, value: Any) -> str:
    if term.instant:
        return sql.instant(value)
    return sql.bind(value) if term.text else sql.number(value)
