"""Archives of articles for tests of importing: records as JSON lines."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

TITLES = {"it": "La città riapre n. {n}", "zh": "城市重新开放第{n}号", "en": "The city opens again, no. {n}"}
TEXTS = {
    "it": "L’università ha riaperto.\nI governi ne parlano.",
    "zh": "大学重新开放了。\n一名记者在现场。",
    "en": "The university is open again.\nGovernments speak of it.",
}


def record(n: int | str = 1, locale: str = "it", **changes: Any) -> dict[str, Any]:
    """A record that can be imported; None leaves a field out."""
    fields = {
        "doc_id": f"doc-{n}",
        "locale": locale,
        "title": TITLES.get(locale, "{n}").format(n=n),
        "text": TEXTS.get(locale, "…"),
        "source": "prova",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def records(articles: int, locales: Iterable[str] = ("it", "zh", "en"), **changes: Any) -> list[dict[str, Any]]:
    """Whole articles, one after the other."""
    return [record(n, locale, **changes) for n in range(articles) for locale in locales]


def write_archive(path: Path, lines: Iterable[Mapping[str, Any] | bytes]) -> Path:
    """A file with a line for each record; bytes are a line as they are."""
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines) + b"\n")
    return path
