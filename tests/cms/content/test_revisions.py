"""Restoring and comparing what was kept, texts and shared parts alike."""

import pytest

from cms.accounts.actors import Actor, Grant, Permission
from cms.content import revisions, translating, workflow
from cms.content.models import SHARED, Draft, Revision, RevisionKind
from cms.content.words import Said
from cms.errors import ConflictError, ForbiddenError, NotFoundError, Seen
from tests.desks import CHIEF


async def restore(desk, item_id, number, locale="it", actor=CHIEF):
    return await desk.on_draft(revisions.restore_revision, item_id, locale, number=number, actor=actor)


async def test_a_restored_text_is_a_new_revision_and_undoes_an_approval(desk):
    item_id = await desk.write("it")
    first = (await Draft.get(item_id=item_id, locale="it")).content
    await desk.save(item_id, headline="Non nevica più")
    await desk.on_draft(workflow.submit_draft, item_id)
    draft = await restore(desk, item_id, 1)
    assert (draft.revision, draft.content, draft.undone) == (3, first, "IN_REVIEW")
    kept = await Revision.get(item_id=item_id, locale="it", number=3)
    assert (kept.kind, kept.content) == (RevisionKind.RESTORE, first)
    assert await desk.status(item_id) == "DRAFT"
    assert (await desk.happened(item_id))[-2:] == ["draft.reopened", "draft.restored"]


async def test_a_shared_part_comes_back_and_is_published_as_such(desk):
    item_id = await desk.write("it", urgency=3)
    await desk.save(item_id, SHARED, urgency=1, credit_line="新华社")
    await restore(desk, item_id, 1, SHARED)
    content = (await Draft.get(item_id=item_id, locale=SHARED)).content
    assert (content["urgency"], content["credit_line"]) == (3, None)


async def test_what_is_restored_of_a_translation_was_made_from_what_it_was_made_from_then(desk):
    item_id = await desk.write("it")
    await translating.start_translation(CHIEF, item_id=item_id, from_locale="it", to_locale="zh", now=desk.now)
    await desk.save(item_id, "zh", headline="雪又回来了")
    await desk.save(item_id, "zh", headline="下雪")
    await restore(desk, item_id, 2, "zh")
    pairs = (await translating.side_by_side(CHIEF, item_id=item_id, locale="zh")).pairs
    assert pairs[0].state == "TRANSLATED"
    await restore(desk, item_id, 1, "zh")
    pairs = (await translating.side_by_side(CHIEF, item_id=item_id, locale="zh")).pairs
    assert pairs[0].state == "UNTRANSLATED"
    await desk.save(item_id, "it", headline="Torna il sole")
    await restore(desk, item_id, 2, "zh")
    pairs = (await translating.side_by_side(CHIEF, item_id=item_id, locale="zh")).pairs
    assert (pairs[0].state, pairs[0].before.text) == ("STALE", "La neve è tornata")


async def test_what_cannot_be_restored(desk):
    item_id = await desk.write("it", "zh")
    await desk.save(item_id, headline="Sole")
    with pytest.raises(NotFoundError, match="no revision 7"):
        await restore(desk, item_id, 7)
    with pytest.raises(ConflictError):
        await revisions.restore_revision(
            CHIEF, item_id=item_id, locale="it", number=1, expected_revision=1, now=desk.now
        )
    translator = Actor("译者", (Grant(Permission.EDIT, locales=frozenset({"zh"})),))
    with pytest.raises(ForbiddenError):
        await restore(desk, item_id, 1, actor=translator)
    assert (await Draft.get(item_id=item_id, locale="it")).revision == 2


async def test_two_revisions_are_compared_word_by_word(desk):
    item_id = await desk.write("zh")
    await desk.save(item_id, "zh", headline="雪没回来")
    compared = await revisions.compare_revisions(CHIEF, item_id=item_id, locale="zh", before=1)
    assert (compared.before, compared.after) == (1, 2)
    (field,) = compared.comparison.fields
    assert "".join(run.text for run in field.words if run.said is not Said.ADDED) == "雪又回来了"
    reader = Actor("lettore", (Grant(Permission.READ, locales=frozenset({"it"})),))
    with pytest.raises(ForbiddenError):
        await revisions.compare_revisions(reader, item_id=item_id, locale="zh", before=1)
    with pytest.raises(NotFoundError):
        await revisions.compare_revisions(CHIEF, item_id=item_id, locale="zh", before=1, after=9)


async def test_a_conflict_is_shown_by_what_became_of_the_draft_since(desk):
    item_id = await desk.write("it")
    await desk.save(item_id, headline="Sole")
    compared = await revisions.compare_with_current(Seen(item_id, "it", 1))
    assert compared is not None
    assert (compared.before, compared.after, compared.comparison.fields[0].name) == (1, 2, "headline")
    begun = await revisions.compare_with_current(Seen(item_id, "it", None))
    assert begun is not None
    assert begun.before is None
    assert await revisions.compare_with_current(Seen(item_id, "en", 1)) is None


async def test_a_publication_is_a_revision_too(desk):
    item_id = await desk.live("it")
    kept = await revisions.read_revision(CHIEF, item_id=item_id, locale="it", number=2)
    assert (kept.kind, kept.version) == (RevisionKind.PUBLICATION, 1)
