import asyncio
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from cms.database import transaction
from cms.events import Change, Changed, ChangeType, Event, EventType, after, epoch, latest, new_epoch, record
from tests import processes

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def changed(locale: str, *, item_id: int = 7, version: int = 1, type_: ChangeType = ChangeType.UPSERTED) -> Changed:
    uri = f"urn:newsroom:{item_id}"
    return Changed(item_id=item_id, locale=locale, uri=uri, kind="ARTICLE", type=type_, version=version)


async def test_events_are_written_when_the_transaction_commits(database):
    async with transaction():
        record(EventType.ARTICLE_CREATED, item_id=7, actor="user:1", at=NOON)
        record(EventType.DRAFT_SAVED, item_id=7, locale="zh-Hans", data={"headline": "晨间新闻"}, at=NOON)
        assert await latest() == 0

    first, second = await after(0, 10)
    assert (first.type, first.item_id, first.locale, first.actor, first.data) == (
        EventType.ARTICLE_CREATED, 7, None, "user:1", {},
    )  # fmt: skip
    assert (second.type, second.locale, second.data, second.at) == (
        EventType.DRAFT_SAVED, "zh-Hans", {"headline": "晨间新闻"}, NOON,
    )  # fmt: skip
    assert first.id < second.id == await latest()
    assert [event.id for event in await after(first.id, 10)] == [second.id]
    assert [event.id for event in await after(0, 1)] == [first.id]


async def test_a_transaction_without_effect_leaves_no_event(database):
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            record(EventType.DRAFT_SAVED, item_id=1)
            raise ZeroDivisionError
    assert await Event.all().count() == 0


async def test_recording_needs_a_transaction(database):
    with pytest.raises(Exception, match="transaction"):
        record(EventType.DRAFT_SAVED)


async def test_what_a_last_act_records_is_written_too(database):
    async def last_act() -> None:
        record(EventType.SHARED_PUBLISHED, item_id=2)

    async with transaction() as tx:
        record(EventType.TEXT_PUBLISHED, item_id=1)
        tx.before_commit(last_act)
    assert [event.item_id for event in await after(0, 10)] == [1, 2]


async def test_many_events_in_one_transaction_keep_their_order(database):
    async with transaction():
        for number in range(1_200):
            record(EventType.DRAFT_SAVED, item_id=number)
    assert [event.item_id for event in await after(0, 2_000)] == list(range(1_200))


async def test_positions_never_repeat(database):
    for _ in range(2):
        async with transaction():
            record(EventType.DRAFT_SAVED)
    before = await latest()
    async with transaction():
        await Event.all().delete()
        record(EventType.DRAFT_SAVED)
    assert await latest() > before


async def test_a_change_is_the_latest_state_of_an_item_in_a_locale(database):
    async with transaction():
        record(EventType.TEXT_PUBLISHED, item_id=7, changes=[changed("it"), changed("zh-Hans")], at=NOON)
    both = await latest()
    async with transaction():
        record(EventType.TEXT_PUBLISHED, item_id=7, changes=[changed("it", version=2)], at=NOON)
        record(
            EventType.TEXT_UNPUBLISHED,
            item_id=7,
            changes=[changed("it", version=2, type_=ChangeType.UNPUBLISHED)],
        )

    italian, chinese = await Change.filter(item_id=7).order_by("locale")
    assert (italian.type, italian.version, italian.position) == (ChangeType.UNPUBLISHED, 2, await latest())
    assert (chinese.type, chinese.version, chinese.position) == (ChangeType.UPSERTED, 1, both)
    assert (chinese.uri, chinese.kind, chinese.at) == ("urn:newsroom:7", "ARTICLE", NOON)


async def test_an_epoch_lasts_until_a_backup_is_restored(database):
    first = await epoch()
    assert len(bytes.fromhex(first)) == 16
    assert await epoch() == first
    second = await new_epoch()
    assert second != first
    assert await epoch() == second


async def test_event_order_is_commit_order(database, database_url):
    """A reader that follows the events while three processes write sees each, in order, the first time."""
    seen: list[Event] = []
    with ExitStack() as running:
        pipes = [running.enter_context(processes.started(processes.recording, database_url, 80)) for _ in range(3)]
        ends = asyncio.gather(*(processes.heard(pipe) for pipe in pipes))
        while not ends.done():
            seen += await after(seen[-1].id if seen else 0, 50)
            await asyncio.sleep(0)
        counts = await ends
    while rest := await after(seen[-1].id, 500):
        seen += rest

    assert [event.id for event in seen] == await Event.all().order_by("id").values_list("id", flat=True)
    numbers: dict[int, list[int]] = {}
    for event in seen:
        numbers.setdefault(event.item_id, []).append(event.data["number"])
    assert sorted(numbers.values()) == sorted(list(range(1, count + 1)) for count in counts)
