"""What our engines add to Tortoise's."""

import asyncio
import sqlite3
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from cms.database import Database, DatabaseError, transaction
from cms.database.sqlite import statements_of
from cms.statements import rows
from tests.cms.database.models import Desk, Story

PROCESSES, TIMES = 4, 25


async def test_processes_that_read_then_write_lose_nothing(database: Database):
    desk = await Desk.create(name="Cronaca")
    story = await Story.create(desk=desk, locale="it", headline="Neve sulle Alpi")
    assert story.id == 1
    command = [sys.executable, "-m", "tests.cms.database.rivals", database.url, str(TIMES)]
    rivals = [await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE) for _ in range(PROCESSES)]
    errors = [(await rival.communicate())[1].decode() for rival in rivals]
    assert errors == [""] * PROCESSES
    await story.refresh_from_db()
    assert story.read_count == PROCESSES * TIMES


async def test_a_read_does_not_wait_for_an_open_transaction(database: Database):
    await Desk.create(name="文化")
    opened, close = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction():
            await Desk.create(name="not yet")
            opened.set()
            await close.wait()

    holding = asyncio.create_task(hold())
    await opened.wait()
    assert await Desk.all().count() == 1
    assert await Desk.all().values_list("name", flat=True) == ["文化"]
    close.set()
    await holding
    assert await Desk.all().count() == 2


async def test_times_come_back_in_utc(database: Database):
    desk = await Desk.create(name="Esteri")
    at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    await Story.create(desk=desk, locale="it", headline="Ora legale", published_at=at)
    story = await Story.get(locale="it")
    assert story.published_at == at
    assert story.published_at.utcoffset().total_seconds() == 0


async def test_times_of_any_offset_compare_as_they_are(database: Database):
    desk = await Desk.create(name="国际")
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for hours in (-11, 0, 8):
        at = noon.astimezone(timezone(timedelta(hours=hours)))
        await Story.create(desk=desk, locale="zh", headline=str(hours), published_at=at)
        assert await Story.filter(published_at=at).count() == await Story.filter(published_at=noon).count()
        assert not await Story.filter(published_at__gt=at).exists()
        assert not await Story.filter(published_at__lt=at).exists()
        (found,) = await rows('SELECT count(*) AS "count" FROM "story" WHERE "published_at" = $1', at)
        assert found["count"] == await Story.all().count()


async def test_a_script_inside_a_transaction_is_rolled_back_with_it(database: Database):
    client = get_connection("default")
    with pytest.raises(LookupError):
        async with transaction() as tx:
            await tx.client.execute_script("CREATE TABLE a (x INT); INSERT INTO a VALUES (1);")
            raise LookupError
    with pytest.raises(OperationalError):
        await client.execute_query("SELECT * FROM a")


def test_a_script_is_cut_where_statements_end():
    script = (
        "INSERT INTO a VALUES ('1;2'); -- so; far\n"
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END; SELECT 3"
    )
    cut = statements_of(script)
    assert [statement.strip().split(" ")[0] for statement in cut] == ["INSERT", "--", "SELECT"]


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:"])
async def test_an_unusable_url_is_refused(url: str):
    with pytest.raises(DatabaseError):
        await Database.open(url, models=["tests.cms.database.models"])


async def test_sqlite_pragmas(tmp_path):
    async with await Database.open(f"sqlite://{tmp_path}/n.db", models=["tests.cms.database.models"]):
        client = get_connection("default")
        found = {
            name: (await client.execute_query_dict(f"PRAGMA {name}"))[0][name]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await client._reader.execute_fetchall("CREATE TABLE a (x)")


async def test_a_writer_that_cannot_roll_back_is_replaced(tmp_path, monkeypatch):
    async with await Database.open(f"sqlite://{tmp_path}/n.db", models=["tests.cms.database.models"]) as database:
        await database.create_schema()
        client = get_connection("default")
        broken = client._connection

        async def fail() -> None:
            raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr(broken, "rollback", fail)
        with pytest.raises(LookupError):
            async with transaction():
                await Desk.create(name="lost")
                raise LookupError
        async with transaction():
            await Desk.create(name="kept")
        assert client._connection is not broken
        assert await Desk.all().values_list("name", flat=True) == ["kept"]
