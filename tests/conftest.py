"""Fixtures for every test: a database of its own, on SQLite and on PostgreSQL."""

import hashlib
import shutil
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from cms.database import MODEL_MODULES, Database
from tests.servers import begin_run, end_run, postgresql_server, run_lock


def pytest_configure(config: pytest.Config) -> None:
    if begin_run():
        config.add_cleanup(end_run)


@pytest.fixture
def models() -> tuple[str, ...]:
    """The modules with the models of the test's database; a test of the database layer names its own."""
    return MODEL_MODULES


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, models: tuple[str, ...]
) -> AsyncIterator[str]:
    """The URL of a database with the schema of `models` and no rows, gone after the test."""
    template = "template_" + hashlib.sha256(" ".join(models).encode()).hexdigest()[:12]
    if request.param == "sqlite":
        with run_lock(template) as folder:
            original = folder / f"{template}.db"
            if not original.exists():
                building = folder / f"{template}.building.db"
                await _create_schema(f"sqlite://{building}", models)
                building.rename(original)
        copy = tmp_path / "newsroom.db"
        shutil.copyfile(original, copy)
        yield f"sqlite://{copy}"
        return

    server = postgresql_server()
    name = f"test_{uuid.uuid4().hex}"
    administrator = await asyncpg.connect(f"{server}/postgres")
    try:
        with run_lock(template):
            if not await administrator.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", template):
                await administrator.execute(f"CREATE DATABASE {template}_building")
                await _create_schema(f"{server}/{template}_building", models)
                await administrator.execute(f"ALTER DATABASE {template}_building RENAME TO {template}")
            await administrator.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield f"{server}/{name}"
        await administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await administrator.close()


@pytest.fixture
async def database(database_url: str, models: tuple[str, ...]) -> AsyncIterator[Database]:
    """An open database on `database_url`."""
    async with await Database.open(database_url, models=models) as opened:
        yield opened


async def _create_schema(url: str, models: tuple[str, ...]) -> None:
    async with await Database.open(url, models=models) as opened:
        await opened.create_schema()
