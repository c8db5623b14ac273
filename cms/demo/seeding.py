"""Filling an empty newsroom with the demonstration content, through the commands that editors use."""

import asyncio
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from cms.accounts.actors import SYSTEM
from cms.assets.mastering import attach_master, store_master
from cms.content.editing import create_item, save_draft
from cms.content.models import SHARED, WITH_ENTRIES, Draft, Item, Kind
from cms.content.publishing import publish
from cms.content.serving import configure_locales
from cms.database import transaction
from cms.demo.richtext import document
from cms.taxonomy.models import Concept, Contributor, Organisation
from media.generating import generate
from media.storage import LocalStorage

URI = "https://polyfocal.example/items/"
_KINDS = {
    "articles": Kind.ARTICLE,
    "videos": Kind.VIDEO,
    "series": Kind.SERIES,
    "front_pages": Kind.FRONT_PAGE,
}

Record = Mapping[str, Any]


async def seed_demo(storage: LocalStorage, now: datetime) -> int:
    """Seed the newsroom unless it has items; returns how many were made.

    One transaction: a seeding that is interrupted leaves an empty newsroom, to be seeded again.
    """
    if await Item.exists():
        return 0
    content = await asyncio.to_thread(_read)
    with tempfile.TemporaryDirectory() as folder:
        masters = {}
        for video in content["videos"]:
            path = Path(folder) / f"{video['key']}.mp4"
            await asyncio.to_thread(generate, path, video["generator"], video["seconds"])
            masters[video["key"]] = await store_master(storage, path)
    async with transaction():
        await configure_locales(SYSTEM, content["locales"])
        keys = await _vocabularies(content)
        records = [(kind, record) for name, kind in _KINDS.items() for record in content[name]]
        for kind, record in records:
            keys["item", record["key"]] = await _create(kind, record, now)
        for video in content["videos"]:
            item_id = keys["item", video["key"]]
            await attach_master(SYSTEM, item_id=item_id, mastered=masters[video["key"]], now=now)
        for kind, record in records:
            await _publish(kind, record, keys, now)
    return len(records)


def _read() -> dict[str, Any]:
    folder = files("cms.demo").joinpath("content")
    content = {
        name: orjson.loads(folder.joinpath(f"{name}.json").read_bytes())
        for name in ("locales", "organisations", "contributors", "concepts", "videos", "series", "front_pages")
    }
    articles = sorted(folder.joinpath("articles").iterdir(), key=lambda file: file.name)
    content["articles"] = [orjson.loads(file.read_bytes()) for file in articles]
    return content


async def _vocabularies(content: Record) -> dict[tuple[str, str], int]:
    """Make the vocabularies; returns their ids by (vocabulary, key)."""
    keys: dict[tuple[str, str], int] = {}
    for each in content["organisations"]:
        organisation = await Organisation.create(key=each["key"], names=each["name"], country=each["country"])
        keys["organisation", each["key"]] = organisation.id
    for each in content["contributors"]:
        contributor = await Contributor.create(key=each["key"], names=each["name"])
        keys["contributor", each["key"]] = contributor.id
    concepts = {each["uri"]: each for each in content["concepts"]}

    async def make(uri: str) -> int:
        if ("concept", uri) not in keys:
            each = concepts[uri]
            broader = await make(each["broader"]) if each["broader"] else None
            made = await Concept.create(scheme=each["scheme"], uri=uri, names=each["name"], broader_id=broader)
            keys["concept", uri] = made.id
        return keys["concept", uri]

    for uri in concepts:
        await make(uri)
    return keys


async def _create(kind: Kind, record: Record, now: datetime) -> int:
    """The item with the drafts of all its texts; what it refers to follows when every item is there."""
    source = record["source_locale"]
    published_at = now - timedelta(days=record["published_days_ago"])
    saved = await create_item(
        SYSTEM,
        kind,
        source_locale=source,
        text=_text(record["texts"][source]),
        uri=URI + record["key"],
        now=published_at,
    )
    for locale, text in record["texts"].items():
        if locale != source:
            await save_draft(
                SYSTEM,
                item_id=saved.item.id,
                locale=locale,
                changes=_text(text),
                expected_revision=None,
                now=published_at,
            )
    return int(saved.item.id)


async def _publish(kind: Kind, record: Record, keys: Mapping[tuple[str, str], int], now: datetime) -> None:
    published_at = now - timedelta(days=record["published_days_ago"])
    item_id = keys["item", record["key"]]
    draft = await Draft.get(item_id=item_id, locale=SHARED)
    await save_draft(
        SYSTEM,
        item_id=item_id,
        locale=SHARED,
        changes=_shared(kind, record, keys),
        expected_revision=draft.revision,
        now=published_at,
    )
    ready = [locale for locale, text in record["texts"].items() if text["status"] == "published"]
    await publish(SYSTEM, item_id=item_id, locales=ready, now=published_at)


def _text(text: Record) -> dict[str, Any]:
    return {
        "headline": text["headline"],
        "summary": text.get("summary"),
        "dateline_place": text.get("dateline_place"),
        "located": text.get("located"),
        "body": document(text.get("body") or []),
    }


def _shared(kind: Kind, record: Record, keys: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    lead = record.get("lead_video")
    shared: dict[str, Any] = {
        "urgency": record["urgency"],
        "subjects": [keys["concept", uri] for uri in [*record["subjects"], *record["places"]]],
        "contributors": [keys["contributor", key] for key in record["contributors"]],
        "credits": [
            {"organisation": keys["organisation", each["organisation"]], "role": each["role"]}
            for each in record["credits"]
        ],
        "credit_line": record["credit_line"],
        "usage_terms": record["usage_terms"],
        "copyright_holder": record["copyright_holder"],
        "lead_video": keys["item", lead] if lead else None,
        "related": [keys["item", key] for key in record["related"]],
    }
    if kind is Kind.SERIES:
        shared |= {
            "occasion": record["occasion"],
            "starts_on": _day(record["starts_on"]),
            "ends_on": _day(record["ends_on"]),
        }
    if kind in WITH_ENTRIES:
        shared |= {
            "sections": [{"key": each["key"], "titles": each["title"]} for each in record["sections"]],
            "entries": [{**each, "item": keys["item", each["item"]]} for each in record["entries"]],
        }
    return shared


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
