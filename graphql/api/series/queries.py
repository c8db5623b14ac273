"""Queries of focus series and front pages: by address and in lists, as of all news items."""

import strawberry

from api.content.queries import (
    LISTS,
    After,
    Before,
    FallbackArgument,
    First,
    Last,
    LocaleArgument,
    SlugArgument,
    addressed,
    listed,
    resolve,
)
from api.content.rows import NEWS, latest, of_kind
from api.context import Info
from api.enums import Fallback
from api.pagination import Connection
from api.plans.reading import Connected, planned
from api.plans.roots import Paged
from api.series.types import FocusSeries, FrontPage
from cms.content.models import Kind


@strawberry.type
class SeriesQuery:
    """Focus series and front pages."""

    @planned(addressed(Kind.SERIES))
    async def focus_series(
        self,
        info: Info,
        slug: SlugArgument,
        locale: LocaleArgument,
        fallback: FallbackArgument = Fallback.CHAIN,
    ) -> FocusSeries | None:
        """One focus series by its address, found like an article."""
        found: FocusSeries | None = await resolve(info, Kind.SERIES, slug, locale, fallback)
        return found

    @planned(Paged(Connected(LISTS[Kind.SERIES], NEWS, latest, where=of_kind(Kind.SERIES))))
    async def all_focus_series(
        self,
        info: Info,
        locale: LocaleArgument,
        fallback: FallbackArgument = Fallback.NONE,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[FocusSeries]:
        """Focus series in a locale, newest first."""
        frame = info.context.run({}).frame({"locale": locale, "fallback": fallback})
        arguments = {"first": first, "after": after, "last": last, "before": before}
        return await listed(info, Kind.SERIES, frame, arguments)

    @planned(addressed(Kind.FRONT_PAGE))
    async def front_page(
        self,
        info: Info,
        slug: SlugArgument,
        locale: LocaleArgument,
        fallback: FallbackArgument = Fallback.CHAIN,
    ) -> FrontPage | None:
        """One front page by its address, found like an article."""
        found: FrontPage | None = await resolve(info, Kind.FRONT_PAGE, slug, locale, fallback)
        return found

    @planned(Paged(Connected(LISTS[Kind.FRONT_PAGE], NEWS, latest, where=of_kind(Kind.FRONT_PAGE))))
    async def front_pages(
        self,
        info: Info,
        locale: LocaleArgument,
        fallback: FallbackArgument = Fallback.NONE,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[FrontPage]:
        """Front pages in a locale, newest first."""
        frame = info.context.run({}).frame({"locale": locale, "fallback": fallback})
        arguments = {"first": first, "after": after, "last": last, "before": before}
        return await listed(info, Kind.FRONT_PAGE, frame, arguments)
