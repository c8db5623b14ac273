"""The index is damaged in every way while all is running: search says so, everything else goes on, and the worker
builds it again without a restart.
"""

import asyncio
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cms.content.body import from_text
from cms.content.models import Edition
from cms.jobs import Job, JobState
from tests.flows.invariants import index_differences
from tests.flows.offices import Client, Office, kill
from tests.flows.test_kills import index_rests
from tests.flows.writers import CREATE, PUBLISH, Promised, Writer

SEARCH = """query ($text: String! = "citta") {
    search(query: $text, locale: "it", first: 100) { totalCount edges { node { headline } snippets { html } } }
}"""
LATEST = """{ articles(locale: "it", first: 100) { edges { node { headline } } } }"""


def lose_folder(index: Path) -> None:
    shutil.rmtree(index)


def lose_locale(index: Path) -> None:
    shutil.rmtree(index / "it")


def halve_state(index: Path) -> None:
    state = index / "state.json"
    replace(state, state.read_bytes()[:20])


def empty_state(index: Path) -> None:
    replace(index / "state.json", b"")


def flip_segment(index: Path) -> None:
    segment = next((index / "it").glob("*.seg"))
    content = segment.read_bytes()
    middle = len(content) // 2
    replace(segment, content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :])


def halve_segment(index: Path) -> None:
    segment = next((index / "it").glob("*.seg"))
    replace(segment, segment.read_bytes()[:100])


def lose_segment(index: Path) -> None:
    next((index / "it").glob("*.seg")).unlink()


def halve_contents(index: Path) -> None:
    contents = next((index / "it").glob("_MAIN_*.toc"))
    replace(contents, contents.read_bytes()[:50])


def replace(path: Path, content: bytes) -> None:
    """Put other bytes in a file's place, as a bad restore does."""
    path.unlink()
    path.write_bytes(content)


DAMAGES: list[Callable[[Path], None]] = [
    lose_folder, lose_locale, halve_state, empty_state, flip_segment, halve_segment, lose_segment, halve_contents,
]  # fmt: skip


async def test_every_damage_is_told_and_mended(database, database_url, tmp_path):
    index = tmp_path / "index"
    async with Office.open(tmp_path, database_url) as office, office.client() as client:
        office.start_web()
        worker = office.start_worker()
        for number in range(6):
            await publish_article(client, f"La città numero {number}", f"citta-{number}")
        await index_rests(tmp_path)
        whole = await client.ask(SEARCH)
        assert whole["search"]["totalCount"] == 6

        for damage in DAMAGES:
            await asyncio.to_thread(office.stop, worker)
            damage(index)
            assert await client.codes(SEARCH) == ["UNAVAILABLE"], damage
            assert len((await client.ask(LATEST))["articles"]["edges"]) == 6
            status, checks = await client.readiness()
            assert (status, checks["database"]) == (503, "ok"), damage
            assert checks["search"].startswith("failed"), damage
            worker = office.start_worker()
            await until_found(client, whole)
            assert await client.readiness() == (200, {"database": "ok", "search": "ok"})

        for damage in DAMAGES:  # the worker runs, and nobody publishes: the search that met it asks for mending
            await index_rests(tmp_path)
            damage(index)
            await until_found(client, whole)
        await index_rests(tmp_path)
        assert await index_differences(index) == []
        assert not await Job.exists(state=JobState.PARKED)


async def publish_article(client: Client, headline: str, slug: str) -> None:
    text = {"headline": headline, "slug": slug, "body": from_text("Da ieri.").document}
    created = (await client.ask(CREATE, input={"locale": "it", "text": text}))["createArticle"]["result"]
    await client.ask(PUBLISH, item=created["item"], locales=["it"])


async def until_found(client: Client, whole: object) -> None:
    """Ask until search answers again; meanwhile it is UNAVAILABLE, and never anything else."""
    while True:
        answer = await client.answer(SEARCH)
        if "errors" not in answer and answer["data"] == whole:
            return
        for error in answer.get("errors", ()):
            assert error["extensions"]["code"] == "UNAVAILABLE"
        await asyncio.sleep(0.02)


KILLS = 22


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the index is the same on both
async def test_workers_killed_in_the_middle_of_a_commit_leave_an_index_that_ends_right(
    database, database_url, tmp_path
):
    """22 workers are killed while they index what is being published; at no time does a search fail."""
    dice, stop = random.Random(20260303), asyncio.Event()
    async with Office.open(tmp_path, database_url) as office, office.client() as desk, office.client() as reader:
        office.start_web()
        worker = office.start_worker()
        await publish_article(desk, "La città riapre", "riapre")
        await index_rests(tmp_path)
        writing = asyncio.create_task(Writer(desk, Promised(), 1).write(stop))
        failed = []
        for _ in range(KILLS):
            state = (tmp_path / "index" / "state.json").read_bytes()
            while (tmp_path / "index" / "state.json").read_bytes() == state and not writing.done():  # noqa: ASYNC110
                await asyncio.sleep(0.002)
            await asyncio.sleep(dice.random() / 20)
            kill(worker)
            failed += await reader.codes(SEARCH)
            worker = office.start_worker()
            failed += await reader.codes(SEARCH)
        stop.set()
        await writing
        await index_rests(tmp_path)
        assert failed == []
        assert await index_differences(tmp_path / "index") == []
        assert await Edition.all().count() > 5
        assert await Job.filter(fence__gt=1).exists(), "no job was interrupted: the test shows little"
