"""Writers who go on whatever happens to the server, and remember exactly what they were promised."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import httpx2

from api.nodes import NodeId
from cms.content.body import from_text
from cms.content.models import SHARED, Item, Revision
from cms.events import Event
from tests.flows.offices import Client

CREATE = """mutation ($input: ArticleInput!) {
    createArticle(input: $input) { result { item locale revision headline } userErrors { code currentRevision } }
}"""
SAVE = """mutation ($input: SaveDraftInput!, $seen: Int) {
    saveDraft(input: $input, expectedRevision: $seen) {
        result { item locale revision headline } userErrors { code currentRevision }
    }
}"""
SAVE_SHARED = """mutation ($input: SaveSharedInput!, $seen: Int!) {
    saveShared(input: $input, expectedRevision: $seen) {
        result { item locale revision content } userErrors { code currentRevision }
    }
}"""
PUBLISH = """mutation ($item: ID!, $locales: [Locale!]!, $shared: Boolean! = false) {
    publish(item: $item, locales: $locales, shared: $shared) {
        result { id version liveLocales } userErrors { code message }
    }
}"""
UNPUBLISH = """mutation ($item: ID!, $locales: [Locale!]!) {
    unpublish(item: $item, locales: $locales) { result { id version liveLocales } userErrors { code message } }
}"""

HEADLINES = {"it": "La città riapre, edizione {n}", "zh": "记者报道第{n}号新闻", "en": "The city opens, edition {n}"}


@dataclass
class Promised:
    """What acknowledged answers said, to be found again: headlines by revision, versions by item, live locales."""

    revisions: dict[tuple[int, str, int], Any] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    publications: set[tuple[int, str, int]] = field(default_factory=set)
    kept: int = 0

    def draft(self, result: Any, said: Any) -> None:
        """A save was acknowledged."""
        self.revisions[key_of(result["item"]), result["locale"] or SHARED, result["revision"]] = said

    def publication(self, result: Any, published: list[str]) -> None:
        """A publication, or an unpublication of nothing that is named, was acknowledged."""
        item = key_of(result["id"])
        self.versions[item] = max(self.versions.get(item, 0), result["version"])
        self.publications.update((item, locale, result["version"]) for locale in published)

    async def broken(self) -> list[str]:
        """The promises that the database does not keep."""
        rows = await Revision.all().values_list("item_id", "locale", "number", "content", "version")
        said = {(item, locale, number): content for item, locale, number, content, _ in rows}
        versions = {(item, locale, version) for item, locale, _, _, version in rows}
        items = dict(await Item.all().values_list("id", "version"))
        lost = [
            f"revision {key} says {said.get(key)}"
            for key, told in self.revisions.items()
            if key not in said or told not in (said[key].get("headline"), said[key].get("urgency"))
        ]
        lost += [f"publication {each} is lost" for each in self.publications - versions]
        lost += [f"item {item} was at {seen}" for item, seen in self.versions.items() if items.get(item, 0) < seen]
        self.kept = len(self.revisions) + len(self.publications)
        return lost


def key_of(global_id: str) -> int:
    """The database key in a global id."""
    node_id = NodeId.decode(global_id)
    assert node_id is not None
    return node_id.key


class Writer:
    """Creates, saves, publishes and unpublishes articles of its own, one request at a time, in no certain order."""

    def __init__(self, client: Client, promised: Promised, seed: int) -> None:
        self._client, self._promised, self._dice = client, promised, random.Random(seed)
        self._name, self._number = f"w{seed}", 0
        self._seen: dict[str, dict[str, int]] = {}
        self.lost = 0

    async def write(self, stop: asyncio.Event) -> None:
        """Until told to stop. A lost connection leaves open what became of the request, as for any client."""
        while not stop.is_set():
            try:
                await self._act()
            except httpx2.TransportError:
                self.lost += 1

    async def _act(self) -> None:
        acts = [self._create, self._save, self._save, self._save_shared, self._publish, self._publish, self._unpublish]
        if not self._seen or self._dice.random() < 0.1:
            await self._create()
            return
        item = self._dice.choice(list(self._seen))
        await self._dice.choice(acts[1:])(item)

    def _text(self, locale: str) -> dict[str, Any]:
        self._number += 1
        headline = HEADLINES[locale].format(n=f"{self._name}-{self._number}")
        paragraphs = "\n".join(f"{headline}: capoverso {n}。" for n in range(3))
        return {"headline": headline, "summary": headline, "body": from_text(paragraphs).document}

    async def _create(self) -> None:
        locale = self._dice.choice(list(HEADLINES))
        text = self._text(locale)
        payload = (await self._client.ask(CREATE, input={"locale": locale, "text": text}))["createArticle"]
        self._saved(payload["result"], text["headline"])

    async def _save(self, item: str) -> None:
        locale = self._dice.choice(list(HEADLINES))
        text = self._text(locale)
        given = {"item": item, "locale": locale, "text": text}
        payload = (await self._client.ask(SAVE, input=given, seen=self._seen[item].get(locale)))["saveDraft"]
        if payload["userErrors"]:
            self._look(item, locale, payload["userErrors"])
        else:
            self._saved(payload["result"], text["headline"])

    async def _save_shared(self, item: str) -> None:
        urgency = self._dice.randint(1, 9)
        given = {"item": item, "shared": {"urgency": urgency}}
        seen = self._seen[item].get(SHARED, 1)
        payload = (await self._client.ask(SAVE_SHARED, input=given, seen=seen))["saveShared"]
        if payload["userErrors"]:
            self._look(item, SHARED, payload["userErrors"])
        else:
            self._saved(payload["result"], urgency)

    async def _publish(self, item: str) -> None:
        known = [locale for locale in self._seen[item] if locale != SHARED]
        locales = self._dice.sample(known, self._dice.randint(1, len(known)))
        shared = self._dice.random() < 0.3
        answer = await self._client.ask(PUBLISH, item=item, locales=locales, shared=shared)
        if result := answer["publish"]["result"]:
            self._promised.publication(result, locales)
            for locale in locales:
                self._seen[item][locale] += 1  # a publication is a revision

    async def _unpublish(self, item: str) -> None:
        locale = self._dice.choice([locale for locale in self._seen[item] if locale != SHARED])
        answer = await self._client.ask(UNPUBLISH, item=item, locales=[locale])
        if result := answer["unpublish"]["result"]:
            self._promised.publication(result, [])

    def _saved(self, result: Any, said: Any) -> None:
        self._promised.draft(result, said)
        self._seen.setdefault(result["item"], {})[result["locale"] or SHARED] = result["revision"]

    def _look(self, item: str, locale: str, errors: list[Any]) -> None:
        """Somebody, or this writer in a request whose answer was lost, saved meanwhile."""
        assert [error["code"] for error in errors] == ["CONFLICT"], errors
        if errors[0]["currentRevision"] is None:
            self._seen[item].pop(locale)
        else:
            self._seen[item][locale] = errors[0]["currentRevision"]


async def history() -> list[tuple[int, str, int | None]]:
    """Every event: position, type, item."""
    return [(event.id, event.type, event.item_id) for event in await Event.all().order_by("id")]
