"""One transaction: all or nothing, whatever ends it."""

import asyncio
from contextvars import Context

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from cms.database import Database, TransactionError, current_transaction, transaction
from tests.cms.database.models import Desk


async def names() -> list[str]:
    return await Desk.all().order_by("id").values_list("name", flat=True)


async def test_a_block_commits_as_a_whole(database: Database):
    async with transaction() as tx:
        assert current_transaction() is tx
        await Desk.create(name="国际")
        await Desk.create(name="Cronaca")
    assert await names() == ["国际", "Cronaca"]
    with pytest.raises(TransactionError):
        current_transaction()


async def test_an_error_rolls_back_and_leaves_the_database_usable(database: Database):
    with pytest.raises(LookupError):
        async with transaction():
            await Desk.create(name="Esteri")
            raise LookupError
    with pytest.raises(IntegrityError):
        async with transaction():
            await Desk.create(name="Esteri")
            await Desk.create(name="Esteri")
    assert await names() == []
    await Desk.create(name="Esteri")
    assert await names() == ["Esteri"]


async def test_an_inner_block_joins_the_outer_one(database: Database):
    async with transaction() as outer, transaction() as inner:
        assert inner is outer
        await Desk.create(name="文化")
    assert await names() == ["文化"]


async def test_a_swallowed_inner_error_still_rolls_back_the_whole(database: Database):
    with pytest.raises(TransactionError) as caught:
        async with transaction():
            await Desk.create(name="文化")
            try:
                async with transaction():
                    raise LookupError
            except LookupError:
                pass
    assert isinstance(caught.value.__cause__, LookupError)
    assert await names() == []


async def test_last_acts_run_inside_in_order_and_later_ones_after_the_commit(database: Database):
    seen: list[str] = []

    async def count() -> None:
        seen.append(f"{await Desk.all().count()} inside")
        current_transaction().before_commit(again)

    async def again() -> None:
        await Desk.create(name="written last")
        seen.append("again")

    async with transaction() as tx:
        tx.after_commit(lambda: seen.append("after"))
        tx.before_commit(count)
        await Desk.create(name="Sport")
        seen.append("body")
    assert seen == ["body", "1 inside", "again", "after"]
    assert await names() == ["Sport", "written last"]


async def test_a_failing_last_act_rolls_back_and_nothing_runs_afterwards(database: Database):
    afterwards: list[str] = []

    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        async with transaction() as tx:
            tx.after_commit(lambda: afterwards.append("ran"))
            tx.before_commit(fail)
            await Desk.create(name="Sport")
    assert await names() == []
    assert afterwards == []


async def test_a_task_started_inside_is_not_in_the_transaction(database: Database):
    inside = asyncio.Event()
    over = asyncio.Event()

    async def elsewhere() -> None:
        with pytest.raises(TransactionError):
            current_transaction()
        inside.set()
        await over.wait()
        await Desk.create(name="by itself")
        async with transaction():
            await Desk.create(name="in its own")

    with pytest.raises(LookupError):
        async with transaction():
            task = asyncio.create_task(elsewhere())
            await inside.wait()
            raise LookupError
    over.set()
    await task
    assert await names() == ["by itself", "in its own"]


async def test_a_cancelled_block_leaves_no_transaction(database: Database):
    for moment in range(12):

        async def write() -> None:
            async with transaction():
                await Desk.create(name="cancelled")
                await asyncio.Event().wait()

        task = asyncio.create_task(write())
        await asyncio.sleep(moment / 2000)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with transaction():
            await Desk.create(name=str(moment))
    assert await names() == [str(moment) for moment in range(12)]


async def test_tortoises_own_transactions_join_as_savepoints(database: Database):
    async with transaction():
        await Desk.create(name="kept")
        with pytest.raises(LookupError):
            async with in_transaction():
                await Desk.create(name="dropped")
                raise LookupError
        await Desk.get_or_create(name="found")
        await Desk.bulk_create([Desk(name="many"), Desk(name="more")])
    assert await names() == ["kept", "found", "many", "more"]


async def test_a_cancelled_commit_is_either_done_or_not(database: Database):
    for moment in range(30):
        told: list[int] = []

        async def write(number: int, told: list[int]) -> None:
            async with transaction() as tx:
                tx.after_commit(lambda: told.append(number))
                await Desk.create(name=str(number))

        task = asyncio.create_task(write(moment, told))
        await asyncio.sleep(moment / 10_000)
        task.cancel()
        await asyncio.wait([task])
        assert await Desk.filter(name=str(moment)).exists() is bool(told)


async def test_a_request_without_a_context_finds_the_database(database: Database):
    async def request() -> int:
        async with transaction():
            await Desk.create(name="Sport")
        return await Desk.all().count()

    assert await asyncio.create_task(request(), context=Context()) == 1
