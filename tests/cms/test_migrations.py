"""The newsroom's own migrations lead to the schema of its models."""

import re
from pathlib import Path

import cms.migrations
from cms.database import MODEL_MODULES, Database, migrate, pending
from cms.database.drafting import changes
from tests.cms.desk import NOON, configure, everything, publish, write
from tests.databases import emptied
from tests.schemas import schema_of


def names() -> list[str]:
    return sorted(path.stem for path in Path(cms.migrations.__path__[0]).glob("[0-9]*.py"))


async def test_models_and_migrations_do_not_drift():
    assert await changes(MODEL_MODULES) == [], "write one: python -m cms.database.drafting NAME"


def test_migrations_are_numbered_in_one_line():
    assert [int(re.match(r"\d+", name)[0]) for name in names()] == list(range(1, len(names()) + 1))


async def test_migrating_from_nothing_makes_the_schema_of_the_models(database_url: str):
    fresh = await schema_of(database_url)
    assert {"item", "edition", "serving", "event", "change", "job"} <= set(fresh)
    url = await emptied(database_url)
    assert await pending(url, models=MODEL_MODULES) == names()
    assert await migrate(url, models=MODEL_MODULES) == names()
    assert await pending(url, models=MODEL_MODULES) == []
    assert await schema_of(url) == fresh


async def test_a_migrated_newsroom_works_and_migrating_again_leaves_it_alone(database_url: str):
    url = await emptied(database_url)
    async with await Database.open(url, models=MODEL_MODULES, migrate=True):
        await configure()
        await publish(await write("雪", locale="zh"), "zh", now=NOON)
        before = await everything()
    async with await Database.open(url, models=MODEL_MODULES, migrate=True):
        assert await everything() == before
