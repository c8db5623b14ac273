"""Work that is done later, at least once: a row with a lease.

A command enqueues in its own transaction, so that a job exists if and only if what it follows from was
committed. A worker claims a job for the length of a lease and renews the lease while it works; a worker that
dies is outlived by its lease, and another claims the job. Each claim draws a higher **fence**: whoever holds
an older one has lost the job and can neither renew nor finish it.

Everything here runs in the caller's transaction and takes the time from the caller.
"""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from cms.database import current_transaction
from cms.statements import insert_rows, on_postgresql, rows

_CLAIM_LOCK = 0x6A6F6273  # "jobs": any number that nothing else in this database locks


class LostLeaseError(Exception):
    """The lease ran out and somebody else has the job, or has done it: what this worker did must not count."""


class Lane(StrEnum):
    """Jobs of one lane wait only for each other."""

    URGENT = "urgent"
    DEFAULT = "default"
    MEDIA = "media"


class JobState(StrEnum):
    """Waiting until it is due, running under a lease, done, or parked for a person to look at."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"


class Job(Model):
    """One piece of work. `due_at` is when a worker may take it: its time while it waits, the end of the lease
    while it runs, nothing once it is done or parked.
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=64)
    args = fields.JSONField[dict[str, Any]]()
    lane = fields.CharEnumField(Lane, max_length=16)
    state = fields.CharEnumField(JobState, max_length=16)
    due_at = fields.DatetimeField(null=True)
    serial_key = fields.CharField(max_length=255, null=True)
    unique_key = fields.CharField(max_length=255, null=True, unique=True)
    coalesce_key = fields.CharField(max_length=255, null=True)
    waiting_key = fields.CharField(
        max_length=255, null=True, unique=True
    )  # coalesce_key, until the job is claimed
    attempts = fields.IntField(default=0)
    fence = fields.BigIntField(default=0)
    last_error = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "job"
        indexes = (
            Index(fields=("lane", "due_at"), name="job_due"),
            Index(fields=("serial_key", "due_at"), name="job_serial"),
            Index(fields=("state", "finished_at"), name="job_state"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """A job to enqueue.

    - `serial_key`: at most one job with this key runs at a time, whatever its name; of those due, the oldest
      first.
    - `unique_key`: a second request with this name and key is ignored, for as long as the first one's row is
      kept.
    - `coalesce_key`: joins a job with this name and key that still waits, which takes the newer args and the
      earlier time, and runs after this transaction in any case. Not together with `unique_key`.
    - `run_at`: not before; at once if None.
    """

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    lane: Lane = Lane.DEFAULT
    serial_key: str | None = None
    unique_key: str | None = None
    coalesce_key: str | None = None
    run_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.unique_key and self.coalesce_key:
            raise ValueError(f"{self.name}: a job is either unique or coalesced")


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a job is tried and how long it rests in between: doubling from `first` up to `longest`."""

    attempts: int = 8
    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(hours=1)

    def rest(self, attempts: int) -> timedelta:
        """The pause after so many failed attempts, the first being 1."""
        return min(self.longest, self.first * 2 ** min(attempts - 1, 30))


_COLUMNS = (
    '"name", "args", "lane", "state", "due_at", "serial_key", "unique_key", "coalesce_key", "waiting_key", '
    '"attempts", "fence", "created_at"'
)


async def enqueue(*requests: JobRequest, now: datetime) -> int:
    """Add jobs, which exist once the caller's transaction commits. Answers how many rows are new or joined."""
    current_transaction()
    single = [request for request in requests if not request.coalesce_key]
    # Keyed, because one statement may not touch a row twice.
    joined = {(request.name, request.coalesce_key): request for request in requests if request.coalesce_key}
    added = await insert_rows(
        f'INSERT INTO "job" ({_COLUMNS})',
        [_row(request, now) for request in single],
        'ON CONFLICT DO NOTHING RETURNING "id"',
    )
    # DO UPDATE rather than DO NOTHING: it locks the waiting row, so that nobody claims it before what this
    # transaction wrote is visible. In the order of the keys, so that two transactions never wait for each other.
    earlier = 'CASE WHEN excluded."due_at" < "job"."due_at" THEN excluded."due_at" ELSE "job"."due_at" END'
    added += await insert_rows(
        f'INSERT INTO "job" ({_COLUMNS})',
        [_row(request, now) for _, request in sorted(joined.items())],
        f'ON CONFLICT ("waiting_key") DO UPDATE SET "args" = excluded."args", "due_at" = {earlier} RETURNING "id"',
    )
    return len(added)


def _row(request: JobRequest, now: datetime) -> tuple[object, ...]:
    unique = request.unique_key and f"{request.name}:{request.unique_key}"
    coalesce = request.coalesce_key and f"{request.name}:{request.coalesce_key}"
    return (
        request.name, orjson.dumps(dict(request.args)).decode(), str(request.lane), str(JobState.WAITING),
        request.run_at or now, request.serial_key, unique, coalesce, coalesce, 0, 0, now,
    )  # fmt: skip


async def next_due(lanes: Sequence[Lane]) -> datetime | None:
    """When the next job of these lanes becomes claimable, None if there is none. Reads only, needs no transaction."""
    found = await rows(
        " UNION ALL ".join(
            f'SELECT min("due_at") AS "due" FROM "job" WHERE "lane" = ${n + 1}' for n in range(len(lanes))
        ),
        *map(str, lanes),
    )
    to_python = Job._meta.fields_map["due_at"].to_python_value
    return min((to_python(row["due"]) for row in found if row["due"]), default=None)


async def claim(free: Mapping[Lane, int], *, now: datetime, lease: timedelta) -> list[Job]:
    """Take due jobs, in each lane at most as many as it has room for, and hold them until `now + lease`.

    A job whose lease ran out is due again. No two jobs of one serial key run at once: of those due only the
    oldest is taken, and none while another runs under a lease.
    """
    current_transaction()
    locked = ""
    if on_postgresql():
        # Two claims at once would each find a serial key idle. Jobs that an enqueue holds are left for the next claim.
        await rows("SELECT pg_advisory_xact_lock($1)", _CLAIM_LOCK)
        locked = "FOR UPDATE OF j SKIP LOCKED"
    claimed: list[Job] = []
    for lane, room in free.items():
        if room > 0:
            taken = await rows(_CLAIM.format(locked=locked), str(lane), now, room, now + lease)
            claimed += (Job._init_from_db(**row) for row in taken)
    return sorted(claimed, key=lambda job: job.id)


_CLAIM = """
    WITH picked AS MATERIALIZED (
        SELECT j.id FROM job j
        WHERE j.lane = $1 AND j.due_at <= $2 AND (j.serial_key IS NULL OR NOT EXISTS (
            SELECT 1 FROM job other
            WHERE other.serial_key = j.serial_key AND other.id <> j.id
              AND (other.due_at <= $2 AND other.id < j.id OR other.due_at > $2 AND other.state = 'running')
        ))
        ORDER BY j.due_at, j.id LIMIT $3 {locked}
    )
    UPDATE job SET state = 'running', due_at = $4, waiting_key = NULL, started_at = $2,
                   attempts = attempts + 1, fence = fence + 1
    WHERE id IN (SELECT id FROM picked) RETURNING *
"""


async def hold(job: Job) -> None:
    """Make the caller's transaction count only while the job is ours: nobody can claim it before the commit.

    For a handler whose effect must not happen twice: hold, look whether it happened, make it happen.
    Raises LostLeaseError.
    """
    current_transaction()
    lock = "FOR UPDATE" if on_postgresql() else ""
    held = await rows(f'SELECT "id" FROM "job" WHERE {_OURS.format(1, 2)} {lock}', job.id, job.fence)  # noqa: S608 - constants
    _require(held, job)


async def renew(job: Job, *, now: datetime, lease: timedelta) -> None:
    """Keep the job until `now + lease`. Raises LostLeaseError."""
    await _update(job, "due_at = $3", now + lease)


async def finish(job: Job, *, now: datetime) -> None:
    """The job is done. Raises LostLeaseError, and then whatever the transaction wrote for the job must not commit."""
    await _update(job, "state = 'done', due_at = NULL, last_error = NULL, finished_at = $3", now)


async def fail(job: Job, error: BaseException, *, now: datetime, retry: Retry) -> JobState:
    """The attempt failed: let the job rest and try again, or park it with its error. Raises LostLeaseError."""
    text = "".join(traceback.format_exception(error))[-4000:]
    if job.attempts >= retry.attempts:
        await _update(job, "state = 'parked', due_at = NULL, last_error = $3, finished_at = $4", text, now)
        return JobState.PARKED
    # A younger job with the same key may wait by now; then this one goes without it.
    key = "CASE WHEN EXISTS (SELECT 1 FROM job o WHERE o.waiting_key = job.coalesce_key) THEN NULL ELSE coalesce_key END"
    await _update(
        job,
        f"state = 'waiting', due_at = $4, last_error = $3, waiting_key = {key}",
        text,
        now + retry.rest(job.attempts),
    )
    return JobState.WAITING


async def release(job: Job, *, now: datetime) -> None:
    """Give the job back unfinished, as if it had not been claimed: the worker stops. Raises LostLeaseError."""
    await _update(job, "state = 'waiting', due_at = $3, attempts = attempts - 1", now)


async def retry_parked(*ids: int, now: datetime) -> int:
    """Let parked jobs be tried again from the first attempt, all of them if none is named. Answers how many."""
    current_transaction()
    parked = Job.filter(state=JobState.PARKED)
    if ids:
        parked = parked.filter(id__in=ids)
    return await parked.update(state=JobState.WAITING, due_at=now, attempts=0, finished_at=None)


async def prune(*, before: datetime) -> int:
    """Forget jobs that were done before an instant; parked ones stay. Answers how many."""
    current_transaction()
    return await Job.filter(state=JobState.DONE, finished_at__lt=before).delete()


_OURS = '"id" = ${} AND "fence" = ${} AND "state" = \'running\''


async def _update(job: Job, assignments: str, *values: object) -> None:
    current_transaction()
    changed = await rows(
        f'UPDATE "job" SET {assignments} WHERE {_OURS.format(1, 2)} RETURNING "id"',  # noqa: S608 - constants
        job.id,
        job.fence,
        *values,
    )
    _require(changed, job)


def _require(found: Sequence[object], job: Job) -> None:
    if not found:
        raise LostLeaseError(f"job {job.id} ({job.name}), fence {job.fence}")
