"""Workers are killed while moments are due: each is acted on once, and what belongs together goes live together."""

import asyncio
import os
import random
import signal
from datetime import timedelta

from cms.clock import utc_now
from cms.content import embargoing, workflow
from cms.content.models import Edition, Item
from cms.events import Event, EventType
from cms.jobs import Job, JobState
from cms.statements import rows
from tests import processes

STORIES, KILLS, LEASE = 40, 12, 0.3  # seconds


async def test_killed_workers_publish_and_release_each_item_once(desk, database_url):
    dice = random.Random(20260301)
    desk.now = utc_now() - timedelta(hours=2)
    moment = desk.now + timedelta(hours=1)  # all are due when the workers start
    stories = [await desk.write("it", "zh") for _ in range(STORIES)]
    for story in stories:
        for locale in ("it", "zh"):
            await desk.on_draft(workflow.schedule_draft, story, locale, publish_at=moment)
        await desk.on_item(embargoing.set_embargo, story, until=moment + timedelta(minutes=dice.randint(-9, 9)))
    workers = [processes.start(processes.timing, database_url, LEASE) for _ in range(3)]
    torn = 0
    try:
        for _ in range(KILLS):
            left = await open_jobs()
            assert left, "the work was over too early: the test shows little"
            while await open_jobs() >= left:  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.01)
            await asyncio.sleep(dice.random() / 20)
            victim = dice.randrange(len(workers))
            os.kill(workers[victim].pid, signal.SIGKILL)
            workers[victim].join()
            workers[victim] = processes.start(processes.timing, database_url, LEASE)
            halves = "SELECT item_id FROM edition GROUP BY item_id HAVING count(*) <> 2"
            torn += len(await rows(halves))
        while await open_jobs():  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.05)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()

    assert torn == 0
    assert await Edition.all().count() == 2 * STORIES
    items = await Item.all()
    assert {(item.embargoed_until, item.version) for item in items} == {(None, 3)}
    for type_, count in ((EventType.TEXT_PUBLISHED, 2), (EventType.EMBARGO_LIFTED, 1)):
        assert await Event.filter(type=type_).count() == count * STORIES
    assert {str(change) for story in stories for change in (await desk.told(story)).values()} == {"UPSERTED"}
    assert set(await Job.all().values_list("state", flat=True)) == {JobState.DONE}


async def open_jobs() -> int:
    return await Job.exclude(state=JobState.DONE).count()
