"""How the fields of Query are read. Each compiles to a function from a Run to the program of its value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import get_named_type

from api.nodes import NodeId
from api.plans.compiling import Compiler, Nodes
from api.plans.fetching import Fetch, Frame, Program, Run, conditions
from api.plans.reading import Arguments, Condition, Connected, Rows, nothing
from api.plans.shaping import Row
from api.plans.sql import Sql
from cms.database.snapshots import Statement
from cms.errors import InvalidPageError

QUERY = "Query"
IDS_MOST = 100
Root = Callable[[Run], Program]


def localized(run: Run, arguments: Arguments) -> Frame:
    """The frame of a field with `locale` and `fallback` arguments."""
    return run.frame(arguments)


def unlocalized(_run: Run, _arguments: Arguments) -> Frame:
    """The frame of a field whose rows have no language, or each its own."""
    return Frame()


def read_rows(
    fetch: Fetch,
    run: Run,
    frame: Frame,
    where: Sequence[str],
    order: Sequence[str],
    sql: Sql,
    *,
    limit: str = "",
    extras: Mapping[str, Callable[[Row], Any]] | None = None,
    cursor: Callable[[Row], str] = str,
) -> Program:
    """Run a fetch at the root and what hangs on it; returns the rows, each ended by its key, and their answers.

    `extras` and `cursor` give the fields of an edge that its rows do not hold.
    """
    text = fetch.select(fetch.rows.base, where=where, order=order, extra=[fetch.rows.key], limit=limit)
    rows = yield Statement(text, tuple(sql.parameters))
    state = fetch.state(run, frame)
    state.extras, state.cursor = extras or {}, cursor
    answers = [fetch.build.build(state, row) for row in rows]
    yield from fetch.settle(state)
    return rows, answers


@dataclass(frozen=True, eq=False)
class Listed:
    """Rows in order: the first of them, or all of a short list."""

    rows: Rows
    order: Callable[[Sql, Arguments, Frame], Sequence[str]]
    where: Condition = nothing
    many: bool = False
    frame: Callable[[Run, Arguments], Frame] = localized
    base: Callable[[Sql, Arguments, Frame], str] | None = None

    def compile(self, compiler: Compiler, nodes: Nodes) -> Root:
        """The program of the field."""
        name = nodes[0].name.value
        below = get_named_type(compiler.declarations.field(QUERY, name).type)
        fetch = compiler.fetch(self.rows, below.name, nodes)
        valuer = compiler.valuer(QUERY, nodes[0])

        def program(run: Run) -> Program:
            arguments = valuer(run.variables)
            frame = self.frame(run, arguments)
            sql = Sql(run.dialect)
            where = conditions(sql, run, frame, arguments, self.rows, self.where)
            order = self.order(sql, arguments, frame)
            _, answers = yield from read_rows(
                fetch, run, frame, where, order, sql, limit="" if self.many else sql.bind(1)
            )
            return answers if self.many else (answers[0] if answers else None)

        return program


@dataclass(frozen=True, eq=False)
class Paged:
    """A connection at the root."""

    connected: Connected
    frame: Callable[[Run, Arguments], Frame] = localized

    def compile(self, compiler: Compiler, nodes: Nodes) -> Root:
        """The program of the field."""
        connection = compiler.connection(QUERY, self.connected, nodes)

        def program(run: Run) -> Program:
            arguments = connection.valuer(run.variables)
            return (yield from connection.read(run, self.frame(run, arguments), arguments))

        return program


def few_ids(ids: Sequence[str]) -> Sequence[str]:
    """The ids, if they are not too many.

    Raises:
        InvalidPageError: over `IDS_MOST`.
    """
    if len(ids) > IDS_MOST:
        raise InvalidPageError(f"Ask for {IDS_MOST} ids at most.", path=("ids",))
    return ids


@dataclass(frozen=True, eq=False)
class ByIds:
    """The objects of global ids, in their order, null where there is none; `keyed` says how an id's type is read.

    One statement for each source of rows and locale among the ids.
    """

    keyed: Mapping[str, Rows]
    many: bool

    def compile(self, compiler: Compiler, nodes: Nodes) -> Root:
        """The program of the field."""
        valuer = compiler.valuer(QUERY, nodes[0])
        fetches = {rows: compiler.fetch(rows, "Node", nodes) for rows in dict.fromkeys(self.keyed.values())}

        def program(run: Run) -> Program:
            arguments = valuer(run.variables)
            texts = arguments["ids"] if self.many else [arguments["id"]]
            wanted = [NodeId.decode(text) for text in few_ids(texts)]
            groups: dict[tuple[Rows, Frame], set[int]] = {}
            places: list[tuple[Rows, Frame, int, str] | None] = []
            for node_id in wanted:
                place = self._place(run, node_id)
                places.append(place)
                if place is not None:
                    groups.setdefault(place[:2], set()).add(place[2])
            found: dict[tuple[Rows, Frame, int, str], Any] = {}
            for (rows, frame), keys in groups.items():
                sql = Sql(run.dialect)
                where = [sql.among(rows.key, keys), *rows.visible(sql, run, frame, {})]
                fetch = fetches[rows]
                kind = fetch.column(rows.kind) if rows.kind else None
                read, answers = yield from read_rows(fetch, run, frame, where, (), sql)
                for row, answer in zip(read, answers, strict=True):
                    name = rows.type_of(None if kind is None else row[kind])
                    found[rows, frame, row[len(fetch.columns)], name] = answer
            answers = [None if place is None else found.get(place) for place in places]
            return answers if self.many else answers[0]

        return program

    def _place(self, run: Run, node_id: NodeId | None) -> tuple[Rows, Frame, int, str] | None:
        rows = self.keyed.get(node_id.type) if node_id else None
        if node_id is None or rows is None or (node_id.locale and node_id.locale not in run.locales.tags):
            return None
        frame = Frame(node_id.locale, node_id.exact, run.locales.chain(node_id.locale))
        return rows, frame, node_id.key, node_id.type
