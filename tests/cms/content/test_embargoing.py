"""Embargo and expiry: who sees an item when, and what recipients are told of it."""

from datetime import datetime, timedelta, timezone

import pytest

from cms.accounts.actors import ANONYMOUS, Actor, Grant, Permission
from cms.content import embargoing, publishing, recalling, workflow
from cms.content.models import Edition, Item, Serving
from cms.errors import ForbiddenError, InvalidInputError, NotFoundError, TransitionError, UnauthenticatedError
from cms.events import Change, Event
from cms.jobs import Job
from tests.desks import CHIEF, NOON, minutes


async def embargo(desk, item_id, number):
    await desk.on_item(embargoing.set_embargo, item_id, until=minutes(number))


async def expiry(desk, item_id, number):
    at = None if number is None else minutes(number)
    await desk.on_item(embargoing.set_expiry, item_id, expires_at=at)


async def test_what_is_published_under_embargo_is_told_to_nobody_until_it_ends(desk):
    item_id = await desk.write("it", "zh")
    await embargo(desk, item_id, 60)
    await desk.publish(item_id, "it", "zh")
    assert (await desk.readers_see(item_id), await desk.told(item_id)) == ([], {})
    await desk.work(59)
    assert (await desk.readers_see(item_id), await desk.told(item_id)) == ([], {})
    await desk.work(60)
    assert await desk.readers_see(item_id) == ["it", "zh"]
    assert await desk.told(item_id) == {"it": "UPSERTED", "zh": "UPSERTED"}
    assert (await Item.get()).embargoed_until is None


async def test_what_readers_first_see_at_its_release_is_dated_by_it(desk):
    item_id = await desk.write()
    await embargo(desk, item_id, 60)
    await desk.publish(item_id, "it")
    await desk.work(75)
    edition = await Edition.get()
    assert (edition.first_published_at, edition.published_at) == (minutes(75), minutes(75))
    assert set(await Serving.all().values_list("published_at", flat=True)) == {minutes(75)}


async def test_an_embargo_on_what_is_live_hides_it_at_once_and_asks_recipients_to_take_it_off(desk):
    item_id = await desk.live("it", "zh")
    desk.at(10)
    await embargo(desk, item_id, 60)
    assert await desk.readers_see(item_id) == []
    assert await desk.told(item_id) == {"it": "UNPUBLISHED", "zh": "UNPUBLISHED"}
    assert set(await Change.all().values_list("version", flat=True)) == {2}
    await desk.work(60)
    assert await desk.told(item_id) == {"it": "UPSERTED", "zh": "UPSERTED"}
    assert set(await Edition.all().values_list("published_at", flat=True)) == {NOON}, "readers had it since noon"


async def test_of_a_live_item_only_what_changed_under_the_embargo_is_dated_anew(desk):
    item_id = await desk.live("it", "zh")
    desk.at(10)
    await embargo(desk, item_id, 60)
    desk.at(20)
    await desk.save(item_id, "zh", headline="雪停了")
    await desk.publish(item_id, "zh")
    assert await desk.told(item_id) == {"it": "UNPUBLISHED", "zh": "UNPUBLISHED"}
    await desk.work(60)
    dates = {each.locale: (each.first_published_at, each.published_at) for each in await Edition.all()}
    assert dates == {"it": (NOON, NOON), "zh": (NOON, minutes(60))}


async def test_what_was_never_told_is_not_told_when_it_is_taken_off(desk):
    item_id = await desk.write("it", "zh")
    await embargo(desk, item_id, 60)
    await desk.publish(item_id, "it", "zh")
    await publishing.unpublish(CHIEF, item_id=item_id, locales=["zh"], now=NOON)
    await desk.on_item(recalling.withhold, item_id, advisory={"it": "Fermi."})
    assert await desk.told(item_id) == {}
    await desk.on_item(recalling.lift_withhold, item_id)
    assert await desk.told(item_id) == {}
    await desk.work(60)
    assert await desk.told(item_id) == {"it": "UPSERTED"}


@pytest.mark.parametrize(("first", "then"), [(60, 120), (120, 60)])
async def test_a_moved_embargo_ends_at_its_last_moment(desk, first, then):
    item_id = await desk.live()
    await embargo(desk, item_id, first)
    await embargo(desk, item_id, then)
    await desk.work(then - 1)
    assert await desk.readers_see(item_id) == []
    await desk.work(then)
    assert await desk.readers_see(item_id) == ["it"]
    await desk.work(300)
    assert (await desk.happened(item_id)).count("embargo.lifted") == 1


async def test_an_embargo_is_lifted_before_its_end_and_set_again(desk):
    item_id = await desk.live()
    await embargo(desk, item_id, 60)
    desk.at(20)
    await desk.on_item(embargoing.lift_embargo, item_id)
    assert await desk.readers_see(item_id) == ["it"]
    await embargo(desk, item_id, 60)
    assert await desk.readers_see(item_id) == []
    await desk.work(60)
    assert await desk.readers_see(item_id) == ["it"]
    with pytest.raises(TransitionError, match="no embargo"):
        await desk.on_item(embargoing.lift_embargo, item_id)


async def test_a_schedule_within_an_embargo_publishes_and_nobody_sees_it_before_its_end(desk):
    item_id = await desk.write()
    await desk.on_draft(workflow.schedule_draft, item_id, publish_at=minutes(30))
    await embargo(desk, item_id, 60)
    await desk.work(30)
    assert await Edition.exists()
    assert (await desk.readers_see(item_id), await desk.told(item_id)) == ([], {})
    await desk.work(60)
    assert await desk.readers_see(item_id) == ["it"]


async def test_an_item_ends_by_the_clock_and_recipients_hear_it_from_the_worker(desk):
    item_id = await desk.live("it", "zh")
    await expiry(desk, item_id, 60)
    assert await desk.told(item_id) == {"it": "UPSERTED", "zh": "UPSERTED"}
    desk.at(60)
    assert await desk.readers_see(item_id) == [], "no worker was needed"
    await desk.work(75)
    assert await desk.told(item_id) == {"it": "EXPIRED", "zh": "EXPIRED"}
    assert (await Event.get(type="item.expired")).at == minutes(75)


async def test_lifting_an_expiry_brings_the_item_back(desk):
    item_id = await desk.live()
    await expiry(desk, item_id, 60)
    await desk.work(60)
    await expiry(desk, item_id, None)
    assert (await desk.readers_see(item_id), await desk.told(item_id)) == (["it"], {"it": "UPSERTED"})
    await expiry(desk, item_id, 120)
    await expiry(desk, item_id, 180)
    await desk.work(120)
    assert await desk.told(item_id) == {"it": "UPSERTED"}
    await desk.work(180)
    assert await desk.told(item_id) == {"it": "EXPIRED"}


async def test_states_lie_over_each_other_and_the_gravest_is_told(desk):
    item_id = await desk.live()
    await expiry(desk, item_id, 60)
    await embargo(desk, item_id, 90)
    await desk.on_item(recalling.withhold, item_id)
    assert await desk.told(item_id) == {"it": "WITHHELD"}
    await desk.work(75)
    assert await desk.told(item_id) == {"it": "WITHHELD"}, "a recall outlasts an expiry"
    await desk.on_item(recalling.lift_withhold, item_id)
    assert await desk.told(item_id) == {"it": "UNPUBLISHED"}
    await desk.work(90)
    assert await desk.told(item_id) == {"it": "EXPIRED"}
    await expiry(desk, item_id, None)
    assert (await desk.readers_see(item_id), await desk.told(item_id)) == (["it"], {"it": "UPSERTED"})


COMMANDS = {
    "until": lambda at: (embargoing.set_embargo, {"until": at}),
    "expiresAt": lambda at: (embargoing.set_expiry, {"expires_at": at}),
}


@pytest.mark.parametrize("name", COMMANDS)
async def test_moments_are_taken_in_any_offset_and_none_that_is_over(desk, name):
    item_id = await desk.live()
    for moment in (
        minutes(-1),
        NOON,
        NOON.astimezone(timezone(timedelta(hours=8))),
        datetime(2026, 3, 2),  # noqa: DTZ001 - what is tested
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
    ):
        command, more = COMMANDS[name](moment)
        with pytest.raises(InvalidInputError) as refused:
            await desk.on_item(command, item_id, **more)
        assert refused.value.path == (name,)
    assert (await Item.get()).version == 1
    command, more = COMMANDS[name](minutes(60).astimezone(timezone(timedelta(hours=-3, minutes=-30))))
    await desk.on_item(command, item_id, **more)
    item = await Item.get()
    assert minutes(60) in (item.embargoed_until, item.expires_at)
    assert (await Job.exclude(due_at=NOON).get()).due_at == minutes(60)


@pytest.mark.parametrize("name", COMMANDS)
async def test_they_reach_all_locales_so_a_permission_for_some_is_not_enough(desk, name):
    item_id = await desk.live()
    command, more = COMMANDS[name](minutes(60))
    some = Actor("solo italiano", (Grant(Permission.PUBLISH, locales=frozenset({"it"})),))
    for actor, error in (
        (some, ForbiddenError),
        (Actor.holding("lettore", [Permission.READ]), ForbiddenError),
        (ANONYMOUS, UnauthenticatedError),
    ):
        with pytest.raises(error):
            await command(actor, item_id=item_id, now=NOON, **more)
    with pytest.raises(NotFoundError):
        await desk.on_item(command, item_id + 1, **more)
    await desk.on_item(recalling.kill, item_id, advisory={"it": "No."})
    with pytest.raises(TransitionError):
        await desk.on_item(command, item_id, **more)
