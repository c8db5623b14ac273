"""What every program may rely on, on both databases."""

import asyncio
import threading
from collections.abc import Callable, Generator
from typing import Any

import pytest

from cms.database import Blocking, Database, QueryTimeoutError, Request, Statement, transaction
from cms.database.postgresql_snapshots import PostgresSnapshots
from cms.database.sqlite_snapshots import SqliteSnapshots
from tests.cms.database.models import Desk

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT count(*) FROM n"
COUNT = Statement("SELECT count(*) FROM desk")


def one(statement: Statement) -> Callable[[], Generator[Request, Any, list[tuple[Any, ...]]]]:
    def program() -> Generator[Request, Any, list[tuple[Any, ...]]]:
        return (yield statement)

    return program


async def is_idle(database: Database) -> bool:
    """A connection left in a transaction would still see the database as it was."""
    before = (await database.snapshots.run(one(COUNT)))[0][0]
    await Desk.create(name=f"{before} desks")
    return all([(await database.snapshots.run(one(COUNT), heavy=heavy))[0][0] == before + 1 for heavy in (False, True)])


@pytest.fixture(params=[False, True], ids=["light", "heavy"])
def heavy(request: pytest.FixtureRequest) -> bool:
    return request.param


async def test_rows_are_tuples_and_parameters_are_bound(database: Database, heavy: bool):
    desk = await Desk.create(name="国际'")
    mark = "$1" if database.dialect == "postgresql" else "?"
    sql = Statement(f"SELECT id, name FROM desk WHERE name = {mark}", ("国际'",))
    rows = await database.snapshots.run(one(sql), heavy=heavy)
    assert rows == [(desk.id, "国际'")]
    assert type(rows[0]) is tuple


async def test_all_statements_see_one_snapshot(database: Database, heavy: bool):
    loop = asyncio.get_running_loop()

    def write() -> None:
        asyncio.run_coroutine_threadsafe(Desk.create(name="meanwhile"), loop).result(5)

    def program() -> Generator[Request, Any, tuple[int, int]]:
        before = yield COUNT
        yield Blocking(write)
        after = yield COUNT
        return before[0][0], after[0][0]

    assert await database.snapshots.run(program, heavy=True) == (0, 0)
    assert await database.snapshots.run(one(COUNT), heavy=heavy) == [(1,)]


async def test_what_a_program_raises_is_raised_and_leaves_no_transaction(database: Database, heavy: bool):
    def program() -> Generator[Request, Any, None]:
        yield COUNT
        raise LookupError

    with pytest.raises(LookupError):
        await database.snapshots.run(program, heavy=heavy)
    with pytest.raises(Exception, match="nowhere"):
        await database.snapshots.run(one(Statement("SELECT * FROM nowhere")), heavy=heavy)
    assert await is_idle(database)


async def test_a_program_that_asks_nothing_is_answered(database: Database, heavy: bool):
    def program() -> Generator[Request, Any, str]:
        return "nothing"
        yield

    assert await database.snapshots.run(program, heavy=heavy) == "nothing"


async def test_a_snapshot_cannot_write(database: Database, heavy: bool):
    with pytest.raises(Exception, match=r"read-?only"):
        await database.snapshots.run(one(Statement("INSERT INTO desk (name) VALUES ('x')")), heavy=heavy)
    assert await is_idle(database)


async def test_a_snapshot_does_not_see_an_open_transaction(database: Database, heavy: bool):
    async with transaction():
        await Desk.create(name="not yet")
        assert await database.snapshots.run(one(COUNT), heavy=heavy) == [(0,)]


async def test_a_light_program_over_budget_runs_again_elsewhere(database: Database):
    threads: list[str] = []
    closed: list[bool] = []

    def program() -> Generator[Request, Any, int]:
        threads.append(threading.current_thread().name)
        try:
            yield COUNT
            return (yield Statement(ENDLESS.format(200_000)))[0][0]
        finally:
            closed.append(True)

    assert await database.snapshots.run(program) == 200_000
    expected = 2 if database.dialect == "sqlite" else 1
    assert len(threads) == len(closed) == expected
    if expected == 2:
        assert threads[0] == threading.main_thread().name
        assert threads[1].startswith("snapshot")
    assert await is_idle(database)


async def test_a_query_past_its_deadline_is_stopped(database: Database):
    short = (
        SqliteSnapshots(database.snapshots._path, deadline=0.05)
        if isinstance(database.snapshots, SqliteSnapshots)
        else await PostgresSnapshots.open(database.url, deadline=0.05)
    )
    endless = one(Statement(ENDLESS.format(10**12)))
    try:
        for heavy in (False, True):
            with pytest.raises(QueryTimeoutError):
                await short.run(endless, heavy=heavy)
        assert await short.run(one(COUNT)) == [(0,)]
    finally:
        await short.close()


async def test_a_cancelled_task_stops_its_query(database: Database):
    endless = one(Statement(ENDLESS.format(10**12)))
    tasks = [asyncio.create_task(database.snapshots.run(endless, heavy=True)) for _ in range(8)]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert all(task.cancelled() for task in tasks)
    assert await is_idle(database)


async def test_many_programs_at_once(database: Database, heavy: bool):
    await Desk.create(name="Sport")
    found = await asyncio.gather(*(database.snapshots.run(one(COUNT), heavy=heavy) for _ in range(50)))
    assert found == [[(1,)]] * 50


async def test_a_blocking_call_must_not_stop_the_loop(tmp_path):
    url = f"sqlite://{tmp_path}/n.db"
    async with await Database.open(url, models=["tests.cms.database.models"]) as database:

        def program() -> Generator[Request, Any, str]:
            return (yield Blocking(lambda: threading.current_thread().name))

        with pytest.raises(RuntimeError, match="heavy"):
            await database.snapshots.run(program)
        assert (await database.snapshots.run(program, heavy=True)).startswith("snapshot")
