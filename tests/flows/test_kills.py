"""Web and worker processes are killed while clients write: what was acknowledged is there, nothing is half there."""

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path

from cms.events import Change
from cms.jobs import Job, JobState
from cms.statements import on_postgresql, rows
from search import open_engine
from tests.flows.invariants import broken_invariants, index_differences
from tests.flows.offices import Office, kill
from tests.flows.writers import Promised, Writer, history

KILLS = 22
WRITERS = 4


async def test_killed_processes_leave_every_write_whole(database, database_url, tmp_path):
    dice = random.Random(20260302)
    promised = Promised()
    async with Office.open(tmp_path, database_url) as office, AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(office.client()) for _ in range(WRITERS)]
        writers = [Writer(client, promised, seed) for seed, client in enumerate(clients)]
        stop = asyncio.Event()
        web, worker = office.start_web(), office.start_worker()
        writing = [asyncio.create_task(writer.write(stop)) for writer in writers]
        past: list[tuple[int, str, int | None]] = []
        for number in range(KILLS):
            before = len(promised.revisions)
            while len(promised.revisions) < before + 3 and not any(task.done() for task in writing):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            await asyncio.sleep(dice.random() / 10)
            kill(web)
            if number % 2:
                kill(worker)
            await servers_rest()
            now = await history()
            assert now[: len(past)] == past, "a position was given to another event"
            past = now
            assert await broken_invariants(database) == []
            assert await promised.broken() == []
            web = office.start_web()
            if number % 2:
                worker = office.start_worker()
        stop.set()
        await asyncio.gather(*writing)
        await index_rests(tmp_path)
        assert sum(writer.lost for writer in writers) > KILLS / 2, "hardly a request was interrupted: it shows little"
        assert promised.kept > 4 * KILLS

    assert await broken_invariants(database) == []
    assert await promised.broken() == []
    assert await index_differences(tmp_path / "index") == []
    assert not await Job.exists(state=JobState.PARKED)


async def servers_rest() -> None:
    """Wait until PostgreSQL is done with what killed clients had asked for."""
    asked = (
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    while on_postgresql() and (await rows(asked))[0]["n"]:  # noqa: ASYNC110 - other processes
        await asyncio.sleep(0.01)


async def index_rests(folder: Path) -> None:
    """Wait until the worker has indexed the latest change."""
    engine = open_engine(f"whoosh://{folder}/index")
    latest = (await Change.all().order_by("-position").first()).position
    done = [JobState.DONE, JobState.PARKED]
    while engine.position() < latest or await Job.exclude(state__in=done).exists():  # noqa: ASYNC110 - likewise
        await asyncio.sleep(0.05)
