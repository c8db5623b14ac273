"""Translations beside their source, and coverage, as those who translate and plan see them."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from api.content.drafts import Draft
from api.content.payloads import DraftPayload, ItemArgument, authenticated, item_key, refusable
from api.context import Info
from api.desk import desk_field
from api.enums import DraftStatus, Kind, described
from api.nodes import encode_id, key_of
from api.scalars import JSON, Locale
from cms.accounts.actors import Permission, require
from cms.content import translating
from cms.content.exchanging import export_xliff, import_xliff
from cms.content.rendering import inline_html
from cms.content.segments import Segment
from cms.content.staleness import SegmentState
from cms.reading import coverage as covering
from cms.reading.coverage import CoverageState

described(
    SegmentState,
    "How a segment of a translation stands to its source.",
    MISSING="The source has it, the translation does not.",
    UNTRANSLATED="Nobody has translated it yet.",
    STALE="The source says something else since it was translated.",
    TRANSLATED="It says what the source says now.",
    EXTRA="Only the translation has it.",
)
described(
    CoverageState,
    "Where an item stands in a locale: the first of these that holds.",
    CANCELED="It was killed.",
    WITHHELD="It may not be used for now.",
    MISSING="There is no text.",
    EMBARGOED="It is published, and an embargo holds it back.",
    SCHEDULED="Its text waits for its time.",
    STALE="Its text lags behind the source it was translated from.",
    LIVE="The public reads it.",
    DRAFT="There is a text that the public does not read.",
)


@strawberry.type(description="A piece of a text that is translated on its own: a field, or what one block says.")
class TextSegment:
    """A segment."""

    segment: strawberry.Private[Segment]

    @strawberry.field(description="The id of the block, or `field:` and the name of the field.")
    def id(self) -> str:
        """The same in source and translation."""
        return self.segment.id

    @strawberry.field(description="What it is, such as `headline`, `paragraph` or `figure`.")
    def kind(self) -> str:
        """The field or type of block."""
        return self.segment.kind

    @strawberry.field(description="What it says, without marks.")
    def text(self) -> str:
        """Plain text."""
        return self.segment.text

    @strawberry.field(description="What it says as safe HTML, without a block around it.")
    def html(self) -> str:
        """Inline HTML."""
        return inline_html(self.segment.content)

    @strawberry.field(description="What it says as ProseMirror inline nodes.")
    def content(self) -> JSON:
        """As it is stored."""
        return JSON(list(self.segment.content))


@strawberry.type(description="A segment of the source beside that of the translation.")
class TranslationPair:
    """A pair."""

    pair: strawberry.Private[translating.Pair]

    @strawberry.field(description="How the translation stands to the source.")
    def state(self) -> SegmentState:
        """The state."""
        return self.pair.state

    @strawberry.field(description="What the source says; null where only the translation has the segment.")
    def source(self) -> TextSegment | None:
        """The source's."""
        return _segment(self.pair.source)

    @strawberry.field(description="What the translation says; null where it lacks the segment.")
    def target(self) -> TextSegment | None:
        """The translation's."""
        return _segment(self.pair.target)

    @strawberry.field(description="Where it is stale: what the source said when it was translated.")
    def source_before(self) -> TextSegment | None:
        """The former source."""
        return _segment(self.pair.before)


@strawberry.type(description="A translation beside its source, as both are saved now.")
class Translation:
    """A translation."""

    translation: strawberry.Private[translating.Translation]

    @strawberry.field(description="The text that is translated.")
    def source(self) -> Draft:
        """The source's working copy."""
        return Draft(row=self.translation.source)

    @strawberry.field(description="The translation.")
    def target(self) -> Draft:
        """The translation's working copy."""
        return Draft(row=self.translation.target)

    @strawberry.field(description="Segment by segment, in the order of the source.")
    def pairs(self) -> list[TranslationPair]:
        """What only the translation has comes last."""
        return [TranslationPair(pair=pair) for pair in self.translation.pairs]


@strawberry.type(description="Where one item stands in one locale.")
class CoverageCell:
    """A cell."""

    locale: Locale = strawberry.field(description="The locale.")
    state: CoverageState = strawberry.field(description="Where it stands.")
    live: bool = strawberry.field(description="Whether the public can read it now.")
    stale: bool = strawberry.field(description="Whether the text lags behind its source.")
    status: DraftStatus | None = strawberry.field(
        description="Where the draft stands in the workflow, if there is one."
    )
    headline: str | None = strawberry.field(description="The headline of the draft, if there is one.")


@strawberry.type(description="Where one item stands in every locale.")
class CoverageLine:
    """A line."""

    item: strawberry.ID = strawberry.field(description="The item's global id.")
    kind: Kind = strawberry.field(description="What it is.")
    headline: str = strawberry.field(description="Its headline in the locale it was written in.")
    cells: list[CoverageCell] = strawberry.field(description="One for each locale of the newsroom, in its order.")


LocaleOfTranslation = Annotated[Locale, strawberry.argument(description="The locale of the translation.")]
ExpectedRevision = Annotated[int, strawberry.argument(description="The revision of the translation that you saw.")]


@strawberry.type
class TranslationQuery:
    """What translators and planners read."""

    @desk_field("A translation beside its source. Needs the permission content.read.")
    async def translation(self, info: Info, item: ItemArgument, locale: LocaleOfTranslation) -> Translation:
        """See `cms.content.translating.side_by_side`."""
        found = await translating.side_by_side(info.context.actor, item_id=item_key(item), locale=locale)
        return Translation(translation=found)

    @desk_field("A translation beside its source as an XLIFF 1.2 file. Needs the permission content.read.")
    async def xliff(self, info: Info, item: ItemArgument, locale: LocaleOfTranslation) -> str:
        """See `cms.content.exchanging.export_xliff`."""
        found = await export_xliff(info.context.actor, item_id=item_key(item), locale=locale)
        return found.decode()

    @desk_field(
        "Where items stand in each locale: those named, or a series or front page and its entries. "
        "Needs the permission content.read."
    )
    async def coverage(
        self,
        info: Info,
        items: Annotated[list[strawberry.ID] | None, strawberry.argument(description="Up to 500 ids.")] = None,
        series: Annotated[strawberry.ID | None, strawberry.argument(description="Instead of them, such a one.")] = None,
    ) -> list[CoverageLine]:
        """See `cms.reading.coverage`."""
        context = info.context
        require(context.actor, Permission.READ)
        if series is not None:
            key = key_of(series, "Item", "FocusSeries", "FrontPage", path=("series",))
            lines = await covering.coverage_of_series(context.actor, key, context.locales, now=context.now)
        else:
            keys = [item_key(each) for each in items or ()]
            lines = await covering.coverage(context.actor, keys, context.locales, now=context.now)
        return [_line(line) for line in lines]


@strawberry.type
class TranslationMutation:
    """Commands on translations."""

    @strawberry.mutation(
        description="Begin a translation with the structure of a text. Needs content.edit in the locale it goes to."
    )
    async def start_translation(
        self,
        info: Info,
        item: ItemArgument,
        from_: Annotated[Locale, strawberry.argument(name="from", description="The locale of the source.")],
        to: Annotated[Locale, strawberry.argument(description="The locale of the translation.")],
    ) -> DraftPayload:
        """See `cms.content.translating.start_translation`."""
        return await _changed(info, translating.start_translation, item, from_locale=from_, to_locale=to)

    @strawberry.mutation(
        description="Bring in the blocks that the source got since, empty, where they belong. Needs content.edit."
    )
    async def align_translation(
        self, info: Info, item: ItemArgument, locale: LocaleOfTranslation, expected_revision: ExpectedRevision
    ) -> DraftPayload:
        """See `cms.content.translating.align_translation`."""
        return await _changed(
            info, translating.align_translation, item, locale=locale, expected_revision=expected_revision
        )

    @strawberry.mutation(
        description="Say that the translation of some blocks holds for the source as you saw it. Needs content.edit."
    )
    async def accept_source_block(
        self,
        info: Info,
        item: ItemArgument,
        locale: LocaleOfTranslation,
        blocks: Annotated[list[str], strawberry.argument(description="The ids of the segments.")],
        source_revision: Annotated[int, strawberry.argument(description="The revision of the source that you saw.")],
        expected_revision: ExpectedRevision,
    ) -> DraftPayload:
        """See `cms.content.translating.accept_source_block`."""
        return await _changed(
            info,
            translating.accept_source_block,
            item,
            locale=locale,
            segment_ids=blocks,
            source_revision=source_revision,
            expected_revision=expected_revision,
        )

    @strawberry.mutation(description="Save what a translator's own tool made of the XLIFF file. Needs content.edit.")
    async def import_xliff(
        self,
        info: Info,
        item: ItemArgument,
        locale: LocaleOfTranslation,
        xliff: Annotated[str, strawberry.argument(description="The file.")],
        expected_revision: ExpectedRevision,
    ) -> DraftPayload:
        """See `cms.content.exchanging.import_xliff`."""
        return await _changed(
            info,
            import_xliff,
            item,
            locale=locale,
            data=xliff.encode("utf-8", "replace"),
            expected_revision=expected_revision,
        )


async def _changed(info: Info, command: Any, item: str, **values: Any) -> DraftPayload:
    """Run a command on a translation's draft."""
    context = info.context

    async def change() -> Draft:
        return Draft(row=await command(context.actor, item_id=item_key(item), now=context.now, **values))

    authenticated(info)
    return await refusable(DraftPayload, [], change)


def _segment(segment: Segment | None) -> TextSegment | None:
    return TextSegment(segment=segment) if segment else None


def _line(line: covering.Line) -> CoverageLine:
    return CoverageLine(
        item=strawberry.ID(encode_id("Item", line.item_id)),
        kind=line.kind,
        headline=line.headline,
        cells=_cells(line.cells),
    )


def _cells(cells: Sequence[covering.Cell]) -> list[CoverageCell]:
    return [
        CoverageCell(
            locale=Locale(cell.locale),
            state=cell.state,
            live=cell.live,
            stale=cell.stale,
            status=cell.status,
            headline=cell.headline,
        )
        for cell in cells
    ]
