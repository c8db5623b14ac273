import asyncio
import random
from contextlib import AsyncExitStack

import pytest

from cms.content.models import Edition
from cms.database import MODEL_MODULES, Database
from tests.archives import records, write_archive
from tests.cms.operating.newsrooms import inhabit, newsroom, rows_of, stored_in
from tests.commands import ended, polyfocal, started
from tests.running import serving

KILLS = 4


@pytest.fixture(params=["sqlite", "postgresql"])
async def two(request, tmp_path):
    """Two newsrooms: one with everything in it, and an empty one on the other database."""
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[request.param]
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(newsroom(request.param, tmp_path / "prima"))
        second = await stack.enter_async_context(newsroom(other, tmp_path / "seconda"))
        yield first, second


def settings_of(parts) -> dict[str, str]:
    return {"data_dir": str(parts.folder), "database_url": parts.url}


async def test_a_backup_under_writes_holds_whole_articles_only(two, tmp_path):
    """While an import publishes, each article with its three texts in one transaction."""
    first, second = two
    path = write_archive(tmp_path / "agenzia.jsonl", records(400))
    importing = await started("import", path, "--batch", 3, **settings_of(first))
    async with await Database.open(first.url, models=MODEL_MODULES):
        while await Edition.all().count() < 9 and importing.returncode is None:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
    copied = await polyfocal("backup", tmp_path / "newsroom.zip", **settings_of(first))
    assert (copied.code, copied.err) == (0, "")
    assert (await ended(importing)).code == 0
    assert (await polyfocal("restore", tmp_path / "newsroom.zip", **settings_of(second))).code == 0

    tables = await rows_of(second.url)
    articles = len(tables["item"])
    assert 3 <= articles < 400, "the backup was not made in the middle"
    assert len(tables["edition"]) == len(tables["serving"]) == len(tables["change"]) == 3 * articles
    assert len(tables["revision"]) == 2 * 4 * articles
    wanted = {dict(row)["id"]: row for row in (await rows_of(first.url))["edition"]}
    assert all(wanted[dict(row)["id"]] == row for row in tables["edition"])


async def test_a_restore_that_is_killed_leaves_the_old_newsroom(two, tmp_path):
    first, second = two
    await inhabit(first)
    file = tmp_path / "newsroom.zip"
    assert (await polyfocal("backup", file, **settings_of(first))).code == 0
    assert (await polyfocal("import", write_archive(tmp_path / "a.jsonl", records(3)), **settings_of(second))).code == 0
    before = await rows_of(second.url)
    dice = random.Random(20260301)
    for _ in range(KILLS):
        process = await started("restore", file, "--force", **settings_of(second))
        while not stored_in(second.storage) and process.returncode is None:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.001)
        await asyncio.sleep(dice.random() / 30)
        if process.returncode is None:
            process.kill()
        if (await ended(process)).code == 0:
            break  # it was quicker; what it left is looked at below
        assert await rows_of(second.url) == before
        for key in stored_in(second.storage):
            second.storage.path(key).unlink()
    refused = await polyfocal("restore", file, **settings_of(second))
    assert (refused.code, refused.err) == (1, "The newsroom is not empty. Say --force to replace all of it.\n")
    assert (await polyfocal("restore", file, "--force", **settings_of(second))).code == 0
    after = await rows_of(second.url)
    wanted = await rows_of(first.url)
    assert after.pop("epoch") != wanted.pop("epoch")
    assert after == wanted


async def test_a_restore_is_refused_while_the_newsroom_is_served(two, tmp_path):
    first, _ = two
    await inhabit(first)
    file = tmp_path / "newsroom.zip"
    environment = {f"POLYFOCAL_{name.upper()}": value for name, value in settings_of(first).items()}
    async with serving("serve", environment):
        assert (await polyfocal("backup", file, **settings_of(first))).code == 0
        before = await rows_of(first.url)
        refused = await polyfocal("restore", file, "--force", **settings_of(first))
        assert refused.code == 1
        assert refused.err == "The newsroom is running. Stop its web and worker processes first.\n"
        assert (await rows_of(first.url))["item"] == before["item"]
    assert (await polyfocal("restore", file, "--force", **settings_of(first))).code == 0


async def test_a_file_that_is_no_backup_changes_nothing_not_even_the_schema(tmp_path):
    (tmp_path / "newsroom.zip").write_bytes(b"no archive")
    ran = await polyfocal("restore", tmp_path / "newsroom.zip", data_dir=tmp_path / "redazione")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert not (tmp_path / "redazione" / "newsroom.db").exists()
