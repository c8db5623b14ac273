"""NewsItem, what articles, videos and focus series have in common, and Article.

Each field says how a plan reads it (`planned`) and what it means (its body). Aliases: `s` serving, `i` item,
`e` edition, `p` shared edition (see `rows`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import strawberry
from tortoise.expressions import Q

from api.content.loading import KINDS, Served, by_item, editions_of, grouped, servings
from api.content.paging import page_of
from api.content.rows import CORRECTIONS, CREDITS, LOCALIZATIONS, NEWS, latest
from api.context import Info
from api.enums import CreditRole, LocaleReason, PubStatus
from api.nodes import Node, encode_id
from api.pagination import Connection
from api.plans.fetching import Frame, Run
from api.plans.reading import (
    Arguments,
    Column,
    Connected,
    Derived,
    Embedded,
    Instant,
    Link,
    Linked,
    OrderTerm,
    planned,
)
from api.plans.sql import Sql
from api.scalars import JSON, Locale
from api.taxonomy.types import (
    CONCEPTS,
    CONTRIBUTORS,
    ORGANISATIONS,
    Concept,
    Contributor,
    Organisation,
)
from cms.content.links import Association, AssociationRole, Byline, SeriesEntry, Subject
from cms.content.links import Credit as CreditRow
from cms.content.markdown import markdown_of
from cms.content.models import Edition, Revision, RevisionKind
from cms.taxonomy.models import Locale as LocaleRow

if TYPE_CHECKING:
    from api.assets.types import VideoAsset
    from api.series.types import FocusSeries


subjects_of = grouped(Subject, "item_id", "position", related=["concept"])
bylines_of = grouped(Byline, "item_id", "position", related=["contributor"])
credits_of = grouped(CreditRow, "item_id", "position", related=["organisation"])
lead_videos_of = grouped(Association, "item_id", "position", where=Q(role=AssociationRole.LEAD_VIDEO))


@strawberry.type(description="A locale that an item is live in.")
class LocalizationLink:
    """A live locale of an item."""

    edition: strawberry.Private[Edition]

    @planned(Column("x.locale"))
    def locale(self) -> Locale:
        """The locale."""
        return Locale(self.edition.locale)

    @planned(Column("x.slug"))
    def slug(self) -> str:
        """The item's current slug in it."""
        return self.edition.slug

    @planned(Instant("x.published_at"))
    def published_at(self) -> datetime:
        """When the text now live in it was published."""
        return self.edition.published_at


@strawberry.type(description="An article's text. Its truth is the document; the other forms are rendered from it.")
class Body:
    """The body of an edition."""

    edition: strawberry.Private[Edition]

    @planned(Column("e.body", convert=orjson.Fragment))
    def json(self) -> JSON:
        """The ProseMirror document, each block with a stable id."""
        return JSON(orjson.loads(self.edition.body))

    @planned(Column("e.html"))
    def html(self) -> str:
        """HTML, safe to insert into a page."""
        return self.edition.html

    @planned(Derived(lambda _run, _frame, body: markdown_of(orjson.loads(body)), ("e.body",)))
    def markdown(self) -> str:
        """CommonMark."""
        return markdown_of(orjson.loads(self.edition.body))

    @planned(Column("e.text"))
    def text(self) -> str:
        """Plain text, a blank line between blocks."""
        return self.edition.text

    @planned(Column("e.word_count"))
    def word_count(self) -> int:
        """Its words, or characters in scripts without blanks between words."""
        return self.edition.word_count


@strawberry.type(description="Where and when a text was written.")
class Dateline:
    """The dateline of an edition."""

    edition: strawberry.Private[Edition]

    @planned(Column("e.dateline_place"))
    def place(self) -> str:
        """The place, as the text names it."""
        return self.edition.dateline_place or ""

    @planned(Instant("e.dateline_date"))
    def date(self) -> datetime | None:
        """The day, if it is not that of publication."""
        return self.edition.dateline_date


@strawberry.type(description="A public correction of an item in a locale.")
class Correction:
    """A correction."""

    revision: strawberry.Private[Revision]

    @planned(Instant("r.created_at"))
    def published_at(self) -> datetime:
        """When it was published."""
        return self.revision.created_at

    @planned(Derived(lambda _run, _frame, version: version or 0, ("r.version",)))
    def version(self) -> int:
        """The version of the item that it made."""
        return self.revision.version or 0

    @planned(Derived(lambda _run, _frame, note: note or "", ("r.note",)))
    def note(self) -> str:
        """What was wrong, and what is right."""
        return self.revision.note or ""


@strawberry.type(description="What an organisation did for an item.")
class Credit:
    """A credit."""

    row: strawberry.Private[CreditRow]
    frame: strawberry.Private[Frame]

    @planned(Embedded(ORGANISATIONS))
    def organisation(self) -> Organisation:
        """The organisation."""
        return Organisation(row=self.row.organisation, frame=self.frame)

    @planned(Column("k.role"))
    def role(self) -> CreditRole:
        """What it did."""
        return self.row.role


def _of_scheme(sql: Sql, _run: Run, _frame: Frame, arguments: Arguments) -> Sequence[str]:
    scheme = arguments.get("scheme")
    return [f"c.scheme = {sql.bind(scheme)}"] if scheme is not None else ()


def _of_role(sql: Sql, _run: Run, _frame: Frame, arguments: Arguments) -> Sequence[str]:
    role = arguments.get("role")
    return [f"k.role = {sql.bind(role.value)}"] if role is not None else ()


def _is_correction(_sql: Sql, _run: Run, _frame: Frame, _arguments: Arguments) -> Sequence[str]:
    return [f"r.kind = '{RevisionKind.CORRECTION}'"]


def _is_related(_sql: Sql, _run: Run, _frame: Frame, _arguments: Arguments) -> Sequence[str]:
    return [f"a.role = '{AssociationRole.RELATED}'"]


def _is_lead_video(_sql: Sql, _run: Run, _frame: Frame, _arguments: Arguments) -> Sequence[str]:
    return [f"a.role = '{AssociationRole.LEAD_VIDEO}'"]


def _in_order(_arguments: Arguments) -> Sequence[OrderTerm]:
    return (OrderTerm("a.position"), OrderTerm("a.target_id"))


def item_id(run: Run, frame: Frame, kind: str, key: int) -> str:
    """The global id of a news item, from its kind and key."""
    del run
    return encode_id(NEWS.type_of(kind), key, frame.locale, exact=frame.exact)


SUBJECTS = Link(
    CONCEPTS,
    parent="s.item_id",
    key="u.item_id",
    order=("u.position",),
    via="subject u",
    on="c.id = u.concept_id",
)
BYLINES = Link(
    CONTRIBUTORS,
    parent="s.item_id",
    key="w.item_id",
    order=("w.position",),
    via="byline w",
    on="b.id = w.contributor_id",
)
LEAD_VIDEO = Link(
    NEWS,
    parent="s.item_id",
    key="a.item_id",
    order=(),  # there is one
    via="association a",
    on="s.item_id = a.target_id",
    where=_is_lead_video,
)
RELATED = Link(
    NEWS,
    parent="s.item_id",
    key="a.item_id",
    order=(),
    via="association a",
    on="s.item_id = a.target_id",
    where=_is_related,
)
SERIES_OF = Link(
    NEWS,
    parent="s.item_id",
    key="n.target_id",
    order=(),
    via="series_entry n",
    on="s.item_id = n.series_id",
)
CORRECTED = Link(
    CORRECTIONS,
    parent="s.edition_id",
    key="x.id",
    order=("r.number",),
    via="edition x",
    on="r.item_id = x.item_id AND r.locale = x.locale",
    where=_is_correction,
)


@strawberry.interface(description="What articles, videos and focus series have in common.")
class NewsItem(Node):
    """A published item, read in the locale asked for or an honest fallback."""

    served: strawberry.Private[Served]

    @planned(Derived(item_id, ("s.kind", "s.item_id")))
    def id(self) -> strawberry.ID:
        """The item's global id, for the locale it was asked for in."""
        kind = KINDS[self.served.item.kind]
        frame = self.served.frame
        return strawberry.ID(encode_id(kind, self.served.item.id, frame.locale, exact=frame.exact))

    @planned(Column("i.uri"))
    def uri(self) -> str:
        """The item's own URI, the same everywhere and for good."""
        return self.served.item.uri

    @planned(Column("i.pub_status"))
    def pub_status(self) -> PubStatus:
        """Whether the item may be used."""
        return self.served.item.pub_status

    @planned(Column("e.locale"))
    def locale(self) -> Locale:
        """The locale that is served."""
        return Locale(self.served.edition.locale)

    @planned(Column("s.locale"))
    def requested_locale(self) -> Locale:
        """The locale that was asked for."""
        return Locale(self.served.frame.locale)

    @planned(Column("s.reason"))
    def locale_reason(self) -> LocaleReason:
        """Why it is served in this locale."""
        return self.served.serving.reason

    @planned(Linked(Link(LOCALIZATIONS, parent="s.item_id", key="x.item_id", order=("y.position", "y.tag"))))
    async def localizations(self, info: Info) -> list[LocalizationLink]:
        """Every locale the item is live in, with its slug: for hreflang and language switches."""
        editions = await info.context.load(editions_of, Frame(), self.served.item.id)
        place = {row.tag: (row.position, row.tag) for row in await LocaleRow.all()}
        return [LocalizationLink(edition=each) for each in sorted(editions, key=lambda e: place[e.locale])]

    @planned(Column("e.slug"))
    def slug(self) -> str:
        """The current slug in the locale served; it may differ from the one that was asked for."""
        return self.served.edition.slug

    @planned(Column("e.headline"))
    def headline(self) -> str:
        """The headline."""
        return self.served.edition.headline

    @planned(Column("e.summary"))
    def summary(self) -> str | None:
        """A sentence or two for lists."""
        return self.served.edition.summary

    @planned(Column("e.version"))
    def version(self) -> int:
        """The item's version that this text was last published with; it only ever rises."""
        return self.served.edition.version

    @planned(Instant("e.first_published_at"))
    def first_published_at(self) -> datetime:
        """When the text was first published in the locale served."""
        return self.served.edition.first_published_at

    @planned(Instant("e.published_at"))
    def published_at(self) -> datetime:
        """When the text now live was published."""
        return self.served.edition.published_at

    @planned(Column("p.urgency"))
    def urgency(self) -> int:
        """News urgency, from 1 (most) to 9 (least)."""
        return self.served.shared.urgency

    @planned(Linked(SUBJECTS, where=_of_scheme))
    async def subjects(
        self,
        info: Info,
        scheme: Annotated[str | None, strawberry.argument(description="Only concepts of this scheme.")] = None,
    ) -> list[Concept]:
        """What the item is about, the most important first."""
        rows = await info.context.load(subjects_of, Frame(), self.served.item.id)
        return [
            Concept(row=each.concept, frame=self.served.frame)
            for each in rows
            if scheme is None or each.concept.scheme == scheme
        ]

    @planned(Linked(BYLINES))
    async def contributors(self, info: Info) -> list[Contributor]:
        """Who wrote or filmed it, in the order they are named."""
        rows = await info.context.load(bylines_of, Frame(), self.served.item.id)
        return [Contributor(row=each.contributor, frame=self.served.frame) for each in rows]

    @planned(Linked(Link(CREDITS, parent="s.item_id", key="k.item_id", order=("k.position",)), where=_of_role))
    async def credits(
        self,
        info: Info,
        role: Annotated[CreditRole | None, strawberry.argument(description="Only credits of this role.")] = None,
    ) -> list[Credit]:
        """The organisations credited."""
        rows = await info.context.load(credits_of, Frame(), self.served.item.id)
        return [Credit(row=each, frame=self.served.frame) for each in rows if role is None or each.role is role]

    @planned(Column("p.copyright_holder"))
    def copyright_holder(self) -> str | None:
        """Who holds the copyright."""
        return self.served.shared.copyright_holder

    @planned(Column("p.credit_line"))
    def credit_line(self) -> str | None:
        """The credit to print."""
        return self.served.shared.credit_line

    @planned(Column("p.usage_terms"))
    def usage_terms(self) -> str | None:
        """What use is allowed, in words."""
        return self.served.shared.usage_terms

    @planned(Linked(CORRECTED))
    async def corrections(self) -> list[Correction]:
        """Public corrections of the text served, the oldest first."""
        edition = self.served.edition
        rows = Revision.filter(item_id=edition.item_id, locale=edition.locale, kind=RevisionKind.CORRECTION).order_by(
            "number"
        )
        return [Correction(revision=each) for each in await rows]

    @planned(Connected("series", NEWS, latest, SERIES_OF, default_first=10))
    async def series(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description="At most this many.")] = 10,
        after: Annotated[str | None, strawberry.argument(description="Only after this cursor.")] = None,
    ) -> Connection[Annotated["FocusSeries", strawberry.lazy("api.series.types")]]:
        """The focus series that the item is an entry of, newest first."""
        ids = await SeriesEntry.filter(target_id=self.served.item.id).values_list("series_id", flat=True)
        visible = servings(info.context, self.served.frame, item_id__in=ids)
        rows = await visible.select_related("item", "edition")
        return await page_of("series", self.served.frame, rows, latest({}), _latest_of, first, after)

    @planned(Connected("related", NEWS, _in_order, RELATED, default_first=10))
    async def related(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description="At most this many.")] = 10,
        after: Annotated[str | None, strawberry.argument(description="Only after this cursor.")] = None,
    ) -> Connection["NewsItem"]:
        """Other items that it refers its readers to."""
        places = dict(
            await Association.filter(item_id=self.served.item.id, role=AssociationRole.RELATED).values_list(
                "target_id", "position"
            )
        )
        visible = servings(info.context, self.served.frame, item_id__in=list(places))
        rows = await visible.select_related("item", "edition")
        return await page_of(
            "related",
            self.served.frame,
            rows,
            _in_order({}),
            lambda row: (places[row.item_id], row.item_id),
            first,
            after,
        )


def _latest_of(row: Any) -> tuple[Any, ...]:
    return (row.published_at, row.item_id)


@strawberry.type(description="A written story.")
class Article(NewsItem):
    """A written story."""

    @planned(Embedded())
    def body(self) -> Body:
        """The text."""
        return Body(edition=self.served.edition)

    @planned(Embedded(present="e.dateline_place"))
    def dateline(self) -> Dateline | None:
        """Where and when it was written."""
        return Dateline(edition=self.served.edition) if self.served.edition.dateline_place is not None else None

    @planned(Column("e.located"))
    def located(self) -> str | None:
        """The place that the story is about, as the text names it."""
        return self.served.edition.located

    @planned(Linked(LEAD_VIDEO, many=False))
    async def lead_video(self, info: Info) -> Annotated["VideoAsset", strawberry.lazy("api.assets.types")] | None:
        """The video shown with the story."""
        rows = await info.context.load(lead_videos_of, Frame(), self.served.item.id)
        served = await info.context.load(by_item, self.served.frame, rows[0].target_id) if rows else None
        return news_item(served) if served else None


def news_item(served: Served) -> Any:
    """The GraphQL object of an item, of its own type."""
    from api.assets.types import VideoAsset  # noqa: PLC0415 - the types refer to one another
    from api.series.types import FocusSeries  # noqa: PLC0415 - as above

    types: dict[str, Any] = {"Article": Article, "VideoAsset": VideoAsset, "FocusSeries": FocusSeries}
    return types[KINDS[served.item.kind]](served=served)
