import shutil

import asyncpg

from cms.database.config import dialect_of, sqlite_path


async def ready(client) -> tuple[int, dict[str, str]]:
    answer = await client.get("/health/ready")
    return answer.status_code, answer.json()["checks"]


WELL = (200, {"database": "ok", "search": "ok"})


async def test_a_newsroom_with_database_and_index_is_ready(client):
    assert await ready(client) == WELL
    assert (await client.get("/health/live")).json() == {"status": "live"}


async def test_without_its_database_it_lives_and_is_not_ready_until_that_is_back(parts, client):
    async with away(parts.url):
        status, checks = await ready(client)
        assert (status, checks["database"].split(":")[0], checks["search"]) == (503, "failed", "ok")
        assert (await client.get("/health/live")).status_code == 200
    assert await ready(client) == WELL


async def test_without_its_index_it_is_not_ready_until_that_is_back(parts, client):
    index = parts.folder / "index"
    index.rename(parts.folder / "away")
    status, checks = await ready(client)
    assert (status, checks["database"], checks["search"]) == (503, "ok", "failed: SearchUnavailableError")
    (parts.folder / "away").rename(index)
    assert await ready(client) == WELL


async def test_without_one_locales_index_it_is_not_ready(parts, client):
    shutil.rmtree(parts.folder / "index" / "zh")
    assert (await ready(client))[0] == 503


class away:  # noqa: N801 - read as a word: async with away(url)
    """The database cannot be reached: SQLite's file is moved, PostgreSQL takes no connection to it."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> None:
        if dialect_of(self._url) == "sqlite":
            sqlite_path(self._url).rename(sqlite_path(self._url).with_suffix(".away"))
            return
        await self._administer("ALTER DATABASE {} ALLOW_CONNECTIONS false")
        await self._administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'")

    async def __aexit__(self, *_: object) -> None:
        if dialect_of(self._url) == "sqlite":
            sqlite_path(self._url).with_suffix(".away").rename(sqlite_path(self._url))
        else:
            await self._administer("ALTER DATABASE {} ALLOW_CONNECTIONS true")

    async def _administer(self, statement: str) -> None:
        server, _, name = self._url.rpartition("/")
        connection = await asyncpg.connect(f"{server}/postgres")
        await connection.execute(statement.format(name))
        await connection.close()
