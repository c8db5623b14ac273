"""An answer is of one version, though it takes several statements and another process publishes meanwhile."""

import asyncio
from typing import Any

import pytest

from cms.accounts.actors import SYSTEM
from cms.content import editing, publishing
from cms.content.models import Item, Kind
from cms.taxonomy.models import Concept
from tests.api.newsrooms import Client, open_newsroom
from tests.api.plans.republishing import Numbered, republishing
from tests.processes import heard, started
from tests.worlds import NOON, build_world

TIMES = 60
FIELDS = """headline summary occasion sections { key title } subjects { uri }
    entries(first: 100) { %s edges { node { section position item { uri } } } }"""
LIGHT = f'{{ focusSeries(slug: "numero", locale: "it") {{ {FIELDS % ""} }} }}'
HEAVY = f'{{ focusSeries(slug: "numero", locale: "it") {{ {FIELDS % "totalCount"} }} }}'


def number_of(series: Any, uris: list[str], concepts: int) -> int:
    """The number that an answer carries, the same in all of its parts."""
    number = int(series["summary"])
    assert series["headline"] == f"Numero {number}"
    assert series["occasion"] == str(number)
    assert series["sections"] == [{"key": str(number), "title": f"Sezione {number}"}]
    assert series["subjects"] == [{"uri": f"numero:{number % concepts}"}]
    nodes = [edge["node"] for edge in series["entries"]["edges"]]
    assert {each["section"] for each in nodes} == {str(number)}
    turn = number % len(uris)
    assert [each["item"]["uri"] for each in nodes] == [*uris[turn:], *uris[:turn]]
    assert series["entries"].get("totalCount", len(uris)) == len(uris)
    return number


async def _first(numbered: Numbered) -> Item:
    text = {**numbered.text(0), "slug": "numero"}
    saved = await editing.create_item(
        SYSTEM, Kind.SERIES, source_locale="it", text=text, shared=numbered.shared(0), now=NOON
    )
    await publishing.publish(SYSTEM, item_id=saved.item.id, locales=["it"], now=NOON)
    return saved.item


@pytest.mark.parametrize("query", [LIGHT, HEAVY], ids=["in the loop", "in a thread"])
@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
async def test_no_answer_is_torn(dialect, query, tmp_path):
    async with open_newsroom(dialect, tmp_path, build_world) as (newsroom, world):
        concepts = [await Concept.create(scheme="numero", uri=f"numero:{n}", names={}) for n in range(7)]
        videos = world.items[Kind.VIDEO]
        shown = [videos[0], *(each for each in world.items[Kind.ARTICLE][:4])]
        numbered = Numbered([each.id for each in shown], [each.id for each in concepts])
        item = await _first(numbered)
        client = Client(newsroom)
        seen: set[int] = set()
        with started(republishing, newsroom.database.url, item.id, numbered, TIMES) as pipe:
            done = asyncio.create_task(heard(pipe))
            while not done.done():
                for answer in await asyncio.gather(*(client.ask(query) for _ in range(4))):
                    seen.add(number_of(answer["data"]["focusSeries"], [each.uri for each in shown], len(concepts)))
                await asyncio.sleep(0)
            assert await done == TIMES
        answer = await client.ask(query)
        assert number_of(answer["data"]["focusSeries"], [each.uri for each in shown], len(concepts)) == TIMES
        assert len(seen) > 5
