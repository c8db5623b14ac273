"""The bench runs: on a tiny corpus, each server answers right under its own load generator, on both databases."""

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.servers import postgresql_server

ROOT = Path(__file__).parents[1]
TINY = ["--articles", "45", "--seconds", "0.2", "--rounds", "1"]


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """What names an empty database to the bench."""
    if request.param == "sqlite":
        yield ""
        return
    server, name = postgresql_server(), f"bench_{uuid.uuid4().hex}"
    administrator = await asyncpg.connect(f"{server}/postgres")
    try:
        await administrator.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        await administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await administrator.close()


async def test_a_tiny_run_fills_the_table(url: str) -> None:
    without_wrk = {**os.environ, "PATH": ""}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench", *TINY, "--database", url,
        cwd=ROOT, env=without_wrk, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, complained = (each.decode() for each in await process.communicate())
    assert process.returncode == 0, complained
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in told.splitlines() if line.startswith("|")]
    measured = [(row[0][:2], row[1]) for row in rows if row[1] in {"polyfocal", "strawberry", "static"}]
    reads = [each for n in range(1, 5) for each in ((f"Q{n}", "polyfocal"), ("", "strawberry"), ("", "static"))]
    assert measured == [*reads, ("Q5", "polyfocal"), ("", "static")]
    assert all(float(row[2].replace(",", "")) > 0 for row in rows if row[1] == "polyfocal")
    assert next(row[-1] for row in rows if row[0].startswith(("start", "RSS"))) in {"met", "missed"}
