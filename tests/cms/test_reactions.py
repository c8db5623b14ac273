"""The table of what follows from what happened, as it is."""

from string import Formatter

import pytest

from cms.database import Database
from cms.events import EventType
from cms.jobs import Job, JobState
from cms.reactions import REACTIONS, Progress, dispatch
from cms.reading.indexing import BRING_UP
from tests.cms.desk import NOON, configure, publish, save, unpublish, write

PUBLIC = {
    EventType.TEXT_PUBLISHED,
    EventType.SHARED_PUBLISHED,
    EventType.TEXT_UNPUBLISHED,
    EventType.TEXT_CORRECTED,
    EventType.VIDEO_MASTERED,
    EventType.EMBARGO_SET,
    EventType.EMBARGO_LIFTED,
    EventType.EXPIRY_SET,
    EventType.ITEM_EXPIRED,
    EventType.ITEM_WITHHELD,
    EventType.WITHHOLD_LIFTED,
    EventType.ITEM_KILLED,
    EventType.ITEM_TAKEN_DOWN,
    EventType.EDITION_RESTORED,
}


def test_what_concerns_the_public_reaches_the_index():
    assert {
        type_ for type_, reacting in REACTIONS.items() if "index_changes" in {each.job for each in reacting}
    } == PUBLIC


def test_one_job_at_a_time_writes_the_index_whoever_asks():
    """What a worker asks for when it starts and what follows from events share their turn; each waits once."""
    (reaction,) = REACTIONS[EventType.TEXT_PUBLISHED]
    assert reaction.serial_key == BRING_UP.serial_key
    assert reaction.coalesce == BRING_UP.coalesce_key
    assert not [name for _, name, _, _ in Formatter().parse(reaction.coalesce) if name]


@pytest.mark.usefixtures("database")
async def test_many_publications_wait_as_one_job():
    await configure()
    items = [await write(f"第{n}条", locale="zh") for n in range(4)]
    await save(items[0], "zh", summary="摘要")
    await dispatch(REACTIONS, now=NOON)
    assert not await Job.exists(), "drafts concern nobody"
    for item in items:
        await publish(item, "zh")
    await unpublish(items[0], "zh")
    await dispatch(REACTIONS, now=NOON)
    (job,) = await Job.all()
    assert (job.name, job.state, job.serial_key) == ("index_changes", JobState.WAITING, "search")
    position = await dispatch(REACTIONS, now=NOON)
    assert (await Progress.get()).position == position


async def test_nothing_happened_nothing_follows(database: Database):
    assert await dispatch(REACTIONS, now=NOON) == 0
    assert not await Job.exists()
