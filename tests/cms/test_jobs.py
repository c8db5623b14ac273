import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from cms.database import TransactionError, transaction
from cms.jobs import (
    Job,
    JobRequest,
    JobState,
    Lane,
    LostLeaseError,
    Retry,
    claim,
    enqueue,
    fail,
    finish,
    hold,
    next_due,
    prune,
    release,
    renew,
    retry_parked,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
LATER = NOON + LEASE
RETRY = Retry(attempts=2, first=timedelta(seconds=5))


async def add(*requests: JobRequest, now: datetime = NOON) -> int:
    async with transaction():
        return await enqueue(*requests, now=now)


async def take(room: int = 10, lane: Lane = Lane.DEFAULT, now: datetime = NOON) -> list[Job]:
    async with transaction():
        return await claim({lane: room}, now=now, lease=LEASE)


async def end(job: Job, error: Exception | None = None, now: datetime = NOON) -> Job:
    async with transaction():
        await (fail(job, error, now=now, retry=RETRY) if error else finish(job, now=now))
    return await Job.get(id=job.id)


async def test_a_job_is_claimed_once_with_what_it_was_given(database):
    assert await add(JobRequest(name="index", args={"headline": "今日要闻", "item": 7})) == 1
    (job,) = await take()
    assert (job.name, job.args, job.state, job.attempts, job.fence) == (
        "index", {"headline": "今日要闻", "item": 7}, JobState.RUNNING, 1, 1,
    )  # fmt: skip
    assert (job.started_at, job.due_at, job.created_at) == (NOON, LATER, NOON)
    assert await take() == []


async def test_a_job_exists_only_if_the_transaction_commits(database):
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await enqueue(JobRequest(name="index"), now=NOON)
            raise ZeroDivisionError
    assert await Job.all().count() == 0


async def test_without_a_transaction_nothing_works(database):
    with pytest.raises(TransactionError):
        await enqueue(JobRequest(name="index"), now=NOON)
    with pytest.raises(TransactionError):
        await claim({Lane.DEFAULT: 1}, now=NOON, lease=LEASE)


async def test_a_job_waits_until_it_is_due(database):
    await add(JobRequest(name="release", run_at=NOON + timedelta(microseconds=1)), JobRequest(name="never"))
    assert [job.name for job in await take()] == ["never"]
    assert await next_due([Lane.DEFAULT]) == NOON + timedelta(microseconds=1)
    assert [job.name for job in await take(now=NOON + timedelta(microseconds=1))] == ["release"]


async def test_lanes_are_claimed_apart_and_only_as_far_as_there_is_room(database):
    await add(*(JobRequest(name=f"{lane}", lane=lane) for lane in Lane for _ in range(3)))
    async with transaction():
        taken = await claim({Lane.URGENT: 2, Lane.MEDIA: 1, Lane.DEFAULT: 0}, now=NOON, lease=LEASE)
    assert sorted(job.name for job in taken) == ["media", "urgent", "urgent"]
    assert await next_due([Lane.URGENT, Lane.MEDIA, Lane.DEFAULT]) == NOON
    assert await next_due([]) is None


async def test_the_earliest_due_goes_first(database):
    for name, minutes in (("second", 1), ("third", 2), ("first", 0)):
        await add(JobRequest(name=name, run_at=NOON + timedelta(minutes=minutes)))
    assert [(await take(1, now=NOON + timedelta(hours=1)))[0].name for _ in range(3)] == [
        "first",
        "second",
        "third",
    ]


async def test_of_one_serial_key_one_runs_at_a_time_in_order(database):
    await add(*(JobRequest(name=str(n), serial_key="item:7") for n in range(3)), JobRequest(name="free"))
    assert [job.name for job in await take()] == ["0", "free"]
    assert await take() == []
    first = await Job.get(name="0")
    await end(first)
    assert [job.name for job in await take()] == ["1"]
    # Both leases run out: "1" comes before "2".
    assert [(job.name, job.fence) for job in await take(now=LATER)] == [("1", 2), ("free", 2)]


async def test_a_job_that_rests_lets_the_next_of_its_key_pass(database):
    await add(JobRequest(name="failing", serial_key="a"), JobRequest(name="next", serial_key="a"))
    (failing,) = await take()
    await end(failing, ValueError("no"))
    assert [job.name for job in await take()] == ["next"]
    assert await take(now=NOON + timedelta(seconds=6)) == []


async def test_a_unique_key_is_enqueued_once_even_after_it_ran(database):
    request = JobRequest(name="notify", unique_key="event:1")
    assert await add(request, JobRequest(name="other", unique_key="event:1")) == 2
    assert await add(request) == 0
    for job in await take():
        await end(job)
    assert await add(request, request) == 0
    assert await Job.all().count() == 2


async def test_a_coalesced_job_joins_one_that_waits_but_never_one_that_runs(database):
    def request(version: int, minutes: int) -> JobRequest:
        due = NOON + timedelta(minutes=minutes)
        return JobRequest(name="index", args={"version": version}, coalesce_key="item:7", run_at=due)

    await add(request(1, 5))
    await add(request(2, 0), request(3, 9), JobRequest(name="other", coalesce_key="item:7"))
    await add(request(3, 1))
    index = await Job.get(name="index")
    assert (index.args, index.due_at) == ({"version": 3}, NOON + timedelta(minutes=1))
    assert len(await take(now=NOON + timedelta(minutes=1))) == 2
    await add(request(4, 0))
    assert await Job.filter(name="index").count() == 2


async def test_a_failed_job_is_joined_again_unless_a_younger_one_waits(database):
    request = JobRequest(name="index", coalesce_key="item:7")
    await add(request)
    (first,) = await take()
    await end(first, ValueError("no"))
    await add(request)
    assert await Job.all().count() == 1

    (first,) = await take()
    await add(request)
    await end(first, ValueError("no"))
    await add(request)
    assert await Job.all().count() == 2


def test_a_job_is_not_both_unique_and_coalesced():
    with pytest.raises(ValueError, match="either"):
        JobRequest(name="index", unique_key="a", coalesce_key="b")


async def test_who_lost_the_lease_can_neither_renew_nor_hold_nor_end_the_job(database):
    await add(JobRequest(name="render"))
    (mine,) = await take()
    (theirs,) = await take(now=LATER)
    assert (mine.id, mine.fence, theirs.fence, theirs.attempts) == (theirs.id, 1, 2, 2)

    for act in (
        lambda: hold(mine),
        lambda: renew(mine, now=LATER, lease=LEASE),
        lambda: finish(mine, now=LATER),
        lambda: fail(mine, ValueError("late"), now=LATER, retry=RETRY),
        lambda: release(mine, now=LATER),
    ):
        with pytest.raises(LostLeaseError):
            async with transaction():
                await act()
    async with transaction():
        await hold(theirs)
        await finish(theirs, now=LATER)
    with pytest.raises(LostLeaseError):
        await end(theirs)
    assert (await Job.get(id=mine.id)).state == JobState.DONE


async def test_a_renewed_lease_keeps_the_job(database):
    await add(JobRequest(name="render"))
    (job,) = await take()
    async with transaction():
        await renew(job, now=NOON + timedelta(seconds=20), lease=LEASE)
    assert await take(now=LATER) == []
    assert len(await take(now=NOON + timedelta(seconds=50))) == 1


async def test_a_failing_job_rests_and_is_parked_with_its_error(database):
    await add(JobRequest(name="deliver"))
    (job,) = await take()
    resting = await end(job, ValueError("the partner is away"))
    assert (resting.state, resting.due_at) == (JobState.WAITING, NOON + timedelta(seconds=5))
    (job,) = await take(now=NOON + timedelta(seconds=5))
    parked = await end(job, ValueError("still away"))
    assert (parked.state, parked.due_at, parked.finished_at) == (JobState.PARKED, None, NOON)
    assert "ValueError: still away" in parked.last_error
    assert await take(now=NOON + timedelta(days=1)) == []

    async with transaction():
        assert await retry_parked(parked.id + 1, now=NOON) == 0
        assert await retry_parked(parked.id, now=NOON) == 1
    (job,) = await take()
    assert (job.attempts, job.fence) == (1, 3)
    done = await end(job)
    assert (done.state, done.last_error) == (JobState.DONE, None)


def test_the_rest_doubles_up_to_the_longest():
    retry = Retry(first=timedelta(seconds=5), longest=timedelta(minutes=1))
    assert [retry.rest(n).total_seconds() for n in (1, 2, 3, 4, 5, 1_000)] == [5, 10, 20, 40, 60, 60]


async def test_a_released_job_is_as_if_never_claimed(database):
    await add(JobRequest(name="render"))
    (job,) = await take()
    async with transaction():
        await release(job, now=NOON)
    (job,) = await take()
    assert (job.attempts, job.fence) == (1, 2)


async def test_only_old_done_jobs_are_forgotten(database):
    await add(JobRequest(name="done"), JobRequest(name="parked"), JobRequest(name="running"))
    done, parked, _ = await take()
    await end(done)
    await end(parked, ValueError())
    (parked,) = await take(now=NOON + timedelta(seconds=5))
    await end(parked, ValueError())
    async with transaction():
        assert await prune(before=NOON) == 0
        assert await prune(before=NOON + timedelta(seconds=1)) == 1
    assert sorted(await Job.all().values_list("name", flat=True)) == ["parked", "running"]


async def test_claims_at_once_never_share_a_job_or_a_serial_key(database):
    await add(*(JobRequest(name="job", serial_key=f"key:{n % 5}") for n in range(40)))
    for left in range(8, 0, -1):
        taken = [job for jobs in await asyncio.gather(*(take(3) for _ in range(6))) for job in jobs]
        assert sorted(job.serial_key for job in taken) == [f"key:{n}" for n in range(5)], left
        for job in taken:
            await end(job)
    assert await take() == []


async def test_a_job_joined_by_an_open_transaction_waits_for_its_commit(database):
    """Were it claimed meanwhile, it would miss what the transaction wrote, and nothing would run after."""
    request = JobRequest(name="index", coalesce_key="item:7")
    await add(request)
    joined, claimed = asyncio.Event(), asyncio.Event()

    async def joining() -> None:
        async with transaction():
            await enqueue(request, now=NOON)
            joined.set()
            if database.dialect == "postgresql":  # SQLite's one writer makes the claim wait
                await claimed.wait()

    task = asyncio.create_task(joining())
    await joined.wait()
    during = await take()
    claimed.set()
    await task
    assert len(during) == (0 if database.dialect == "postgresql" else 1)
    assert len(during + await take()) == 1


async def test_the_database_refuses_a_second_waiting_job_of_a_key(database):
    await add(JobRequest(name="index", coalesce_key="item:7"))
    waiting = await Job.get()
    with pytest.raises(IntegrityError):
        await Job.create(
            name="index",
            args={},
            lane=Lane.DEFAULT,
            state=JobState.WAITING,
            waiting_key=waiting.waiting_key,
            created_at=NOON,
        )
