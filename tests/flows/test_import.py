import asyncio
import os
import random
import signal

import pytest

from cms.content.models import Edition, Item, Revision
from cms.database import MODEL_MODULES, Database
from cms.events import Change, Event
from tests.archives import records, write_archive
from tests.commands import ended, polyfocal, started
from tests.databases import empty_database

ARTICLES, LOCALES = 60, ("it", "zh", "en")
TEXTS = ARTICLES * len(LOCALES)
INTERRUPTIONS = (signal.SIGKILL, signal.SIGINT, signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGINT)


@pytest.fixture(params=["sqlite", "postgresql"])
async def newsroom(request, tmp_path):
    async with empty_database(request.param, tmp_path) as url:
        yield {"data_dir": tmp_path / "redazione", "database_url": url}


async def test_an_import_that_is_interrupted_again_and_again_arrives_whole_and_once(newsroom, tmp_path):
    """By SIGKILL, SIGINT and SIGTERM at random instants; what is there in the end is what one run would leave."""
    dice = random.Random(20260301)
    path = write_archive(tmp_path / "agenzia.jsonl", records(ARTICLES, LOCALES))
    assert (await polyfocal("migrate", **newsroom)).code == 0
    for number in INTERRUPTIONS:
        before = await texts(newsroom)
        process = await started("import", path, "--batch", 6, **newsroom)
        await more_than(before + dice.randrange(18), process, newsroom)
        await asyncio.sleep(dice.random() / 20)
        if process.returncode is None:
            process.send_signal(number)
        ran = await ended(process)
        if number is signal.SIGKILL:
            assert ran.code == -signal.SIGKILL
        else:
            assert ran.code == 130, ran.err
            assert "Run the same command to go on." in ran.err
        assert before < await texts(newsroom) < TEXTS, "it was not interrupted in the middle"
        await each_article_is_whole(newsroom)
    assert (await polyfocal("import", path, **newsroom)).code == 0

    async with await Database.open(newsroom["database_url"], models=MODEL_MODULES):
        assert await Item.all().count() == ARTICLES
        assert await Edition.all().count() == await Change.all().count() == TEXTS
        # One save and one publication of each text and shared part, and an event for each but the created one's.
        assert await Revision.all().count() == 2 * (TEXTS + ARTICLES)
        events = [event.type for event in await Event.all()]
        assert events.count("text.published") == TEXTS
        assert events.count("article.created") == ARTICLES
    assert f"{TEXTS} │    0 │" in (await polyfocal("import", path, **newsroom)).out


async def texts(newsroom) -> int:
    async with await Database.open(newsroom["database_url"], models=MODEL_MODULES):
        return await Edition.all().count()


async def each_article_is_whole(newsroom) -> None:
    async with await Database.open(newsroom["database_url"], models=MODEL_MODULES):
        assert await Edition.all().count() == await Item.all().count() * len(LOCALES)


async def more_than(number: int, process: asyncio.subprocess.Process, newsroom) -> None:
    async with await Database.open(newsroom["database_url"], models=MODEL_MODULES):
        while await Edition.all().count() <= number and process.returncode is None:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)


async def test_ctrl_c_before_anything_happened_says_so(newsroom, tmp_path):
    path = tmp_path / "agenzia.jsonl"
    os.mkfifo(path)
    process = await started("import", path, **newsroom)
    writer = await asyncio.to_thread(os.open, path, os.O_WRONLY)  # returns when the command reads
    process.send_signal(signal.SIGINT)
    ran = await ended(process)
    os.close(writer)
    assert (ran.code, ran.err) == (130, "Stopped before anything was imported.\n")
