"""Queries of news items: by address, in lists, by global id."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from api.assets.types import VideoAsset
from api.content.inputs import ArticleFilter, ArticleOrder, article_filter, article_order
from api.content.loading import by_item, serve, servings
from api.content.paging import Cut, connection
from api.content.rows import NEWS, NEWS_JOINS, NEWS_TYPES, latest, of_kind, served
from api.content.tombstones import TOMBSTONES, tombstones_by_item
from api.content.types import Article, news_item
from api.context import Context, Info
from api.enums import ArticleOrderField, Fallback
from api.nodes import Node, NodeId, key_of
from api.pagination import Connection, Edge, decode_cursor, encode_cursor, read_page
from api.plans.fetching import Frame, Run
from api.plans.reading import Arguments, Condition, Connected, Rows, planned
from api.plans.roots import ByIds, Listed, Paged, few_ids
from api.plans.sql import Sql
from api.scalars import Locale
from api.taxonomy.types import (
    CONCEPTS,
    CONTRIBUTORS,
    ORGANISATIONS,
    Concept,
    Contributor,
    Organisation,
)
from cms.content.links import Byline, Credit, HiddenEntry, SeriesEntry, Subject
from cms.content.models import Kind, Serving, Slug
from cms.taxonomy import models

# Addresses

_ADDRESSED = Rows(
    base="slug g JOIN serving s ON s.item_id = g.item_id",
    key="s.item_id",
    types=NEWS_TYPES,
    kind="s.kind",
    joins=NEWS_JOINS,
    visible=served,
)


def _at_address(kind: Kind) -> Condition:
    def where(sql: Sql, _run: Run, frame: Frame, arguments: Arguments) -> Sequence[str]:
        return [
            f"g.kind = '{kind}'",
            f"g.slug = {sql.bind(arguments['slug'])}",
            sql.among("g.locale", frame.chain[:1] if frame.exact else frame.chain),
        ]

    return where


def _first_hit(sql: Sql, _arguments: Arguments, frame: Frame) -> Sequence[str]:
    """Current addresses before former ones, each along the chain."""
    rank = " ".join(f"WHEN {sql.bind(tag)} THEN {place}" for place, tag in enumerate(frame.chain))
    return ("g.current DESC", f"CASE g.locale {rank} END", "s.item_id")


def addressed(kind: Kind) -> Listed:
    """How the item of an address is read."""
    return Listed(_ADDRESSED, order=_first_hit, where=_at_address(kind))


async def resolve(info: Info, kind: Kind, slug: str, locale: str, fallback: Fallback) -> Any:
    """The item of an address, as Strawberry reads it."""
    frame = info.context.run({}).frame({"locale": locale, "fallback": fallback})
    tags = [frame.locale] if frame.exact else list(frame.chain)
    slugs = await Slug.filter(kind=kind, slug=slug, locale__in=tags)
    for row in sorted(slugs, key=lambda row: (not row.current, frame.chain.index(row.locale))):
        found = await info.context.load(by_item, frame, row.item_id)
        if found is not None:
            return news_item(found)
    return None


SlugArgument = Annotated[str, strawberry.argument(description="A current or former slug.")]
LocaleArgument = Annotated[Locale, strawberry.argument(description="The locale to read it in.")]
FallbackArgument = Annotated[
    Fallback, strawberry.argument(description="Whether to serve another locale where this one is not live.")
]
First = Annotated[int | None, strawberry.argument(description="At most this many, from the start; 20 if not said.")]
After = Annotated[str | None, strawberry.argument(description="Only after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="At most this many, from the end.")]
Before = Annotated[str | None, strawberry.argument(description="Only before this cursor.")]


# Lists, as Strawberry reads them

LISTS = {Kind.ARTICLE: "articles", Kind.VIDEO: "videos", Kind.SERIES: "allFocusSeries", Kind.FRONT_PAGE: "frontPages"}
_COLUMNS = {
    ArticleOrderField.PUBLISHED_AT: "published_at",
    ArticleOrderField.FIRST_PUBLISHED_AT: "edition__first_published_at",
    ArticleOrderField.URGENCY: "item__shared_edition__urgency",
    ArticleOrderField.HEADLINE: "edition__headline",
}


async def _narrowed(query: QuerySet[Serving], asked: ArticleFilter, frame: Frame) -> QuerySet[Serving]:
    """The query with the filter's conditions."""
    if asked.concept is not None:
        about, wave = set[int](), {key_of(asked.concept, "Concept", path=("filter", "concept"))}
        while wave:
            about |= wave
            narrower = await models.Concept.filter(broader_id__in=list(wave)).values_list("id", flat=True)
            wave = {int(str(each)) for each in narrower} - about
        ids = await Subject.filter(concept_id__in=list(about)).values_list("item_id", flat=True)
        query = query.filter(item_id__in=list(ids))
    if asked.series is not None:
        key = key_of(asked.series, "FocusSeries", path=("filter", "series"))
        hidden = await HiddenEntry.filter(series_id=key, locale=frame.locale).values_list("target_id", flat=True)
        entries = SeriesEntry.filter(series_id=key, series__kind=Kind.SERIES)
        ids = await entries.values_list("target_id", flat=True)
        query = query.filter(item_id__in=list(set(ids).difference(hidden)))
    if asked.organisation is not None:
        key = key_of(asked.organisation, "Organisation", path=("filter", "organisation"))
        query = query.filter(
            item_id__in=list(await Credit.filter(organisation_id=key).values_list("item_id", flat=True))
        )
    if asked.contributor is not None:
        key = key_of(asked.contributor, "Contributor", path=("filter", "contributor"))
        query = query.filter(
            item_id__in=list(await Byline.filter(contributor_id=key).values_list("item_id", flat=True))
        )
    if asked.published_after is not None:
        query = query.filter(published_at__gte=asked.published_after)
    if asked.published_before is not None:
        query = query.filter(published_at__lt=asked.published_before)
    if asked.urgency_at_most is not None:
        query = query.filter(item__shared_edition__urgency__lte=asked.urgency_at_most)
    return query


def _value(row: Serving, column: str) -> Any:
    value: Any = row
    for name in column.split("__"):
        value = getattr(value, name)
    return value


async def listed(
    info: Info,
    kind: Kind,
    frame: Frame,
    arguments: Arguments,
    *,
    asked: ArticleFilter | None = None,
    order_by: ArticleOrder | None = None,
) -> Connection[Any]:
    """A page of the items of a kind, as Strawberry reads it."""
    page = read_page(arguments, 20)
    asked_order = order_by or ArticleOrder()
    order = article_order({"orderBy": {"field": asked_order.field, "direction": asked_order.direction}})
    column = _COLUMNS[asked_order.field]
    query = servings(info.context, frame, kind=kind)
    if asked is not None:
        query = await _narrowed(query, asked, frame)
    counted = query.count
    descending = order[0].descending is not page.backward
    if page.cursor is not None:
        value, key = decode_cursor(page.cursor, order, page.argument, LISTS[kind])
        beyond = "lt" if descending else "gt"
        query = query.filter(Q(**{f"{column}__{beyond}": value}) | Q(**{column: value, f"item_id__{beyond}": key}))
    sign = "-" if descending else ""
    related = ["item", "edition"] + (["item__shared_edition"] if "shared" in column else [])
    rows = await query.order_by(f"{sign}{column}", f"{sign}item_id").limit(page.size + 1).select_related(*related)
    more = len(rows) > page.size
    rows = rows[: page.size][::-1] if page.backward else rows[: page.size]
    edges = [
        Edge(
            node=news_item(each),
            cursor=encode_cursor(order, (_value(each.serving, column), each.item.id), LISTS[kind]),
        )
        for each in await serve(frame, rows)
    ]

    async def count() -> int:
        return await counted()

    return connection(edges, Cut(rows, page, more=more), count)


# Global ids

NODES = {
    "Article": NEWS,
    "VideoAsset": NEWS,
    "FocusSeries": NEWS,
    "FrontPage": NEWS,
    "Tombstone": TOMBSTONES,
    "Concept": CONCEPTS,
    "Organisation": ORGANISATIONS,
    "Contributor": CONTRIBUTORS,
}
_NAMED: dict[str, tuple[Any, Any]] = {
    "Concept": (models.Concept, Concept),
    "Organisation": (models.Organisation, Organisation),
    "Contributor": (models.Contributor, Contributor),
}


async def _node(context: Context, text: str) -> Any:
    node_id = NodeId.decode(text)
    if node_id is None or (node_id.locale and node_id.locale not in context.locales.tags):
        return None
    frame = Frame(node_id.locale, node_id.exact, context.locales.chain(node_id.locale))
    if node_id.type in _NAMED:
        model, graphql_type = _NAMED[node_id.type]
        row = await model.get_or_none(id=node_id.key)
        return graphql_type(row=row, frame=frame) if row else None
    if node_id.type == "Tombstone":
        return await context.load(tombstones_by_item, Frame(), node_id.key)
    found = await context.load(by_item, frame, node_id.key)
    if found is None or NEWS_TYPES[found.item.kind.value] != node_id.type:
        return None
    return news_item(found)


@strawberry.type
class ContentQuery:
    """News items."""

    @planned(ByIds(NODES, many=False))
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")],  # noqa: A002 - Relay names it so
    ) -> Node | None:
        """The object of a global id, if it is there and may be seen."""
        found: Node | None = await _node(info.context, id)
        return found

    @planned(ByIds(NODES, many=True))
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Up to 100 global ids.")],
    ) -> list[Node | None]:
        """The objects of global ids, in their order, null where one is not there."""
        return [await _node(info.context, each) for each in few_ids(ids)]

    @planned(addressed(Kind.ARTICLE))
    async def article(
        self,
        info: Info,
        slug: SlugArgument,
        locale: LocaleArgument,
        fallback: FallbackArgument = Fallback.CHAIN,
    ) -> Article | None:
        """One article by its address: in the locale, then along its fallbacks, then among former addresses."""
        found: Article | None = await resolve(info, Kind.ARTICLE, slug, locale, fallback)
        return found

    @planned(
        Paged(
            Connected(
                LISTS[Kind.ARTICLE],
                NEWS,
                article_order,
                where=lambda *a: [*of_kind(Kind.ARTICLE)(*a), *article_filter(*a)],
            )
        )
    )
    async def articles(
        self,
        info: Info,
        locale: LocaleArgument,
        fallback: FallbackArgument = Fallback.NONE,
        filter: Annotated[  # noqa: A002 - the field's usual name
            ArticleFilter | None, strawberry.argument(description="Only articles that meet all of this.")
        ] = None,
        order_by: Annotated[
            ArticleOrder | None, strawberry.argument(description="In this order; newest first if not said.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Article]:
        """Articles in a locale."""
        frame = info.context.run({}).frame({"locale": locale, "fallback": fallback})
        arguments = {"first": first, "after": after, "last": last, "before": before}
        return await listed(info, Kind.ARTICLE, frame, arguments, asked=filter, order_by=order_by)

    @planned(addressed(Kind.VIDEO))
    async def video(
        self,
        info: Info,
        slug: SlugArgument,
        locale: LocaleArgument,
        fallback: FallbackArgument = Fallback.CHAIN,
    ) -> VideoAsset | None:
        """One video by its address, found like an article."""
        found: VideoAsset | None = await resolve(info, Kind.VIDEO, slug, locale, fallback)
        return found

    @planned(Paged(Connected(LISTS[Kind.VIDEO], NEWS, latest, where=of_kind(Kind.VIDEO))))
    async def videos(
        self,
        info: Info,
        locale: LocaleArgument,
        fallback: FallbackArgument = Fallback.NONE,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[VideoAsset]:
        """Videos in a locale, newest first."""
        frame = info.context.run({}).frame({"locale": locale, "fallback": fallback})
        arguments = {"first": first, "after": after, "last": last, "before": before}
        return await listed(info, Kind.VIDEO, frame, arguments)
