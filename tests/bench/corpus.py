"""The corpus of the bench: a folder of JSON Lines, read lazily, whoever wrote it.

authors, tags, videos, series: a record a line, numbered from 1 by `id`.
articles: {id, status, publishedAt, author, tags, video, locales: {it, zh, en: {title, slug, summary, body}}}.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import rjieba

LOCALES = ("it", "zh", "en")
Record = dict[str, Any]

_WORDS, _CANDIDATES = 40, 200


@dataclass(frozen=True)
class Corpus:
    """A folder of records."""

    folder: Path

    def records(self, name: str) -> Iterator[Record]:
        """The records of one file, in order."""
        with (self.folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    @cached_property
    def published(self) -> list[int]:
        """The numbers of the articles that are public."""
        return [each["id"] for each in self.records("articles") if each["status"] == "published"]

    def words(self, locale: str) -> list[tuple[str, int]]:
        """Words to search for in a locale, each with how many public articles hold it: neither rare nor common.

        Headlines are left aside, since the bench changes them.
        """
        texts = [
            " ".join(each["locales"][locale][part] for part in ("summary", "body")).lower()
            for each in self.records("articles")
            if each["status"] == "published"
        ]
        counted = {word: sum(word in text for text in texts) for word in _candidates(texts, locale)}
        middling = {word: n for word, n in counted.items() if 0.01 * len(texts) <= n <= 0.06 * len(texts)}
        return list((middling or counted).items())[:_WORDS]


def _candidates(texts: list[str], locale: str) -> list[str]:
    found: dict[str, None] = {}
    for text in texts:
        words = rjieba.cut(text) if locale == "zh" else text.replace(".", " ").split()
        long = 2 if locale == "zh" else 6
        found.update(dict.fromkeys(word for word in words[:30] if len(word) >= long and word.isalpha()))
        if len(found) >= _CANDIDATES:
            break
    return [f" {word} " if locale != "zh" else word for word in found][:_CANDIDATES]
