import asyncio
import os
import random
import signal

from cms.clock import utc_now
from cms.database import transaction
from cms.events import Event, EventType, record
from cms.jobs import Job, JobRequest, JobState, enqueue
from cms.reactions import Progress
from cms.statements import rows
from tests import processes

KILLS = 24
LEASE = 0.3  # seconds


async def test_killed_workers_lose_nothing_and_show_nothing_twice(database, database_url):
    """Three workers are killed 24 times in the middle of jobs, and at times one sleeps past its leases and
    goes on as if nothing had happened. Each job, and the job that follows from it, has its effect once.
    """
    dice = random.Random(20260301)
    async with transaction():
        await rows("CREATE TABLE ledger (job BIGINT, name TEXT, alone BIGINT)")
    wanted = 0
    workers = [processes.start(processes.working, database_url, LEASE) for _ in range(3)]
    try:
        for kill in range(KILLS):
            wanted += await more_work(dice)
            await ledger_grows()
            await asyncio.sleep(dice.random() / 20)
            victim, stalled = dice.sample(range(len(workers)), 2)
            os.kill(workers[victim].pid, signal.SIGKILL)
            workers[victim].join()
            workers[victim] = processes.start(processes.working, database_url, LEASE)
            if kill % 4 == 0:
                os.kill(workers[stalled].pid, signal.SIGSTOP)
                await asyncio.sleep(LEASE * 1.5)
                os.kill(workers[stalled].pid, signal.SIGCONT)
        while await open_jobs() or (await Progress.get()).position < await newest():  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.05)
        for worker in workers:
            worker.terminate()
        for worker in workers:
            await asyncio.to_thread(worker.join)
        assert [worker.exitcode for worker in workers] == [0, 0, 0]
    finally:
        for worker in workers:
            worker.kill()
            worker.join()

    ledger = await rows("SELECT job, name, alone FROM ledger")
    assert sorted(row["job"] for row in ledger) == sorted(await Job.all().values_list("id", flat=True))
    assert [row["name"] for row in ledger].count("publish") == wanted
    assert [row["name"] for row in ledger].count("notice") == wanted
    assert {row["alone"] for row in ledger} == {1}
    assert await Event.filter(type=EventType.TEXT_PUBLISHED).count() == wanted
    assert await Job.filter(fence__gt=1).count() > 5, "hardly a job was interrupted: the test shows little"


async def more_work(dice: random.Random) -> int:
    """Two jobs that follow from an event each, and two that are enqueued, of three serial keys."""
    async with transaction():
        for _ in range(2):
            record(EventType.DRAFT_SAVED)
        keys = [f"item:{dice.randrange(3)}" for _ in range(2)]
        return 2 + await enqueue(*(JobRequest(name="publish", serial_key=key) for key in keys), now=utc_now())


async def ledger_grows() -> None:
    before = (await rows("SELECT count(*) AS n FROM ledger"))[0]["n"]
    while (await rows("SELECT count(*) AS n FROM ledger"))[0]["n"] == before and await open_jobs():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def open_jobs() -> int:
    return await Job.exclude(state__in=[JobState.DONE, JobState.PARKED]).count()


async def newest() -> int:
    return await Event.all().order_by("-id").first().values_list("id", flat=True)
