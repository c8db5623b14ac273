"""What falls due, on one screen: the name of a timer's job → the command that it runs.

A command that sets a moment enqueues the job (`cms.content.scheduling.set_timer`). The job runs as SYSTEM, at the
worker's clock, in one transaction with its lease.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from cms.accounts.actors import SYSTEM
from cms.clock import Clock
from cms.content.embargoing import end_embargo, expire
from cms.content.scheduling import publish_due, refuse_due, unpublish_due
from cms.database import transaction
from cms.errors import PolyfocalError
from cms.jobs import Handler, Job, JobState, hold

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Timer:
    """The command that looks whether a moment still stands and acts on it; `refused` is told a refusal, which no
    further attempt would change.
    """

    command: Callable[..., Awaitable[None]]
    refused: Callable[..., Awaitable[None]] | None = None


TIMERS: Mapping[str, Timer] = {
    "publish_due": Timer(publish_due, refused=refuse_due),
    "unpublish_due": Timer(unpublish_due),
    "end_embargo": Timer(end_embargo),
    "expire": Timer(expire),
}


def timer_handlers(clock: Clock) -> Mapping[str, Handler]:
    """The handlers of the timers' jobs."""
    return dict.fromkeys(TIMERS, partial(_run, clock))


async def _run(clock: Clock, job: Job) -> None:
    """Do what is due for the item, the earliest moment first: a late worker finds several."""
    earlier = Job.filter(serial_key=job.serial_key, state=JobState.WAITING, due_at__lt=_moment(job))
    for each in [*(await earlier.order_by("due_at", "id")), job]:
        await _act(each, holding=job, now=clock())


async def _act(due: Job, *, holding: Job, now: datetime) -> None:
    moment, item_id = _moment(due), due.args["item_id"]
    if now < moment:
        raise RuntimeError(f"{due.name} is due at {moment}, and it is {now}: the clock was set back")
    timer = TIMERS[due.name]
    try:
        async with transaction():
            await hold(holding)
            await timer.command(SYSTEM, item_id=item_id, moment=moment, now=now)
    except PolyfocalError as refusal:
        log.warning("timer.refused", timer=due.name, item=item_id, code=refusal.code, message=refusal.message)
        if timer.refused is None:
            return
        async with transaction():
            await hold(holding)
            await timer.refused(SYSTEM, refusal, item_id=item_id, moment=moment, now=now)


def _moment(job: Job) -> datetime:
    return datetime.fromisoformat(job.args["moment"])
