"""One line of an archive: a JSON object that is one text of one article."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from langcodes import tag_is_valid

from cms.content.checks import HEADLINE_MOST
from cms.plaintext import UNPUBLISHABLE, code_point
from cms.taxonomy.locales import canonical

URI = "urn:polyfocal:import:"
URI_MOST = 500
TAG_MOST = 35
TEXT_MOST = 1_000_000
NOTE_MOST = 2_000
"""Characters of `url`, and of `publisher` and `topic`."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is to be said about a line; lines count from 1."""

    line: int
    message: str


class LineError(Exception):
    """A line is no record; the message says why, to go after the line's number."""


@dataclass(frozen=True, slots=True)
class Record:
    """A text of an article in one locale. `notice` says what was changed to make it fit, if anything was."""

    line: int
    source: str
    doc_id: str
    locale: str
    headline: str
    text: str
    original: bool
    publisher: str | None
    url: str | None
    topic: str | None
    notice: str | None

    @property
    def uri(self) -> str:
        """The article's uri, the same at each import of the same source."""
        return uri_of(self.source, self.doc_id)


def uri_of(source: str, doc_id: str) -> str:
    """The uri of what a source calls `doc_id`; both are percent-encoded, so no two pairs share one."""
    return f"{URI}{quote(source, safe='')}:{quote(doc_id, safe='')}"


def parse_record(line: int, raw: bytes, *, source: str | None, default_source: str) -> Record:
    """Read one line; `source` overrules the record's own, `default_source` stands in where it has none.

    `doc_id`, `locale`, `title` and `text` are needed; `source`, `original`, `publisher`, `url` and `topic`
    are read if they are there, other fields are left aside.

    Raises:
        LineError: it is no such record.
    """
    fields = _object(raw)
    doc_id = fields.get("doc_id")
    if isinstance(doc_id, int) and not isinstance(doc_id, bool):
        fields["doc_id"] = str(doc_id)
    headline, notice = _headline(_needed(fields, "title", TEXT_MOST))
    record = Record(
        line=line,
        source=source or _optional(fields, "source") or default_source,
        doc_id=_needed(fields, "doc_id", URI_MOST),
        locale=_locale(_needed(fields, "locale", TAG_MOST)),
        headline=headline,
        text=_needed(fields, "text", TEXT_MOST),
        original=_original(fields),
        publisher=_optional(fields, "publisher"),
        url=_optional(fields, "url"),
        topic=_optional(fields, "topic"),
        notice=notice,
    )
    if len(record.uri) > URI_MOST:
        raise LineError(f"source and doc_id make a uri of {len(record.uri)} characters; {URI_MOST} are the most")
    return record


def _object(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise LineError(f"not UTF-8 (byte {error.start + 1})") from None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise LineError(f"not JSON: {error.msg} (column {error.colno})") from None
    except (ValueError, RecursionError):
        raise LineError("not JSON that can be read: too deep, or a number too long") from None
    if not isinstance(value, dict):
        raise LineError("not a JSON object")
    return value


def _needed(fields: Mapping[str, Any], name: str, most: int) -> str:
    if fields.get(name) is None:
        raise LineError(f"{name} is missing")
    text = _text(fields, name, most)
    if not text:
        raise LineError(f"{name} is empty")
    return text


def _optional(fields: Mapping[str, Any], name: str) -> str | None:
    if fields.get(name) is None:
        return None
    return " ".join(_text(fields, name, NOTE_MOST).split()) or None


def _text(fields: Mapping[str, Any], name: str, most: int) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise LineError(f"{name} is not a text")
    if len(value) > most:
        raise LineError(f"{name} has {len(value)} characters; {most} are the most")
    if found := UNPUBLISHABLE.search(value):
        raise LineError(f"{name} holds the unprintable character {code_point(found.group())}")
    return value.strip()


def _original(fields: Mapping[str, Any]) -> bool:
    value = fields.get("original")
    if value is not None and not isinstance(value, bool):
        raise LineError("original is neither true nor false")
    return bool(value)


def _headline(title: str) -> tuple[str, str | None]:
    """The title on one line, cut between words if it can be, and what to say about the cut."""
    line = " ".join(title.split())
    if len(line) <= HEADLINE_MOST:
        return line, None
    kept = line[: HEADLINE_MOST - 1]
    words = kept.rpartition(" ")[0]
    kept = words if len(words) > HEADLINE_MOST // 2 else kept
    return f"{kept.rstrip()}…", f"title has {len(line)} characters; the headline is cut to {HEADLINE_MOST}"


@lru_cache(maxsize=1024)
def _locale(tag: str) -> str:
    found = canonical(tag)
    if len(found) > TAG_MOST or not tag_is_valid(found):
        raise LineError(f"locale {tag!r} is no BCP 47 tag")
    return found
