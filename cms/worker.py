"""The worker: events become jobs, jobs are claimed, run under a renewed lease, and settled.

One turn of the loop settles what ended and claims what is due in a single transaction. Any number of workers
may run against one database; one that dies leaves nothing but leases, which run out.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog

from cms.clock import Clock, utc_now
from cms.database import transaction
from cms.freshness import Freshness, Sleep
from cms.jobs import (
    Handler,
    Job,
    Lane,
    LostLeaseError,
    Retry,
    claim,
    fail,
    finish,
    next_due,
    prune,
    release,
    renew,
)
from cms.reactions import Reactions, dispatch

LANES: Mapping[Lane, int] = {Lane.URGENT: 2, Lane.DEFAULT: 2, Lane.MEDIA: 1}

LEASE = 30.0
"""Seconds that a dead worker keeps a job from the others."""

log = structlog.get_logger(__name__)


class Worker:
    """Runs the jobs of the database that `freshness` watches, until it is told to stop.

    `handlers` does each job by its name; a name that is missing (an older release runs beside a newer) fails
    like any error: tried again later, parked in the end.
    `lanes` says how many jobs of each lane run at once, `lease` how many seconds a dead worker keeps a job
    from the others, `grace` how many seconds running jobs have to end when the worker stops, before they are
    given back. Jobs enqueued without an event are noticed within `idle` seconds. Done jobs are forgotten
    after `kept`.
    """

    def __init__(
        self,
        freshness: Freshness,
        reactions: Reactions,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock = utc_now,
        sleep: Sleep = asyncio.sleep,
        lanes: Mapping[Lane, int] = LANES,
        retry: Retry = Retry(),  # noqa: B008 - frozen
        lease: float = LEASE,
        idle: float = 1.0,
        grace: float = 10.0,
        kept: timedelta = timedelta(days=7),
    ) -> None:
        self._reactions = reactions
        self._handlers = handlers
        self._freshness = freshness
        self._clock = clock
        self._sleep = sleep
        self._lanes = lanes
        self._retry = retry
        self._lease = timedelta(seconds=lease)
        self._idle = idle
        self._grace = grace
        self._kept = kept
        self._running: dict[asyncio.Task[None], Job] = {}
        self._position = 0
        self._due: datetime | None = None
        self._prune_at: datetime | None = None
        self._stopping = False
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop` is called; returns when running jobs have ended or were given back.

        A database that is away is waited for: the leases of what runs meanwhile may be lost, nothing else.
        """
        async with self._renewing():
            while not self._stopping:
                self._wake.clear()
                try:
                    again = await self._turn()
                except Exception:
                    log.exception("worker.turn_failed")
                    await self._sleep(self._idle)
                    continue
                if not again:
                    await self._pause()
            await self._wind_down()

    async def drain(self) -> None:
        """Work until nothing is due and nothing runs, then return: for a single pass, and for tests."""
        async with self._renewing():
            while True:
                self._wake.clear()
                if await self._turn():
                    continue
                if not self._running:
                    return
                await self._wake.wait()

    def stop(self) -> None:
        """Claim nothing more, let running jobs end within the grace, and let `run` return."""
        self._stopping = True
        self._wake.set()

    def stop_on_signals(self) -> None:
        """Let SIGTERM and SIGINT stop the worker. Called from the running loop of the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop)

    async def _turn(self) -> bool:
        """Dispatch, settle, claim, start; says whether there may be more to do right now."""
        now = self._clock()
        moved = await self._dispatch(now)
        ended = [task for task in self._running if task.done()]
        busy = Counter(job.lane for task, job in self._running.items() if task not in ended)
        free = {lane: room - busy[lane] for lane, room in self._lanes.items() if room > busy[lane]}
        if not ended:
            self._due = await next_due(list(free))
            if self._due is None or self._due > now:
                await self._prune(now)
                return moved
        async with transaction():
            for task in ended:
                await self._settle(task, self._running[task], now)
            claimed = [] if self._stopping else await claim(free, now=now, lease=self._lease)
        for task in ended:
            del self._running[task]
        for job in claimed:
            self._start(job)
        return moved or bool(ended) or bool(claimed)

    async def _dispatch(self, now: datetime) -> bool:
        if await self._freshness.latest() <= self._position:
            return False
        reached = await dispatch(self._reactions, now=now)
        moved, self._position = reached > self._position, reached
        return moved

    def _start(self, job: Job) -> None:
        task = asyncio.create_task(self._handle(job), name=f"job {job.id}")
        self._running[task] = job
        task.add_done_callback(lambda _: self._wake.set())

    async def _handle(self, job: Job) -> None:
        with structlog.contextvars.bound_contextvars(job=job.id, name=job.name, attempt=job.attempts):
            if job.attempts > self._retry.attempts:
                raise RuntimeError("each worker that tried this job died or lost its lease")
            log.debug("job.started")
            await self._handlers[job.name](job)

    async def _settle(self, task: asyncio.Task[None], job: Job, now: datetime) -> None:
        bound = log.bind(job=job.id, name=job.name, attempt=job.attempts)
        error = asyncio.CancelledError("cancelled") if task.cancelled() else task.exception()
        try:
            if error is None:
                await finish(job, now=now)
                bound.info("job.finished")
            elif task.cancelled() and self._stopping:
                await release(job, now=now)
                bound.info("job.released")
            else:
                state = await fail(job, error, now=now, retry=self._retry)
                bound.warning(f"job.{state}", error=repr(error))
        except LostLeaseError:
            bound.warning("job.lost")

    async def _pause(self) -> None:
        """Sleep until a job ends, an event is committed, the next job is due, or the idle time is over."""
        patience = self._idle
        if self._due is not None and (rest := (self._due - self._clock()).total_seconds()) > 0:
            patience = min(patience, rest)  # what is due and was not claimed waits for another's lease
        woken = asyncio.create_task(self._wake.wait())
        moved = asyncio.create_task(self._freshness.wait(self._position, timeout=patience))
        try:
            await asyncio.wait({woken, moved}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            moved.cancel()
            await asyncio.gather(woken, moved, return_exceptions=True)

    @asynccontextmanager
    async def _renewing(self) -> AsyncIterator[None]:
        renewing = asyncio.create_task(self._renew(), name="leases")
        try:
            yield
        finally:
            renewing.cancel()
            for task in self._running:  # none, unless the worker itself was cancelled
                task.cancel()
            await asyncio.wait([renewing])

    async def _renew(self) -> None:
        while True:
            await self._sleep(self._lease.total_seconds() / 3)
            if not self._running:
                continue
            lost: list[asyncio.Task[None]] = []
            try:
                async with transaction():
                    for task, job in list(self._running.items()):
                        try:
                            if not task.done():
                                await renew(job, now=self._clock(), lease=self._lease)
                        except LostLeaseError:
                            lost.append(task)
            except Exception:
                log.exception("worker.leases_not_renewed")
            for task in lost:
                task.cancel()

    async def _wind_down(self) -> None:
        for seconds in (self._grace, self._grace):
            if self._running:
                _, late = await asyncio.wait(self._running, timeout=seconds)
                for task in late:
                    task.cancel()
        await self._turn()

    async def _prune(self, now: datetime) -> None:
        if self._prune_at is None or now >= self._prune_at:
            self._prune_at = now + timedelta(hours=1)
            async with transaction():
                await prune(before=now - self._kept)
