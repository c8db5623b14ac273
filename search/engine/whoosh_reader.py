"""One locale's Whoosh index open for reading.

Whoosh finds and decodes postings; weighing them, filtering and counting are done here and in
`search.ranking`, because a total and facets need every hit anyway, and because Whoosh's own collectors count
before they exclude.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path
from typing import Any

from search.analysis import Places
from search.document import FIELDS
from search.engine.whoosh_files import (
    FileState,
    Folder,
    Seals,
    contents_file,
    contents_of,
    file_of,
    file_state,
    latest_generation,
    reader_of,
)
from search.engine.whoosh_index import moment, term
from search.highlight import marks, passage
from search.query import Node, Phrase, Query, parse, phrases
from search.ranking import rank
from search.results import Hit, Results, Snippet


@dataclass(frozen=True)
class Columns:
    """What a segment says of each of its documents, by number. It never changes, so it is read once."""

    keys: list[str]
    published: array[int]
    ends: array[int]
    terms: list[frozenset[str]]
    lengths: dict[str, array[int]]

    @classmethod
    def of(cls, leaf: Any) -> Columns:
        """Read them from a Whoosh segment reader."""
        numbers = range(leaf.doc_count_all())
        terms: list[set[str]] = [set() for _ in numbers]
        for name in leaf.lexicon("terms"):
            for number in leaf.postings("terms", name).all_ids():
                terms[number].add(name.decode())
        keys, published, ends = (leaf.column_reader(name) for name in ("key", "published_at", "ends_at"))
        return cls(
            keys=[keys[number].decode() for number in numbers],
            published=array("q", (published[number] for number in numbers)),
            ends=array("q", (ends[number] for number in numbers)),
            terms=[frozenset(names) for names in terms],
            lengths={
                name: array("l", (leaf.doc_field_length(number, f"text_{name}") or 0 for number in numbers))
                for name in FIELDS
            },
        )


class IndexReader:
    """One generation of one locale's index. Not for two threads at once: Whoosh seeks in shared files."""

    def __init__(self, folder: Path, seals: Seals, known: Mapping[FileState, Columns] | None = None) -> None:
        """Open what is there now, with the columns of segments that an earlier reader has read.

        Raises SearchUnavailableError if it is damaged, FileNotFoundError if no index is there, and whatever
        Whoosh raises; nothing stays open then.
        """
        self._folder = folder
        self._files = Folder(folder)
        try:
            self._open(seals, known or {})
        except BaseException:
            self._files.abandon()
            raise
        parts = list(self.columns.values())
        self._keys = [key for part in parts for key in part.keys]
        self._published = [at for part in parts for at in part.published]
        self._ends = [at for part in parts for at in part.ends]
        self._terms = [terms for part in parts for terms in part.terms]
        self._lengths = {name: [length for part in parts for length in part.lengths[name]] for name in FIELDS}
        self._averages = {
            name: sum(lengths) / max(1, sum(map(bool, lengths))) or 1.0 for name, lengths in self._lengths.items()
        }

    def _open(self, seals: Seals, known: Mapping[FileState, Columns]) -> None:
        while True:
            self._generation = latest_generation(self._files)
            try:
                self._contents = file_state(self._folder / contents_file(self._generation))
                contents = contents_of(self._files, self._generation)
                self._states = seals.check(self._folder, contents.segments)
                self._reader = reader_of(self._files, contents)
                break
            except FileNotFoundError:
                # A writer has just removed what it merged; otherwise the file is lost.
                if latest_generation(self._files) == self._generation:
                    raise
        self._names = [file_of(segment) for segment in contents.segments]
        self._leaves = list(self._reader.leaf_readers()) if contents.segments else []
        self.columns = {
            state: known.get(state) or Columns.of(leaf)
            for state, (leaf, _) in zip(self._states, self._leaves, strict=True)
        }

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()
        self._files.abandon()

    def is_current(self) -> bool:
        """Whether the folder holds this generation still, in the very files that were opened."""
        try:
            return (
                latest_generation(self._files) == self._generation
                and self._contents == file_state(self._folder / self._contents[0])
                and self._states == tuple(file_state(self._folder / name) for name in self._names)
            )
        except FileNotFoundError:
            return False

    # What search.ranking asks for

    @property
    def size(self) -> int:
        return int(self._reader.doc_count())

    def frequencies(self, field: str, term: str) -> Mapping[int, float]:
        found: dict[int, float] = {}
        for offset, matcher in self._matchers(field, term):
            while matcher.is_active():
                found[offset + matcher.id()] = matcher.weight()
                matcher.next()
        return found

    def positions(self, field: str, term: str, within: Collection[int]) -> Mapping[int, Sequence[int]]:
        found: dict[int, Sequence[int]] = {}
        wanted = sorted(within)
        for offset, matcher in self._matchers(field, term):
            for number in wanted[bisect_left(wanted, offset) :]:
                if matcher.is_active() and matcher.id() < number - offset:
                    matcher.skip_to(number - offset)
                if not matcher.is_active():
                    break
                if matcher.id() == number - offset:
                    found[number] = matcher.value_as("positions")
        return found

    def lengths(self, field: str) -> Sequence[int]:
        return self._lengths[field]

    def average(self, field: str) -> float:
        return self._averages[field]

    # What the engine asks for

    def search(self, locale: str, query: Query) -> Results:
        """One page of what the query finds."""
        node = parse(query.text, locale)
        if node is None:
            return Results(facets={name: {} for name in query.facets})
        # Rounded, so that two equal documents stay equal whatever the order of addition.
        found = {number: round(score, 6) for number, score in rank(node, self).items()}
        allowed = self._allowed(found, query)
        order = nsmallest(
            max(0, query.offset) + max(0, query.limit),
            allowed,
            key=lambda number: (-found[number], -self._published[number], self._keys[number]),
        )
        page = order[max(0, query.offset) :]
        snippets = self._snippets(page, node)
        return Results(
            hits=tuple(Hit(self._keys[number], found[number], snippets[number]) for number in page),
            total=len(allowed),
            facets={name: self._facet(name, allowed) for name in query.facets},
        )

    def _matchers(self, field: str, text: str) -> list[tuple[int, Any]]:
        name, encoded = f"text_{field}", text.encode()
        return [(offset, leaf.postings(name, encoded)) for leaf, offset in self._leaves if (name, encoded) in leaf]

    def _allowed(self, found: Collection[int], query: Query) -> list[int]:
        at = moment(query.at)
        wanted = [frozenset(term(name, value) for value in values) for name, values in query.filters.items()]
        return [
            number
            for number in found
            if self._ends[number] > at
            and self._keys[number] not in query.exclude
            and not any(values.isdisjoint(self._terms[number]) for values in wanted)
        ]

    def _facet(self, name: str, allowed: list[int]) -> dict[str, int]:
        """Values with how many documents have them, the most frequent first."""
        prefix = term(name, "")
        counted = Counter(
            value.removeprefix(prefix)
            for number in allowed
            for value in self._terms[number]
            if value.startswith(prefix)
        )
        return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))

    def _snippets(self, page: Sequence[int], node: Node) -> dict[int, tuple[Snippet, ...]]:
        """The passages to show of each hit, from the positions that the index holds: no text is analysed again."""
        wanted = tuple(phrases(node))
        terms = {term for phrase in wanted for term, _ in phrase.terms}
        held = {(name, term): self.positions(name, term, page) for name in FIELDS for term in terms}
        return {number: tuple(self._shown(number, wanted, held)) for number in page}

    def _shown(self, number: int, wanted: Sequence[Phrase], held: Mapping[tuple[str, str], Any]) -> Iterator[Snippet]:
        stored = self._reader.stored_fields(number)
        texts, places = stored["texts"], stored["places"]
        for name in FIELDS:
            if name not in texts or not any(number in held[name, phrase.terms[0][0]] for phrase in wanted):
                continue
            standing = {term: set(at[number]) for (field, term), at in held.items() if field == name and number in at}
            found = passage(
                texts[name],
                Places.from_bytes(places[name]),
                wanted,
                lambda term, standing=standing: standing.get(term, set()),  # type: ignore[misc]
            )
            if marks(found):
                yield Snippet(name, found)
