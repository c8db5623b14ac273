from collections.abc import AsyncIterator

import pytest

from cms.database import Database
from tests.cms.desk import configure


@pytest.fixture
async def newsroom(database: Database) -> AsyncIterator[Database]:
    """A database with locales: it falls back to en, zh to en and it."""
    await configure()
    yield database
