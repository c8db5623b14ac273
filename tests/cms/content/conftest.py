import pytest

from cms.database import Database
from tests.cms.desk import configure


@pytest.fixture
async def newsroom(database: Database) -> Database:
    """A database with locales: it falls back to en, zh to en and it."""
    await configure()
    return database
