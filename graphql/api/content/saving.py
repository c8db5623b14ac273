"""What those who edit send: fields of texts and shared parts, and items to start."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import strawberry

from api.content.rows import ITEM_TYPES
from api.enums import CreditRole
from api.nodes import key_of
from api.scalars import JSON, Locale


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


@strawberry.input(description="A title in a locale.")
class TitleInput:
    """A title."""

    locale: Locale = strawberry.field(description="The locale.")
    title: str = strawberry.field(description="Up to 300 characters.")


@strawberry.input(description="A section of a focus series or front page.")
class SectionInput:
    """A section."""

    key: str = strawberry.field(description="What entries name it by; up to 100 characters.")
    titles: list[TitleInput] = strawberry.field(description="Its titles, one for each locale.")


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
    occasion: str | None = strawberry.field(
        default=strawberry.UNSET, description="Of a focus series: what it is about, such as an event's name."
    )
    starts_on: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Of a focus series: when the occasion begins."
    )
    ends_on: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Of a focus series: when the occasion ends."
    )
    sections: list[SectionInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Of a focus series or front page, in reading order; entries have commands of their own.",
    )


@strawberry.input(description="An article to start.")
class ArticleInput:
    """A new article."""

    locale: Locale = strawberry.field(description="The locale it is written in.")
    text: TextInput = strawberry.field(description="Its first text; the headline is needed.")
    shared: SharedInput | None = strawberry.field(default=None, description="Its shared part.")
    uri: str | None = strawberry.field(default=None, description="Its own URI, if it has one already.")


@strawberry.input(description="A video, focus series or front page to start.")
class ItemInput:
    """A new item of a kind that the mutation names."""

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
    source_revision: int | None = strawberry.field(
        default=None,
        description="Of a translation: the revision of the source that you saw, if not the one it is based on.",
    )
    autosave: bool = strawberry.field(
        default=False,
        description="Whether the client saves by itself: such saves share a revision for some minutes, whose number "
        "rises each time.",
    )


@strawberry.input(description="Fields of a shared part to save.")
class SaveSharedInput:
    """A save of a shared part."""

    item: strawberry.ID = strawberry.field(description="The id of the item.")
    shared: SharedInput = strawberry.field(description="The fields that change.")
    autosave: bool = strawberry.field(default=False, description="As in SaveDraftInput.")


def text_changes(given: TextInput) -> Mapping[str, Any]:
    """The fields that the client named."""
    return {name: value for name, value in vars(given).items() if value is not strawberry.UNSET}


_REFERENCES: Mapping[str, Callable[[Any], Any]] = {
    "subjects": lambda ids: _keys(ids, "subjects", "Concept"),
    "contributors": lambda ids: _keys(ids, "contributors", "Contributor"),
    "related": lambda ids: _keys(ids, "related", *ITEM_TYPES),
    "lead_video": lambda text: key_of(text, "Item", "VideoAsset", path=("lead_video",)),
    "credits": lambda given: [
        {
            "organisation": key_of(each.organisation, "Organisation", path=("credits", index, "organisation")),
            "role": each.role,
        }
        for index, each in enumerate(given)
    ],
    "sections": lambda given: [
        {"key": each.key, "titles": {title.locale: title.title for title in each.titles}} for each in given
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
