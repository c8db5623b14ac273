"""A day of a newsroom as a reader, a partner and a searcher meet it: schedule, embargo, correction, recalls.

After each step a worker does what is due, under a clock that the test sets, and the three must agree: what lists
show, what a copy made of changes alone holds, and what is found.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.nodes import encode_id
from cms.accounts.actors import SYSTEM
from cms.app import Newsroom, build_web, build_worker
from cms.assets.mastering import Mastered, attach_master
from cms.content import correcting, embargoing, recalling, workflow
from cms.content.correcting import OtherLocales
from cms.content.models import Item, Kind
from cms.database import MODEL_MODULES
from cms.errors import TransitionError
from cms.jobs import Job, JobState
from cms.settings import Settings
from cms.taxonomy.locales import load_locales
from media.probe import VideoFacts
from tests.databases import fresh_database
from tests.desks import HEADLINES, Desk, minutes

WORDS = {"it": "neve", "zh": "雪", "en": "snow"}
WRONG, RIGHT = "La neve è tornata a Cortina", "La neve è tornata a Bormio"


@dataclass
class Partner:
    """Keeps a copy from the change feed alone, and the recalls that it was sent."""

    copy: dict[tuple[str, str], str] = field(default_factory=dict)
    recalled: dict[str, Any] = field(default_factory=dict)
    heard: list[tuple[str, str]] = field(default_factory=list)
    cursor: str | None = None

    async def sync(self, ask: Any) -> None:
        """Follow the feed to its end."""
        query = """query ($after: String) { changes(first: 2, after: $after) { pageInfo { hasNextPage endCursor }
            edges { node { type uri locale mustRecall item { headline }
            tombstone { pubStatus at advisory(locale: "zh") { text } } } } } }"""
        more = True
        while more:
            page = (await ask(query, after=self.cursor))["changes"]
            for change in (edge["node"] for edge in page["edges"]):
                key = (change["uri"], change["locale"])
                self.heard.append((change["type"], change["locale"]))
                self.copy.pop(key, None)
                if change["item"]:
                    self.copy[key] = change["item"]["headline"]
                if change["mustRecall"]:
                    self.recalled[change["uri"]] = change["tombstone"]
                else:
                    self.recalled.pop(change["uri"], None)
                    assert change["tombstone"] is None
            more = page["pageInfo"]["hasNextPage"]
            self.cursor = page["pageInfo"]["endCursor"] or self.cursor


class Day:
    """A newsroom, the clock of its desk, and those outside."""

    def __init__(self, newsroom: Newsroom, desk: Desk, web: httpx2.AsyncClient) -> None:
        self.newsroom, self.desk, self._web = newsroom, desk, web
        self.partner = Partner()

    async def ask(self, query: str, **variables: Any) -> Any:
        """What a stranger is answered."""
        answer = (await self._web.post("/graphql", json={"query": query, "variables": variables})).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def at(self, number: float) -> dict[tuple[str, str], str]:
        """Let that time come and the worker work; answers with what readers see, as all others do."""
        self.desk.at(number)
        await build_worker(self.newsroom).drain()
        assert not await Job.filter(last_error__isnull=False).exists()
        assert not await Job.filter(state=JobState.WAITING, due_at__lte=self.desk.now).exists()
        read = await self._read()
        before = len(self.partner.heard)
        await self.partner.sync(self.ask)
        self.told = self.partner.heard[before:]
        assert self.partner.copy == read
        assert await self._found() == read
        return read

    async def file(self, key: str) -> int:
        """The status that a stored file is answered with."""
        return (await self._web.get(f"/files/{key}")).status_code

    async def _read(self) -> dict[tuple[str, str], str]:
        lists = " ".join(
            f'{field}_{tag}: {field}(locale: "{tag}") {{ totalCount edges {{ node {{ uri locale headline }} }} }}'
            for field in ("articles", "videos")
            for tag in WORDS
        )
        found = (await self.ask(f"{{ {lists} }}")).values()
        nodes = [edge["node"] for connection in found for edge in connection["edges"]]
        assert sum(connection["totalCount"] for connection in found) == len(nodes)
        return {(node["uri"], node["locale"]): node["headline"] for node in nodes}

    async def _found(self) -> dict[tuple[str, str], str]:
        searches = " ".join(
            f'{tag}: search(query: "{word}", locale: "{tag}")'
            " { totalCount edges { node { uri locale headline } snippets { html } } }"
            for tag, word in WORDS.items()
        )
        found = (await self.ask(f"{{ {searches} }}")).values()
        nodes = [edge["node"] for connection in found for edge in connection["edges"]]
        assert sum(connection["totalCount"] for connection in found) == len(nodes)
        return {(node["uri"], node["locale"]): node["headline"] for node in nodes}


@pytest.fixture(params=["sqlite", "postgresql"])
async def day(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Day]:
    desk = Desk()
    async with fresh_database(request.param, tmp_path, MODEL_MODULES) as url:
        settings = Settings(data_dir=tmp_path, database_url=url)
        async with Newsroom.open(settings, clock=desk) as newsroom:
            await desk.open()
            newsroom.engine.write((), 0)  # an index of nothing, which is found to be empty rather than missing
            newsroom.locales = await load_locales()
            transport = httpx2.ASGITransport(app=build_web(newsroom))
            async with httpx2.AsyncClient(transport=transport, base_url="http://cms.example.org") as web:
                yield Day(newsroom, desk, web)


async def film(day: Day) -> tuple[int, str]:
    """A video with stored bytes; its item's id and its master's key."""
    item_id = await day.desk.write("it", kind=Kind.VIDEO)
    stored = [await day.newsroom.storage.put(each, suffix) for each, suffix in ((b"film", ".mp4"), (b"fermo", ".jpg"))]
    facts = VideoFacts(10.0, 640, 360, 25.0, "h264", None, "16:9", 4)
    mastered = Mastered("neve.mp4", facts, stored[0], stored[1], (640, 360))
    await attach_master(SYSTEM, item_id=item_id, mastered=mastered, now=day.desk.now)
    return item_id, stored[0].key


@dataclass
class Told:
    """What the day is about."""

    story: int
    video: int
    key: str
    uri: str
    film_uri: str

    def both(self, headline: str) -> dict[tuple[str, str], str]:
        """The story's two texts."""
        return {(self.uri, "it"): headline, (self.uri, "zh"): HEADLINES["zh"]}

    def shown(self) -> dict[tuple[str, str], str]:
        """The video's."""
        return {(self.film_uri, "it"): HEADLINES["it"]}


async def test_a_day(day):
    story = await day.desk.write("it", "zh")
    await day.desk.save(story, headline=WRONG)
    video, key = await film(day)
    told = Told(story, video, key, *[str(row.uri) for row in await Item.all().order_by("id")])
    await schedules_and_embargoes(day, told)
    await a_correction_and_a_withhold(day, told)
    await an_expiry(day, told)
    await a_kill_and_a_takedown(day, told)


async def schedules_and_embargoes(day, it):
    desk, story, video, key = day.desk, it.story, it.video, it.key
    both, shown = it.both(WRONG), it.shown()

    # Written, reviewed and scheduled; the video published under embargo.
    for locale in ("it", "zh"):
        for step in (workflow.submit_draft, workflow.approve_draft):
            await desk.on_draft(step, story, locale)
        await desk.on_draft(workflow.schedule_draft, story, locale, publish_at=minutes(60))
    await desk.on_item(embargoing.set_embargo, video, until=minutes(120))
    await desk.publish(video, "it")
    assert await day.at(59) == {}
    assert (day.told, await day.file(key)) == ([], 404)

    # The moment of the story, in both locales at once.
    assert await day.at(60) == both
    assert sorted(day.told) == [("UPSERTED", "it"), ("UPSERTED", "zh")]

    # An embargo on what is out: gone everywhere, and no recall.
    desk.at(90)
    await desk.on_item(embargoing.set_embargo, story, until=minutes(150))
    assert await day.at(90) == {}
    assert (sorted(day.told), day.partner.recalled) == ([("UNPUBLISHED", "it"), ("UNPUBLISHED", "zh")], {})

    # The embargo of the video ends, then that of the story.
    assert (await day.at(119.9), await day.file(key)) == ({}, 404)
    assert (await day.at(120), await day.file(key)) == (shown, 200)
    assert await day.at(150) == both | shown


async def a_correction_and_a_withhold(day, it):
    desk, story, uri = day.desk, it.story, it.uri
    both, shown = it.both(RIGHT), it.shown()

    # A correction of the source; the translation is flagged.
    desk.at(180)
    await desk.save(story, headline=RIGHT)
    note = {"it": "Era Bormio, non Cortina."}
    await desk.on_item(correcting.correct, story, notes=note, others=OtherLocales.FLAG)
    assert await day.at(180) == both | shown
    corrected = f'node(id: "{encode_id("Article", story, "it")}") {{ ... on Article {{ corrections {{ note }} }} }}'
    assert (await day.ask(f"{{ {corrected} }}"))["node"]["corrections"] == [{"note": note["it"]}]
    gone = await day.ask('{ search(query: "Cortina", locale: "it") { totalCount } }')
    assert gone["search"]["totalCount"] == 0

    # Withheld: a message that arrives, in every locale; lifted: back as it was.
    desk.at(200)
    await desk.on_item(recalling.withhold, story, advisory={"it": "In verifica.", "zh": "正在核实。"})
    assert await day.at(200) == shown
    stone = {"pubStatus": "WITHHELD", "at": "2026-03-01T15:20:00+00:00", "advisory": {"text": "正在核实。"}}
    assert day.partner.recalled == {uri: stone}
    desk.at(210)
    await desk.on_item(recalling.lift_withhold, story)
    assert await day.at(210) == both | shown
    assert day.partner.recalled == {}


async def an_expiry(day, it):
    """It closes by the clock, and by the worker."""
    desk, video, key = day.desk, it.video, it.key
    both, shown = it.both(RIGHT), it.shown()
    desk.at(215)
    await desk.on_item(embargoing.set_expiry, video, expires_at=minutes(220))
    assert await day.at(219) == both | shown
    assert (await day.at(220), await day.file(key)) == (both, 404)
    assert day.told == [("EXPIRED", "it")]
    await desk.on_item(embargoing.set_expiry, video, expires_at=None)
    assert (await day.at(221), await day.file(key)) == (both | shown, 200)


async def a_kill_and_a_takedown(day, it):
    desk, story, video, uri, key = day.desk, it.story, it.video, it.uri, it.key
    shown = it.shown()

    # Killed, for good; its tombstone stays readable, and no word of its own.
    desk.at(230)
    await desk.on_draft(workflow.schedule_draft, story, "zh", publish_at=minutes(240))
    await desk.on_item(recalling.kill, story, advisory={"it": "Falso.", "zh": "报道不实。"})
    assert await day.at(230) == shown
    assert sorted(day.told) == [("CANCELED", "it"), ("CANCELED", "zh")]
    stone = {"pubStatus": "CANCELED", "at": "2026-03-01T15:50:00+00:00", "advisory": {"text": "报道不实。"}}
    assert day.partner.recalled == {uri: stone}
    told = f'tombstone(uri: "{uri}") {{ pubStatus at advisory(locale: "zh") {{ text }} }}'
    assert (await day.ask(f"{{ {told} }}"))["tombstone"] == stone
    assert await day.at(240) == shown
    with pytest.raises(TransitionError):
        await desk.publish(story, "it")

    # Taken down: texts, rows and bytes.
    desk.at(250)
    await desk.on_item(recalling.takedown, video, advisory={"it": "Diffida."})
    assert (await day.at(250), await day.file(key)) == ({}, 404)
    assert not await day.newsroom.storage.exists(key)
    assert set(day.partner.recalled) == {uri, it.film_uri}
    latecomer = Partner()
    await latecomer.sync(day.ask)
    assert (latecomer.copy, latecomer.recalled) == (day.partner.copy, day.partner.recalled)
