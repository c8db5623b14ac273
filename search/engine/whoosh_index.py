"""One locale's Whoosh index on disk: what it holds, and how a batch goes into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from whoosh import columns, fields, formats

from search.analysis import Places, Token, analyse
from search.document import FIELDS, Document
from search.engine.whoosh_files import Folder, SealingWriter, Seals, contents_of, holds_index, latest_generation

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


def write_batch(folder: Path, locale: str, documents: Mapping[str, Document | None], seals: Seals) -> None:
    """Put documents in place of those with their keys, or take them out, in one commit that is on the disk at
    return.

    Raises SearchUnavailableError if what is there is damaged, and whatever Whoosh and the disk raise; nothing is
    changed then, and nothing stays open.
    """
    if not holds_index(folder):
        if not any(documents.values()):
            return
        folder.mkdir(parents=True, exist_ok=True)
    files = Folder(folder)
    try:
        index = files.open_index() if holds_index(folder) else files.create_index(schema())
        seals.check(folder, contents_of(files, latest_generation(files)).segments)  # or damage would be merged
        _write(SealingWriter(index, timeout=5.0, limitmb=64), locale, documents)
    finally:
        files.abandon()


def _write(writer: SealingWriter, locale: str, documents: Mapping[str, Document | None]) -> None:
    replaced = _numbers(writer, documents)
    for number in replaced:
        writer.delete_document(number)
    added = [_fields(document, locale) for document in documents.values() if document is not None]
    for values in added:
        writer.add_document(**values)
    if replaced or added:
        writer.commit()
    else:
        writer.cancel()


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
