"""Making a newsroom of the corpus by the commands that editors use, many articles in a transaction."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from cms.accounts.actors import SYSTEM
from cms.assets.mastering import Mastered, attach_master
from cms.content.body import from_text
from cms.content.editing import create_item, save_draft
from cms.content.models import Kind
from cms.content.publishing import publish
from cms.content.serving import configure_locales
from cms.database import transaction
from cms.taxonomy.models import Concept, Contributor
from media.probe import VideoFacts
from media.storage import Stored
from tests.bench.corpus import LOCALES, Corpus, Record

BATCH = 200
BEFORE = datetime(2023, 12, 31, tzinfo=UTC)
"""When the videos were published: before every article. The series follow them all."""

Keys = dict[int, int]


async def load(corpus: Corpus) -> None:
    """Fill an empty newsroom."""
    await configure_locales(SYSTEM, [{"tag": tag, "name": tag, "fallbacks": _others(tag)} for tag in LOCALES])
    async with transaction():
        concepts = {
            each["id"]: (await Concept.create(scheme="bench", uri=f"bench:{each['slug']}", names=each["name"])).id
            for each in corpus.records("tags")
        }
        contributors = {
            each["id"]: (await Contributor.create(key=each["slug"], names={"und": each["name"]})).id
            for each in corpus.records("authors")
        }
    videos = await _load(corpus.records("videos"), _video)
    articles = await _load(corpus.records("articles"), lambda record: _article(record, concepts, contributors, videos))
    await _load(corpus.records("series"), lambda record: _series(record, articles))


def _others(tag: str) -> list[str]:
    return [each for each in ("en", "it", "zh") if each != tag]


async def _load(records: Iterable[Record], make: Any) -> Keys:
    keys: Keys = {}
    for batch in _batches(records):
        async with transaction():
            for record in batch:
                keys[record["id"]] = await make(record)
    return keys


def _batches(records: Iterable[Record]) -> Iterator[Sequence[Record]]:
    left = iter(records)
    while batch := list(islice(left, BATCH)):
        yield batch


async def _article(record: Record, concepts: Keys, contributors: Keys, videos: Keys) -> int:
    shared = {
        "subjects": [concepts[each] for each in record["tags"]],
        "contributors": [contributors[record["author"]]],
        "lead_video": videos[record["video"]],
    }
    texts = {
        locale: {
            "headline": text["title"],
            "slug": text["slug"],
            "summary": text["summary"],
            "body": from_text(text["body"]).document,
        }
        for locale, text in record["locales"].items()
    }
    at = datetime.fromisoformat(record["publishedAt"])
    return await _item(Kind.ARTICLE, f"bench:article:{record['id']}", texts, shared, at, record["status"])


async def _video(record: Record) -> int:
    texts = {locale: {"headline": title} for locale, title in record["title"].items()}
    at = BEFORE + timedelta(seconds=record["id"])
    key = await _item(Kind.VIDEO, f"bench:video:{record['id']}", texts, {}, at)
    facts = VideoFacts(
        duration=record["duration"],
        width=1920,
        height=1080,
        frame_rate=25,
        video_codec="h264",
        audio_codec="aac",
        aspect_ratio="16:9",
        size=1,
    )
    name = f"{record['id']:05d}"
    await attach_master(
        SYSTEM,
        item_id=key,
        mastered=Mastered(
            name=f"{name}.mp4",
            facts=facts,
            master=Stored(key=f"video/{name}.mp4", sha256=f"bench master {name}", size=1),
            poster=Stored(key=f"poster/{name}.jpg", sha256=f"bench poster {name}", size=1),
            poster_size=(1280, 720),
        ),
        now=at,
    )
    return key


async def _series(record: Record, articles: Keys) -> int:
    texts = {
        locale: {"headline": title, "slug": f"{record['slug']}-{locale}", "summary": record["description"][locale]}
        for locale, title in record["title"].items()
    }
    entries = [{"item": articles[each], "role": "RELATED"} for each in record["articles"]]
    at = datetime(2025, 12, 31, tzinfo=UTC) + timedelta(seconds=record["id"])
    return await _item(Kind.SERIES, f"bench:series:{record['id']}", texts, {"entries": entries}, at)


async def _item(
    kind: Kind, uri: str, texts: dict[str, Any], shared: dict[str, Any], at: datetime, status: str = "published"
) -> int:
    source, *others = texts
    saved = await create_item(SYSTEM, kind, source_locale=source, text=texts[source], shared=shared, uri=uri, now=at)
    key = saved.item.id
    for locale in others:
        await save_draft(SYSTEM, item_id=key, locale=locale, changes=texts[locale], expected_revision=None, now=at)
    if status == "published":
        await publish(SYSTEM, item_id=key, locales=list(texts), now=at)
    return int(key)
