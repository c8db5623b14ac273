"""One locale's Whoosh index on disk: what it holds, and how a batch goes into it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    # Whoosh 2.7.4 was written for an older Python, which says so when it first compiles it.
    for message in ("invalid escape sequence", '"is" with', '"is not" with'):
        warnings.filterwarnings("ignore", message=message)
    import whoosh.codec.whoosh3
    import whoosh.reading  # noqa: F401 - these two are imported late by Whoosh, and would warn then
    from whoosh import columns, fields, formats, index
    from whoosh.filedb.filestore import FileStorage
    from whoosh.writing import SegmentWriter

from search.analysis import Places, Token, analyse
from search.document import FIELDS, Document

NEVER = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Tokens(fields.FieldType):  # type: ignore[misc] # Whoosh has no types
    """A field of tokens that our own analysis has made, with their positions."""

    def __init__(self) -> None:
        super().__init__(formats.Positions(), analyzer=None, scorable=True)

    def index(self, value: list[Token], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """What Whoosh keeps of a document: (term, how often, its weight, the encoded positions)."""
        places: dict[str, list[int]] = {}
        for token in value:
            places.setdefault(token.text, []).append(token.position)
        for text, positions in places.items():
            yield text.encode(), len(positions), float(len(positions)), self.format.encode(positions)


def schema() -> Any:
    """The fields of an index: tokens to find, terms and times to filter by, the texts and where their tokens stand."""
    return fields.Schema(
        id=fields.ID(),
        key=fields.COLUMN(columns.VarBytesColumn()),
        published_at=fields.COLUMN(columns.NumericColumn("q")),
        ends_at=fields.COLUMN(columns.NumericColumn("q", default=NEVER)),
        terms=fields.ID(),
        texts=fields.STORED(),
        places=fields.STORED(),
        **{f"text_{name}": Tokens() for name in FIELDS},
    )


def moment(at: datetime) -> int:
    """A time as the index keeps it: microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def term(name: str, value: str) -> str:
    """A filter term as the index keeps it: the name cannot run into the value."""
    return f"{name}\x1f{value}"


def lock(path: Path) -> Any:
    """A lock between processes, which the system lets go of when its holder dies: acquire() → bool,
    release().
    """
    return FileStorage(str(path.parent)).lock(path.name)


class IndexFiles(FileStorage):  # type: ignore[misc] # Whoosh has no types
    """The files of an index, which can all be closed at once: Whoosh forgets some where opening fails halfway.

    They are not mapped into memory: Whoosh would copy what it maps, twice the index, and be no faster.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), supports_mmap=False)
        self._opened: list[Any] = []

    def open_file(self, name: str, **options: Any) -> Any:
        """Open one of them."""
        file = super().open_file(name, **options)
        self._opened.append(file)
        return file

    def close_files(self) -> None:
        """Close those that are still open."""
        opened, self._opened = self._opened, []
        for file in opened:
            if not file.is_closed:
                file.close()


def open_index(folder: Path) -> Any | None:
    """The Whoosh index in this folder, or None if none was ever completed there."""
    if not folder.is_dir() or not index.exists_in(str(folder)):
        return None
    return IndexFiles(folder).open_index()


def write_batch(folder: Path, locale: str, documents: Mapping[str, Document | None]) -> None:
    """Put documents in place of those with their keys, or take them out, in one commit that is on the disk at
    return.
    """
    whoosh = open_index(folder)
    if whoosh is None:
        if not any(documents.values()):
            return
        folder.mkdir(parents=True, exist_ok=True)
        whoosh = IndexFiles(folder).create_index(schema())
    before = set(folder.iterdir())
    writer = SegmentWriter(whoosh, timeout=5.0, limitmb=64)
    try:
        replaced = _numbers(writer, documents)
        for number in replaced:
            writer.delete_document(number)
        added = [_fields(document, locale) for document in documents.values() if document is not None]
        for values in added:
            writer.add_document(**values)
    except BaseException:
        writer.cancel()
        raise
    try:
        if replaced or added:
            writer.commit()
            _sync(folder, set(folder.iterdir()) - before)
        else:
            writer.cancel()
    finally:
        whoosh.storage.close_files()  # a merge leaves those of the segments that it took in


def _numbers(writer: Any, keys: Mapping[str, object]) -> list[int]:
    reader = writer.reader()
    found: list[int] = []
    try:
        for leaf, offset in reader.leaf_readers():
            for key in keys:
                if ("id", key.encode()) in leaf:
                    found.extend(offset + number for number in leaf.postings("id", key.encode()).all_ids())
    finally:
        reader.close()
    return found


def _fields(document: Document, locale: str) -> dict[str, Any]:
    texts = dict(document.texts)
    tokens = {name: analyse(text, locale) for name, text in texts.items()}
    return {
        "id": document.key,
        "key": document.key.encode(),
        "published_at": moment(document.published_at),
        "ends_at": NEVER if document.ends_at is None else moment(document.ends_at),
        "terms": sorted({term(name, value) for name, values in document.terms.items() for value in values}),
        "texts": texts,
        "places": {name: Places.of(found).to_bytes() for name, found in tokens.items()},
        **{f"text_{name}": found for name, found in tokens.items()},
    }


def _sync(folder: Path, added: set[Path]) -> None:
    """A position must never outlive, in a power cut, the documents that it speaks of."""
    for path in (*added, folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
