import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from cms.database import Database, transaction
from cms.events import EventType, latest, record
from cms.freshness import Freshness
from cms.jobs import Job, JobRequest, JobState, Lane, Retry, claim, enqueue
from cms.reactions import Progress, Reaction, dispatch
from cms.worker import Worker
from tests import processes

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Hands:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
async def freshness(database: Database) -> AsyncIterator[Freshness]:
    async with Freshness(database) as opened:
        yield opened


@pytest.fixture
def make(freshness, clock):
    def make_worker(handlers, reactions=None, **settings) -> Worker:
        settings = {"clock": clock, "retry": Retry(attempts=2)} | settings
        return Worker(freshness, reactions or {}, handlers, **settings)

    return make_worker


async def add(*requests: JobRequest) -> None:
    async with transaction():
        await enqueue(*requests, now=NOON)


async def publish(item_id: int, locale: str = "it") -> None:
    async with transaction():
        record(EventType.TEXT_PUBLISHED, item_id=item_id, locale=locale)


async def test_what_follows_from_an_event_is_done(make):
    done: list[tuple[str, dict]] = []

    async def note(job: Job) -> None:
        done.append((job.name, job.args))

    reactions = {EventType.TEXT_PUBLISHED: (Reaction("index", Lane.URGENT), Reaction("deliver"))}
    await publish(7, "zh-Hans")
    async with transaction():
        record(EventType.DRAFT_SAVED, item_id=7)
    worker = make({"index": note, "deliver": note}, reactions)
    await worker.drain()
    await worker.drain()

    args = {"event": 1, "type": "text.published", "item_id": 7, "locale": "zh-Hans"}
    assert sorted(done, key=str) == [("deliver", args), ("index", args)]
    assert {job.state for job in await Job.all()} == {JobState.DONE}
    assert (await Progress.get()).position == await latest()


async def test_dispatching_at_once_enqueues_each_reaction_once(database):
    for item in range(20):
        await publish(item)
    reactions = {EventType.TEXT_PUBLISHED: (Reaction("index"), Reaction("deliver"))}
    await asyncio.gather(*(dispatch(reactions, now=NOON, limit=3) for _ in range(10)))
    assert await dispatch(reactions, now=NOON) == await latest()
    found = sorted((job.args["item_id"], job.name) for job in await Job.all())
    assert found == [(item, name) for item in range(20) for name in ("deliver", "index")]


async def test_reactions_fill_their_templates_from_the_event(database):
    reaction = Reaction("index", serial_key="item:{item_id}", coalesce="{item_id}:{locale}")
    for locale in ("it", "it", "zh-Hans"):
        await publish(7, locale)
    await dispatch({EventType.TEXT_PUBLISHED: (reaction,)}, now=NOON)
    jobs = await Job.all().order_by("coalesce_key")
    assert [(job.serial_key, job.coalesce_key) for job in jobs] == [
        ("item:7", "index:7:it"),
        ("item:7", "index:7:zh-Hans"),
    ]
    assert jobs[0].args["event"] == 2


def test_a_template_over_something_else_is_refused():
    with pytest.raises(ValueError, match="slug"):
        Reaction("index", coalesce="{slug}")


async def test_a_failing_job_is_tried_again_when_due_and_then_parked(make, clock):
    tried: list[int] = []

    async def deliver(job: Job) -> None:
        tried.append(job.attempts)
        raise ConnectionError("the partner is away")

    await add(JobRequest(name="deliver"))
    worker = make({"deliver": deliver})
    await worker.drain()
    await worker.drain()
    assert tried == [1]
    clock.move(seconds=5)
    await worker.drain()
    assert tried == [1, 2]
    parked = await Job.get()
    assert parked.state == JobState.PARKED
    assert "ConnectionError: the partner is away" in parked.last_error


async def test_a_job_that_nobody_here_can_do_is_left_for_another_attempt(make):
    await add(JobRequest(name="from.a.newer.release"))
    await make({}).drain()
    job = await Job.get()
    assert (job.state, "KeyError" in job.last_error) == (JobState.WAITING, True)


async def test_a_job_that_kills_its_workers_is_parked_untried(make, clock):
    async def deadly(job: Job) -> None:
        raise AssertionError("tried once more")

    await add(JobRequest(name="deadly"))
    for _ in range(2):
        async with transaction():
            assert await claim({Lane.DEFAULT: 1}, now=clock(), lease=timedelta(seconds=30))
        clock.move(seconds=30)
    await make({"deadly": deadly}).drain()
    job = await Job.get()
    assert (job.state, "died" in job.last_error) == (JobState.PARKED, True)


async def test_lanes_run_side_by_side_with_their_own_room(make):
    running: list[Lane] = []
    most: dict[Lane, int] = dict.fromkeys(Lane, 0)
    everybody = asyncio.Event()

    async def work(job: Job) -> None:
        running.append(job.lane)
        most[job.lane] = max(most[job.lane], running.count(job.lane))
        if len(running) == 5:
            everybody.set()
        await everybody.wait()
        running.remove(job.lane)

    await add(*(JobRequest(name="work", lane=lane) for lane in Lane for _ in range(4)))
    await make({"work": work}).drain()
    assert most == {Lane.URGENT: 2, Lane.DEFAULT: 2, Lane.MEDIA: 1}


async def test_a_long_job_keeps_its_lease(make, clock, freshness):
    renewals = 0
    renewed = asyncio.Event()

    async def beat(seconds: float) -> None:
        nonlocal renewals
        clock.move(seconds=seconds)
        renewals += 1
        if renewals > 5:
            renewed.set()
        await asyncio.sleep(0.005)

    async def transcode(job: Job) -> None:
        await renewed.wait()  # two leases later

    await add(JobRequest(name="transcode", lane=Lane.MEDIA))
    await make({"transcode": transcode}, sleep=beat, lease=30).drain()
    job = await Job.get()
    assert (job.state, job.fence) == (JobState.DONE, 1)


async def test_a_job_that_was_lost_is_cancelled_and_does_not_count(make, clock):
    cancelled: list[int] = []

    async def transcode(job: Job) -> None:
        async with transaction():
            stolen = await claim({Lane.MEDIA: 1}, now=clock.now + timedelta(hours=1), lease=timedelta(hours=1))
        assert [other.id for other in stolen] == [job.id]
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(job.id)
            raise

    await add(JobRequest(name="transcode", lane=Lane.MEDIA))
    await make({"transcode": transcode}, lease=0.03).drain()
    job = await Job.get()
    assert cancelled == [job.id]
    assert (job.state, job.fence) == (JobState.RUNNING, 2)


async def test_stopping_lets_running_jobs_end(make):
    started = asyncio.Event()
    stopped = asyncio.Event()

    async def work(job: Job) -> None:
        started.set()
        await stopped.wait()

    await add(JobRequest(name="work", serial_key="one"), JobRequest(name="work", serial_key="one"))
    worker = make({"work": work})
    running = asyncio.create_task(worker.run())
    await started.wait()
    worker.stop()
    stopped.set()
    await running
    assert [job.state for job in await Job.all().order_by("id")] == [JobState.DONE, JobState.WAITING]


async def test_stopping_gives_back_what_does_not_end(make):
    started = asyncio.Event()

    async def endless(job: Job) -> None:
        started.set()
        await asyncio.Event().wait()

    await add(JobRequest(name="endless"))
    worker = make({"endless": endless}, grace=0.01)
    running = asyncio.create_task(worker.run())
    await started.wait()
    worker.stop()
    await running
    job = await Job.get()
    assert (job.state, job.attempts, job.due_at) == (JobState.WAITING, 0, NOON)


async def test_a_signal_stops_the_worker(make):
    worker = make({})
    worker.stop_on_signals()
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(number)


async def test_an_event_of_another_process_wakes_an_idle_worker(make, database_url):
    woken = asyncio.Event()

    async def index(job: Job) -> None:
        woken.set()

    worker = make({"index": index}, {EventType.DRAFT_SAVED: (Reaction("index"),)}, idle=600)
    running = asyncio.create_task(worker.run())
    with processes.started(processes.committing, database_url) as other:
        await processes.heard(other)
        other.send("commit")
        await woken.wait()
    worker.stop()
    await running
    assert (await Job.get()).state == JobState.DONE


async def test_a_worker_outlasts_a_database_that_is_away(make, freshness, monkeypatch):
    """What ended meanwhile is settled afterwards."""
    asked = freshness.latest
    failures = iter([OSError("away")] * 3)

    async def latest_or_away() -> int:
        for error in failures:
            raise error
        return await asked()

    done = asyncio.Event()

    async def work(job: Job) -> None:
        done.set()

    monkeypatch.setattr(freshness, "latest", latest_or_away)
    await add(JobRequest(name="work"))
    worker = make({"work": work}, idle=0.01)
    running = asyncio.create_task(worker.run())
    await done.wait()
    worker.stop()
    await running
    assert next(failures, None) is None
    assert (await Job.get()).state == JobState.DONE


async def test_done_jobs_are_forgotten_after_a_while(make, clock):
    async def work(job: Job) -> None:
        pass

    await add(JobRequest(name="work"))
    worker = make({"work": work}, kept=timedelta(days=7))
    await worker.drain()
    clock.move(days=6)
    await worker.drain()
    assert await Job.all().count() == 1
    clock.move(days=2)
    await worker.drain()
    assert await Job.all().count() == 0
