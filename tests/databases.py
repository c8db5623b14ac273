"""Databases for tests: copies of one that has the schema, made once in a run."""

import asyncio
import hashlib
import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from cms.database import Database, migrate
from tests.servers import postgresql_server, run_lock

Create = Callable[[str, Sequence[str]], Awaitable[None]]


@asynccontextmanager
async def fresh_database(
    dialect: str, folder: Path, models: Sequence[str], *, migrated: bool = False
) -> AsyncIterator[str]:
    """The URL of a database with the schema of `models` and no rows, gone afterwards; SQLite's lies in `folder`.

    `migrated` makes it as the product does, for what asks which migrations it has.
    """
    create = _migrate if migrated else _create_schema
    template = f"{create.__name__}_" + hashlib.sha256(" ".join(models).encode()).hexdigest()[:12]
    if dialect == "sqlite":
        yield f"sqlite://{await _copied_file(template, folder, models, create)}"
        return

    server = postgresql_server()
    name = f"test_{uuid.uuid4().hex}"
    administrator = await asyncpg.connect(f"{server}/postgres")
    try:
        with run_lock(template):
            if not await administrator.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", template):
                await administrator.execute(f"CREATE DATABASE {template}_building")
                await create(f"{server}/{template}_building", models)
                await administrator.execute(f"ALTER DATABASE {template}_building RENAME TO {template}")
            await administrator.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield f"{server}/{name}"
        await administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await administrator.close()


@asynccontextmanager
async def empty_database(dialect: str, folder: Path) -> AsyncIterator[str]:
    """The URL of a database without tables, gone afterwards; SQLite's is a file that nobody has made yet."""
    if dialect == "sqlite":
        yield f"sqlite://{folder}/newsroom.db"
        return
    server, name = postgresql_server(), f"test_{uuid.uuid4().hex}"
    administrator = await asyncpg.connect(f"{server}/postgres")
    try:
        await administrator.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        await administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await administrator.close()


async def emptied(url: str) -> str:
    """The URL of a database without any table: on SQLite one beside it, on PostgreSQL the same."""
    if url.startswith("sqlite"):
        return url.replace(".db", "_empty.db")
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    finally:
        await connection.close()
    return url


@contextmanager
def running_on(dialect: str, folder: Path, models: Sequence[str]) -> Iterator[asyncio.Runner]:
    """A loop with an open database: Hypothesis calls what is synchronous."""
    stack = AsyncExitStack()

    async def begin() -> None:
        url = await stack.enter_async_context(fresh_database(dialect, folder, models))
        await stack.enter_async_context(await Database.open(url, models=models))

    with asyncio.Runner() as runner:
        try:
            runner.run(begin())
            yield runner
        finally:
            runner.run(stack.aclose())


async def _copied_file(template: str, folder: Path, models: Sequence[str], create: Create) -> Path:
    with run_lock(template) as shared:
        original = shared / f"{template}.db"
        if not original.exists():
            building = shared / f"{template}.building.db"
            await create(f"sqlite://{building}", models)
            building.rename(original)
    copy = folder / "newsroom.db"
    shutil.copyfile(original, copy)
    return copy


async def _create_schema(url: str, models: Sequence[str]) -> None:
    async with await Database.open(url, models=models) as opened:
        await opened.create_schema()


async def _migrate(url: str, models: Sequence[str]) -> None:
    await migrate(url, models=models)
