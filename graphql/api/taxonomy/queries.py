"""Queries of the vocabularies."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from api.content.paging import connection, cut_page
from api.context import Info
from api.pagination import Connection, Edge, encode_cursor, read_page
from api.plans.fetching import Frame, Run
from api.plans.reading import Arguments, Connected, OrderTerm, planned
from api.plans.roots import Listed, Paged, unlocalized
from api.plans.sql import Sql
from api.scalars import Locale
from api.taxonomy.types import CONCEPTS, LOCALES, Concept, LocaleInfo
from cms.taxonomy import models

BY_URI = (OrderTerm("c.uri", text=True), OrderTerm("c.id"))


def _by_uri(_arguments: Arguments) -> Sequence[OrderTerm]:
    return BY_URI


def _in_scheme(sql: Sql, _run: Run, _frame: Frame, arguments: Arguments) -> Sequence[str]:
    return [f"c.scheme = {sql.bind(arguments['scheme'])}"]


def _of_uri(sql: Sql, _run: Run, _frame: Frame, arguments: Arguments) -> Sequence[str]:
    return [f"c.uri = {sql.bind(arguments['uri'])}"]


def _place(row: models.Concept) -> tuple[str, int]:
    return (row.uri, row.id)


LocaleArgument = Annotated[Locale, strawberry.argument(description="The locale to name things in.")]


@strawberry.type
class TaxonomyQuery:
    """Locales and concepts."""

    @planned(
        Listed(LOCALES, order=lambda *_: ("l.position", "l.tag"), many=True, frame=unlocalized),
        name="locales",
    )
    async def locales(self) -> list[LocaleInfo]:
        """The locales of the newsroom, in its order."""
        return [LocaleInfo(row=row) for row in await models.Locale.all().order_by("position", "tag")]

    @planned(Listed(CONCEPTS, order=lambda *_: ("c.id",), where=_of_uri))
    async def concept(
        self,
        info: Info,
        uri: Annotated[str, strawberry.argument(description="The concept's URI.")],
        locale: LocaleArgument,
    ) -> Concept | None:
        """One concept by its URI."""
        frame = info.context.run({}).frame({"locale": locale})
        row = await models.Concept.get_or_none(uri=uri)
        return Concept(row=row, frame=frame) if row else None

    @planned(Paged(Connected("concepts", CONCEPTS, _by_uri, where=_in_scheme)))
    async def concepts(
        self,
        info: Info,
        scheme: Annotated[str, strawberry.argument(description="The scheme, such as `mediatopic`.")],
        locale: LocaleArgument,
        first: Annotated[int | None, strawberry.argument(description="At most this many, from the start.")] = None,
        after: Annotated[str | None, strawberry.argument(description="Only after this cursor.")] = None,
        last: Annotated[int | None, strawberry.argument(description="At most this many, from the end.")] = None,
        before: Annotated[str | None, strawberry.argument(description="Only before this cursor.")] = None,
    ) -> Connection[Concept]:
        """The concepts of a scheme, by URI."""
        page = read_page({"first": first, "after": after, "last": last, "before": before}, 20)
        frame: Frame = info.context.run({}).frame({"locale": locale})
        rows = sorted(await models.Concept.filter(scheme=scheme), key=_place)
        cut = cut_page(rows, BY_URI, _place, page, "concepts")
        edges = [
            Edge(node=Concept(row=row, frame=frame), cursor=encode_cursor(BY_URI, _place(row), "concepts"))
            for row in cut.rows
        ]
        return connection(edges, cut, len(rows))
