"""A populated newsroom goes through a migration and loses nothing."""

import asyncio
import sys
import uuid
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError

from cms.database import Database, MigrationError, migrate, pending
from cms.database.drafting import draft
from tests.databases import emptied
from tests.schemas import schema_of

BEFORE = ("tests.cms.database.newsroom_before",)
AFTER = ("tests.cms.database.newsroom_after",)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty package for migrations, importable."""
    name = f"migrations_{uuid.uuid4().hex}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return name


@pytest.fixture
def models() -> tuple[str, ...]:
    return AFTER


@pytest.fixture
async def old_url(database_url: str, package: str) -> str:
    """A database with the schema before and no rows, beside `database_url` with the schema after."""
    await draft(BEFORE, migrations=package, name="initial")
    url = await emptied(database_url)
    assert await migrate(url, models=BEFORE, migrations=package) == ["0001_initial"]
    return url


async def fill(url: str) -> None:
    from tests.cms.database import newsroom_before as before

    async with await Database.open(url, models=BEFORE):
        for name in ("国际", "Cronaca"):
            desk = await before.Desk.create(name=name, phone="1")
            for number in range(3):
                story = await before.Story.create(
                    desk=desk,
                    locale="it",
                    headline=f"{name} {number}",
                    slugline=f"{name}{number}",
                    urgency=number or None,
                    marks={"è": number},
                )
                await before.Credit.create(story=story, name="Rossi")
        await before.Story.filter(headline="Cronaca 2").delete()


async def test_no_row_and_no_index_is_lost(old_url: str, database_url: str, package: str):
    from tests.cms.database import newsroom_after as after

    await fill(old_url)
    fresh_before = await schema_of(old_url)
    assert fresh_before["story"]["indexes"]
    assert await draft(AFTER, migrations=package, name="grow")
    assert await pending(old_url, models=AFTER, migrations=package) == ["0002_grow"]
    assert await migrate(old_url, models=AFTER, migrations=package) == ["0002_grow"]
    assert await pending(old_url, models=AFTER, migrations=package) == []
    assert await migrate(old_url, models=AFTER, migrations=package) == []

    async with await Database.open(old_url, models=AFTER):
        assert await after.Desk.all().count() == 2
        assert await after.Story.all().count() == 5
        assert await after.Credit.all().count() == 5
        story = await after.Story.get(headline="国际 0").prefetch_related("desk")
        assert (story.urgency, story.edited_by, story.wordcount) == (5, "l'agenzia", 0)
        assert story.desk.phone == "1"
        assert (story.marks, story.seen_by) == ({"è": 0}, [])
        assert (await after.Story.get(headline="国际 2")).urgency == 2
        new = await after.Story.create(desk=story.desk, locale="zh", headline="新", slugline="新")
        assert new.id == 7  # 6 was given once, and its row deleted
        with pytest.raises(IntegrityError):
            await after.Story.create(desk=story.desk, locale="zh", headline="新", slugline="又")
        await after.Desk.all().delete()
        assert await after.Credit.all().count() == 0


async def test_a_migrated_schema_equals_a_fresh_one(old_url: str, database_url: str, package: str):
    await fill(old_url)
    await draft(AFTER, migrations=package, name="grow")
    await migrate(old_url, models=AFTER, migrations=package)
    migrated = await schema_of(old_url)
    assert set(migrated) == {"desk", "story", "credit"}
    assert set(migrated["story"]["indexes"]) > {"story_locale_published", "story_urgency"}
    assert migrated == await fresh_schema(database_url)
    assert await draft(AFTER, migrations=package) == []


async def fresh_schema(url: str) -> dict:
    if url.startswith("sqlite"):
        return await schema_of(url)
    url = await emptied(url)
    async with await Database.open(url, models=AFTER) as database:
        await database.create_schema()
    return await schema_of(url)


async def test_a_failed_migration_changes_nothing_and_can_be_repeated(old_url: str, package: str):
    from tests.cms.database import newsroom_before as before

    await fill(old_url)
    async with await Database.open(old_url, models=BEFORE):
        await before.Story.all().update(slugline="gleich")  # breaks the new constraint
    was = await schema_of(old_url)
    await draft(AFTER, migrations=package, name="grow")
    with pytest.raises(IntegrityError):
        await migrate(old_url, models=AFTER, migrations=package)
    assert await schema_of(old_url) == was
    async with await Database.open(old_url, models=BEFORE):
        assert await before.Credit.all().count() == 5
        for story in await before.Story.all():
            await before.Story.filter(id=story.id).update(slugline=str(story.id))
    assert await migrate(old_url, models=AFTER, migrations=package) == ["0002_grow"]


async def test_processes_that_migrate_at_once_take_turns(old_url: str, package: str, tmp_path: Path):
    await fill(old_url)
    await draft(AFTER, migrations=package, name="grow")
    program = (
        "import asyncio, sys; from cms.database import migrate;"
        "print(asyncio.run(migrate(sys.argv[1], models=[sys.argv[2]], migrations=sys.argv[3])))"
    )
    command = [sys.executable, "-c", program, old_url, AFTER[0], package]
    environment = {"PYTHONPATH": ":".join([str(tmp_path), *filter(None, sys.path)])}
    pipe = asyncio.subprocess.PIPE
    rivals = [
        await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe) for _ in range(3)
    ]
    answers = sorted([await rival.communicate() for rival in rivals])
    assert answers == [(b"['0002_grow']\n", b""), (b"[]\n", b""), (b"[]\n", b"")]


async def test_indexes_and_triggers_that_no_model_knows_are_kept(tmp_path: Path, package: str):
    url = f"sqlite://{tmp_path}/n.db"
    await draft(BEFORE, migrations=package, name="initial")
    await migrate(url, models=BEFORE, migrations=package)
    async with await Database.open(url, models=BEFORE):
        from tortoise.connection import get_connection

        await get_connection("default").execute_script(
            "CREATE INDEX by_hand ON story (headline) WHERE urgency = 1;"
            "CREATE TRIGGER t AFTER INSERT ON story BEGIN UPDATE desk SET phone = 2; END;"
        )
    await draft(AFTER, migrations=package, name="grow")
    await migrate(url, models=AFTER, migrations=package)
    schema = await schema_of(url)
    assert "by_hand" in schema["story"]["indexes"]
    assert await schema_of(url) == schema


async def test_rows_that_would_point_to_nothing_stop_a_migration(tmp_path: Path, package: str):
    import sqlite3

    url = f"sqlite://{tmp_path}/n.db"
    await draft(BEFORE, migrations=package, name="initial")
    await migrate(url, models=BEFORE, migrations=package)
    with sqlite3.connect(tmp_path / "n.db") as connection:  # as a careless tool would, without enforcement
        connection.execute("INSERT INTO credit (story_id, name) VALUES (99, 'nobody')")
    connection.close()
    was = await schema_of(url)
    await draft(AFTER, migrations=package, name="grow")
    with pytest.raises(MigrationError, match="credit"):
        await migrate(url, models=AFTER, migrations=package)
    assert await schema_of(url) == was
