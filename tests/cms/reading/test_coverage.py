"""Coverage: where items stand in each locale, in three statements."""

from datetime import UTC, datetime, timedelta

import pytest

from cms.accounts.actors import ANONYMOUS, SYSTEM
from cms.content.body import from_text
from cms.content.editing import create_item, save_draft
from cms.content.models import Draft, DraftStatus, Item, Kind, PubStatus
from cms.content.publishing import publish
from cms.content.serving import configure_locales
from cms.content.translating import start_translation
from cms.errors import InvalidInputError, NotFoundError, UnauthenticatedError
from cms.reading.coverage import ITEMS_MOST, coverage, coverage_of_series
from tests.worlds import LOCALES

NOON = datetime(2026, 2, 6, 12, tzinfo=UTC)


@pytest.fixture
async def locales(database):
    return await configure_locales(SYSTEM, LOCALES[:3])


async def make(kind=Kind.ARTICLE, **shared):
    text = {"headline": "Si apre", "body": from_text("Si apre.").document}
    return (await create_item(SYSTEM, kind, source_locale="it", text=text, shared=shared, now=NOON)).item.id


async def states(item_id, locales):
    (line,) = await coverage(SYSTEM, [item_id], locales, now=NOON)
    return " ".join(cell.state.value for cell in line.cells)


async def test_an_item_is_followed_from_draft_to_recall(locales):
    item_id = await make()
    assert await states(item_id, locales) == "DRAFT MISSING MISSING"
    await start_translation(SYSTEM, item_id=item_id, from_locale="it", to_locale="zh", now=NOON)
    assert await states(item_id, locales) == "DRAFT STALE MISSING"
    body = (await Draft.get(item_id=item_id, locale="zh")).content["body"]
    body["content"][0]["content"] = [{"type": "text", "text": "开幕了。"}]
    change = {"changes": {"headline": "开幕", "body": body}, "expected_revision": 1, "now": NOON}
    await save_draft(SYSTEM, item_id=item_id, locale="zh", **change)
    await publish(SYSTEM, item_id=item_id, locales=["it", "zh"], now=NOON)
    assert await states(item_id, locales) == "LIVE LIVE MISSING"
    await save_draft(SYSTEM, item_id=item_id, locale="it", changes={"headline": "Apre"}, expected_revision=2, now=NOON)
    assert await states(item_id, locales) == "LIVE STALE MISSING"
    await Draft.filter(item_id=item_id, locale="it").update(status=DraftStatus.SCHEDULED)
    assert await states(item_id, locales) == "SCHEDULED STALE MISSING"
    await Item.filter(id=item_id).update(embargoed_until=NOON + timedelta(days=1))
    assert await states(item_id, locales) == "EMBARGOED EMBARGOED MISSING"
    await Item.filter(id=item_id).update(pub_status=PubStatus.WITHHELD)
    assert await states(item_id, locales) == "WITHHELD WITHHELD WITHHELD"
    await Item.filter(id=item_id).update(pub_status=PubStatus.CANCELED)
    assert await states(item_id, locales) == "CANCELED CANCELED CANCELED"


async def test_live_is_what_the_public_reads_now_and_headlines_are_the_drafts(locales):
    item_id = await make()
    await publish(SYSTEM, item_id=item_id, locales=["it"], now=NOON)
    await Item.filter(id=item_id).update(expires_at=NOON)
    (line,) = await coverage(SYSTEM, [item_id, 10_000], locales, now=NOON)
    assert (line.headline, line.cells[0].headline, line.cells[0].live) == ("Si apre", "Si apre", False)
    (line,) = await coverage(SYSTEM, [item_id], locales, now=NOON - timedelta(microseconds=1))
    assert line.cells[0].live
    assert [cell.status for cell in line.cells] == [DraftStatus.DRAFT, None, None]


async def test_a_series_is_covered_with_its_entries_in_order(locales):
    articles = [await make() for _ in range(3)]
    entries = [{"item": each, "section": None, "role": "RELATED"} for each in articles[::-1]]
    series = await make(Kind.SERIES, entries=entries)
    lines = await coverage_of_series(SYSTEM, series, locales, now=NOON)
    assert [line.item_id for line in lines] == [series, *articles[::-1]]
    assert [line.kind for line in lines] == [Kind.SERIES, *[Kind.ARTICLE] * 3]


async def test_it_is_refused_to_strangers_for_nothing_and_for_too_much(locales):
    article = await make()
    with pytest.raises(UnauthenticatedError):
        await coverage(ANONYMOUS, [article], locales, now=NOON)
    with pytest.raises(InvalidInputError):
        await coverage(SYSTEM, range(ITEMS_MOST + 1), locales, now=NOON)
    with pytest.raises(NotFoundError):
        await coverage_of_series(SYSTEM, article, locales, now=NOON)
