"""Newsrooms to copy and restore, on SQLite and PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.cms.operating.newsrooms import Parts, inhabit, newsroom

DIALECTS = ("sqlite", "postgresql")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=DIALECTS)
async def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Parts]:
    """A newsroom with everything in it, for a module's tests to read."""
    async with newsroom(request.param, tmp_path_factory.mktemp("newsrooms") / "original") as parts:
        await inhabit(parts)
        yield parts


@pytest.fixture(params=DIALECTS)
async def other(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Parts]:
    """An empty newsroom."""
    async with newsroom(request.param, tmp_path / "other") as parts:
        yield parts
