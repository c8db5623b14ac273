"""A series of twelve items in three languages is released at one moment while readers read, and taken back.

Whatever a reader asks, it is all there or nothing of it is; so it is for those who follow the changes.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from api.nodes import encode_id
from cms import events
from cms.accounts.actors import SYSTEM
from cms.content.models import Edition
from cms.database import MODEL_MODULES, Database
from cms.series.models import Release
from cms.series.releasing import release_series
from cms.series.reversing import reverse_release
from tests.api.newsrooms import Client, newsroom_on
from tests.desks import NOON, Desk
from tests.processes import heard, started
from tests.series import approve, write_series

ITEMS, LOCALES, ROUNDS = 12, ("it", "zh", "en"), 4
SEEN = """query($it: ID!, $zh: ID!, $en: ID!) {
    it: node(id: $it) { ...S } zh: node(id: $zh) { ...S } en: node(id: $en) { ...S }
    all: articles(locale: "zh", first: 100) { totalCount edges { node { publishedAt } } }
    changes(first: 1000) { edges { node { type item { uri } } } }
}
fragment S on NewsItem { headline publishedAt ... on FocusSeries { entries(first: 100) { %s edges { node {
    item { locale publishedAt localizations { locale } } } } } } }"""


def releasing(url: str, pipe: Any, series: int, articles: Sequence[int]) -> None:
    """Release and reverse, again and again; each time somebody approves it first."""

    async def main() -> None:
        async with await Database.open(url, models=MODEL_MODULES):
            for _ in range(ROUNDS):
                await asyncio.to_thread(pipe.recv)
                await approve(Desk(), series, *articles)
                done = await release_series(SYSTEM, item_id=series, locales=LOCALES, now=NOON)
                pipe.send("released")
                await asyncio.to_thread(pipe.recv)
                await reverse_release(SYSTEM, release_id=done.id, now=NOON)
                pipe.send("reversed")

    asyncio.run(main())


def whole(data: Any) -> int:
    """How many of the texts of the release an answer shows: all, or none."""
    nodes = [data[locale] for locale in LOCALES]
    changed = [edge["node"] for edge in data["changes"]["edges"]]
    live = {node["type"] == "UPSERTED" and node["item"] is not None for node in changed}
    if nodes == [None] * len(LOCALES):
        assert data["all"] == {"totalCount": 0, "edges": []}
        assert live <= {False}
        return 0
    for locale, node in zip(LOCALES, nodes, strict=True):
        entries = [edge["node"]["item"] for edge in node["entries"]["edges"]]
        assert len(entries) == node["entries"].get("totalCount", ITEMS) == ITEMS
        assert {each["locale"] for each in entries} == {locale}
        assert all([link["locale"] for link in each["localizations"]] == list(LOCALES) for each in entries)
        assert {each["publishedAt"] for each in entries} == {node["publishedAt"]}
    assert data["all"]["totalCount"] == len(data["all"]["edges"]) == ITEMS
    assert live == {True}
    assert len(changed) == len(LOCALES) * (ITEMS + 1)
    return len(changed)


@pytest.mark.parametrize("query", [SEEN % "", SEEN % "totalCount"], ids=["in the loop", "counted"])
async def test_no_reader_ever_sees_half_a_release(desk, database, database_url, tmp_path, query):
    await events.epoch()
    series, articles = await write_series(desk, ITEMS, *LOCALES)
    ids = {locale: encode_id("FocusSeries", series, locale, exact=True) for locale in LOCALES}
    async with newsroom_on(database, tmp_path, desk) as newsroom:
        client = Client(newsroom)

        async def look() -> int:
            answer = await client.ask(query, ids)
            assert "errors" not in answer, answer
            return whole(answer["data"])

        seen = [await look()]
        with started(releasing, database_url, series, articles) as pipe:
            for _ in range(ROUNDS):
                for expected, count in (("released", 39), ("reversed", 0)):
                    pipe.send("go on")
                    said = asyncio.create_task(heard(pipe))
                    while not said.done():
                        seen += await asyncio.gather(*(look() for _ in range(3)))
                    assert await said == expected
                    seen.append(await look())
                    assert seen[-1] == count
        assert set(seen) == {0, 39}
    assert await Edition.all().count() == 0
    assert [each.status.value for each in await Release.all()] == ["REVERSED"] * ROUNDS
