"""Recalls: what they lead to, whom they reach, what comes back and what never does."""

import pytest

from cms.accounts.actors import ANONYMOUS, Actor, Grant, Permission
from cms.content import correcting, embargoing, publishing, recalling, workflow
from cms.content.models import Draft, Edition, Item, PubStatus, Revision, Serving, Slug
from cms.content.transitions import ITEM_STEPS, item_actions
from cms.errors import ForbiddenError, InvalidInputError, NotFoundError, TransitionError, UnauthenticatedError
from cms.events import Change, Event
from tests.desks import CHIEF, HEADLINES, NOON, minutes

WHY = {"it": "Un nome è sbagliato.", "zh": "姓名有误。"}
WAYS = {
    "withhold": (recalling.withhold, {"advisory": WHY}),
    "lift": (recalling.lift_withhold, {}),
    "kill": (recalling.kill, {"advisory": WHY}),
    "takedown": (recalling.takedown, {"advisory": WHY}),
}
TO = {
    ("USABLE", "withhold"): "WITHHELD",
    ("USABLE", "kill"): "CANCELED",
    ("USABLE", "takedown"): "WITHHELD",
    ("WITHHELD", "lift"): "USABLE",
    ("WITHHELD", "kill"): "CANCELED",
    ("WITHHELD", "takedown"): "WITHHELD",
    ("CANCELED", "takedown"): "CANCELED",
}


async def take(desk, item_id, way, **more):
    command, given = WAYS[way]
    return await desk.on_item(command, item_id, **{**given, **more})


async def standing(desk, status, *locales):
    item_id = await desk.live(*(locales or ("it", "zh")))
    for way in {"WITHHELD": ["withhold"], "CANCELED": ["kill"]}.get(status, []):
        await take(desk, item_id, way)
    return item_id


async def everything(item_id):
    models = (Item, Draft, Edition, Revision, Slug, Serving, Change, Event)
    keys = [(model, "id" if model is Item else "item_id") for model in models]
    return [await model.filter(**{key: item_id}).order_by("id").values() for model, key in keys]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", PubStatus)
async def test_each_step_leads_where_the_table_says_and_no_other_is_taken(desk, status, way):
    item_id = await standing(desk, status.value)
    before = await everything(item_id)
    if (status.value, way) not in TO:
        with pytest.raises(TransitionError, match=f"The item is {status.lower()}"):
            await take(desk, item_id, way)
        assert await everything(item_id) == before
        return
    done = await take(desk, item_id, way)
    assert (await Item.get()).pub_status.value == done.item.pub_status.value == TO[status.value, way]


def test_the_table_has_these_rows_and_those_of_publishing_and_of_time():
    rows = {(step.status.value, step.action.value): (step.to.value, step.permission) for step in ITEM_STEPS}
    assert len(rows) == len(ITEM_STEPS)
    names = {"lift": "LIFT_WITHHOLD"}
    told = {(status, names.get(way, way.upper())): (to, Permission.RECALL) for (status, way), to in TO.items()}
    texts = {("USABLE", action): ("USABLE", Permission.PUBLISH) for action in ("PUBLISH", "CORRECT", "UNPUBLISH")}
    times = {
        (status, action): (status, Permission.PUBLISH)
        for status in ("USABLE", "WITHHELD")
        for action in ("SET_EMBARGO", "LIFT_EMBARGO", "SET_EXPIRY")
    }
    assert rows == told | texts | times


@pytest.mark.parametrize("way", WAYS)
async def test_recalls_reach_all_locales_so_a_permission_for_some_is_not_enough(desk, way):
    item_id = await standing(desk, "WITHHELD" if way == "lift" else "USABLE")
    before = await everything(item_id)
    command, more = WAYS[way]
    others = Actor.holding("caposervizio", [each for each in Permission if each is not Permission.RECALL])
    for actor, error in (
        (others, ForbiddenError),
        (Actor("仅限中文", (Grant(Permission.RECALL, locales=frozenset({"zh"})),)), ForbiddenError),
        (Actor("solo video", (Grant(Permission.RECALL, kinds=frozenset({"VIDEO"})),)), ForbiddenError),
        (ANONYMOUS, UnauthenticatedError),
    ):
        with pytest.raises(error):
            await command(actor, item_id=item_id, now=NOON, **more)
    with pytest.raises(NotFoundError):
        await take(desk, item_id + 1, way)
    assert await everything(item_id) == before


async def test_what_was_live_comes_back_as_it_was(desk):
    item_id = await desk.live("it", "zh")
    await publishing.unpublish(CHIEF, item_id=item_id, locales=["zh"], now=NOON)
    before = await Edition.all().values()
    desk.at(5)
    await take(desk, item_id, "withhold")
    assert await desk.readers_see(item_id) == []
    assert await desk.told(item_id) == {"it": "WITHHELD", "zh": "WITHHELD"}, "recipients may have what was live once"
    item = await Item.get()
    assert (item.recalled_at, item.advisory) == (minutes(5), WHY)
    desk.at(10)
    done = await take(desk, item_id, "lift")
    assert done.live == ("it",)
    assert await Edition.all().values() == before
    assert await desk.readers_see(item_id) == ["it"]
    assert await desk.told(item_id) == {"it": "UPSERTED", "zh": "UNPUBLISHED"}
    item = await Item.get()
    assert (item.recalled_at, item.advisory) == (None, None)
    assert set(await Change.all().values_list("version", flat=True)) == {item.version}


async def test_a_killed_item_is_never_published_again_and_its_drafts_stay(desk):
    item_id = await desk.live("it", "zh")
    await take(desk, item_id, "kill")
    assert await desk.told(item_id) == {"it": "CANCELED", "zh": "CANCELED"}
    assert (await Draft.get(locale="zh")).content["headline"] == HEADLINES["zh"]
    await desk.save(item_id, headline="Versione corretta")
    before = await everything(item_id)
    for attempt in (
        desk.publish(item_id, "it"),
        desk.publish(item_id, shared=True),
        desk.on_item(publishing.unpublish, item_id, locales=["it"]),
        desk.on_item(
            correcting.correct, item_id, notes={"it": "Errata corrige."}, others=correcting.OtherLocales.LEAVE
        ),
        desk.on_draft(workflow.schedule_draft, item_id, publish_at=minutes(60)),
        desk.on_item(embargoing.set_embargo, item_id, until=minutes(60)),
        desk.on_item(embargoing.set_expiry, item_id, expires_at=None),
    ):
        with pytest.raises(TransitionError, match="canceled"):
            await attempt
    assert await everything(item_id) == before


async def test_a_kill_takes_every_moment_back(desk):
    item_id = await desk.live("it", "zh")
    for locale in ("it", "zh"):
        await desk.on_draft(workflow.schedule_draft, item_id, locale, publish_at=minutes(60))
    await take(desk, item_id, "kill")
    assert {await desk.status(item_id, locale) for locale in ("it", "zh")} == {"APPROVED"}
    assert (await desk.happened(item_id))[-3:] == ["draft.unscheduled", "draft.unscheduled", "item.killed"]
    await desk.work(60)
    assert (await desk.happened(item_id))[-1] == "item.killed"


async def test_an_item_that_was_never_public_is_killed_without_a_word_to_anybody(desk):
    item_id = await desk.write()
    await take(desk, item_id, "kill")
    assert await desk.told(item_id) == {}
    with pytest.raises(TransitionError):
        await desk.publish(item_id, "it")


async def test_a_takedown_leaves_nothing_that_lifting_could_bring_back(desk):
    item_id = await desk.live("it", "zh")
    done = await take(desk, item_id, "takedown")
    assert done.live == ()
    assert not await Edition.exists()
    assert not await Serving.exists()
    assert await desk.told(item_id) == {"it": "WITHHELD", "zh": "WITHHELD"}
    assert (await desk.happened(item_id))[-3:] == ["text.unpublished", "text.unpublished", "item.taken_down"]
    await take(desk, item_id, "lift")
    assert (await desk.readers_see(item_id), await desk.told(item_id)) == (
        [],
        {"it": "UNPUBLISHED", "zh": "UNPUBLISHED"},
    )
    await desk.publish(item_id, "it")
    assert await desk.told(item_id) == {"it": "UPSERTED", "zh": "UNPUBLISHED"}
    assert (await Edition.get()).slug == (await Slug.filter(locale="it").get()).slug


async def test_a_killed_item_can_be_taken_down_and_stays_killed(desk):
    item_id = await standing(desk, "CANCELED")
    await take(desk, item_id, "takedown", advisory=None)
    item = await Item.get()
    assert (item.pub_status, item.advisory) == (PubStatus.CANCELED, WHY)
    assert await desk.told(item_id) == {"it": "CANCELED", "zh": "CANCELED"}


@pytest.mark.parametrize(
    ("advisory", "path"),
    [
        ({}, ("advisory",)),
        ({"it": "  \n "}, ("advisory", "it")),
        ({"it": "长" * 2_001}, ("advisory",)),
        ({"zh": "姓名有误。"}, ("advisory", "it")),
        ({"it": "Uno.", "IT": "Due."}, ("advisory", "it")),
        ({"it": "Uno.", "tlh": "wa'."}, ("advisory",)),
        ({"it": "Nullo\x00."}, ("advisory",)),
    ],
)
async def test_a_kill_says_why_in_the_source_locale_at_least(desk, advisory, path):
    item_id = await desk.live("it", "zh")
    before = await everything(item_id)
    with pytest.raises(InvalidInputError) as refused:
        await take(desk, item_id, "kill", advisory=advisory)
    assert refused.value.path == path
    assert await everything(item_id) == before


async def test_to_withhold_needs_no_reason(desk):
    item_id = await desk.live()
    await take(desk, item_id, "withhold", advisory=None)
    assert (await Item.get()).advisory is None


async def test_the_actions_offered_are_those_that_are_taken(desk):
    item_id = await desk.live("it")
    await desk.on_item(embargoing.set_embargo, item_id, until=minutes(60))
    item = await Item.get()
    names = {"lift": "LIFT_WITHHOLD"}
    for status in PubStatus:
        item.pub_status = status
        offered = {each.value for each in item_actions(Actor.holding("uno", [Permission.RECALL]), item, ["it"])}
        assert offered == {names.get(way, way.upper()) for (at, way) in TO if at == status}
    item.pub_status = PubStatus.USABLE
    publisher = Actor.holding("due", [Permission.PUBLISH])
    times = {"SET_EMBARGO", "LIFT_EMBARGO", "SET_EXPIRY"}
    assert {*item_actions(publisher, item, ["it"])} == {"PUBLISH", "CORRECT", "UNPUBLISH", *times}
    item.embargoed_until = None
    assert {*item_actions(publisher, item, [])} == {"PUBLISH", "SET_EMBARGO", "SET_EXPIRY"}
    some = Actor("tre", (Grant(Permission.PUBLISH, locales=frozenset({"zh"})),))
    assert {*item_actions(some, item, ["it"])} == {"PUBLISH", "CORRECT", "UNPUBLISH"}
