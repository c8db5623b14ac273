"""Mutations of workflow and time: drafts submitted, approved and scheduled; embargo and expiry of items."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.content.drafts import Draft, Item
from api.content.payloads import (
    DraftLocaleArgument,
    DraftPayload,
    ItemArgument,
    ItemPayload,
    LocalesArgument,
    RevisionArgument,
    authenticated,
    item_key,
    refusable,
)
from api.context import Info
from cms.content import embargoing, scheduling, workflow
from cms.content.models import SHARED
from cms.errors import InvalidInputError

More = Callable[[], Mapping[str, Any]]


async def draft_command(
    info: Info, command: Callable[..., Awaitable[Any]], item: str, locale: str | None, revision: int, more: More = dict
) -> DraftPayload:
    """Run a command on one draft; `more` makes its other arguments, and may refuse them."""

    async def change() -> Draft:
        row = await command(
            info.context.actor,
            item_id=item_key(item),
            locale=locale or SHARED,
            expected_revision=revision,
            now=info.context.now,
            **more(),
        )
        return Draft(row=row)

    authenticated(info)
    return await refusable(DraftPayload, [], change)


async def item_command(info: Info, command: Callable[..., Awaitable[Any]], item: str, more: More = dict) -> ItemPayload:
    """Run a command on an item; `more` makes its other arguments, and may refuse them."""

    async def change() -> Item:
        done = await command(info.context.actor, item_id=item_key(item), now=info.context.now, **more())
        return Item(row=done.item, live=done.live)

    authenticated(info)
    return await refusable(ItemPayload, [], change)


@strawberry.type
class WorkflowMutation:
    """Commands of the workflow."""

    @strawberry.mutation(description="Hand a draft to the editors. Needs the permission content.edit.")
    async def submit_draft(
        self, info: Info, item: ItemArgument, expected_revision: RevisionArgument, locale: DraftLocaleArgument = None
    ) -> DraftPayload:
        """See `cms.content.workflow.submit_draft`."""
        return await draft_command(info, workflow.submit_draft, item, locale, expected_revision)

    @strawberry.mutation(
        description="Give a submitted or approved draft back to be worked on. Needs the permission content.review."
    )
    async def return_draft(
        self,
        info: Info,
        item: ItemArgument,
        expected_revision: RevisionArgument,
        note: Annotated[str, strawberry.argument(description="Why, for whoever works on it; up to 2000 characters.")],
        locale: DraftLocaleArgument = None,
    ) -> DraftPayload:
        """See `cms.content.workflow.return_draft`."""
        return await draft_command(info, workflow.return_draft, item, locale, expected_revision, lambda: {"note": note})

    @strawberry.mutation(
        description="Say that a submitted draft may be published as it is. Needs the permission content.review."
    )
    async def approve_draft(
        self, info: Info, item: ItemArgument, expected_revision: RevisionArgument, locale: DraftLocaleArgument = None
    ) -> DraftPayload:
        """See `cms.content.workflow.approve_draft`."""
        return await draft_command(info, workflow.approve_draft, item, locale, expected_revision)

    @strawberry.mutation(
        description="Publish a draft at a time, or at another than said before. Parts of an item that are scheduled "
        "for one moment go live together, or none does. Needs the permission content.publish."
    )
    async def schedule_draft(
        self,
        info: Info,
        item: ItemArgument,
        expected_revision: RevisionArgument,
        publish_at: Annotated[datetime, strawberry.argument(description="When, in any offset, after now.")],
        locale: DraftLocaleArgument = None,
    ) -> DraftPayload:
        """See `cms.content.workflow.schedule_draft`."""
        command = workflow.schedule_draft
        return await draft_command(info, command, item, locale, expected_revision, lambda: {"publish_at": publish_at})

    @strawberry.mutation(
        description="Take back when a draft is published; it is approved then. Needs the permission content.publish."
    )
    async def unschedule_draft(
        self, info: Info, item: ItemArgument, expected_revision: RevisionArgument, locale: DraftLocaleArgument = None
    ) -> DraftPayload:
        """See `cms.content.workflow.unschedule_draft`."""
        return await draft_command(info, workflow.unschedule_draft, item, locale, expected_revision)

    @strawberry.mutation(
        description="Take live texts off at a time; newer versions keep it. Needs the permission content.publish."
    )
    async def schedule_unpublish(
        self,
        info: Info,
        item: ItemArgument,
        locales: LocalesArgument,
        unpublish_at: Annotated[
            datetime | None, strawberry.argument(description="When, in any offset, after now; null takes it back.")
        ] = strawberry.UNSET,
    ) -> ItemPayload:
        """See `cms.content.scheduling.schedule_unpublish`."""

        def more() -> Mapping[str, Any]:
            return {"locales": locales, "unpublish_at": _said(unpublish_at, "unpublishAt")}

        return await item_command(info, scheduling.schedule_unpublish, item, more)

    @strawberry.mutation(
        description="Let nobody see an item, in any locale, until a time; what is live disappears at once. Needs the "
        "permission content.publish."
    )
    async def set_embargo(
        self,
        info: Info,
        item: ItemArgument,
        until: Annotated[datetime, strawberry.argument(description="Until when, in any offset, after now.")],
    ) -> ItemPayload:
        """See `cms.content.embargoing.set_embargo`."""
        return await item_command(info, embargoing.set_embargo, item, lambda: {"until": until})

    @strawberry.mutation(description="Release an item from its embargo now. Needs the permission content.publish.")
    async def lift_embargo(self, info: Info, item: ItemArgument) -> ItemPayload:
        """See `cms.content.embargoing.lift_embargo`."""
        return await item_command(info, embargoing.lift_embargo, item)

    @strawberry.mutation(description="Let an item end at a time, for everybody. Needs the permission content.publish.")
    async def set_expiry(
        self,
        info: Info,
        item: ItemArgument,
        expires_at: Annotated[
            datetime | None,
            strawberry.argument(description="When, in any offset, after now; null lifts it and brings the item back."),
        ] = strawberry.UNSET,
    ) -> ItemPayload:
        """See `cms.content.embargoing.set_expiry`."""

        def more() -> Mapping[str, Any]:
            return {"expires_at": _said(expires_at, "expiresAt")}

        return await item_command(info, embargoing.set_expiry, item, more)


def _said(value: datetime | None, name: str) -> datetime | None:
    """A moment or null, but not nothing: to take a moment back is a decision, and no oversight."""
    if value is strawberry.UNSET:
        raise InvalidInputError(f"Say {name}: a time, or null.", path=(name,))
    return value
