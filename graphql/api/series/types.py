"""FocusSeries and FrontPage. Alias: `f` series (see `entries`, and `content.rows` for the rest)."""

from datetime import datetime

import strawberry

from api.content.types import Body, NewsItem
from api.context import Info
from api.plans.reading import Column, Embedded, Instant, planned
from api.series.entries import HasEntries, series_row


@strawberry.type(description="Stories and videos around an occasion, ordered in sections.")
class FocusSeries(HasEntries, NewsItem):
    """A focus series."""

    @planned(Column("f.occasion"))
    async def occasion(self, info: Info) -> str | None:
        """What it is about, such as an event's name."""
        row = await series_row(info, self.served)
        return row.occasion if row else None

    @planned(Instant("f.starts_on"))
    async def starts_on(self, info: Info) -> datetime | None:
        """When the occasion begins."""
        row = await series_row(info, self.served)
        return row.starts_on if row else None

    @planned(Instant("f.ends_on"))
    async def ends_on(self, info: Info) -> datetime | None:
        """When the occasion ends."""
        row = await series_row(info, self.served)
        return row.ends_on if row else None

    @planned(Embedded())
    def introduction(self) -> Body:
        """The text that opens the series."""
        return Body(edition=self.served.edition)


@strawberry.type(description="The items that a section of the site shows, ordered.")
class FrontPage(HasEntries, NewsItem):
    """A front page."""
