"""Where drafts stand, what leads where, and what is refused; the table is written out again here, by hand."""

from datetime import datetime, timedelta, timezone

import pytest

from cms.accounts.actors import ANONYMOUS, Actor, Grant, Permission
from cms.content import editing, publishing, recalling, workflow
from cms.content.models import SHARED, Draft, DraftStatus, Item, PubStatus, Revision
from cms.content.transitions import DRAFT_STEPS, DraftAction, draft_actions
from cms.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotReadyError,
    TransitionError,
    UnauthenticatedError,
    UnknownLocaleError,
)
from cms.events import Event
from cms.jobs import Job
from tests.desks import CHIEF, NOON, Desk, minutes, text

WAYS = {
    "submit": workflow.submit_draft,
    "return": workflow.return_draft,
    "approve": workflow.approve_draft,
    "schedule": workflow.schedule_draft,
    "unschedule": workflow.unschedule_draft,
}
MORE = {"return": {"note": "Manca una fonte."}, "schedule": {"publish_at": minutes(60)}}
TO = {
    ("DRAFT", "submit"): "IN_REVIEW",
    ("DRAFT", "schedule"): "SCHEDULED",
    ("IN_REVIEW", "return"): "DRAFT",
    ("IN_REVIEW", "approve"): "APPROVED",
    ("IN_REVIEW", "schedule"): "SCHEDULED",
    ("APPROVED", "return"): "DRAFT",
    ("APPROVED", "schedule"): "SCHEDULED",
    ("SCHEDULED", "schedule"): "SCHEDULED",
    ("SCHEDULED", "unschedule"): "APPROVED",
}
PERMISSIONS = {
    "submit": Permission.EDIT,
    "return": Permission.REVIEW,
    "approve": Permission.REVIEW,
    "schedule": Permission.PUBLISH,
    "unschedule": Permission.PUBLISH,
}


async def take(desk: Desk, item_id: int, way: str, locale: str = "it", **more) -> Draft:
    return await desk.on_draft(WAYS[way], item_id, locale, **{**MORE.get(way, {}), **more})


async def standing(desk: Desk, status: str, locale: str = "it") -> int:
    """An article whose draft stands there, by the shortest legal way."""
    item_id = await desk.write("it", "zh")
    for way in {"IN_REVIEW": ["submit"], "APPROVED": ["submit", "approve"], "SCHEDULED": ["schedule"]}.get(status, []):
        await take(desk, item_id, way, locale)
    assert await desk.status(item_id, locale) == status
    return item_id


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", DraftStatus)
async def test_each_step_leads_where_the_table_says_and_no_other_is_taken(desk, status, way):
    item_id = await standing(desk, status.value)
    before = await Draft.filter(item_id=item_id).order_by("locale").values()
    events = await desk.happened(item_id)
    if (status.value, way) not in TO:
        with pytest.raises(TransitionError, match="The draft is"):
            await take(desk, item_id, way)
        assert await Draft.filter(item_id=item_id).order_by("locale").values() == before
        assert await desk.happened(item_id) == events
        return
    draft = await take(desk, item_id, way)
    kept = await Draft.get(item_id=item_id, locale="it")
    assert (draft.status.value, kept.status.value) == (TO[status.value, way],) * 2
    assert kept.revision == 1, "no step of the workflow changes what the text says"
    assert await Draft.filter(item_id=item_id).exclude(locale="it").values() == [
        row for row in before if row["locale"] != "it"
    ]
    past = {"submit": "submitted", "return": "returned", "approve": "approved"}.get(way, f"{way}d")
    assert await desk.happened(item_id) == [*events, f"draft.{past}"]


def test_the_table_has_these_rows_and_those_of_saving_and_publishing():
    rows = {(step.status.value, step.action.value): (step.to.value, step.permission) for step in DRAFT_STEPS}
    assert len(rows) == len(DRAFT_STEPS)
    told = {(status, way.upper()): (to, PERMISSIONS[way]) for (status, way), to in TO.items()}
    everywhere = {
        (status.value, action): ("DRAFT", permission)
        for status in DraftStatus
        for action, permission in (("SAVE", Permission.EDIT), ("PUBLISH", Permission.PUBLISH))
    }
    assert rows == told | everywhere


@pytest.mark.parametrize("way", WAYS)
async def test_a_step_needs_its_permission_in_that_locale(desk, way):
    at = {"submit": "DRAFT", "return": "IN_REVIEW", "approve": "IN_REVIEW", "schedule": "APPROVED"}
    item_id = await standing(desk, at.get(way, "SCHEDULED"))
    needed = PERMISSIONS[way]
    without = Actor.holding("chi non può", [each for each in Permission if each is not needed])
    elsewhere = Actor("仅限中文", (Grant(needed, locales=frozenset({"zh"})),))
    videos = Actor("solo video", (Grant(needed, kinds=frozenset({"VIDEO"})),))
    for actor in (without, elsewhere, videos):
        with pytest.raises(ForbiddenError):
            await take(desk, item_id, way, actor=actor)
    with pytest.raises(UnauthenticatedError):
        await take(desk, item_id, way, actor=ANONYMOUS)
    here = Actor("solo italiano", (Grant(needed, locales=frozenset({"it"}), kinds=frozenset({"ARTICLE"})),))
    assert (await take(desk, item_id, way, actor=here)).status.value == TO[at.get(way, "SCHEDULED"), way]


@pytest.mark.parametrize("way", WAYS)
async def test_a_step_is_for_the_revision_that_was_seen(desk, way):
    item_id = await desk.write()
    await desk.save(item_id, headline="La neve non è tornata")
    with pytest.raises(ConflictError) as refused:
        await take(desk, item_id, way, expected_revision=1)
    assert (refused.value.current, refused.value.path) == (2, ("expectedRevision",))
    assert await desk.status(item_id) == "DRAFT"


@pytest.mark.parametrize("way", WAYS)
async def test_a_step_needs_an_item_and_a_draft(desk, way):
    item_id = await desk.write()
    more = {"expected_revision": 1, "now": NOON, **MORE.get(way, {})}
    with pytest.raises(NotFoundError):
        await WAYS[way](CHIEF, item_id=item_id + 1, locale="it", **more)
    with pytest.raises(NotFoundError):
        await WAYS[way](CHIEF, item_id=item_id, locale="zh", **more)
    with pytest.raises(UnknownLocaleError):
        await WAYS[way](CHIEF, item_id=item_id, locale="tlh", **more)


async def test_the_shared_part_goes_the_same_way(desk):
    item_id = await desk.write()
    for way, status in (("submit", "IN_REVIEW"), ("approve", "APPROVED"), ("schedule", "SCHEDULED")):
        assert (await take(desk, item_id, way, SHARED)).status.value == status
    assert await desk.status(item_id) == "DRAFT"


async def test_a_returned_draft_says_why_until_it_is_submitted_again(desk):
    item_id = await standing(desk, "IN_REVIEW")
    draft = await take(desk, item_id, "return", note="  请核实来源。\r\nChi lo dice?  ")
    assert draft.review_note == "请核实来源。\nChi lo dice?"
    event = await Event.filter(type="draft.returned").get()
    assert (event.actor, event.locale, event.data) == (CHIEF.name, "it", {"note": draft.review_note})
    await desk.save(item_id, located="Cortina")
    assert (await Draft.get(item_id=item_id, locale="it")).review_note == draft.review_note
    assert (await take(desk, item_id, "submit")).review_note is None


async def test_a_note_that_is_too_long_changes_nothing(desk):
    item_id = await standing(desk, "IN_REVIEW")
    with pytest.raises(InvalidInputError):
        await take(desk, item_id, "return", note="长" * 2_001)
    assert await desk.status(item_id) == "IN_REVIEW"


@pytest.mark.parametrize("status", ["IN_REVIEW", "APPROVED", "SCHEDULED"])
async def test_saving_undoes_what_was_decided_about_the_text_that_was_read_and_says_so(desk, status):
    item_id = await standing(desk, status)
    draft = await desk.save(item_id, headline="È tornata la neve")
    assert (draft.status, draft.undone, draft.publish_at) == (DraftStatus.DRAFT, DraftStatus(status), None)
    assert await desk.happened(item_id) == [*(await desk.happened(item_id))[:-2], "draft.reopened", "draft.saved"]
    event = await Event.filter(type="draft.reopened").get()
    moment = minutes(60).isoformat() if status == "SCHEDULED" else None
    assert event.data == {"status": status, "publish_at": moment}
    assert (await desk.save(item_id, headline="Torna la neve")).undone is None
    assert await desk.status(item_id, "zh") == "DRAFT"


@pytest.mark.parametrize("status", DraftStatus)
async def test_a_publisher_publishes_from_any_status(desk, status):
    item_id = await standing(desk, status.value)
    await desk.publish(item_id, "it")
    draft = await Draft.get(item_id=item_id, locale="it")
    assert (draft.status, draft.publish_at, draft.revision) == (DraftStatus.DRAFT, None, 2)
    assert "draft.reopened" not in await desk.happened(item_id)


@pytest.mark.parametrize("offset", [0, 60, 8 * 60, -5 * 60, 5 * 60 + 45])
async def test_a_moment_is_accepted_in_any_offset_and_kept_in_utc(desk, offset):
    item_id = await desk.write()
    local = minutes(90).astimezone(timezone(timedelta(minutes=offset)))
    draft = await take(desk, item_id, "schedule", publish_at=local)
    assert draft.publish_at == minutes(90)
    assert (await Draft.get(item_id=item_id, locale="it")).publish_at == minutes(90)
    job = await Job.get(name="publish_due")
    assert (job.due_at, job.args["moment"]) == (minutes(90), "2026-03-01T13:30:00+00:00")


@pytest.mark.parametrize(
    "moment",
    [
        minutes(-1),
        NOON,
        datetime(2026, 3, 1, 12, 59, tzinfo=timezone(timedelta(hours=1))),
        datetime(2026, 3, 2),  # noqa: DTZ001 - what is tested
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
    ],
)
async def test_a_moment_that_is_over_or_names_no_offset_is_refused(desk, moment):
    item_id = await desk.write()
    with pytest.raises(InvalidInputError) as refused:
        await take(desk, item_id, "schedule", publish_at=moment)
    assert refused.value.path == ("publishAt",)
    assert await desk.status(item_id) == "DRAFT"
    assert not await Job.exists()


async def test_what_is_not_ready_is_not_scheduled_but_files_may_still_be_on_their_way(desk):
    item_id = await desk.write()
    await Item.filter(id=item_id).update(ready=False)
    assert (await take(desk, item_id, "schedule")).status is DraftStatus.SCHEDULED
    await desk.save(item_id, body=None)
    with pytest.raises(NotReadyError) as refused:
        await take(desk, item_id, "schedule")
    assert [(each.code, each.path) for each in refused.value.problems] == [("EMPTY_BODY", ("it", "body"))]
    assert await desk.status(item_id) == "DRAFT"


async def test_of_a_recalled_item_nothing_is_scheduled(desk):
    item_id = await desk.live()
    await desk.on_item(recalling.withhold, item_id)
    with pytest.raises(TransitionError, match="withheld"):
        await take(desk, item_id, "schedule")
    await desk.on_item(recalling.kill, item_id, advisory={"it": "No."})
    with pytest.raises(TransitionError, match="canceled"):
        await take(desk, item_id, "schedule")


async def test_the_actions_offered_are_those_that_are_taken(desk):
    """Whoever holds one permission is offered what that permission does from there, and nothing else."""
    for status in DraftStatus:
        item_id = await standing(desk, status.value)
        item, draft = await Item.get(id=item_id), await Draft.get(item_id=item_id, locale="it")
        for permission in Permission:
            offered = {each.value for each in draft_actions(Actor.holding("uno", [permission]), item, draft)}
            ways = {way.upper() for (at, way) in TO if at == status and PERMISSIONS[way] is permission}
            ways |= {Permission.EDIT: {"SAVE"}, Permission.PUBLISH: {"PUBLISH"}}.get(permission, set())
            assert offered == ways, (status, permission)
    translator = Actor("译者", (Grant(Permission.EDIT, locales=frozenset({"zh"})),))
    assert draft_actions(translator, item, draft) == []
    item.pub_status = PubStatus.CANCELED
    offered = draft_actions(CHIEF, item, draft)
    assert DraftAction.SAVE in offered
    assert not {DraftAction.PUBLISH, DraftAction.SCHEDULE}.intersection(offered)


async def test_no_step_keeps_a_revision(desk):
    item_id = await standing(desk, "SCHEDULED")
    assert await Revision.filter(item_id=item_id).count() == 3


async def test_a_text_that_is_begun_starts_as_a_draft(desk):
    item_id = await desk.write()
    draft = await editing.save_draft(
        CHIEF, item_id=item_id, locale="en", changes=text("en"), expected_revision=None, now=NOON
    )
    assert (draft.status, draft.undone) == (DraftStatus.DRAFT, None)
    assert (await publishing.publish(CHIEF, item_id=item_id, locales=["en"], now=NOON)).live == ("en",)
