"""A partner: a copy built from `changes(after, first)` alone, and what the newsroom itself answers, field by field."""

import copy
import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.flows.offices import Client

MOST = 60
_REFERRING = {"leadVideo", "related", "entries"}

FIELDS = """... on NewsItem {
    __typename uri pubStatus locale requestedLocale localeReason slug headline summary version firstPublishedAt
    publishedAt urgency copyrightHolder creditLine usageTerms
    subjects { scheme uri name } contributors { name } credits { role organisation { name } }
    corrections { publishedAt version note } localizations { locale slug publishedAt }
    related(first: 100) { edges { node { uri } } }
    ... on Article {
        body { json html markdown text wordCount } dateline { place date } located leadVideo { uri }
    }
    ... on VideoAsset { duration aspectRatio script { html } }
    ... on FocusSeries {
        occasion startsOn endsOn introduction { html text } sections { key title }
        entries(first: 100) { edges { node { section position role pinned item { uri } } } }
    }
    ... on FrontPage {
        sections { key title } entries(first: 100) { edges { node { section position role pinned item { uri } } } }
    }
}"""

CHANGES = f"""query ($after: String, $first: Int!) {{
    changes(after: $after, first: $first) {{
        edges {{ cursor node {{ type uri locale version at expiresAt mustRecall item {{ {FIELDS} }} }} }}
        pageInfo {{ hasNextPage endCursor }}
    }}
}}"""

LISTED = {
    name: f"""query ($locale: Locale!, $after: String) {{
        page: {name}(locale: $locale, first: 50, after: $after) {{
            edges {{ node {{ {FIELDS} }} }} pageInfo {{ hasNextPage endCursor }}
        }}
    }}"""
    for name in ("articles", "videos", "allFocusSeries", "frontPages")
}

Key = tuple[str, str]
"""(uri, locale)"""


@dataclass
class Copy:
    """What a partner keeps: the last change of each text, and the cursor that they are all before."""

    changes: dict[Key, Any] = field(default_factory=dict)
    cursor: str | None = None

    async def read_page(self, client: Client, first: int) -> bool:
        """Take one page in; says whether there is more."""
        page = (await client.ask(CHANGES, after=self.cursor, first=first))["changes"]
        for edge in page["edges"]:
            self.changes[edge["node"]["uri"], edge["node"]["locale"]] = edge["node"]
        self.cursor = page["pageInfo"]["endCursor"] or self.cursor
        return bool(page["pageInfo"]["hasNextPage"])

    async def read_on(self, client: Client, dice: random.Random) -> None:
        """Page to the end, each page of another size."""
        while await self.read_page(client, dice.randint(1, MOST)):
            pass

    def live(self, now: datetime) -> dict[Key, Any]:
        """The texts that may be used."""
        return {
            key: change["item"]
            for key, change in self.changes.items()
            if change["type"] == "UPSERTED" and change["item"] and not _over(change["expiresAt"], now)
        }

    def tombstones(self) -> dict[Key, str]:
        """Everything else, with what became of it."""
        return {key: change["type"] for key, change in self.changes.items() if change["type"] != "UPSERTED"}


class Wanderer:
    """A partner that stores its copy now and then, sometimes falls back to what it stored, sometimes starts anew."""

    def __init__(self, client: Client, seed: int) -> None:
        self._client, self._dice = client, random.Random(seed)
        self.copy, self._stored = Copy(), Copy()
        self.fell_back = self.began_anew = 0

    async def step(self) -> None:
        """One page, or one mishap."""
        chance = self._dice.random()
        if chance < 0.1:
            self._stored = copy.deepcopy(self.copy)
        elif chance < 0.15:
            self.copy = copy.deepcopy(self._stored)
            self.fell_back += 1
        elif chance < 0.18:
            self.copy = Copy()
            self.began_anew += 1
        else:
            await self.copy.read_page(self._client, self._dice.randint(1, MOST))


async def newsroom_texts(client: Client, locales: tuple[str, ...]) -> dict[Key, Any]:
    """Every text that the newsroom itself lists, in exactly its locale."""
    found: dict[Key, Any] = {}
    for locale in locales:
        for listed in LISTED.values():
            after, more = None, True
            while more:
                page = (await client.ask(listed, locale=locale, after=after))["page"]
                found |= {(edge["node"]["uri"], locale): edge["node"] for edge in page["edges"]}
                after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return found


def own_fields(texts: dict[Key, Any]) -> dict[Key, Any]:
    """Without what hangs on other items, or on the item's other locales: these change without a change of the text."""
    left_out = {*_REFERRING, "localizations"}
    return {key: {name: value for name, value in text.items() if name not in left_out} for key, text in texts.items()}


def localizations(texts: dict[Key, Any]) -> dict[Key, set[tuple[str, str]]]:
    """The locales and slugs of each text's item, as a partner has them: from the item's other texts."""
    slugs = {(uri, locale): text["slug"] for (uri, locale), text in texts.items()}
    return {key: {(locale, slug) for (uri, locale), slug in slugs.items() if uri == key[0]} for key in texts}


def told_localizations(texts: dict[Key, Any]) -> dict[Key, set[tuple[str, str]]]:
    """The same as the newsroom tells them."""
    return {key: {(each["locale"], each["slug"]) for each in text["localizations"]} for key, text in texts.items()}


def _over(expires_at: str | None, now: datetime) -> bool:
    return expires_at is not None and datetime.fromisoformat(expires_at) <= now
