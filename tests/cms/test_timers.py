"""Timers against workers that die, stall and race, clocks that are set back, and newsrooms restored from a copy."""

import asyncio
from datetime import timedelta

import pytest

from cms.content import embargoing, workflow
from cms.content.models import Edition, Item
from cms.database import MODEL_MODULES, Database, transaction
from cms.freshness import Freshness
from cms.jobs import Job, JobState, Lane, LostLeaseError, claim
from cms.operating.archive import open_archive
from cms.operating.backup import back_up
from cms.operating.restore import restore
from cms.timers import TIMERS, timer_handlers
from media.storage import LocalStorage
from tests.databases import fresh_database
from tests.desks import NOON, Desk, minutes

HOUR = timedelta(hours=1)


async def scheduled(desk: Desk, *locales: str) -> int:
    """An article to be published in an hour."""
    item_id = await desk.write(*locales)
    for locale in locales:
        await desk.on_draft(workflow.schedule_draft, item_id, locale, publish_at=minutes(60))
    return item_id


async def claimed(desk: Desk, lease: timedelta = HOUR) -> Job:
    """The timer, as a worker has it that is about to run it."""
    async with transaction():
        (job,) = await claim({Lane.URGENT: 1}, now=desk.now, lease=lease)
    return job


async def test_a_worker_that_dies_before_or_after_its_command_leaves_the_next_one_the_rest(desk):
    item_id = await scheduled(desk, "it")
    desk.at(60)
    job = await claimed(desk)  # and dies
    await desk.work(90)
    assert not await Edition.exists(), "the lease still runs"
    await desk.work(120)
    assert (await Edition.get(item_id=item_id)).published_at == minutes(120)

    second = await scheduled_again(desk, item_id)
    job = await claimed(desk)
    await timer_handlers(desk)[job.name](job)  # it published, and dies before it says so
    assert (await Item.get(id=item_id)).version == 2
    await desk.work(second + 90)
    assert (await Job.get(id=job.id)).state == JobState.DONE
    assert (await Item.get(id=item_id)).version == 2


async def scheduled_again(desk: Desk, item_id: int) -> float:
    await desk.save(item_id, headline="E di nuovo neve")
    number = 200.0
    await desk.on_draft(workflow.schedule_draft, item_id, publish_at=minutes(number))
    desk.at(number)
    return number


async def test_a_worker_that_lost_its_lease_publishes_nothing(desk):
    item_id = await scheduled(desk, "it")
    desk.at(60)
    slow = await claimed(desk, lease=timedelta(0))
    fast = await claimed(desk)
    with pytest.raises(LostLeaseError):
        await timer_handlers(desk)[slow.name](slow)
    assert not await Edition.exists()
    await timer_handlers(desk)[fast.name](fast)
    assert await desk.readers_see(item_id) == ["it"]


async def test_two_workers_publish_once(desk):
    items = [await scheduled(desk, "it", "zh") for _ in range(8)]
    desk.at(60)
    await asyncio.gather(*(desk.worker().drain() for _ in range(2)))
    assert sorted(await Item.filter(id__in=items).values_list("version", flat=True)) == [1] * 8
    assert await Edition.all().count() == 16
    assert set(await Job.all().values_list("state", flat=True)) == {JobState.DONE}


async def test_a_clock_that_was_set_back_publishes_nothing_early(desk):
    item_id = await scheduled(desk, "it")
    desk.at(60)
    job = await claimed(desk)
    desk.at(59)
    with pytest.raises(RuntimeError, match="set back"):
        await timer_handlers(desk)[job.name](job)
    assert await desk.readers_see(item_id) == []
    assert await desk.status(item_id) == "SCHEDULED"


async def test_a_fault_of_ours_is_tried_again_and_changes_nothing_meanwhile(desk, monkeypatch):
    item_id = await scheduled(desk, "it")
    real = TIMERS["publish_due"].command
    faults = iter([ConnectionError("the database went away")])

    async def faulty(*arguments, **named):
        await real(*arguments, **named)
        for fault in faults:
            raise fault

    monkeypatch.setitem(TIMERS, "publish_due", type(TIMERS["publish_due"])(faulty))
    desk.at(60)
    await desk.worker().drain()
    assert not await Edition.exists()
    assert await desk.status(item_id) == "SCHEDULED"
    desk.at(61)
    await desk.worker().drain()
    assert await desk.readers_see(item_id) == ["it"]


async def test_a_timer_of_an_item_that_is_gone_is_done_with(desk):
    item_id = await desk.live()
    await desk.on_item(embargoing.set_expiry, item_id, expires_at=minutes(60))
    await Job.filter(name="expire").update(args={"item_id": 999_999, "moment": minutes(60).isoformat()})
    await desk.work(60)
    assert (await Job.get(name="expire")).state == JobState.DONE


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
async def test_a_restored_newsroom_keeps_its_moments_the_late_ones_too(dialect, tmp_path):
    """The copy is from before the moment, and is restored long after it."""
    storage, copy = LocalStorage(tmp_path / "stored"), tmp_path / "copy.zip"
    async with fresh_database(dialect, tmp_path, MODEL_MODULES, migrated=True) as url:
        async with await Database.open(url, models=MODEL_MODULES) as database, Freshness(database) as freshness:
            desk = Desk(freshness)
            await desk.open()
            late, early = await scheduled(desk, "it", "zh"), await desk.live("it")
            await desk.on_item(embargoing.set_embargo, early, until=minutes(60))
            await back_up(database, storage, copy, now=NOON)
            await desk.work(60)
            assert await desk.readers_see(late) == ["it", "zh"]
            with open_archive(copy) as (archive, manifest):
                await restore(archive, manifest, database, storage, _Engine(), force=True)
            assert await desk.readers_see(late) == await desk.readers_see(early) == []
        async with await Database.open(url, models=MODEL_MODULES) as database, Freshness(database) as freshness:
            restarted = Desk(freshness)
            await restarted.work(600)
            assert await restarted.readers_see(late) == ["it", "zh"]
            assert await restarted.readers_see(early) == ["it"]
            assert {edition.published_at for edition in await Edition.filter(item_id=late)} == {minutes(600)}
            await restarted.work(700)
            assert (await Item.get(id=late)).version == 1


class _Engine:
    def clear(self) -> None:
        """There is no index."""


def test_every_timer_has_a_handler():
    assert set(timer_handlers(lambda: NOON)) == set(TIMERS)
