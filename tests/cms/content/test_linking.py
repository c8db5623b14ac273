"""What a live shared part refers to, as rows in its order."""

from datetime import timedelta
from typing import Any

import pytest

from cms.content.links import Association, Byline, Credit, FocusSeries, SeriesEntry, Subject
from cms.content.models import Item, Kind
from tests.cms.desk import NOON, publish, save_shared, vocabularies, write

pytestmark = pytest.mark.usefixtures("newsroom")


async def linked(model: Any, item: Item, *columns: str) -> list[tuple[Any, ...]]:
    return await model.filter(item_id=item.id).order_by("position").values_list(*columns)


async def test_drafts_are_not_linked_and_publishing_links_in_order():
    ids = await vocabularies()
    article, video, other = await write(), await write("灯笼", locale="zh", kind=Kind.VIDEO), await write("雪")
    first, second = ids["organisation sci"], ids["organisation 滑雪"]
    await save_shared(
        article,
        subjects=[ids["concept 滑雪"], ids["concept sci"]],
        contributors=[ids["contributor 滑雪"], ids["contributor sci"]],
        credits=[
            {"organisation": second, "role": "SOURCE"},
            {"organisation": first, "role": "PRODUCER"},
            {"organisation": second, "role": "DISTRIBUTOR"},
        ],
        lead_video=video.id,
        related=[other.id, video.id],
    )
    assert not await Subject.exists()
    await publish(article, "it")
    assert await linked(Subject, article, "concept_id") == [(ids["concept 滑雪"],), (ids["concept sci"],)]
    assert await linked(Byline, article, "contributor_id") == [(ids["contributor 滑雪"],), (ids["contributor sci"],)]
    assert await linked(Credit, article, "organisation_id", "role") == [
        (second, "SOURCE"),
        (first, "PRODUCER"),
        (second, "DISTRIBUTOR"),
    ]
    assert await linked(Association, article, "target_id", "role") == [
        (video.id, "LEAD_VIDEO"),
        (other.id, "RELATED"),
        (video.id, "RELATED"),
    ]


async def test_links_follow_the_shared_part_and_stay_where_it_does():
    ids = await vocabularies()
    article = await write(
        shared={
            "subjects": [ids["concept sci"], ids["concept 滑雪"]],
            "contributors": [ids["contributor sci"]],
        }
    )
    await publish(article, "it")
    kept = await Byline.get()
    await save_shared(article, subjects=[ids["concept 滑雪"], ids["concept sci"]])
    await publish(article, "it")
    assert await linked(Subject, article, "concept_id") == [(ids["concept sci"],), (ids["concept 滑雪"],)]
    await publish(article, shared=True)
    assert await linked(Subject, article, "concept_id", "position") == [
        (ids["concept 滑雪"], 0),
        (ids["concept sci"], 1),
    ]
    assert (await Byline.get()).id == kept.id
    await save_shared(article, subjects=None, contributors=[])
    await publish(article, shared=True)
    assert (await Subject.exists(), await Byline.exists()) == (False, False)


async def test_items_may_refer_to_each_other():
    first, second = await write(), await write("雪", locale="zh")
    await save_shared(first, related=[second.id])
    await save_shared(second, related=[first.id])
    await publish(first, "it")
    await publish(second, "zh")
    assert await Association.all().order_by("item_id").values_list("item_id", "target_id") == [
        (first.id, second.id),
        (second.id, first.id),
    ]


async def test_a_series_has_its_entries_in_order():
    articles = [await write(f"第{n}条", locale="zh") for n in range(3)]
    series = await write("冬奥会", locale="zh", kind=Kind.SERIES)
    entries = [{"item": each.id, "role": "RELATED", "section": "比赛"} for each in articles]
    await save_shared(
        series,
        occasion="米兰",
        starts_on=NOON,
        sections=[{"key": "比赛", "titles": {"zh": "比赛"}}],
        entries=[entries[0] | {"role": "LEAD", "section": None}, *entries[1:]],
    )
    assert not await FocusSeries.exists()
    await publish(series, "zh")
    live = await FocusSeries.get(item_id=series.id)
    assert (live.occasion, live.starts_on, live.ends_on) == ("米兰", NOON, None)
    assert live.sections == [{"key": "比赛", "titles": {"zh": "比赛"}}]
    columns = ("target_id", "role", "section", "position")
    assert await SeriesEntry.filter(series_id=series.id).order_by("position").values_list(*columns) == [
        (articles[0].id, "LEAD", None, 1),
        (articles[1].id, "RELATED", "比赛", 2),
        (articles[2].id, "RELATED", "比赛", 3),
    ]
    await save_shared(series, entries=entries[:0:-1], ends_on=NOON + timedelta(days=16), occasion=None)
    await publish(series, shared=True)
    live = await FocusSeries.get(item_id=series.id)
    assert (live.occasion, live.starts_on, live.ends_on) == (None, NOON, NOON + timedelta(days=16))
    assert await SeriesEntry.all().order_by("position").values_list("target_id", "position") == [
        (articles[2].id, 1),
        (articles[1].id, 2),
    ]
