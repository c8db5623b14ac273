"""What arguments are drawn from: values that mean something in the world, and some that do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.nodes import NodeId, encode_id
from cms.content.models import Kind
from tests.api.plans.both import BothWays
from tests.worlds import LOCALES, World

TAGS = tuple(each["tag"] for each in LOCALES)
TYPES = {Kind.ARTICLE: "Article", Kind.VIDEO: "VideoAsset", Kind.SERIES: "FocusSeries"}
ORDERS = ("PUBLISHED_AT", "FIRST_PUBLISHED_AT", "URGENCY", "HEADLINE")
_LISTS = ("articles", "videos", "allFocusSeries")
_BELOW = "related(first: 50) { edges { cursor } } series(first: 50) { edges { cursor } }"
_ENTRIES = "entries(first: 100) { edges { cursor } }"


@dataclass
class Pools:
    """Candidates by the argument's name; cursors by the field's, those of articles by field and order."""

    values: dict[str, Sequence[Any]]
    filters: dict[str, Sequence[Any]]
    cursors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    async def gather(cls, world: World, both: BothWays) -> "Pools":
        """From the world's rows, and cursors from real pages."""
        ids = _ids(world)
        pools = cls(
            values={
                "locale": [*TAGS, *TAGS, "ZH-hant", "EN", "fr"],
                "slug": [*(row.slug for row in world.slugs), "nessuno", ""],
                "id": ids,
                "ids": ids,
                "fallback": ["CHAIN", "NONE"],
                "scheme": ["mediatopic", "place", "none"],
                "uri": [*(row.uri for row in world.concepts), *_uris(world), "medtop:none"],
                "role": ["PRODUCER", "CO_PRODUCER", "DISTRIBUTOR", "SOURCE"],
                "section": ["gare", "città", "none"],
                "query": ["大学", "University", "L’università", "1", "nothing"],
            },
            filters={
                "concept": _some(ids, "Concept"),
                "series": _some(ids, "FocusSeries"),
                "organisation": _some(ids, "Organisation"),
                "contributor": _some(ids, "Contributor"),
                "publishedAfter": [
                    "2026-02-28T20:00:00Z",
                    "2026-03-01T00:00:00+02:00",
                    "0001-01-01T00:00:00Z",
                ],
                "publishedBefore": [
                    "2026-02-28T23:00:00+00:00",
                    "2026-03-01T08:00:00+08:00",
                    "9999-12-31T00:00:00Z",
                ],
                "urgencyAtMost": [1, 2, 3, 9, -(2**31), 2**31 - 1],
            },
        )
        await pools._page(both)
        return pools

    async def _page(self, both: BothWays) -> None:
        for name in _LISTS:
            query = f'{{ {name}(locale: "zh", fallback: CHAIN, first: 100) {{ edges {{ cursor }} }} }}'
            await self._keep(name, both, query)
        for order in ORDERS:
            for direction in ("ASC", "DESC"):
                query = (
                    f'{{ articles(locale: "it", fallback: CHAIN, first: 100, orderBy: {{field: {order}, direction:'
                    f" {direction}}}) {{ edges {{ cursor }} }} }}"
                )
                await self._keep(f"{order} {direction}", both, query)
        await self._keep("concepts", both, '{ concepts(scheme: "mediatopic", locale: "it") { edges { cursor } } }')
        await self._keep("search", both, '{ search(query: "大学", locale: "zh") { edges { cursor } } }')
        await self._keep("changes", both, "{ changes { edges { cursor } } }")
        for name, below in (("articles", _BELOW), ("allFocusSeries", f"{_BELOW} {_ENTRIES}")):
            query = f'{{ {name}(locale: "zh", fallback: CHAIN) {{ edges {{ node {{ {below} }} }} }} }}'
            for node in _nodes(await both.execute(query), name):
                for key, connection in node.items():
                    self.cursors.setdefault(key, []).extend(edge["cursor"] for edge in connection["edges"])
        assert all(self.cursors.values()), self.cursors

    async def _keep(self, key: str, both: BothWays, query: str) -> None:
        answer = (await both.execute(query)).resolved
        (connection,) = answer["data"].values()
        self.cursors[key] = [edge["cursor"] for edge in connection["edges"]]


def _nodes(compared: Any, name: str) -> list[Mapping[str, Any]]:
    return [edge["node"] for edge in compared.resolved["data"][name]["edges"]]


def _ids(world: World) -> list[str]:
    keyed = [
        *(("Concept", each.id) for each in world.concepts),
        *(("Organisation", each.id) for each in world.organisations),
        *(("Contributor", each.id) for each in world.contributors),
        *((TYPES[kind], item.id) for kind, items in world.items.items() for item in items),
        *(("Tombstone", item.id) for item in world.items[Kind.ARTICLE]),
    ]
    read_in = [(tag, exact) for tag in TAGS for exact in (False, True)]
    real = []
    for n, (kind, key) in enumerate(keyed * 3):
        tag, exact = read_in[n % len(read_in)]
        real.append(encode_id(kind, key, tag, exact=exact))
    article = world.items[Kind.ARTICLE][0].id
    odd = [
        encode_id("Article", article),
        encode_id("VideoAsset", article, "it"),
        encode_id("Article", 999_999, "it"),
        encode_id("Article", article, "fr"),
        encode_id("Item", article, "it"),
        encode_id("Query", 2**63 - 1, "it"),
        encode_id("Concept", 2**63 - 1, "it"),
        "QXJ0aWNsZTp4",
        "città",
        "",
    ]
    return [*real, *odd]


def _uris(world: World) -> list[str]:
    return [item.uri for item in world.items[Kind.ARTICLE][3:7] + world.items[Kind.ARTICLE][-1:]]


def _some(ids: Sequence[str], kind: str) -> list[str]:
    """Ids of that type, without locale too, and one of another type."""
    ours = [(text, found) for text in ids if (found := NodeId.decode(text)) is not None and found.type == kind]
    return [*(text for text, _ in ours), encode_id(kind, ours[0][1].key), encode_id("Article", 1)]
