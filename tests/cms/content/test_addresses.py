"""Slugs as items take them: chosen or made, current or former, and never two items' own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import pytest
from tortoise.connection import get_connection

from cms.content import addresses
from cms.content.models import Edition, Item, Kind, Slug
from cms.database import Database, transaction
from cms.database.config import CONNECTION
from cms.errors import SlugTakenError
from cms.statements import on_postgresql, rows
from tests import processes
from tests.cms.desk import configure, publish, save, unpublish, write

pytestmark = pytest.mark.usefixtures("newsroom")


async def address(item: Item, locale: str = "it") -> str | None:
    edition = await Edition.get_or_none(item_id=item.id, locale=locale)
    return edition.slug if edition else None


async def history(item: Item, locale: str = "it") -> dict[str, bool]:
    return dict(await Slug.filter(item_id=item.id, locale=locale).order_by("slug").values_list("slug", "current"))


async def published(headline: str, locale: str = "it", **text: str) -> Item:
    item = await write(headline, locale=locale, **text)
    await publish(item, locale)
    return item


async def test_an_address_is_made_from_the_headline_and_numbered():
    slugs = [await address(await published("Città in festa")) for _ in range(3)]
    assert slugs == ["citta-in-festa", "citta-in-festa-2", "citta-in-festa-3"]
    assert await address(await published("冬奥会，开幕", "zh"), "zh") == "冬奥会-开幕"


async def test_locales_and_kinds_have_addresses_of_their_own():
    article = await published("Neve")
    await save(article, "zh", headline="Neve")
    await publish(article, "zh")
    video = await write("Neve", kind=Kind.VIDEO)
    await publish(video, "it")
    assert {await address(article), await address(article, "zh"), await address(video)} == {"neve"}


async def test_a_live_text_keeps_its_address_when_its_headline_changes():
    item = await published("Neve")
    await save(item, "it", headline="Molta neve")
    await publish(item, "it")
    assert await history(item) == {"neve": True}


async def test_a_chosen_address_replaces_the_current_one_and_may_be_given_up():
    item = await published("Neve")
    await save(item, "it", slug="neve-sulle-alpi")
    await publish(item, "it")
    assert await history(item) == {"neve": False, "neve-sulle-alpi": True}
    await save(item, "it", slug=None)
    await publish(item, "it")
    assert await address(item) == "neve-sulle-alpi"


async def test_an_address_changed_back_is_current_again():
    item = await published("Neve")
    for slug in ("alpi", "neve", "alpi"):
        await save(item, "it", slug=slug)
        await publish(item, "it")
        assert await address(item) == slug
        assert [name for name, current in (await history(item)).items() if current] == [slug]
    assert set(await history(item)) == {"alpi", "neve"}


async def test_a_former_address_is_never_given_to_another():
    first = await published("Neve")
    await save(first, "it", slug="alpi")
    await publish(first, "it")
    gone = await published("Ghiaccio")
    await unpublish(gone, "it")
    assert await address(await published("Neve")) == "neve-2"
    assert await address(await published("Ghiaccio")) == "ghiaccio-2"
    for slug in ("neve", "alpi", "ghiaccio"):
        other = await write("雪", slug=slug)
        with pytest.raises(SlugTakenError) as caught:
            await publish(other, "it")
        assert caught.value.path == ("slug",)
        assert await address(other) is None
        assert await history(other) == {}


async def test_a_refused_address_leaves_the_current_one():
    await published("Neve")
    item = await published("Ghiaccio")
    await save(item, "it", slug="neve")
    with pytest.raises(SlugTakenError):
        await publish(item, "it")
    assert await address(item) == "ghiaccio"
    assert await history(item) == {"ghiaccio": True}


async def test_a_text_that_comes_back_finds_its_address():
    await published("Neve")
    item = await published("Neve")
    await unpublish(item, "it")
    assert await history(item) == {"neve-2": False}
    await publish(item, "it")
    assert await history(item) == {"neve-2": True}
    await unpublish(item, "it")
    await save(item, "it", headline="Ghiaccio")
    await publish(item, "it")
    assert await history(item) == {"neve-2": False, "ghiaccio": True}


async def test_numbers_go_on_beyond_those_tried(monkeypatch: pytest.MonkeyPatch):
    """A daily headline: even with every number taken, and the item's own too, an address is found."""
    monkeypatch.setattr(addresses, "_TRIES", 12)
    slugs = [await address(await published("Meteo")) for _ in range(11)]
    assert slugs[-1] == "meteo-11"
    item = await write("Meteo")
    await published("Altro", slug=f"meteo-{item.id}-12")
    await publish(item, "it")
    assert await address(item) == f"meteo-{item.id}-13"
    await unpublish(item, "it")
    await publish(item, "it")
    assert await address(item) == f"meteo-{item.id}-13"


async def test_items_that_want_one_address_at_once_get_one_each():
    items = [await write("雪", locale="zh") for _ in range(8)]
    await asyncio.gather(*(publish(item, "zh") for item in items))
    assert {await address(item, "zh") for item in items} == {"雪", *(f"雪-{n}" for n in range(2, 9))}


async def test_of_two_that_choose_one_address_at_once_one_is_refused():
    items = [await write("Neve", slug="alpi") for _ in range(2)]
    answers = await asyncio.gather(*(publish(item, "it") for item in items), return_exceptions=True)
    assert sorted(isinstance(answer, SlugTakenError) for answer in answers) == [False, True]
    assert await Edition.all().values_list("slug", flat=True) == ["alpi"]


@asynccontextmanager
async def held_open(item: Item, *, fails: bool = False) -> AsyncIterator[None]:
    """Publish in a transaction that waits for the block to end before it commits, or fails."""
    claimed, end = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction():
            await publish(item, "it")
            claimed.set()
            await end.wait()
            if fails:
                raise LookupError

    holding = asyncio.create_task(hold())
    await claimed.wait()
    try:
        yield
    finally:
        end.set()
        assert isinstance((await asyncio.gather(holding, return_exceptions=True))[0], LookupError) is fails


async def until_it_waits(database: Database) -> None:
    """Until some transaction waits for another: on SQLite for its turn, on PostgreSQL for a row."""
    if not on_postgresql():
        while not get_connection(CONNECTION)._lock._waiters:  # type: ignore[attr-defined]  # noqa: ASYNC110 - no event
            await asyncio.sleep(0)
        return
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while not await rows(waiting):  # noqa: ASYNC110 - the server has no event
        await asyncio.sleep(0)


@pytest.mark.parametrize(("fails", "slug"), [(False, "neve-2"), (True, "neve")])
async def test_an_address_in_an_open_transaction_is_waited_for(newsroom: Database, fails: bool, slug: str):
    first, second = await write("Neve"), await write("Neve")
    async with held_open(first, fails=fails):
        waiting = asyncio.create_task(publish(second, "it"))
        await until_it_waits(newsroom)
    await waiting
    assert await address(second) == slug


async def test_items_that_want_each_others_addresses_do_not_wait_for_ever():
    """Two items with many texts, published in opposite orders: the newsroom's order decides, so no deadlock."""
    for _ in range(5):
        items = [await write("Neve"), await write("Neve")]
        for item in items:
            for locale in ("zh", "en"):
                await save(item, locale, headline="Neve")
        await asyncio.gather(publish(items[0], "it", "zh", "en"), publish(items[1], "en", "zh", "it"))
    taken = await Edition.all().values_list("locale", "slug")
    assert len(set(taken)) == len(taken) == 30


async def test_processes_that_want_one_address_get_one_each(database_url: str):
    await configure()
    items = [await write("Neve") for _ in range(12)]
    with ExitStack() as running:
        pipes = [
            running.enter_context(
                processes.started(processes.publishing, database_url, [item.id for item in items[n::3]])
            )
            for n in range(3)
        ]
        assert [await processes.heard(pipe) for pipe in pipes] == [4, 4, 4]
    assert {await address(item) for item in items} == {"neve", *(f"neve-{n}" for n in range(2, 13))}
