"""Items and drafts as those who edit see them, and what they send. No public query leads here."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import strawberry

from api.enums import CreditRole, DraftStatus, Kind, PubStatus
from api.nodes import Node, encode_id, key_of
from api.scalars import JSON, Locale
from cms.content import models
from cms.content.models import SHARED
from cms.content.parts import TextPart


@strawberry.type(description="An item as those who edit it see it, in no language.")
class Item(Node):
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

    @strawberry.field(description="Its working copies, the shared part first.")
    async def drafts(self) -> list["Draft"]:
        """By locale."""
        return [Draft(row=row) for row in await models.Draft.filter(item_id=self.row.id).order_by("locale")]


@strawberry.type(description="The working copy of one part of an item.")
class Draft:
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

    @strawberry.field(description="The headline; null for the shared part.")
    def headline(self) -> str | None:
        """Of a text."""
        return TextPart.from_json(self.row.content).headline if self.row.locale != SHARED else None

    @strawberry.field(description="All its fields. References are database keys.")
    def content(self) -> JSON:
        """As it is stored."""
        return JSON(self.row.content)

    @strawberry.field(description="When it was last saved.")
    def updated_at(self) -> datetime:
        """The instant of the last revision."""
        return self.row.updated_at


@strawberry.input(description="Fields of a text. One left out stays as it is; null empties it.")
class TextInput:
    """A text part."""

    headline: str | None = strawberry.field(default=strawberry.UNSET, description="Up to 300 characters.")
    slug: str | None = strawberry.field(
        default=strawberry.UNSET, description="Its address; made from the headline if not chosen."
    )
    summary: str | None = strawberry.field(default=strawberry.UNSET, description="A sentence or two for lists.")
    body: JSON | None = strawberry.field(
        default=strawberry.UNSET, description="A ProseMirror document; blocks without an id get one."
    )
    dateline_place: str | None = strawberry.field(default=strawberry.UNSET, description="Where it was written.")
    dateline_date: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When, if not on the day of publication."
    )
    located: str | None = strawberry.field(default=strawberry.UNSET, description="The place it is about.")


@strawberry.input(description="An organisation and what it did.")
class CreditInput:
    """A credit."""

    organisation: strawberry.ID = strawberry.field(description="The organisation's id.")
    role: CreditRole = strawberry.field(description="What it did.")


@strawberry.input(description="Fields of a shared part. One left out stays as it is; null empties it.")
class SharedInput:
    """A shared part."""

    urgency: int | None = strawberry.field(default=strawberry.UNSET, description="From 1 (most) to 9 (least).")
    subjects: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Ids of concepts, the most important first."
    )
    contributors: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Ids of contributors, in the order they are named."
    )
    credits: list[CreditInput] | None = strawberry.field(
        default=strawberry.UNSET, description="Organisations credited."
    )
    lead_video: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The id of a video.")
    related: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Ids of items to refer readers to."
    )
    copyright_holder: str | None = strawberry.field(default=strawberry.UNSET, description="Who holds the copyright.")
    credit_line: str | None = strawberry.field(default=strawberry.UNSET, description="The credit to print.")
    usage_terms: str | None = strawberry.field(default=strawberry.UNSET, description="What use is allowed.")
    editorial_note: str | None = strawberry.field(
        default=strawberry.UNSET, description="A note to other newsrooms, never published."
    )


@strawberry.input(description="An article to start.")
class ArticleInput:
    """A new article."""

    locale: Locale = strawberry.field(description="The locale it is written in.")
    text: TextInput = strawberry.field(description="Its first text; the headline is needed.")
    shared: SharedInput | None = strawberry.field(default=None, description="Its shared part.")
    uri: str | None = strawberry.field(default=None, description="Its own URI, if it has one already.")


@strawberry.input(description="Fields of a text to save.")
class SaveDraftInput:
    """A save of a text."""

    item: strawberry.ID = strawberry.field(description="The id of the item.")
    locale: Locale = strawberry.field(description="The locale of the text.")
    text: TextInput = strawberry.field(description="The fields that change.")


@strawberry.input(description="Fields of a shared part to save.")
class SaveSharedInput:
    """A save of a shared part."""

    item: strawberry.ID = strawberry.field(description="The id of the item.")
    shared: SharedInput = strawberry.field(description="The fields that change.")


def text_changes(given: TextInput) -> Mapping[str, Any]:
    """The fields that the client named."""
    return {name: value for name, value in vars(given).items() if value is not strawberry.UNSET}


_ITEMS = ("Item", "Article", "VideoAsset", "FocusSeries")
_REFERENCES: Mapping[str, Callable[[Any], Any]] = {
    "subjects": lambda ids: _keys(ids, "subjects", "Concept"),
    "contributors": lambda ids: _keys(ids, "contributors", "Contributor"),
    "related": lambda ids: _keys(ids, "related", *_ITEMS),
    "lead_video": lambda text: key_of(text, "Item", "VideoAsset", path=("lead_video",)),
    "credits": lambda given: [
        {
            "organisation": key_of(each.organisation, "Organisation", path=("credits", index, "organisation")),
            "role": each.role,
        }
        for index, each in enumerate(given)
    ],
}


def shared_changes(given: SharedInput) -> Mapping[str, Any]:
    """The fields that the client named, ids resolved to keys.

    Raises:
        InvalidInputError: an id of another type.
    """
    named = {name: value for name, value in vars(given).items() if value is not strawberry.UNSET}
    return {
        name: _REFERENCES[name](value) if name in _REFERENCES and value is not None else value
        for name, value in named.items()
    }


def _keys(ids: list[strawberry.ID], name: str, *types: str) -> list[int]:
    return [key_of(text, *types, path=(name, index)) for index, text in enumerate(ids)]
