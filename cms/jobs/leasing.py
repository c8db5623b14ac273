"""How a worker takes jobs, keeps them, and says how they ended."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from cms.database import current_transaction
from cms.jobs.models import Job, JobState, Lane
from cms.statements import on_postgresql, rows

_CLAIM_LOCK = 0x6A6F6273  # "jobs": any number that nothing else in this database locks


class LostLeaseError(Exception):
    """The lease ran out and somebody else has or had the job: what this worker did must not count."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a job is tried and how long it rests in between: doubling from `first` up to `longest`."""

    attempts: int = 8
    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(hours=1)

    def rest(self, attempts: int) -> timedelta:
        """The pause after so many failed attempts, the first being 1."""
        doublings = min(attempts - 1, 30)
        return min(self.longest, self.first * (1 << doublings))


async def next_due(lanes: Sequence[Lane]) -> datetime | None:
    """When the next job of these lanes is due, None if there is none. Reads only and needs no transaction."""
    # One minimum per lane, each at the edge of the index.
    earliest = (f"SELECT min(due_at) AS due FROM job WHERE lane = ${n + 1}" for n in range(len(lanes)))
    found = await rows(" UNION ALL ".join(earliest), *map(str, lanes)) if lanes else []
    due = Job._meta.fields_map["due_at"]  # noqa: SLF001 - no public way
    return min((due.to_python_value(row["due"]) for row in found if row["due"]), default=None)


async def claim(free: Mapping[Lane, int], *, now: datetime, lease: timedelta) -> list[Job]:
    """Take due jobs, in each lane at most as many as it has room for, and hold them until `now + lease`.

    A job whose lease ran out is due again. No two jobs of one serial key run at once: of those due only the
    oldest is taken, and none while another runs under a lease.
    """
    current_transaction()
    room = [(lane, count) for lane, count in free.items() if count > 0]
    if not room:
        return []
    if on_postgresql():
        # Two claims at once would each find a serial key idle.
        await rows("SELECT pg_advisory_xact_lock($1)", _CLAIM_LOCK)
    wanted = [value for lane, count in room for value in (str(lane), count)]
    taken = await rows(_claiming(len(room), locks_rows=on_postgresql()), now, now + lease, *wanted)
    return sorted((Job._init_from_db(**row) for row in taken), key=lambda job: job.id)  # noqa: SLF001 - no public way


@cache
def _claiming(lanes: int, *, locks_rows: bool) -> str:
    # A job that an open transaction joined or renews is locked; it is left for the next claim.
    lock = "FOR UPDATE OF j SKIP LOCKED" if locks_rows else ""
    picked = ", ".join(
        f"""picked{n} AS MATERIALIZED (
            SELECT j.id FROM job j
            WHERE j.lane = ${2 * n + 3} AND j.due_at <= $1 AND (j.serial_key IS NULL OR NOT EXISTS (
                SELECT 1 FROM job other
                WHERE other.serial_key = j.serial_key AND other.id <> j.id
                  AND (other.due_at <= $1 AND other.id < j.id
                       OR other.due_at > $1 AND other.state = 'running')
            ))
            ORDER BY j.due_at, j.id LIMIT ${2 * n + 4} {lock}
        )"""
        for n in range(lanes)
    )
    ids = " UNION ALL ".join(f"SELECT id FROM picked{n}" for n in range(lanes))
    return f"""
        WITH {picked}
        UPDATE job SET state = 'running', due_at = $2, waiting_key = NULL, started_at = $1,
                       attempts = attempts + 1, fence = fence + 1
        WHERE id IN ({ids}) RETURNING *
    """


async def hold(job: Job) -> None:
    """Make the caller's transaction count only while the job is ours: nobody can claim it before the commit.

    For a handler whose effect must not happen twice: hold, look whether it happened, make it happen.
    Raises LostLeaseError.
    """
    current_transaction()
    lock = "FOR UPDATE" if on_postgresql() else ""
    held = await rows(f"SELECT id FROM job WHERE {_OURS} {lock}", job.id, job.fence)
    _require(held, job)


async def renew(job: Job, *, now: datetime, lease: timedelta) -> None:
    """Keep the job until `now + lease`. Raises LostLeaseError."""
    await _update(job, "due_at = $3", now + lease)


async def finish(job: Job, *, now: datetime) -> None:
    """The job is done. Raises LostLeaseError, and then nothing that was written for the job may commit."""
    await _update(job, "state = 'done', due_at = NULL, last_error = NULL, finished_at = $3", now)


async def fail(job: Job, error: BaseException, *, now: datetime, retry: Retry) -> JobState:
    """The attempt failed: let the job rest before the next, or park it. Raises LostLeaseError."""
    text = "".join(traceback.format_exception(error))[-4000:]
    if job.attempts >= retry.attempts:
        await _update(job, "state = 'parked', due_at = NULL, last_error = $3, finished_at = $4", text, now)
        return JobState.PARKED
    await _update(job, f"{_WAITS_AGAIN}, due_at = $4, last_error = $3", text, now + retry.rest(job.attempts))
    return JobState.WAITING


async def release(job: Job, *, now: datetime) -> None:
    """Give the job back as if it had not been claimed: the worker stops. Raises LostLeaseError."""
    await _update(job, f"{_WAITS_AGAIN}, due_at = $3, attempts = attempts - 1", now)


async def retry_parked(*ids: int, now: datetime) -> int:
    """Let parked jobs be tried again from the first attempt, all if none is named; answers how many."""
    current_transaction()
    parked = Job.filter(state=JobState.PARKED)
    if ids:
        parked = parked.filter(id__in=ids)
    return await parked.update(state=JobState.WAITING, due_at=now, attempts=0, finished_at=None)


async def prune(*, before: datetime) -> int:
    """Forget jobs that were done before an instant; parked ones stay. Answers how many."""
    current_transaction()
    return await Job.filter(state=JobState.DONE, finished_at__lt=before).delete()


_OURS = "id = $1 AND fence = $2 AND state = 'running'"

# A younger job with the same key may wait by now; then this one goes without it.
_YOUNGER = "EXISTS (SELECT 1 FROM job other WHERE other.waiting_key = job.coalesce_key)"
_WAITS_AGAIN = f"state = 'waiting', waiting_key = CASE WHEN {_YOUNGER} THEN NULL ELSE coalesce_key END"


async def _update(job: Job, assignments: str, *values: object) -> None:
    current_transaction()
    changed = await rows(
        f"UPDATE job SET {assignments} WHERE {_OURS} RETURNING id",
        job.id,
        job.fence,
        *values,
    )
    _require(changed, job)


def _require(found: Sequence[object], job: Job) -> None:
    if not found:
        raise LostLeaseError(f"job {job.id} ({job.name}), fence {job.fence}")
