"""The index holds what is public, whatever was done before it was brought up to date."""

import asyncio
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cms.accounts.actors import SYSTEM
from cms.content import publishing
from cms.content.models import Edition, Item, Kind, PubStatus
from cms.database import Database
from cms.events import Change, Event, EventType, latest
from cms.reactions import REACTIONS
from cms.reading.indexing import follow_changes
from cms.reading.scope import Scope
from cms.reading.searching import find
from search import Document, Engine, Query, open_engine
from search.errors import SearchBusyError
from tests.cms.desk import NOON, configure, publish, save, save_shared, unpublish, vocabularies, write

WORDS = {"it": "neve", "zh": "大雪", "en": "snow"}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(f"whoosh://{tmp_path}/index")
    yield opened
    opened.close()


@pytest.fixture
async def newsroom(database: Database) -> Database:
    await configure()
    return database


def clock() -> datetime:
    return NOON


def found(engine: Engine, locale: str, text: str, at: datetime = NOON) -> set[int]:
    return {int(hit.key) for hit in engine.search(locale, Query(text, at, limit=1_000)).hits}


async def public(locale: str, at: datetime = NOON) -> dict[int, Edition]:
    editions = await Edition.filter(Scope(at).q("item__"), locale=locale)
    return {edition.item_id: edition for edition in editions}


async def assert_in_step(engine: Engine) -> None:
    """Each locale's index holds the public texts, as they are now, and nothing else."""
    for locale, word in WORDS.items():
        editions = await public(locale)
        assert found(engine, locale, word) == set(editions), locale
        assert engine.count(locale) == len(editions)
        for item_id, edition in editions.items():
            assert found(engine, locale, edition.headline.rsplit(" ", 1)[-1]) == {item_id}


SEARCHED = [kind for kind in Kind if kind is not Kind.FRONT_PAGE]
"""A front page is looked at, not looked for."""


class Press:
    """Does one thing after another with items, each text with a word that no other ever had."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.items: list[Item] = []
        self.written = 0

    async def go_on(self) -> None:
        acts: list[Callable[[], Any]] = [self.write, self.publish, self.publish, self.share, self.unpublish]
        await self.dice.choice(acts)() if self.items else await self.write()

    def headline(self, locale: str) -> str:
        self.written += 1
        return f"{WORDS[locale]} x{self.dice.randrange(10**6):06}{self.written:04}"

    async def write(self) -> None:
        locale = self.dice.choice(sorted(WORDS))
        self.items.append(await write(self.headline(locale), locale=locale, kind=self.dice.choice(SEARCHED)))

    async def publish(self) -> None:
        item = self.dice.choice(self.items)
        locales = self.dice.sample(sorted(WORDS), self.dice.randint(1, 3))
        for locale in locales:
            await save(item, locale, headline=self.headline(locale))
        await publish(item, *locales, shared=self.dice.random() < 0.3)

    async def share(self) -> None:
        await publish(self.dice.choice(self.items), shared=True)

    async def unpublish(self) -> None:
        item = self.dice.choice(self.items)
        live = await Edition.filter(item_id=item.id).values_list("locale", flat=True)
        if live:
            await unpublish(item, *self.dice.sample(sorted(live), self.dice.randint(1, len(live))))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_index_equals_what_is_public(newsroom: Database, engine: Engine, seed: int):
    press = Press(seed)
    for _ in range(6):
        for _ in range(press.dice.randint(0, 12)):
            await press.go_on()
        await follow_changes(engine, clock, batch=press.dice.randint(1, 5))
        assert engine.position() == (await Change.all().order_by("-position").first() or Change(position=0)).position
        await assert_in_step(engine)


async def test_a_newsroom_without_public_texts_is_searched_in_vain(newsroom: Database, engine: Engine):
    await write("neve x1")
    assert await follow_changes(engine, clock) == 0
    assert await follow_changes(engine, clock) == 0
    assert find(engine, "it", "neve", at=NOON, changed=frozenset(), offset=0, limit=10).total == 0


async def test_what_is_indexed_is_not_indexed_again(newsroom: Database, engine: Engine):
    item = await write("大雪 x1", locale="zh")
    await save(item, "it", headline="neve x2")
    await publish(item, "zh", "it")
    assert await follow_changes(engine, clock) == 2
    assert await follow_changes(engine, clock) == 0
    await publish(item, shared=True)
    assert await follow_changes(engine, clock, batch=1) == 2, "changes of one event are taken whole"
    await unpublish(item, "zh")
    assert await follow_changes(engine, clock) == 1
    await assert_in_step(engine)


async def test_a_batch_that_fails_is_written_again(newsroom: Database, engine: Engine, monkeypatch: Any):
    for n in range(3):
        await publish(await write(f"neve x{n}"), "it")
    writing = engine.write
    turns = iter([True, False])

    def write_once(*arguments: Any) -> None:
        if not next(turns):
            raise SearchBusyError("another process writes")
        writing(*arguments)

    monkeypatch.setattr(engine, "write", write_once)
    with pytest.raises(SearchBusyError):
        await follow_changes(engine, clock, batch=1)
    assert engine.count("it") == 1
    monkeypatch.undo()
    assert await follow_changes(engine, clock, batch=1) == 2
    await assert_in_step(engine)


async def test_an_index_ahead_of_the_database_is_begun_anew(newsroom: Database, engine: Engine):
    engine.write([("it", "999", Document("999", {"headline": "neve d'altri tempi"}, NOON))], 1_000)
    await publish(await write("neve x1"), "it")
    assert await follow_changes(engine, clock) == 1
    assert engine.position() == await latest()
    await assert_in_step(engine)


async def test_an_index_that_was_lost_is_made_again(newsroom: Database, engine: Engine):
    press = Press(4)
    for _ in range(20):
        await press.go_on()
    await follow_changes(engine, clock)
    engine.clear()
    await follow_changes(engine, clock, batch=3)
    await assert_in_step(engine)


@pytest.mark.parametrize(
    "state",
    [
        {"pub_status": PubStatus.WITHHELD},
        {"pub_status": PubStatus.CANCELED},
        {"ready": False},
        {"embargoed_until": NOON - timedelta(days=1)},
        {"expires_at": NOON},
    ],
)
async def test_what_nobody_may_read_is_not_indexed(newsroom: Database, engine: Engine, state: dict[str, Any]):
    kept, closed = await write("neve x1"), await write("neve x2")
    for item in (kept, closed):
        await publish(item, "it")
    await Item.filter(id=closed.id).update(**state)
    await follow_changes(engine, clock)
    assert found(engine, "it", "neve") == {kept.id}
    assert engine.count("it") == 1


async def test_an_indexed_text_closes_by_the_clock(newsroom: Database, engine: Engine):
    item = await write("大雪 x1", locale="zh")
    await Item.filter(id=item.id).update(expires_at=NOON + timedelta(seconds=1))
    await publish(item, "zh")
    await follow_changes(engine, clock)
    assert found(engine, "zh", "大雪", NOON + timedelta(microseconds=999_999)) == {item.id}
    assert found(engine, "zh", "大雪", NOON + timedelta(seconds=1)) == set()


async def test_a_text_is_found_by_its_fields_and_its_bylines(newsroom: Database, engine: Engine):
    ids = await vocabularies()
    item = await write(
        "neve", summary="sommario", located="Cortina", dateline_place="米兰",
        shared={
            "contributors": [ids["contributor 滑雪"]],
            "subjects": [ids["concept sci"]],
            "credits": [{"organisation": ids["organisation sci"], "role": "SOURCE"}],
        },
    )  # fmt: skip
    await publish(item, "it")
    await follow_changes(engine, clock)
    for text in ("sommario", "cortina", "米兰", "滑雪"):
        assert found(engine, "it", text) == {item.id}
    for name, value in (
        ("concept", ids["concept sci"]),
        ("organisation", ids["organisation sci"]),
        ("contributor", ids["contributor 滑雪"]),
        ("kind", "ARTICLE"),
    ):
        query = Query("neve", NOON, filters={name: frozenset({str(value)})})
        assert engine.search("it", query).total == 1
    await save_shared(item, contributors=None, subjects=None)
    await publish(item, shared=True)
    await follow_changes(engine, clock)
    assert found(engine, "it", "滑雪") == set()


async def test_what_changed_since_is_left_out(newsroom: Database, engine: Engine):
    kept, gone = await write("neve x1"), await write("neve x2")
    for item in (kept, gone):
        await publish(item, "it")
    await follow_changes(engine, clock)
    await unpublish(gone, "it")
    changed = await Change.filter(position__gt=engine.position()).values_list("item_id", flat=True)
    results = await asyncio.to_thread(
        find, engine, "it", "neve", at=NOON, changed=frozenset(map(str, changed)), offset=0, limit=10
    )
    assert ([hit.key for hit in results.hits], results.total) == ([str(kept.id)], 1)


async def test_whatever_recipients_are_told_the_index_is_told(newsroom: Database):
    """A change without a job would hide its item from searches for good."""
    item = await write()
    await publish(item, "it")
    await publish(item, shared=True)
    await publishing.unpublish(SYSTEM, item_id=item.id, locales=["it"], now=datetime(2026, 3, 2, tzinfo=UTC))
    concerned = set(await Event.filter(locale="it").exclude(type=EventType.DRAFT_SAVED).values_list("type", flat=True))
    concerned |= {EventType.SHARED_PUBLISHED}
    told = {str(type_) for type_, reactions in REACTIONS.items() if any(r.job == "index_changes" for r in reactions)}
    assert concerned <= told
