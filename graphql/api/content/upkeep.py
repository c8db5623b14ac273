"""Items as a whole at the desk: found, duplicated, put in the trash and taken out, and where they are used."""

from typing import Annotated

import strawberry

from api.content.drafts import Item, items_of
from api.content.listing import ItemFilter, ItemOrder, listed, seen_by
from api.content.loading import editions_of
from api.content.payloads import ItemArgument, ItemPayload, authenticated, item_key, refusable
from api.content.workflow import item_command
from api.context import Info
from api.desk import desk_field
from api.enums import Kind, described
from api.nodes import encode_id
from api.pagination import Connection
from api.plans.fetching import Frame
from api.scalars import Locale
from cms.accounts.actors import Permission, require
from cms.content import trashing, uses
from cms.content.duplicating import duplicate_item
from cms.content.models import SHARED
from cms.content.uses import UseRole

described(
    UseRole,
    "As what an item refers to another.",
    SERIES_ENTRY="As an entry of a series.",
    LEAD_VIDEO="As its lead video.",
    RELATED="As a related item.",
    BODY="As a figure or video in its body.",
)


@strawberry.type(description="A reference to an item from a part of another.")
class ItemUse:
    """A use."""

    use: strawberry.Private[uses.Use]

    @strawberry.field(description="The id of the item that refers to it.")
    def item(self) -> strawberry.ID:
        """Without a locale."""
        return strawberry.ID(encode_id("Item", self.use.item_id))

    @strawberry.field(description="What that is.")
    def kind(self) -> Kind:
        """Its kind."""
        return self.use.kind

    @strawberry.field(description="The locale of the text that refers to it; null for the shared part.")
    def locale(self) -> Locale | None:
        """Of the part."""
        return Locale(self.use.locale) if self.use.locale != SHARED else None

    @strawberry.field(description="As what.")
    def role(self) -> UseRole:
        """The role."""
        return self.use.role

    @strawberry.field(description="Whether the working copy refers to it.")
    def draft(self) -> bool:
        """It would with the next publication."""
        return self.use.draft

    @strawberry.field(description="Whether what is live refers to it.")
    def live(self) -> bool:
        """Readers may meet it there."""
        return self.use.live


@strawberry.type
class UpkeepQuery:
    """Items at the desk."""

    @desk_field("One item with its working copies; null if there is none that may be seen. Needs content.read.")
    async def item(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Any id of the item.")],  # noqa: A002
    ) -> Item | None:
        """In the trash or not."""
        context = info.context
        require(context.actor, Permission.READ)
        row = await context.load(items_of, Frame(), item_key(id))
        if row is None or not await seen_by(context.actor, row):
            return None
        editions = await context.load(editions_of, Frame(), row.id)
        live = {each.locale for each in editions}
        return Item(row=row, live=tuple(tag for tag in context.locales.tags if tag in live))

    @desk_field("Items with their working copies, page by page. Needs the permission content.read.")
    async def items(
        self,
        info: Info,
        filter: Annotated[  # noqa: A002 - the field's usual name
            ItemFilter | None, strawberry.argument(description="Only items that meet all of this.")
        ] = None,
        order_by: Annotated[
            ItemOrder | None, strawberry.argument(description="In this order; the last saved first if not said.")
        ] = None,
        first: Annotated[int | None, strawberry.argument(description="At most this many; 20 if not said.")] = None,
        after: Annotated[str | None, strawberry.argument(description="Only after this cursor.")] = None,
    ) -> Connection[Item]:
        """Those in the trash only if asked for."""
        require(info.context.actor, Permission.READ)
        return await listed(info, filter or ItemFilter(), order_by or ItemOrder(), first, after)

    @desk_field("What refers to an item, live or in working copies. Needs the permission content.read.")
    async def where_used(self, info: Info, item: ItemArgument) -> list[ItemUse]:
        """See `cms.content.uses.uses_of`."""
        key = item_key(item)
        ids = [
            encode_id(kind, key, locale, exact=exact)
            for kind in ("Item", "Article", "VideoAsset", "FocusSeries")
            for locale in ("", *info.context.locales.tags)
            for exact in (False, True)
        ]
        found = await uses.uses_of(info.context.actor, item_id=key, ids=sorted(set(ids)))
        return [ItemUse(use=use) for use in found]


@strawberry.type
class UpkeepMutation:
    """Commands on items at the desk."""

    @strawberry.mutation(
        description="Begin an item with all drafts of another, at an address of its own. Needs content.read and "
        "content.edit for all its parts."
    )
    async def duplicate_item(self, info: Info, item: ItemArgument) -> ItemPayload:
        """See `cms.content.duplicating.duplicate_item`."""
        context = info.context

        async def change() -> Item:
            done = await duplicate_item(context.actor, item_id=item_key(item), now=context.now)
            return Item(row=done.item, live=())

        authenticated(info)
        return await refusable(ItemPayload, [], change)

    @strawberry.mutation(
        description="Put an item that is not live in the trash; it refuses every edit there. Needs content.edit for "
        "all of it."
    )
    async def trash_item(self, info: Info, item: ItemArgument) -> ItemPayload:
        """See `cms.content.trashing.trash_item`."""
        return await item_command(info, trashing.trash_item, item)

    @strawberry.mutation(description="Take an item out of the trash. Needs content.edit for all of it.")
    async def undelete_item(self, info: Info, item: ItemArgument) -> ItemPayload:
        """See `cms.content.trashing.undelete_item`."""
        return await item_command(info, trashing.undelete_item, item)
