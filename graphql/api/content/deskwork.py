"""What people leave on drafts and items for one another, and the commands that do so."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.accounts.payloads import DonePayload
from api.content.drafts import Draft
from api.content.leavings import Comment, Editor, editors
from api.content.paging import Cut, connection
from api.content.payloads import (
    DraftLocaleArgument,
    DraftPayload,
    ItemArgument,
    UserError,
    authenticated,
    item_key,
    refusable,
)
from api.context import Info
from api.desk import desk_field
from api.nodes import key_of
from api.pagination import Connection, Edge, decode_cursor, encode_cursor, read_page
from api.plans.reading import OrderTerm
from cms.accounts.actors import Permission, require
from cms.content import assigning, commenting, models, presence
from cms.content.models import SHARED

PAGE = 50
BY_ID = (OrderTerm("d.id"),)
CommentArgument = Annotated[strawberry.ID, strawberry.argument(description="The id of the comment.")]


@strawberry.type(description="What came of a change to a comment.")
class CommentPayload:
    """The comment, or why not."""

    result: Comment | None = strawberry.field(description="The comment as it now is; null if refused.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty if it was not.")


@strawberry.type(description="Who is at work on an item.")
class EditingPayload:
    """Everybody, or why not."""

    result: list[Editor] | None = strawberry.field(description="Everybody who is at work on it; null if refused.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty if it was not.")


@strawberry.type
class DeskworkQuery:
    """What waits for the viewer."""

    @desk_field("The drafts that are assigned to the viewer, the oldest first. Needs the permission content.read.")
    async def my_assignments(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description="At most this many; 50 if not said.")] = None,
        after: Annotated[str | None, strawberry.argument(description="Only after this cursor.")] = None,
    ) -> Connection[Draft]:
        """Nobody but a person has any."""
        actor = info.context.actor
        require(actor, Permission.READ)
        page = read_page({"first": first, "after": after}, PAGE)
        query = models.Draft.filter(assignee_id=-1 if actor.user_id is None else actor.user_id, item__trashed_at=None)
        counted = query.count
        if page.cursor is not None:
            query = query.filter(id__gt=decode_cursor(page.cursor, BY_ID, page.argument, "mine")[0])
        rows = await query.order_by("id").limit(page.size + 1)
        cut = Cut(rows[: page.size], page, more=len(rows) > page.size)
        edges = [Edge(node=Draft(row=row), cursor=encode_cursor(BY_ID, (row.id,), "mine")) for row in cut.rows]

        async def count() -> int:
            return await counted()

        return connection(edges, cut, count)


@strawberry.type
class DeskworkMutation:
    """Commands beside the text itself."""

    @strawberry.mutation(description="Remark on a draft, or on one block of it. Needs the permission content.read.")
    async def add_comment(
        self,
        info: Info,
        item: ItemArgument,
        text: Annotated[str, strawberry.argument(description="What there is to say.")],
        locale: DraftLocaleArgument = None,
        block: Annotated[str | None, strawberry.argument(description="The id of the block it is about.")] = None,
    ) -> CommentPayload:
        """See `cms.content.commenting.add_comment`."""
        context = info.context

        async def change() -> Comment:
            row = await commenting.add_comment(
                context.actor,
                item_id=item_key(item),
                locale=locale or SHARED,
                text=text,
                block=block,
                now=context.now,
            )
            return Comment(row=row)

        authenticated(info)
        return await refusable(CommentPayload, [], change)

    @strawberry.mutation(
        description="Say that a comment is settled, or is not after all. Needs content.edit, or to be its author."
    )
    async def resolve_comment(
        self,
        info: Info,
        comment: CommentArgument,
        resolved: Annotated[bool, strawberry.argument(description="False to open it again.")] = True,
    ) -> CommentPayload:
        """See `cms.content.commenting.resolve_comment`."""
        context = info.context

        async def change() -> Comment:
            key = key_of(comment, "Comment", path=("comment",))
            row = await commenting.resolve_comment(context.actor, comment_id=key, resolved=resolved, now=context.now)
            return Comment(row=row)

        authenticated(info)
        return await refusable(CommentPayload, [], change)

    @strawberry.mutation(description="Take back a comment of one's own, for good. Needs the permission content.read.")
    async def delete_comment(self, info: Info, comment: CommentArgument) -> DonePayload:
        """See `cms.content.commenting.delete_comment`."""
        context = info.context

        async def change() -> bool:
            key = key_of(comment, "Comment", path=("comment",))
            await commenting.delete_comment(context.actor, comment_id=key, now=context.now)
            return True

        authenticated(info)
        return await refusable(DonePayload, [], change)

    @strawberry.mutation(
        description="Give a draft to somebody, or to nobody; its text stays. Needs the permission content.edit."
    )
    async def assign_draft(
        self,
        info: Info,
        item: ItemArgument,
        user: Annotated[
            strawberry.ID | None, strawberry.argument(description="Who is to do it; null for nobody.")
        ] = None,
        locale: DraftLocaleArgument = None,
        due_at: Annotated[datetime | None, strawberry.argument(description="By when, in any offset.")] = None,
    ) -> DraftPayload:
        """See `cms.content.assigning.assign_draft`."""

        def more() -> dict[str, Any]:
            user_id = None if user is None else key_of(user, "User", path=("user",))
            return {"user_id": user_id, "due_at": due_at}

        return await _on_draft(info, assigning.assign_draft, item, locale, more)

    @strawberry.mutation(
        description="Leave a note on a draft for whoever works on it next. Needs the permission content.edit."
    )
    async def note_to_desk(
        self,
        info: Info,
        item: ItemArgument,
        note: Annotated[str | None, strawberry.argument(description="The note; null takes it away.")] = None,
        locale: DraftLocaleArgument = None,
    ) -> DraftPayload:
        """See `cms.content.assigning.note_to_desk`."""
        return await _on_draft(info, assigning.note_to_desk, item, locale, lambda: {"note": note})

    @strawberry.mutation(
        description="Say that one is at work on a draft, for 30 seconds from now; clients repeat it. It keeps nobody "
        "out. Needs the permission content.edit."
    )
    async def be_editing(self, info: Info, item: ItemArgument, locale: DraftLocaleArgument = None) -> EditingPayload:
        """See `cms.content.presence.be_editing`."""
        return await _present(info, presence.be_editing, item, locale)

    @strawberry.mutation(description="Say that one is no longer at work on a draft. Needs the permission content.edit.")
    async def stop_editing(self, info: Info, item: ItemArgument, locale: DraftLocaleArgument = None) -> EditingPayload:
        """See `cms.content.presence.stop_editing`."""
        return await _present(info, presence.stop_editing, item, locale)


async def _on_draft(info: Info, command: Any, item: str, locale: str | None, more: Any) -> DraftPayload:
    context = info.context

    async def change() -> Draft:
        where = {"item_id": item_key(item), "locale": locale or SHARED}
        return Draft(row=await command(context.actor, now=context.now, **where, **more()))

    authenticated(info)
    return await refusable(DraftPayload, [], change)


async def _present(info: Info, command: Any, item: str, locale: str | None) -> EditingPayload:
    context = info.context

    async def change() -> Sequence[Editor]:
        present = await command(context.actor, item_id=item_key(item), locale=locale or SHARED, now=context.now)
        return editors(present)

    authenticated(info)
    return await refusable(EditingPayload, [], change)
