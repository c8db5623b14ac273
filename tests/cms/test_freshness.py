import asyncio

from cms.database import transaction
from cms.events import EventType, latest, new_epoch, record
from cms.freshness import Freshness
from cms.statements import rows
from tests import processes


async def commit() -> int:
    async with transaction():
        record(EventType.DRAFT_SAVED)
    return await latest()


async def test_latest_counts_every_acknowledged_commit_of_another_process(database, database_url):
    stale = 0
    async with Freshness(database) as freshness:
        with processes.started(processes.committing, database_url) as other:
            await processes.heard(other)
            for _ in range(1_000):
                other.send("commit")
                committed = await processes.heard(other)
                stale += await freshness.latest() < committed
    assert stale == 0


async def test_latest_is_shared_by_those_who_ask_together(database):
    async with Freshness(database) as freshness:
        assert await freshness.latest() == 0
        position = await commit()
        assert await asyncio.gather(*(freshness.latest() for _ in range(50))) == [position] * 50


async def test_one_who_asks_and_gives_up_takes_nothing_from_the_others(database):
    async with Freshness(database) as freshness:
        position = await commit()
        asking = [asyncio.create_task(freshness.latest()) for _ in range(3)]
        await asyncio.sleep(0)
        asking[0].cancel()
        assert await asyncio.gather(*asking[1:]) == [position, position]


async def test_waiting_ends_at_once_where_the_position_is_passed_already(database):
    async with Freshness(database) as freshness:
        position = await commit()
        assert await freshness.wait(position - 1) == position


async def test_all_who_wait_are_woken_by_a_commit_of_another_process(database, database_url):
    async with Freshness(database) as freshness:
        with processes.started(processes.committing, database_url) as other:
            await processes.heard(other)
            waiting = [asyncio.create_task(freshness.wait(0)) for _ in range(5)]
            await asyncio.sleep(0)
            other.send("commit")
            committed = await processes.heard(other)
            assert await asyncio.gather(*waiting) == [committed] * 5


async def test_waiting_ends_without_a_commit_when_its_time_is_over(database):
    async with Freshness(database) as freshness:
        position = await commit()
        assert await freshness.wait(position, timeout=0.01) == position


async def test_a_commit_of_this_process_wakes_without_polling(database):
    async def never(seconds: float) -> None:
        await asyncio.Event().wait()

    async with Freshness(database, sleep=never) as freshness:
        before = await freshness.latest()
        waiting = asyncio.create_task(freshness.wait(before))
        await asyncio.sleep(0)
        committed = await commit()
        assert await waiting == committed


async def test_a_transaction_without_events_wakes_nobody(database):
    async with Freshness(database) as freshness:
        position = await commit()
        waiting = asyncio.create_task(freshness.wait(position))
        await new_epoch()
        await asyncio.sleep(0.1)
        assert not waiting.done()
        committed = await commit()
        assert await waiting == committed


async def test_a_lost_connection_is_replaced_and_nothing_missed(database):
    """The server ends the listening connection: who waits still learns of the next commit."""
    async with Freshness(database) as freshness:
        position = await commit()
        waiting = asyncio.create_task(freshness.wait(position))
        await asyncio.sleep(0.05)
        if database.dialect == "postgresql":
            async with transaction():
                ended = await rows(
                    "SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity "
                    "WHERE application_name = 'polyfocal freshness' AND datname = current_database()"
                )
                assert ended == [{"done": True}]
        committed = await commit()
        assert await waiting == committed
