"""Remarks on drafts: made by whoever may read them, settled by whoever may write them, taken back by their authors."""

from datetime import datetime

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.deskwork import Comment
from cms.content.editing import lock_item
from cms.content.models import SHARED, Draft
from cms.content.parts import TextPart
from cms.content.segments import block_ids
from cms.content.workflow import lock_draft
from cms.database import transaction
from cms.errors import ForbiddenError, InvalidInputError, NotFoundError, TransitionError
from cms.events import EventType
from cms.plaintext import check_text

COMMENT_MOST = 5_000


async def add_comment(
    actor: Actor, *, item_id: int, locale: str, text: str, block: str | None = None, now: datetime
) -> Comment:
    """Remark on a draft, or on one block of its body.

    Raises:
        NotFoundError: no such item or draft.
        InvalidInputError: there is nothing to say, or too much, or no such block.
    """
    require(actor, Permission.READ)
    async with transaction():
        _, draft = await lock_draft(actor, Permission.READ, item_id, locale)
        said = check_text(text, name="text", most=COMMENT_MOST)
        if not said:
            raise InvalidInputError("text must not be empty.", path=("text",))
        if block is not None and block not in _blocks(draft):
            raise InvalidInputError("There is no such block in this draft.", path=("block",))
        comment = await Comment.create(
            item_id=item_id,
            locale=draft.locale,
            revision=draft.revision,
            block=block,
            text=said,
            author=actor.name,
            created_at=now,
        )
        _record(EventType.COMMENT_ADDED, actor, comment, now)
    return comment


async def resolve_comment(actor: Actor, *, comment_id: int, resolved: bool = True, now: datetime) -> Comment:
    """Say that a remark is settled, or that it is not after all.

    Raises:
        NotFoundError: no such comment.
        TransitionError: it is so already.
    """
    require(actor, Permission.READ)
    async with transaction():
        comment = await _lock_comment(actor, comment_id, Permission.EDIT)
        if (comment.resolved_at is not None) is resolved:
            state = "resolved already" if resolved else "not resolved"
            raise TransitionError(f"The comment is {state}.", path=("comment",))
        comment.resolved_at, comment.resolved_by = (now, actor.name) if resolved else (None, None)
        await comment.save(update_fields=["resolved_at", "resolved_by"])
        _record(EventType.COMMENT_RESOLVED, actor, comment, now)
    return comment


async def delete_comment(actor: Actor, *, comment_id: int, now: datetime) -> None:
    """Take back a remark of one's own, for good.

    Raises:
        NotFoundError: no such comment.
        ForbiddenError: it is somebody else's.
    """
    require(actor, Permission.READ)
    async with transaction():
        comment = await _lock_comment(actor, comment_id, None)
        await comment.delete()
        _record(EventType.COMMENT_DELETED, actor, comment, now)


async def _lock_comment(actor: Actor, comment_id: int, permission: Permission | None) -> Comment:
    """A comment of the actor's own, or, with that permission, anybody's; its item is locked."""
    comment = await Comment.get_or_none(id=comment_id)
    item = await lock_item(comment.item_id) if comment is not None else None
    if comment is None or item is None or not await Comment.exists(id=comment_id):
        raise NotFoundError("There is no such comment.", path=("comment",))
    require(actor, Permission.READ, item.kind, [comment.locale])
    if comment.author != actor.name:
        if permission is None:
            raise ForbiddenError("Only its author takes a comment back.")
        require(actor, permission, item.kind, [comment.locale])
    return comment


def _blocks(draft: Draft) -> set[str]:
    return set() if draft.locale == SHARED else set(block_ids(TextPart.from_json(draft.content).body["content"]))


def _record(event: EventType, actor: Actor, comment: Comment, now: datetime) -> None:
    data = {"comment": comment.id, "resolved": comment.resolved_at is not None}
    locale = comment.locale or None
    events.record(event, item_id=comment.item_id, locale=locale, actor=actor.name, data=data, at=now)
