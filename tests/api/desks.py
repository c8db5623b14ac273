"""A newsroom that tests may write to: its world, tokens, and what all its tables hold."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from api.nodes import encode_id
from cms.accounts.actors import Permission
from cms.accounts.tokens import issue_token, revoke_token
from cms.app import Newsroom
from cms.content.models import Item
from cms.operating.tables import tables
from cms.statements import rows
from tests.api.newsrooms import Client, open_newsroom
from tests.worlds import NOON, World, build_world

REFUSAL = "userErrors { code path message currentRevision }"
CREATE = f"mutation($input: ArticleInput!) {{ createArticle(input: $input) {{ result {{ item }} {REFUSAL} }} }}"
SAVE = f"""mutation($input: SaveDraftInput!, $r: Int) {{
    saveDraft(input: $input, expectedRevision: $r) {{ result {{ revision }} {REFUSAL} }} }}"""
SHARED = f"""mutation($input: SaveSharedInput!, $r: Int!) {{
    saveShared(input: $input, expectedRevision: $r) {{ result {{ revision }} {REFUSAL} }} }}"""
PUBLISH = f"""mutation($i: ID!, $l: [Locale!]!) {{
    publish(item: $i, locales: $l) {{ result {{ version }} {REFUSAL} }} }}"""
UNPUBLISH = PUBLISH.replace("publish(", "unpublish(")


@dataclass
class Desk:
    """A client of a newsroom and the tokens that it may send: `chief` may do all, `writer` edit, `printer` publish."""

    client: Client
    newsroom: Newsroom
    world: World
    tokens: dict[str, str]

    async def change(self, field: str, variables: dict[str, Any] | None = None, *, token: str = "chief") -> Any:
        """What a mutation that is written as its field answers there, which has to be data."""
        answer = await self.client.ask(field, variables, token=self.tokens[token])
        assert "errors" not in answer, answer
        (payload,) = answer["data"].values()
        return payload

    async def read(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        """The data of a stranger's query."""
        answer = await self.client.ask(query, variables)
        assert "errors" not in answer, answer
        return answer["data"]


async def _build() -> tuple[World, dict[str, str]]:
    world = await build_world()
    everything = list(Permission)
    day = timedelta(days=1)
    tokens = {
        "chief": await issue_token("chief", everything, now=NOON),
        "writer": await issue_token("writer", [Permission.EDIT], now=NOON),
        "printer": await issue_token("printer", [Permission.PUBLISH], now=NOON),
        "guest": await issue_token("guest", [], now=NOON),
        "lasting": await issue_token("lasting", everything, now=NOON - day, expires_at=NOON + day),
        "expired": await issue_token("expired", everything, now=NOON - day, expires_at=NOON),
        "revoked": await issue_token("revoked", everything, now=NOON),
    }
    await revoke_token("revoked", now=NOON)
    return world, tokens


@asynccontextmanager
async def open_desk(dialect: str, folder: Path) -> AsyncIterator[Desk]:
    """A newsroom with a world and tokens in it."""
    async with open_newsroom(dialect, folder, _build) as (newsroom, (world, tokens)):
        yield Desk(Client(newsroom), newsroom, world, tokens)


def item_id(item: Item) -> str:
    """The id of an item, in no language."""
    return encode_id("Item", item.id)


async def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return {
        table.name: [dict(row) for row in await rows(f'SELECT * FROM "{table.name}" ORDER BY "{table.key}"')]
        for table in tables()
    }


async def fingerprint() -> list[dict[str, Any]]:
    """What every command that writes moves: rows of all tables, versions and revisions. Cheaper than a dump."""
    counts = [f'SELECT count(*) AS n, CAST(max("{each.key}") AS TEXT) AS m FROM "{each.name}"' for each in tables()]
    sums = ['SELECT sum("version") AS n, NULL AS m FROM "item"', 'SELECT sum("revision") AS n, NULL AS m FROM "draft"']
    return [dict(row) for row in await rows(" UNION ALL ".join([*counts, *sums]))]
