"""An archive, from a file of lines, plain or gzip, to articles with their texts.

The whole archive is held in memory, about as much as the file has unpacked: only its end shows which lines
another one replaces, and which locales an article has.
"""

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from cms.importing.records import Complaint, LineError, Record, parse_record

LINE_MOST = 16_000_000
"""Bytes of one line."""

_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


class ArchiveError(Exception):
    """The file as a whole cannot be imported; the message names it."""


@dataclass(frozen=True, slots=True)
class Article:
    """The texts of one article by locale, in the order of the file."""

    uri: str
    texts: Mapping[str, Record]

    @property
    def source_locale(self) -> str:
        """The locale it was written in: of the record that says `original`, else of the first."""
        return next((locale for locale, text in self.texts.items() if text.original), next(iter(self.texts)))

    def only(self, locales: Iterable[str]) -> "Article | None":
        """The article in those locales; None if it has none of them."""
        wanted = frozenset(locales)
        kept = {locale: record for locale, record in self.texts.items() if locale in wanted}
        return Article(self.uri, kept) if kept else None


@dataclass(frozen=True, slots=True)
class Archive:
    """What a file holds. `complaints` are about lines left out, `notices` about lines that were changed."""

    articles: list[Article] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    notices: list[Complaint] = field(default_factory=list)

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales of its texts, in the order of the file."""
        return tuple(dict.fromkeys(locale for article in self.articles for locale in article.texts))

    @property
    def records(self) -> int:
        """How many texts there are to import."""
        return sum(len(article.texts) for article in self.articles)

    def only(self, locales: Iterable[str]) -> "Archive":
        """The archive in those locales; lines in others are complained about, in one go for each locale."""
        known = frozenset(locales)
        strange: dict[str, list[int]] = {}
        for article in self.articles:
            for locale, record in article.texts.items():
                if locale not in known:
                    strange.setdefault(locale, []).append(record.line)
        complaints = [
            Complaint(
                lines[0],
                f"{locale} is not a locale of this newsroom ({len(lines)} lines, skipped: {_listed(lines)})",
            )
            for locale, lines in strange.items()
        ]
        articles = [kept for article in self.articles if (kept := article.only(known))]
        return Archive(articles, complaints, [])


def read_archive(path: Path, *, source: str | None = None) -> Archive:
    """Read a file to its end; `source` overrules the one that its records name.

    Raises:
        ArchiveError: no such file, or it is cut off, or holds nothing.
    """
    default = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
    texts: dict[str, dict[str, Record]] = {}
    complaints: list[Complaint] = []
    empty = True
    for number, raw in _lines(path):
        empty = False
        try:
            if raw is None:
                raise LineError(f"longer than {LINE_MOST:,} bytes")  # noqa: TRY301 - one place that complains
            record = parse_record(number, raw, source=source, default_source=default)
        except LineError as error:
            complaints.append(Complaint(number, str(error)))
            continue
        article = texts.setdefault(record.uri, {})
        if replaced := article.get(record.locale):
            said = f"replaced by line {number}, which has the same doc_id and locale"
            complaints.append(Complaint(replaced.line, said))
        article[record.locale] = record
    if empty:
        raise ArchiveError(f"{path} holds no records.")
    articles = [Article(uri, records) for uri, records in texts.items()]
    notices = [
        Complaint(record.line, record.notice)
        for article in articles
        for record in article.texts.values()
        if record.notice
    ]
    complaints.sort(key=lambda each: each.line)
    notices.sort(key=lambda each: each.line)
    return Archive(articles, complaints, notices)


def _lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """The lines that hold something, numbered from 1; None stands for one that is too long."""
    number = 0
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
            file.seek(0)
            stream: IO[bytes] = gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[assignment]  # it reads like one
            while raw := stream.readline(LINE_MOST + 1):
                number += 1
                if number == 1:
                    raw = raw.removeprefix(_BOM)
                if len(raw) > LINE_MOST and not raw.endswith(b"\n"):
                    _skip_line(stream)
                    yield number, None
                elif raw.strip():
                    yield number, raw
    except EOFError:
        raise ArchiveError(f"{path} is cut off after line {number}; nothing was imported.") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ArchiveError(f"{path} is damaged after line {number} ({error}); nothing was imported.") from None
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror or error}.") from None


def _listed(lines: Sequence[int], most: int = 12) -> str:
    shown = ", ".join(str(line) for line in sorted(lines)[:most])
    return f"{shown} and {len(lines) - most} more" if len(lines) > most else shown


def _skip_line(stream: IO[bytes]) -> None:
    while (more := stream.readline(LINE_MOST)) and not more.endswith(b"\n"):
        pass
