"""The newsroom that tests of reading share: one for each database and module."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from cms.app import Newsroom
from tests.api.desks import Desk, open_desk
from tests.api.newsrooms import Client, open_newsroom
from tests.worlds import World, build_world


@dataclass
class Inhabited:
    """A newsroom, its world, and a client of it."""

    newsroom: Newsroom
    world: World
    client: Client


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def inhabited(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Inhabited]:
    """Read only: whoever writes opens a newsroom of their own."""
    folder = tmp_path_factory.mktemp("newsroom")
    async with open_newsroom(request.param, folder, build_world) as (newsroom, world):
        yield Inhabited(newsroom, world, Client(newsroom))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A newsroom that the tests of a module may write to, one after the other."""
    async with open_desk(request.param, tmp_path_factory.mktemp("desk")) as opened:
        yield opened
