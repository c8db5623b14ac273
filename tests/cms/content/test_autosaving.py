"""Autosaves: when one takes up the revision before it, and what never is overwritten."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.accounts.actors import Actor, Permission
from cms.content import commenting, editing, translating, workflow
from cms.content.autosaving import WINDOW, continues
from cms.content.models import Draft, DraftStatus, Revision, RevisionKind
from cms.errors import ConflictError
from tests.desks import CHIEF, NOON, minutes

OTHER = Actor.holding("编辑", Permission)
SECONDS = st.integers(-600, 600).map(lambda number: timedelta(seconds=number))


@given(st.sampled_from(RevisionKind), st.none() | SECONDS, st.booleans(), st.sampled_from(DraftStatus), st.booleans())
def test_it_takes_up_only_what_nobody_else_has_seen_and_is_young(kind, age, own, status, referred):
    since = None if age is None else NOON - age
    last = Revision(kind=kind, autosaved_since=since, author="编辑" if own else "redattrice")
    taken = continues(last, actor="编辑", status=status, referred=referred, now=NOON)
    young = age is not None and timedelta(0) <= age < WINDOW
    wanted = kind is RevisionKind.SAVE and own and status is DraftStatus.DRAFT and not referred and young
    assert taken == wanted


async def autosave(desk, item_id, headline, number, actor=CHIEF):
    desk.at(number)
    draft = await Draft.get(item_id=item_id, locale="it")
    return await editing.save_draft(
        actor,
        item_id=item_id,
        locale="it",
        changes={"headline": headline},
        expected_revision=draft.revision,
        autosave=True,
        now=desk.now,
    )


async def numbers(item_id):
    return [
        int(n)
        for n in await Revision.filter(item_id=item_id, locale="it").order_by("number").values_list("number", flat=True)
    ]


async def test_a_run_leaves_one_revision_for_each_window_and_the_number_rises_each_time(desk):
    item_id = await desk.write("it")
    seen = [(await autosave(desk, item_id, f"第{n}稿", n / 2)).revision for n in range(1, 13)]
    assert seen == list(range(2, 14))
    assert await numbers(item_id) == [1, 11, 13]
    last = await Revision.get(item_id=item_id, locale="it", number=13)
    assert last.content["headline"] == "第12稿"
    assert (last.autosaved_since, last.created_at) == (minutes(5.5), minutes(6))
    with pytest.raises(ConflictError) as refused:
        await editing.save_draft(
            OTHER, item_id=item_id, locale="it", changes={"headline": "Mia"}, expected_revision=12, now=desk.now
        )
    assert refused.value.current == 13


async def test_one_that_changes_nothing_does_nothing(desk):
    item_id = await desk.write("it")
    await autosave(desk, item_id, "Neve", 1)
    happened = await desk.happened(item_id)
    assert (await autosave(desk, item_id, "Neve", 2)).revision == 2
    assert await desk.happened(item_id) == happened


async def test_what_was_saved_on_purpose_or_by_another_stays(desk):
    item_id = await desk.write("it")
    await autosave(desk, item_id, "Uno", 1)
    await autosave(desk, item_id, "二", 1.1, actor=OTHER)
    await desk.save(item_id, headline="Tre")
    await autosave(desk, item_id, "四", 1.2)
    assert await numbers(item_id) == [1, 2, 3, 4, 5]


async def test_what_was_submitted_stays_also_after_it_was_returned(desk):
    item_id = await desk.write("it")
    await autosave(desk, item_id, "Uno", 1)
    await desk.on_draft(workflow.submit_draft, item_id)
    await desk.on_draft(workflow.return_draft, item_id, note="")
    await autosave(desk, item_id, "二", 1.1)
    assert await numbers(item_id) == [1, 2, 3]


async def test_what_was_commented_or_translated_stays(desk):
    item_id = await desk.write("it")
    await autosave(desk, item_id, "Uno", 1)
    await commenting.add_comment(OTHER, item_id=item_id, locale="it", text="好", now=desk.now)
    await autosave(desk, item_id, "Due", 1.1)
    await translating.start_translation(CHIEF, item_id=item_id, from_locale="it", to_locale="zh", now=desk.now)
    await autosave(desk, item_id, "Tre", 1.2)
    await autosave(desk, item_id, "Quattro", 1.3)
    assert await numbers(item_id) == [1, 2, 3, 5]


async def test_a_translator_who_saw_what_was_taken_up_saves_and_what_changed_is_stale(desk):
    item_id = await desk.write("it")
    await translating.start_translation(CHIEF, item_id=item_id, from_locale="it", to_locale="zh", now=desk.now)
    await autosave(desk, item_id, "Neve", 1)
    await autosave(desk, item_id, "Neve alta", 1.1)
    saved = await editing.save_draft(
        OTHER, item_id=item_id, locale="zh", changes={"headline": "雪"}, expected_revision=1, source_revision=2,
        now=desk.now,
    )  # fmt: skip
    assert saved.based_on_revision == 1
    pairs = (await translating.side_by_side(CHIEF, item_id=item_id, locale="zh")).pairs
    assert pairs[0].state == "STALE"
