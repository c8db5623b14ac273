"""Items and drafts as those who edit see them, and what they send. No public query leads here."""

from datetime import datetime

import strawberry

from api.content.leavings import LeftOnDraft, LeftOnItem
from api.content.loading import editions_of, grouped, keyed
from api.context import Context, Info
from api.enums import DraftAction, DraftStatus, ItemAction, Kind, PubStatus
from api.nodes import Node, encode_id
from api.plans.fetching import Frame
from api.scalars import JSON, Locale
from cms.accounts.actors import Permission
from cms.content import models
from cms.content.models import SHARED
from cms.content.parts import TextPart
from cms.content.readiness import readiness
from cms.content.standing import in_order
from cms.content.transitions import draft_actions, item_actions

drafts_of = grouped(models.Draft, "item_id", "locale")
items_of = keyed(models.Item)


@strawberry.type(description="A text beside an item in a locale: an advisory, or a note.")
class Notice:
    """A notice."""

    locale: Locale = strawberry.field(description="The locale it is in.")
    text: str = strawberry.field(description="What it says.")


@strawberry.type(description="Something that keeps an item from being published.")
class ReadinessProblem:
    """A problem."""

    code: str = strawberry.field(description="A stable code, such as EMPTY_BODY.")
    path: list[str] = strawberry.field(description="Where it is: a locale and a field, or the item.")
    message: str = strawberry.field(description="What is missing, in plain words.")


@strawberry.type(description="A live text that is to be taken off.")
class PlannedUnpublication:
    """A moment at which a text goes."""

    locale: Locale = strawberry.field(description="The locale of the text.")
    at: datetime = strawberry.field(description="When it goes.")


@strawberry.type(description="An item as those who edit it see it, in no language.")
class Item(LeftOnItem, Node):
    """An item."""

    row: strawberry.Private[models.Item]
    live: strawberry.Private[tuple[str, ...]]

    @strawberry.field(description="The item's global id.")
    def id(self) -> strawberry.ID:
        """Without a locale."""
        return strawberry.ID(encode_id("Item", self.row.id))

    @strawberry.field(description="The item's own URI.")
    def uri(self) -> str:
        """Stable."""
        return self.row.uri

    @strawberry.field(description="What it is.")
    def kind(self) -> Kind:
        """Its kind."""
        return self.row.kind

    @strawberry.field(description="The locale it was written in.")
    def source_locale(self) -> Locale:
        """The locale of its first text."""
        return Locale(self.row.source_locale)

    @strawberry.field(description="Whether it may be used.")
    def pub_status(self) -> PubStatus:
        """Its status."""
        return self.row.pub_status

    @strawberry.field(description="How often it was published; it only ever rises.")
    def version(self) -> int:
        """Its version."""
        return self.row.version

    @strawberry.field(description="The locales it is live in.")
    def live_locales(self) -> list[Locale]:
        """In the newsroom's order."""
        return [Locale(tag) for tag in self.live]

    @strawberry.field(description="Until when nobody may see it; null if there is no embargo.")
    def embargoed_until(self) -> datetime | None:
        """The embargo."""
        return self.row.embargoed_until

    @strawberry.field(description="When it ends for everybody; null if never.")
    def expires_at(self) -> datetime | None:
        """The expiry."""
        return self.row.expires_at

    @strawberry.field(description="When it was withheld, killed or taken down; null while it is usable.")
    def recalled_at(self) -> datetime | None:
        """The instant of the recall."""
        return self.row.recalled_at

    @strawberry.field(description="Why it was recalled, as its tombstone says.")
    def advisory(self) -> list[Notice]:
        """By locale."""
        return [Notice(locale=Locale(tag), text=text) for tag, text in sorted((self.row.advisory or {}).items())]

    @strawberry.field(description="Live texts that are to be taken off, and when.")
    async def planned_unpublications(self, info: Info) -> list[PlannedUnpublication]:
        """In the order of their moments."""
        editions = await info.context.load(editions_of, Frame(), self.row.id)
        planned = sorted((each.unpublish_at, each.locale) for each in editions if each.unpublish_at)
        return [PlannedUnpublication(locale=Locale(locale), at=at) for at, locale in planned]

    @strawberry.field(description="What keeps the item, or any of its drafts, from being published; empty if nothing.")
    async def readiness(self, info: Info) -> list[ReadinessProblem]:
        """The whole list."""
        drafts = await info.context.load(drafts_of, Frame(), self.row.id)
        parts = {draft.locale: draft.content for draft in drafts}
        problems = readiness(self.row, parts, now=info.context.now)
        return [ReadinessProblem(code=each.code, path=list(each.path), message=each.message) for each in problems]

    @strawberry.field(description="What the viewer may do to the item next.")
    def available_actions(self, info: Info) -> list[ItemAction]:
        """By its status and the viewer's permissions."""
        return item_actions(info.context.actor, self.row, self.live)

    @strawberry.field(description="Its working copies that the viewer may see or write, the shared part first.")
    async def drafts(self, info: Info) -> list["Draft"]:
        """By locale."""
        rows, actor = await info.context.load(drafts_of, Frame(), self.row.id), info.context.actor
        return [
            Draft(row=row)
            for row in rows
            if any(actor.may(each, self.row.kind, row.locale) for each in (Permission.READ, Permission.EDIT))
        ]


async def editing_items(context: Context, _frame: Frame, keys: list[int]) -> list[Item | None]:
    """A batch: the items of those ids, with the locales they are live in."""
    rows = await items_of(context, Frame(), keys)
    live = [{edition.locale for edition in found} for found in await editions_of(context, Frame(), keys)]
    return [
        row and Item(row=row, live=in_order(context.locales, locales)) for row, locales in zip(rows, live, strict=True)
    ]


@strawberry.type(description="The working copy of one part of an item.")
class Draft(LeftOnDraft):
    """A draft."""

    row: strawberry.Private[models.Draft]

    @strawberry.field(description="The item's global id.")
    def item(self) -> strawberry.ID:
        """Without a locale."""
        return strawberry.ID(encode_id("Item", self.row.item_id))

    @strawberry.field(description="Its locale; null for the shared part.")
    def locale(self) -> Locale | None:
        """The locale."""
        return Locale(self.row.locale) if self.row.locale != SHARED else None

    @strawberry.field(description="Its revision, to be sent back with the next save.")
    def revision(self) -> int:
        """The optimistic lock."""
        return self.row.revision

    @strawberry.field(description="Where it stands in the workflow.")
    def status(self) -> DraftStatus:
        """The status."""
        return self.row.status

    @strawberry.field(description="When it is published; null unless it is scheduled.")
    def publish_at(self) -> datetime | None:
        """The moment."""
        return self.row.publish_at

    @strawberry.field(
        description="The status that the save just made undid, as an approval or a schedule holds for the text that "
        "was read; null otherwise."
    )
    def reopened_from(self) -> DraftStatus | None:
        """Of the answer to a save."""
        return self.row.undone

    @strawberry.field(description="Why it was returned; null once it is submitted again.")
    def review_note(self) -> str | None:
        """The reviewer's note."""
        return self.row.review_note

    @strawberry.field(
        description="When the text in the item's source locale was corrected since this one was last published."
    )
    def source_corrected_at(self) -> datetime | None:
        """The flag of a correction."""
        return self.row.source_corrected_at

    @strawberry.field(description="What the viewer may do to it next.")
    async def available_actions(self, info: Info) -> list[DraftAction]:
        """By its status, the item's, and the viewer's permissions."""
        item = await info.context.load(items_of, Frame(), self.row.item_id)
        return draft_actions(info.context.actor, item, self.row)

    @strawberry.field(description="The headline; null for the shared part.")
    def headline(self) -> str | None:
        """Of a text."""
        return TextPart.from_json(self.row.content).headline if self.row.locale != SHARED else None

    @strawberry.field(description="All its fields. References are database keys.")
    def content(self) -> JSON:
        """As it is stored."""
        return JSON(self.row.content)

    @strawberry.field(description="The locale that it is a translation from; null if it is none.")
    def translated_from(self) -> Locale | None:
        """The locale of its source."""
        return Locale(self.row.translated_from) if self.row.translated_from else None

    @strawberry.field(description="The revision of the source that the translation is based on.")
    def based_on_revision(self) -> int | None:
        """Of the text in `translatedFrom`."""
        return self.row.based_on_revision

    @strawberry.field(description="When it was last saved.")
    def updated_at(self) -> datetime:
        """The instant of the last revision."""
        return self.row.updated_at
