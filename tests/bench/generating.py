"""Writing a corpus of our own: the same bytes for the same size, on every machine."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.bench.corpus import LOCALES, Corpus, Record
from tests.bench.words import Chinese, Spaced

SEED = 2026
CONTRIBUTORS, CONCEPTS, ENTRIES = 60, 20, 30
START = datetime(2024, 1, 1, 6, tzinfo=UTC)
GOALS = {"it": 400, "zh": 800, "en": 400}
"""How long a body is: words, and characters of Chinese."""

Languages = dict[str, Spaced | Chinese]


def generate(folder: Path, articles: int) -> Corpus:
    """Write a corpus of so many articles, a tenth as many videos, and a hundredth as many series."""
    dice = Random(SEED)
    languages: Languages = {"it": Spaced("it"), "zh": Chinese(), "en": Spaced("en")}
    videos, series = max(1, articles // 10), max(1, articles // 100)
    _write(folder, "authors", [_author(dice, languages, n) for n in range(1, CONTRIBUTORS + 1)])
    _write(folder, "tags", [_tag(dice, languages, n) for n in range(1, CONCEPTS + 1)])
    _write(folder, "videos", [_video(dice, languages, n) for n in range(1, videos + 1)])
    made = [_article(dice, languages, n, videos) for n in range(1, articles + 1)]
    _write(folder, "articles", made)
    public = [each["id"] for each in made if each["status"] == "published"]
    dice.shuffle(public)
    _write(folder, "series", [_series(dice, languages, n, public) for n in range(1, series + 1)])
    return Corpus(folder)


def _author(dice: Random, languages: Languages, n: int) -> Record:
    first, last = languages["it"].title(dice).split()[:2]
    return {"id": n, "name": f"{first} {last.capitalize()}", "slug": f"author-{n}"}


def _tag(dice: Random, languages: Languages, n: int) -> Record:
    return {"id": n, "slug": f"tag-{n}", "name": {tag: words.title(dice)[:12] for tag, words in languages.items()}}


def _video(dice: Random, languages: Languages, n: int) -> Record:
    return {"id": n, "title": _titles(dice, languages), "duration": dice.randint(20, 1_800)}


def _article(dice: Random, languages: Languages, n: int, videos: int) -> Record:
    return {
        "id": n,
        "locales": {tag: _text(dice, languages[tag], tag, n) for tag in LOCALES},
        "publishedAt": (START + timedelta(minutes=193 * n + dice.randint(0, 150))).isoformat(),
        "status": "draft" if dice.random() < 0.1 else "published",
        "tags": sorted(dice.sample(range(1, CONCEPTS + 1), dice.randint(2, 5))),
        "author": dice.randint(1, CONTRIBUTORS),
        "video": dice.randint(1, videos),
    }


def _text(dice: Random, words: Spaced | Chinese, tag: str, n: int) -> dict[str, Any]:
    paragraphs: list[str] = []
    while sum(_length(each, tag) for each in paragraphs) < GOALS[tag]:
        paragraphs.append(words.gap.join(words.sentence(dice, dice.randint(12, 24)) for _ in range(4)))
    return {
        "title": words.title(dice),
        "slug": f"articolo-{tag}-{n}",
        "summary": words.gap.join(words.sentence(dice, dice.randint(12, 18)) for _ in range(2)),
        "body": "\n\n".join(paragraphs),
    }


def _length(paragraph: str, tag: str) -> int:
    return len(paragraph) if tag == "zh" else len(paragraph.split())


def _series(dice: Random, languages: Languages, n: int, public: list[int]) -> Record:
    """A series of articles that are in no other while there are enough."""
    start = (n - 1) * ENTRIES % max(1, len(public) - ENTRIES + 1)
    return {
        "id": n,
        "slug": f"focus-{n}",
        "title": _titles(dice, languages),
        "description": {tag: words.sentence(dice, 16) for tag, words in languages.items()},
        "articles": public[start : start + ENTRIES],
    }


def _titles(dice: Random, languages: Languages) -> dict[str, str]:
    return {tag: words.title(dice) for tag, words in languages.items()}


def _write(folder: Path, name: str, records: list[Record]) -> None:
    lines = (json.dumps(each, ensure_ascii=False) for each in records)
    (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
