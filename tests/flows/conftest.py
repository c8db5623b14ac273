"""Flows run on databases that were migrated, as a newsroom's are."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cms.database import MODEL_MODULES
from tests.databases import fresh_database


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a migrated database without rows, gone after the test."""
    async with fresh_database(request.param, tmp_path, MODEL_MODULES, migrated=True) as url:
        yield url
