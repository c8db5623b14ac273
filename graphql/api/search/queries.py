"""The search field: hits from the index, their items from the database, in one snapshot."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from graphql import get_named_type

from api.content.loading import by_item
from api.content.rows import NEWS
from api.content.types import NewsItem, news_item
from api.context import Info
from api.pagination import Page, PageInfo, read_page
from api.plans.compiling import Compiler, Nodes
from api.plans.fetching import Frame, Program, Run
from api.plans.reading import Arguments, planned
from api.plans.roots import QUERY, Root, read_rows
from api.plans.sql import Sql
from api.scalars import Locale
from cms.database.snapshots import Blocking, Statement
from cms.errors import InvalidCursorError, InvalidInputError
from cms.events import Change
from cms.reading.searching import OFFSET_MOST, find, indexed_up_to
from search import Hit, Results

TEXT_MOST = 1_000


@strawberry.type(description="A passage of a hit, with what was searched for marked.")
class Snippet:
    """A passage."""

    field: str = strawberry.field(description="Where it stands: `headline`, `summary` or `body`.")
    html: str = strawberry.field(description="The passage as safe HTML, matches in `<mark>`.")


@strawberry.type(description="A hit, with its place.")
class SearchEdge:
    """A hit."""

    node: NewsItem = strawberry.field(description="The item found.")
    cursor: str = strawberry.field(description="Its place in the results, for `after`.")
    score: float = strawberry.field(description="How well it matches, comparable within one answer.")
    snippets: list[Snippet] = strawberry.field(description="Passages that match.")


@strawberry.type(description="A page of search results, the best first.")
class SearchConnection:
    """A page of results."""

    edges: list[SearchEdge] = strawberry.field(description="The hits of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the results.")
    total_count: int = strawberry.field(description="How many items match.")


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"hit:{place}".encode()).decode()


def _offset(page: Page) -> int:
    if page.cursor is None:
        return 0
    try:
        kind, _, place = base64.urlsafe_b64decode(page.cursor.encode("ascii")).decode().partition(":")
        offset = int(place) + 1
    except (ValueError, binascii.Error):
        kind, offset = "", 0
    if kind != "hit" or not offset > 0:
        raise InvalidCursorError("after is not a cursor of search results.", path=("after",))
    if offset > OFFSET_MOST:
        raise InvalidCursorError(f"Results end after {OFFSET_MOST}: narrow the search.", path=("after",))
    return offset


def _text(arguments: Arguments) -> str:
    text: str = arguments["query"]
    if len(text) > TEXT_MOST:
        raise InvalidInputError(f"query may hold {TEXT_MOST} characters at most.", path=("query",))
    return text


def _snippets(hit: Hit) -> list[Mapping[str, str]]:
    return [{"field": each.field, "html": each.html} for each in hit.snippets]


def _facts(results: Results, hits: list[tuple[int, Hit]], page: Page, offset: int) -> dict[str, Any]:
    # A page whose hits have all become invisible since they were indexed still leads to the next.
    last = hits[-1][0] if hits else offset + len(results.hits) - 1
    return {
        "totalCount": results.total,
        "pageInfo": {
            "hasNextPage": offset + page.size < min(results.total, OFFSET_MOST + 1),
            "hasPreviousPage": page.cursor is not None,
            "startCursor": _cursor(hits[0][0]) if hits else None,
            "endCursor": _cursor(last) if results.hits else None,
        },
    }


@dataclass(frozen=True, eq=False)
class Searched:
    """Hits of the index, and a fetch of their items by key."""

    def compile(self, compiler: Compiler, nodes: Nodes) -> Root:
        """The program of the field."""
        compiler.heavy = True
        below = get_named_type(compiler.declarations.field(QUERY, nodes[0].name.value).type)
        valuer = compiler.valuer(QUERY, nodes[0])
        fetch, shape = compiler.edges(NEWS, below.name, nodes)

        def program(run: Run) -> Program:
            arguments = valuer(run.variables)
            named = run.frame({"locale": arguments["locale"]})
            frame = Frame(named.locale, exact=True, chain=named.chain)
            page, text = read_page(arguments, 20), _text(arguments)
            offset = _offset(page)
            sql = Sql(run.dialect)
            position = yield Blocking(lambda: indexed_up_to(run.engine))
            # No DISTINCT: it would lead SQLite through all changes, by item.
            since = f"SELECT item_id FROM change WHERE position > {sql.bind(position)}"
            rows = yield Statement(since, tuple(sql.parameters))
            changed = frozenset(str(key) for (key,) in rows)
            results: Results = yield Blocking(
                lambda: find(
                    run.engine,
                    frame.locale,
                    text,
                    at=run.now,
                    changed=changed,
                    offset=offset,
                    limit=page.size,
                )
            )
            hits = {int(hit.key): (offset + n, hit) for n, hit in enumerate(results.hits)}
            sql = Sql(run.dialect)
            where = [sql.among("s.item_id", list(hits)), *NEWS.visible(sql, run, frame, arguments)]
            at = len(fetch.columns)
            extras = {
                "score": lambda row: hits[row[at]][1].score,
                "snippets": lambda row: _snippets(hits[row[at]][1]),
            }
            rows, answers = yield from read_rows(
                fetch, run, frame, where, (), sql, extras=extras, cursor=lambda row: _cursor(hits[row[at]][0])
            )
            found = {row[at]: answer for row, answer in zip(rows, answers, strict=True)}
            visible = [hit for key, hit in hits.items() if key in found]
            edges = [found[key] for key in hits if key in found]
            return shape.answer(edges, _facts(results, visible, page, offset))

        return program


@strawberry.type
class SearchQuery:
    """Full-text search."""

    @planned(Searched())
    async def search(
        self,
        info: Info,
        query: Annotated[str, strawberry.argument(description='Words, "phrases", -exclusions, OR.')],
        locale: Annotated[Locale, strawberry.argument(description="The locale whose texts are searched.")],
        first: Annotated[int | None, strawberry.argument(description="At most this many.")] = 20,
        after: Annotated[str | None, strawberry.argument(description="Only after this cursor.")] = None,
    ) -> SearchConnection:
        """Published items whose text in a locale matches, the best first."""
        context = info.context
        named = context.run({}).frame({"locale": locale})
        frame = Frame(named.locale, exact=True, chain=named.chain)
        page = read_page({"first": first, "after": after}, 20)
        offset = _offset(page)
        rows = await Change.filter(position__gt=indexed_up_to(context.engine)).values_list("item_id", flat=True)
        results = find(
            context.engine,
            frame.locale,
            _text({"query": query}),
            at=context.now,
            changed=frozenset(str(key) for key in rows),
            offset=offset,
            limit=page.size,
        )
        hits = [(offset + n, hit) for n, hit in enumerate(results.hits)]
        found = await by_item(context, frame, [int(hit.key) for _, hit in hits])
        visible = [(place, hit, each) for (place, hit), each in zip(hits, found, strict=True) if each]
        facts = _facts(results, [(place, hit) for place, hit, _ in visible], page, offset)["pageInfo"]
        return SearchConnection(
            edges=[
                SearchEdge(
                    node=news_item(each),
                    cursor=_cursor(place),
                    score=hit.score,
                    snippets=[Snippet(field=each.field, html=each.html) for each in hit.snippets],
                )
                for place, hit, each in visible
            ],
            page_info=PageInfo(
                has_next_page=facts["hasNextPage"],
                has_previous_page=facts["hasPreviousPage"],
                start_cursor=facts["startCursor"],
                end_cursor=facts["endCursor"],
            ),
            total_count=results.total,
        )
