"""A newsroom and a client of its web application, on SQLite and PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from cms.app import Newsroom
from tests.cms.operating.newsrooms import Parts
from tests.cms.web.newsrooms import inhabited, served


@pytest.fixture(params=["sqlite", "postgresql"])
async def parts(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Parts]:
    """What the newsroom is made of."""
    async with inhabited(request.param, tmp_path) as made:
        yield made


@pytest.fixture
async def web(parts: Parts) -> AsyncIterator[tuple[Newsroom, httpx2.AsyncClient]]:
    """The open newsroom and its client."""
    async with served(parts) as both:
        yield both


@pytest.fixture
def client(web: tuple[Newsroom, httpx2.AsyncClient]) -> httpx2.AsyncClient:
    """A client of the web application."""
    return web[1]
