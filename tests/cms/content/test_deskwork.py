"""Comments, assignments, notes and presence."""

import pytest

from cms.accounts.actors import ANONYMOUS, SYSTEM, Actor, Grant, Permission
from cms.accounts.models import User
from cms.accounts.users import create_user
from cms.content import assigning, commenting, presence
from cms.content.deskwork import Comment, Presence
from cms.content.models import SHARED, Draft
from cms.errors import ForbiddenError, InvalidInputError, NotFoundError, TransitionError, UnauthenticatedError
from tests.desks import CHIEF, minutes

READER = Actor.holding("lettore", [Permission.READ])
BODY = {"type": "doc", "content": [{"type": "paragraph", "attrs": {"id": "primo"}}]}


async def comment(desk, item_id, actor=READER, locale="it", **more):
    said = {"text": "Qui manca una fonte。", **more}
    return await commenting.add_comment(actor, item_id=item_id, locale=locale, now=desk.now, **said)


async def test_a_comment_is_made_settled_opened_again_and_taken_back(desk):
    item_id = await desk.write("it")
    await desk.save(item_id, body=BODY)
    made = await comment(desk, item_id, block="primo")
    assert (made.revision, made.block, made.author) == (2, "primo", "lettore")
    settled = await commenting.resolve_comment(CHIEF, comment_id=made.id, now=desk.at(5))
    assert (settled.resolved_by, settled.resolved_at) == (CHIEF.name, minutes(5))
    with pytest.raises(TransitionError):
        await commenting.resolve_comment(CHIEF, comment_id=made.id, now=desk.now)
    opened = await commenting.resolve_comment(READER, comment_id=made.id, resolved=False, now=desk.now)
    assert (opened.resolved_by, opened.resolved_at) == (None, None)
    with pytest.raises(ForbiddenError):
        await commenting.delete_comment(CHIEF, comment_id=made.id, now=desk.now)
    await commenting.delete_comment(READER, comment_id=made.id, now=desk.now)
    assert not await Comment.exists()
    with pytest.raises(NotFoundError):
        await commenting.delete_comment(READER, comment_id=made.id, now=desk.now)
    told = [each for each in await desk.happened(item_id) if each.startswith("comment.")]
    assert told == ["comment.added", "comment.resolved", "comment.resolved", "comment.deleted"]
    assert (await Draft.get(item_id=item_id, locale="it")).revision == 2


async def test_comments_that_are_refused(desk):
    item_id = await desk.write("it", "zh")
    for error, more in (
        (InvalidInputError, {"text": " "}),
        (InvalidInputError, {"text": "雪" * 5_001}),
        (InvalidInputError, {"block": "altro"}),
        (InvalidInputError, {"block": "primo", "locale": SHARED}),
        (NotFoundError, {"locale": "en"}),
        (ForbiddenError, {"actor": Actor("译者", (Grant(Permission.READ, locales=frozenset({"zh"})),))}),
        (UnauthenticatedError, {"actor": ANONYMOUS}),
    ):
        with pytest.raises(error):
            await comment(desk, item_id, **more)
    made = await comment(desk, item_id, actor=CHIEF)
    with pytest.raises(ForbiddenError):
        await commenting.resolve_comment(READER, comment_id=made.id, now=desk.now)
    assert await Comment.all().count() == 1


async def test_a_draft_is_assigned_and_noted_without_being_saved(desk):
    item_id = await desk.write("it")
    made = await create_user(SYSTEM, email="li@example.org", name="李雪", password="una frase lunga 雪", now=desk.now)
    where = {"item_id": item_id, "locale": "it", "now": desk.now}
    draft = await assigning.assign_draft(CHIEF, user_id=made.id, due_at=minutes(60), **where)
    assert (draft.assignee_id, draft.due_at) == (made.id, minutes(60))
    draft = await assigning.note_to_desk(CHIEF, note="Aspettiamo la foto。", **where)
    assert draft.desk_note == "Aspettiamo la foto。"
    await desk.save(item_id, headline="Sole")
    kept = await Draft.get(item_id=item_id, locale="it")
    assert (kept.revision, kept.assignee_id, kept.desk_note) == (2, made.id, "Aspettiamo la foto。")
    with pytest.raises(InvalidInputError):
        await assigning.assign_draft(CHIEF, user_id=None, due_at=minutes(60), **where)
    await assigning.assign_draft(CHIEF, user_id=None, **where)
    await User.filter(id=made.id).update(active=False)
    for user_id in (made.id, 999_999):
        with pytest.raises(InvalidInputError):
            await assigning.assign_draft(CHIEF, user_id=user_id, **where)
    with pytest.raises(ForbiddenError):
        await assigning.note_to_desk(READER, note="x", **where)
    assert (await assigning.note_to_desk(CHIEF, note="", **where)).desk_note is None


async def at_work(desk, command, item_id, actor=CHIEF, locale="it"):
    present = await command(actor, item_id=item_id, locale=locale, now=desk.now)
    return [(each.name, each.locale, each.since) for each in present]


async def test_presence_lasts_while_it_is_said_and_only_its_beginning_is_told(desk):
    item_id = await desk.write("it")
    other = Actor.holding("编辑", Permission)
    assert await at_work(desk, presence.be_editing, item_id) == [(CHIEF.name, "it", minutes(0))]
    for number in (0.3, 0.6):
        desk.at(number)
        assert (CHIEF.name, "it", minutes(0)) in await at_work(desk, presence.be_editing, item_id)
    assert len(await at_work(desk, presence.be_editing, item_id, other, SHARED)) == 2
    await desk.save(item_id, headline="Nobody is kept out")
    desk.at(0.9)
    assert await at_work(desk, presence.be_editing, item_id, other, SHARED) == [
        (CHIEF.name, "it", minutes(0)), ("编辑", "", minutes(0.6)),
    ]  # fmt: skip
    desk.at(1.2)
    assert [each[0] for each in await at_work(desk, presence.be_editing, item_id, other, SHARED)] == ["编辑"]
    assert await at_work(desk, presence.stop_editing, item_id, other, SHARED) == []
    assert await at_work(desk, presence.stop_editing, item_id, other, SHARED) == []
    desk.at(10)
    assert await at_work(desk, presence.be_editing, item_id) == [(CHIEF.name, "it", minutes(10))]
    told = [each for each in await desk.happened(item_id) if each.startswith("editing.")]
    assert told == ["editing.begun", "editing.begun", "editing.ended", "editing.begun"]
    assert await Presence.all().count() == 1
    with pytest.raises(ForbiddenError):
        await at_work(desk, presence.be_editing, item_id, READER)
