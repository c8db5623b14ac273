"""How a command asks for work that follows from what it writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from cms.database import current_transaction
from cms.jobs.models import JobState, Lane
from cms.statements import insert_rows


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


_COLUMNS = (
    '"name", "args", "lane", "state", "due_at", "serial_key", "unique_key", "coalesce_key", "waiting_key", '
    '"attempts", "fence", "created_at"'
)


async def enqueue(*requests: JobRequest, now: datetime) -> int:
    """Add jobs, which exist once the caller's transaction commits; answers how many are new or joined."""
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
    # transaction wrote is visible. Sorted, so that two such transactions never wait for each other.
    earlier = 'CASE WHEN excluded."due_at" < "job"."due_at" THEN excluded."due_at" ELSE "job"."due_at" END'
    joins = f'DO UPDATE SET "args" = excluded."args", "due_at" = {earlier} RETURNING "id"'
    added += await insert_rows(
        f'INSERT INTO "job" ({_COLUMNS})',
        [_row(request, now) for _, request in sorted(joined.items())],
        f'ON CONFLICT ("waiting_key") {joins}',
    )
    return len(added)


def _row(request: JobRequest, now: datetime) -> tuple[object, ...]:
    unique = request.unique_key and f"{request.name}:{request.unique_key}"
    coalesce = request.coalesce_key and f"{request.name}:{request.coalesce_key}"
    return (
        request.name, orjson.dumps(dict(request.args)).decode(), str(request.lane), str(JobState.WAITING),
        request.run_at or now, request.serial_key, unique, coalesce, coalesce, 0, 0, now,
    )  # fmt: skip
