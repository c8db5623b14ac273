"""Mutations of content: each parses ids, calls one command, and tells a refusal as userErrors.

What the client got wrong about content comes as userErrors with `data`; a missing token or a malformed request as a
GraphQL error.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, Any

import strawberry

from api.content.drafts import Draft, Item
from api.content.payloads import (
    DraftPayload,
    ItemArgument,
    ItemPayload,
    LocalesArgument,
    authenticated,
    item_key,
    refusable,
)
from api.content.saving import ArticleInput, ItemInput, SaveDraftInput, SaveSharedInput, shared_changes, text_changes
from api.context import Info
from cms.content import models
from cms.content.editing import Saved, create_article, create_item, save_draft
from cms.content.models import SHARED, Kind
from cms.content.publishing import publish, save_and_publish, unpublish


@strawberry.type
class ContentMutation:
    """Commands on content."""

    @strawberry.mutation(description="Start an article with its first text. Needs the permission content.edit.")
    async def create_article(
        self,
        info: Info,
        input: Annotated[ArticleInput, strawberry.argument(description="The article.")],  # noqa: A002 - Relay's name
    ) -> DraftPayload:
        """See `cms.content.editing.create_article`."""
        return await _create(info, create_article, input)

    @strawberry.mutation(description="Start a video with its first text. Needs the permission content.edit.")
    async def create_video(
        self,
        info: Info,
        input: Annotated[ItemInput, strawberry.argument(description="The video.")],  # noqa: A002 - as above
    ) -> DraftPayload:
        """See `cms.content.editing.create_item`."""
        return await _create(info, partial(create_item, kind=Kind.VIDEO), input)

    @strawberry.mutation(description="Start a focus series with its first text. Needs the permission content.edit.")
    async def create_focus_series(
        self,
        info: Info,
        input: Annotated[ItemInput, strawberry.argument(description="The series.")],  # noqa: A002 - as above
    ) -> DraftPayload:
        """See `cms.content.editing.create_item`."""
        return await _create(info, partial(create_item, kind=Kind.SERIES), input)

    @strawberry.mutation(description="Start a front page with its first text. Needs the permission content.edit.")
    async def create_front_page(
        self,
        info: Info,
        input: Annotated[ItemInput, strawberry.argument(description="The front page.")],  # noqa: A002 - as above
    ) -> DraftPayload:
        """See `cms.content.editing.create_item`."""
        return await _create(info, partial(create_item, kind=Kind.FRONT_PAGE), input)

    @strawberry.mutation(
        description="Save the given fields of a text, or begin it in a locale. Needs the permission content.edit."
    )
    async def save_draft(
        self,
        info: Info,
        input: Annotated[SaveDraftInput, strawberry.argument(description="What to save.")],  # noqa: A002 - as above
        expected_revision: Annotated[
            int | None,
            strawberry.argument(description="The revision you saw; null to begin a text in a new locale."),
        ] = None,
        publish: Annotated[
            bool,
            strawberry.argument(
                description="Whether the text goes live with it, both or neither. Needs content.publish too."
            ),
        ] = False,
    ) -> DraftPayload:
        """See `cms.content.editing.save_draft` and `cms.content.publishing.save_and_publish`."""
        command = save_and_publish if publish else save_draft
        return await _save(
            info,
            command,
            input.item,
            input.locale,
            lambda: text_changes(input.text),
            expected_revision,
            source_revision=input.source_revision,
            **({} if publish else {"autosave": input.autosave}),
        )

    @strawberry.mutation(
        description="Save the given fields of an item's shared part. Needs the permission content.edit."
    )
    async def save_shared(
        self,
        info: Info,
        input: Annotated[SaveSharedInput, strawberry.argument(description="What to save.")],  # noqa: A002 - as above
        expected_revision: Annotated[int, strawberry.argument(description="The revision you saw.")],
    ) -> DraftPayload:
        """See `cms.content.editing.save_draft`."""
        return await _save(
            info,
            save_draft,
            input.item,
            SHARED,
            lambda: shared_changes(input.shared),
            expected_revision,
            autosave=input.autosave,
        )

    @strawberry.mutation(
        description="Make drafts what the public reads, all or none. Needs the permission content.publish."
    )
    async def publish(
        self,
        info: Info,
        item: ItemArgument,
        locales: LocalesArgument,
        shared: Annotated[
            bool,
            strawberry.argument(
                description="Whether the shared part goes too; it always does with the first publication."
            ),
        ] = False,
    ) -> ItemPayload:
        """See `cms.content.publishing.publish`."""
        context = info.context

        async def change() -> Item:
            key = item_key(item)
            done = await publish(context.actor, item_id=key, locales=locales, shared=shared, now=context.now)
            return Item(row=done.item, live=done.live)

        authenticated(info)
        return await refusable(ItemPayload, [], change)

    @strawberry.mutation(
        description="Take texts off, quietly; drafts and revisions stay. Needs the permission content.publish."
    )
    async def unpublish(self, info: Info, item: ItemArgument, locales: LocalesArgument) -> ItemPayload:
        """See `cms.content.publishing.unpublish`."""
        context = info.context

        async def change() -> Item:
            done = await unpublish(context.actor, item_id=item_key(item), locales=locales, now=context.now)
            return Item(row=done.item, live=done.live)

        authenticated(info)
        return await refusable(ItemPayload, [], change)


async def _create(
    info: Info, command: Callable[..., Awaitable[Saved]], given: ArticleInput | ItemInput
) -> DraftPayload:
    context = info.context

    async def change() -> Draft:
        saved = await command(
            context.actor,
            source_locale=given.locale,
            text=text_changes(given.text),
            shared=shared_changes(given.shared) if given.shared else {},
            uri=given.uri,
            now=context.now,
        )
        locale = next(locale for locale in saved.drafts if locale != SHARED)
        return Draft(row=saved.drafts[locale])

    authenticated(info)
    return await refusable(DraftPayload, ["input"], change)


async def _save(
    info: Info,
    command: Callable[..., Awaitable[models.Draft]],
    item: str,
    locale: str,
    changes: Callable[[], Mapping[str, Any]],
    expected: int | None,
    **how: Any,
) -> DraftPayload:
    context = info.context

    async def change() -> Draft:
        draft = await command(
            context.actor,
            item_id=item_key(item),
            locale=locale,
            changes=changes(),
            expected_revision=expected,
            now=context.now,
            **how,
        )
        return Draft(row=draft)

    authenticated(info)
    return await refusable(DraftPayload, ["input"], change)
