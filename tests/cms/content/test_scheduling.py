"""Publishing and unpublishing at a time: by a worker, never early, late if need be, once."""

import pytest

from cms.content import embargoing, recalling, scheduling, workflow
from cms.content.models import SHARED, Draft, Edition, Item, Revision, SharedEdition
from cms.errors import InvalidInputError, NotFoundError, TransitionError
from cms.events import Event
from cms.jobs import Job
from tests.desks import HEADLINES, NOON, minutes


async def schedule(desk, item_id, locale="it", number=60):
    await desk.on_draft(workflow.schedule_draft, item_id, locale, publish_at=minutes(number))


async def test_a_draft_is_published_when_its_moment_has_come_and_never_before(desk):
    item_id = await desk.write()
    await schedule(desk, item_id)
    for number in (0, 30, 59, 60 - 1e-6 / 60):
        await desk.work(number)
        assert await desk.readers_see(item_id) == []
    await desk.work(60)
    edition = await Edition.get(item_id=item_id)
    assert (edition.headline, edition.published_at) == (HEADLINES["it"], minutes(60))
    draft = await Draft.get(item_id=item_id, locale="it")
    assert (draft.status, draft.publish_at) == ("DRAFT", None)
    assert (await Revision.get(item_id=item_id, locale="it", number=2)).author == "system"
    assert await desk.told(item_id) == {"it": "UPSERTED"}


async def test_a_late_worker_publishes_late_and_says_when_it_was(desk):
    item_id = await desk.write()
    await schedule(desk, item_id)
    await desk.work(600)
    assert (await Edition.get(item_id=item_id)).published_at == minutes(600)


async def test_parts_of_one_moment_go_live_together(desk):
    item_id = await desk.live("it", "zh", urgency=5)
    await desk.save(item_id, SHARED, urgency=2)
    await desk.save(item_id, "zh", headline="雪下了一整夜")
    await desk.save(item_id, "en", headline="Snow all night", body=(await Draft.get(locale="zh")).content["body"])
    for locale in (SHARED, "zh", "en"):
        await schedule(desk, item_id, locale)
    assert await Job.filter(name="publish_due").count() == 1
    await desk.work(61)
    assert {(each.locale, each.version) for each in await Edition.all()} == {("it", 2), ("zh", 2), ("en", 2)}
    assert (await SharedEdition.get()).urgency == 2
    assert await desk.readers_see(item_id) == ["en", "it", "zh"]


async def test_parts_of_one_moment_go_live_together_or_not_at_all(desk):
    item_id = await desk.write("it", "zh")
    await schedule(desk, item_id, "it")
    await schedule(desk, item_id, "zh")
    await Item.filter(id=item_id).update(ready=False)
    await desk.work(60)
    assert not await Edition.exists()
    assert not await desk.told(item_id)
    assert {await desk.status(item_id, locale) for locale in ("it", "zh")} == {"APPROVED"}
    refusals = await Event.filter(type="publication.refused").order_by("locale")
    assert [(each.locale, each.actor, each.at) for each in refusals] == [
        ("it", "system", minutes(60)),
        ("zh", "system", minutes(60)),
    ]
    assert refusals[0].data["code"] == "NOT_READY"
    assert [each["code"] for each in refusals[0].data["problems"]] == ["ASSET_NOT_READY"]
    await desk.work(120)
    assert not await Edition.exists(), "it was not tried again"


async def test_parts_of_different_moments_go_live_each_at_its_own(desk):
    item_id = await desk.write("it", "zh")
    await schedule(desk, item_id, "it", 60)
    await schedule(desk, item_id, "zh", 90)
    await desk.work(75)
    assert await desk.readers_see(item_id) == ["it"]
    await desk.work(90)
    assert await desk.readers_see(item_id) == ["it", "zh"]


@pytest.mark.parametrize(("first", "then"), [(60, 120), (120, 60)])
async def test_a_moved_moment_is_the_only_one(desk, first, then):
    item_id = await desk.write()
    await schedule(desk, item_id, number=first)
    await schedule(desk, item_id, number=then)
    await desk.work(then - 1)
    assert await desk.readers_see(item_id) == []
    await desk.work(then)
    assert await desk.readers_see(item_id) == ["it"]
    await desk.work(300)
    assert (await Item.get()).version == 1


async def test_a_moment_that_was_taken_back_does_nothing(desk):
    item_id = await desk.write()
    await schedule(desk, item_id)
    await desk.on_draft(workflow.unschedule_draft, item_id)
    await desk.work(90)
    assert await desk.readers_see(item_id) == []
    assert await desk.status(item_id) == "APPROVED"


async def test_one_that_was_taken_back_and_set_again_stands(desk):
    item_id = await desk.write()
    await schedule(desk, item_id)
    await desk.on_draft(workflow.unschedule_draft, item_id)
    await schedule(desk, item_id)
    await desk.work(60)
    assert await desk.readers_see(item_id) == ["it"]


async def test_what_is_saved_after_it_was_scheduled_is_not_published(desk):
    item_id = await desk.write()
    await schedule(desk, item_id)
    await desk.save(item_id, headline="Non ancora letta da nessuno")
    await desk.work(90)
    assert await desk.readers_see(item_id) == []
    assert await desk.status(item_id) == "DRAFT"


async def test_what_is_published_before_its_moment_is_not_published_again(desk):
    item_id = await desk.write()
    await schedule(desk, item_id)
    desk.at(30)
    await desk.publish(item_id, "it")
    await desk.work(60)
    assert (await Item.get()).version == 1


async def test_of_an_item_that_is_withheld_at_its_moment_nothing_is_published(desk):
    item_id = await desk.live()
    await desk.save(item_id, headline="Corretta nella notte")
    await schedule(desk, item_id)
    await desk.on_item(recalling.withhold, item_id)
    await desk.work(60)
    assert await desk.status(item_id) == "APPROVED"
    assert (await Event.get(type="publication.refused")).data["code"] == "INVALID_TRANSITION"
    await desk.on_item(recalling.lift_withhold, item_id)
    assert (await Edition.get()).headline == HEADLINES["it"]


async def test_of_an_item_that_is_released_before_its_moment_it_is(desk):
    item_id = await desk.live()
    await desk.save(item_id, headline="Corretta nella notte")
    await schedule(desk, item_id)
    await desk.on_item(recalling.withhold, item_id)
    desk.at(30)
    await desk.on_item(recalling.lift_withhold, item_id)
    await desk.work(60)
    assert (await Edition.get()).headline == "Corretta nella notte"


# Unpublishing


async def unpublish_at(desk, item_id, number, *locales):
    at = None if number is None else minutes(number)
    await desk.on_item(scheduling.schedule_unpublish, item_id, locales=list(locales), unpublish_at=at)


async def test_texts_are_taken_off_when_their_moment_has_come(desk):
    item_id = await desk.live("it", "zh", "en")
    await unpublish_at(desk, item_id, 60, "zh", "en")
    await desk.work(59)
    assert await desk.readers_see(item_id) == ["en", "it", "zh"]
    await desk.work(60)
    assert await desk.readers_see(item_id) == ["it"]
    assert await desk.told(item_id) == {"it": "UPSERTED", "zh": "UNPUBLISHED", "en": "UNPUBLISHED"}
    assert (await Item.get()).version == 2


async def test_a_newer_version_keeps_the_moment_and_a_late_worker_keeps_their_order(desk):
    """The unpublication was decided first, and comes last."""
    item_id = await desk.live()
    await unpublish_at(desk, item_id, 90, "it")
    await desk.save(item_id, headline="Ultima versione")
    await schedule(desk, item_id, number=60)
    await desk.work(300)
    assert (await desk.happened(item_id))[-2:] == ["text.published", "text.unpublished"]
    assert await desk.readers_see(item_id) == []
    assert await desk.told(item_id) == {"it": "UNPUBLISHED"}


async def test_the_moment_is_moved_and_taken_back(desk):
    item_id = await desk.live("it", "zh")
    await unpublish_at(desk, item_id, 60, "it", "zh")
    await unpublish_at(desk, item_id, 120, "it")
    await unpublish_at(desk, item_id, None, "zh")
    await desk.work(60)
    assert await desk.readers_see(item_id) == ["it", "zh"]
    await desk.work(120)
    assert await desk.readers_see(item_id) == ["zh"]


async def test_a_withheld_item_loses_the_text_too_and_stays_withheld(desk):
    item_id = await desk.live("it", "zh")
    await unpublish_at(desk, item_id, 60, "zh")
    await desk.on_item(recalling.withhold, item_id)
    await desk.work(60)
    assert await desk.told(item_id) == {"it": "WITHHELD", "zh": "WITHHELD"}
    await desk.on_item(recalling.lift_withhold, item_id)
    assert await desk.readers_see(item_id) == ["it"]
    assert await desk.told(item_id) == {"it": "UPSERTED", "zh": "UNPUBLISHED"}


async def test_of_a_killed_item_nothing_more_happens(desk):
    item_id = await desk.live()
    await unpublish_at(desk, item_id, 60, "it")
    await desk.on_item(embargoing.set_expiry, item_id, expires_at=minutes(70))
    await desk.on_item(embargoing.set_embargo, item_id, until=minutes(80))
    await desk.on_item(recalling.kill, item_id, advisory={"it": "Tutto sbagliato."})
    await desk.work(90)
    assert await desk.told(item_id) == {"it": "CANCELED"}


async def test_what_cannot_be_taken_off_is_refused(desk):
    item_id = await desk.live("it")
    for locales, moment, error, path in (
        (["zh"], minutes(60), NotFoundError, ("locales",)),
        ([], minutes(60), InvalidInputError, ("locales",)),
        (["it"], NOON, InvalidInputError, ("unpublishAt",)),
    ):
        with pytest.raises(error) as refused:
            await desk.on_item(scheduling.schedule_unpublish, item_id, locales=locales, unpublish_at=moment)
        assert refused.value.path == path
    await desk.on_item(recalling.withhold, item_id)
    with pytest.raises(TransitionError):
        await unpublish_at(desk, item_id, 60, "it")
    assert not await Job.filter(name="unpublish_due").exists()
