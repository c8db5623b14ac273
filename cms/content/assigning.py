"""Who is to do what until when, and what the desk should know about a draft. Nothing of the draft itself changes."""

from datetime import datetime

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.accounts.models import User
from cms.content.models import Draft
from cms.content.workflow import lock_draft
from cms.database import transaction
from cms.errors import InvalidInputError
from cms.events import EventType
from cms.plaintext import check_text

DESK_NOTE_MOST = 2_000


async def assign_draft(
    actor: Actor, *, item_id: int, locale: str, user_id: int | None, due_at: datetime | None = None, now: datetime
) -> Draft:
    """Give a draft to somebody, perhaps with a date, or to nobody. A date that has passed says that it is late.

    Raises:
        NotFoundError: no such item or draft.
        InvalidInputError: no such user, one that is deactivated, or a date for nobody.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        _, draft = await lock_draft(actor, Permission.EDIT, item_id, locale)
        user = await User.get_or_none(id=user_id, active=True) if user_id is not None else None
        if user is None and user_id is not None:
            raise InvalidInputError("There is no such user.", path=("user",))
        if user is None and due_at is not None:
            raise InvalidInputError("Say who is to be done by then.", path=("dueAt",))
        draft.assignee_id, draft.due_at = user_id, due_at
        await draft.save(update_fields=["assignee_id", "due_at"])
        data = {"user": user.name if user else None, "due_at": due_at.isoformat() if due_at else None}
        _record(EventType.DRAFT_ASSIGNED, actor, draft, data, now)
    return draft


async def note_to_desk(actor: Actor, *, item_id: int, locale: str, note: str | None, now: datetime) -> Draft:
    """Say what whoever works on the draft next should know; None or nothing takes it away.

    Raises:
        NotFoundError: no such item or draft.
        InvalidInputError: the note is too long.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        _, draft = await lock_draft(actor, Permission.EDIT, item_id, locale)
        draft.desk_note = check_text(note or "", name="note", most=DESK_NOTE_MOST) or None
        await draft.save(update_fields=["desk_note"])
        _record(EventType.DRAFT_NOTED, actor, draft, {"note": draft.desk_note}, now)
    return draft


def _record(event: EventType, actor: Actor, draft: Draft, data: dict[str, str | None], now: datetime) -> None:
    locale = draft.locale or None
    events.record(event, item_id=draft.item_id, locale=locale, actor=actor.name, data=data, at=now)
