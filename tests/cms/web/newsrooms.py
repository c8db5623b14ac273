"""The web application around an open newsroom, and a client of it, without a server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import httpx2

from cms.app import Newsroom, build_web
from cms.settings import Settings
from tests.cms.operating.newsrooms import Parts, inhabit, newsroom
from tests.worlds import NOON


@asynccontextmanager
async def served(parts: Parts) -> AsyncIterator[tuple[Newsroom, httpx2.AsyncClient]]:
    """An open newsroom at noon, and a client of its web application."""
    settings = Settings(data_dir=parts.folder, database_url=parts.url)
    async with Newsroom.open(settings, clock=_noon) as opened:
        transport = httpx2.ASGITransport(app=build_web(opened), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://newsroom") as client:
            yield opened, client


@asynccontextmanager
async def inhabited(dialect: str, folder: Path) -> AsyncIterator[Parts]:
    """A newsroom with everything in it."""
    async with newsroom(dialect, folder / "redazione") as parts:
        await inhabit(parts)
        yield parts


def _noon() -> datetime:
    return NOON
