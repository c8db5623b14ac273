"""Real processes for tests of what only several processes can show. They are forked from a server that has
imported the program already, so that one starts in some milliseconds and may be killed at any instant.
"""

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from cms.accounts.actors import SYSTEM
from cms.clock import utc_now
from cms.content.publishing import publish as publish_item
from cms.database import MODEL_MODULES, Database, transaction
from cms.events import EventType, latest, record
from cms.freshness import Freshness
from cms.jobs import Job, Retry, hold
from cms.reactions import Reaction
from cms.statements import rows
from cms.timers import timer_handlers
from cms.worker import Worker

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["tests.processes", "tests.flows.offices"])


def start(program: Callable[..., None], *arguments: object) -> BaseProcess:
    process = _server.Process(target=program, args=arguments, daemon=True)
    process.start()
    return process


@contextmanager
def started(program: Callable[..., None], url: str, *arguments: object) -> Iterator[Connection]:
    """Run a program that talks: it gets the url, its end of a pipe, and the arguments."""
    ours, theirs = _server.Pipe()
    process = start(program, url, theirs, *arguments)
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.terminate()
        process.join()


async def heard(pipe: Connection) -> Any:
    """The next thing that a program says."""
    return await asyncio.to_thread(pipe.recv)


def committing(url: str, pipe: Connection) -> None:
    """Commit an event for each thing heard, and answer with its position once the commit is acknowledged."""

    async def main() -> None:
        async with await Database.open(url, models=MODEL_MODULES):
            pipe.send("ready")
            while await asyncio.to_thread(_hears, pipe):
                async with transaction():
                    record(EventType.DRAFT_SAVED, item_id=1)
                pipe.send(await latest())

    asyncio.run(main())


def _hears(pipe: Connection) -> bool:
    try:
        pipe.recv()
    except EOFError:
        return False
    return True


def recording(url: str, pipe: Connection, transactions: int) -> None:
    """Commit so many transactions of one to three events; some dawdle between their events and the commit."""

    async def main() -> None:
        dice = random.Random(os.getpid())
        number = 0
        async with await Database.open(url, models=MODEL_MODULES):
            for _ in range(transactions):
                async with transaction() as tx:
                    for _ in range(dice.randint(1, 3)):
                        number += 1
                        record(EventType.DRAFT_SAVED, item_id=os.getpid(), data={"number": number})
                    if dice.random() < 0.3:
                        # Comes after the events' own last act: ids are drawn, the commit is yet to come.
                        tx.before_commit(lambda: asyncio.sleep(0.002))
                await asyncio.sleep(0)
        pipe.send(number)

    asyncio.run(main())


def publishing(url: str, pipe: Connection, items: Sequence[int]) -> None:
    """Publish the Italian text of each item, and say how many that were."""

    async def main() -> None:
        async with await Database.open(url, models=MODEL_MODULES):
            for item_id in items:
                await publish_item(SYSTEM, item_id=item_id, locales=["it"], now=utc_now())
        pipe.send(len(items))

    asyncio.run(main())


REACTIONS = {EventType.DRAFT_SAVED: (Reaction("publish"),), EventType.TEXT_PUBLISHED: (Reaction("notice"),)}


async def publish(job: Job) -> None:
    """Write into the ledger under the fence, once, and record what another job follows from."""
    await asyncio.sleep(random.random() / 50)
    async with transaction():
        await hold(job)
        if not await rows("SELECT job FROM ledger WHERE job = $1", job.id):
            await rows(
                "INSERT INTO ledger (job, name, alone) VALUES ($1, $2, $3)",
                job.id,
                job.name,
                await _alone(job),
            )
            if job.name == "publish":
                record(EventType.TEXT_PUBLISHED, data={"job": job.id})
    await asyncio.sleep(random.random() / 50)


async def _alone(job: Job) -> int:
    return await Job.filter(serial_key=job.serial_key, state="running").count() if job.serial_key else 1


def working(url: str, lease: float) -> None:
    """A worker that appends to the ledger until it is terminated, or killed."""
    # One that is terminated while it starts must not die of it: the signal waits until there is a handler.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    async def main() -> None:
        async with (
            await Database.open(url, models=MODEL_MODULES) as database,
            Freshness(database) as freshness,
        ):
            worker = Worker(
                freshness,
                REACTIONS,
                {"publish": publish, "notice": publish},
                retry=Retry(attempts=1_000),
                lease=lease,
                idle=0.05,
            )
            worker.stop_on_signals()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            await worker.run()

    asyncio.run(main())


def timing(url: str, lease: float) -> None:
    """A worker that keeps the newsroom's times until it is terminated, or killed."""

    async def main() -> None:
        async with (
            await Database.open(url, models=MODEL_MODULES) as database,
            Freshness(database) as freshness,
        ):
            worker = Worker(
                freshness,
                {},
                timer_handlers(utc_now),
                retry=Retry(attempts=1_000),
                lease=lease,
                idle=0.05,
            )
            worker.stop_on_signals()
            await worker.run()

    asyncio.run(main())
