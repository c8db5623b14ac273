"""Fixtures for every test: a database of its own, on SQLite and on PostgreSQL."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cms.database import MODEL_MODULES, Database
from cms.freshness import Freshness
from media.storage import LocalStorage
from tests.databases import fresh_database
from tests.desks import Desk
from tests.servers import begin_run, end_run

# No test may depend on the clock of a machine that is shared.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    # A shell starts what it puts in the background with Ctrl-C ignored, and so would be all that is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if begin_run():
        config.add_cleanup(end_run)


@pytest.fixture
def models() -> tuple[str, ...]:
    """The modules with the models of the test's database; a test of the database layer names its own."""
    return MODEL_MODULES


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path, models: tuple[str, ...]) -> AsyncIterator[str]:
    """The URL of a database with the schema of `models` and no rows, gone after the test."""
    async with fresh_database(request.param, tmp_path, models) as url:
        yield url


@pytest.fixture
async def database(database_url: str, models: tuple[str, ...]) -> AsyncIterator[Database]:
    """An open database on `database_url`."""
    async with await Database.open(database_url, models=models) as opened:
        yield opened


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    """An editor's desk at noon, in a newsroom of three locales."""
    async with Freshness(database) as freshness:
        desk = Desk(freshness, LocalStorage(tmp_path / "stored"))
        await desk.open()
        yield desk
