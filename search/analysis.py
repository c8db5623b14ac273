"""From a text to the tokens that are indexed, searched for and highlighted: the same for every engine.

- Words are normalised, folded (`search.scripts.fold`) and then stemmed: folding first, so that `universita`
  typed without its accent meets `università` whatever the stemmer does to either.
- Runs of a script without spaces become overlapping pairs of characters, in every language. In Chinese the
  words that a dictionary finds join them where a pair cannot stand for them: those of one character, and
  those of three or more.
- A position is a word, or a character of such a run. A token of a run stands at the position of its first
  character, so that whatever follows in the text follows in position, and a phrase is a list of tokens with
  their distances.
"""

from __future__ import annotations

import re
import threading
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import add
from typing import Any, Self

import Stemmer

from search.languages import ELISIONS, POSSESSIVES, STEMMERS, language
from search.scripts import APOSTROPHES, UNSPACED, WORDS, clusters, fold

VERSION = 2
"""Raised whenever the same text gives other tokens or places: an index that was written before must be rebuilt."""

LONGEST = 64  # characters of a token; what is longer is no word, and engines limit their keys

_PART = re.compile(rf"[^{APOSTROPHES}]+")
_AVAILABLE = frozenset(Stemmer.algorithms())
_threads = threading.local()


@dataclass(frozen=True, slots=True)
class Token:
    """What is indexed: its text, where it was written (`start`, `end`, offsets into the original), and its
    position.
    """

    text: str
    start: int
    end: int
    position: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where each position of a text begins and ends in it, as offsets, ascending: what an index keeps to show hits."""

    starts: array[int]
    ends: array[int]

    @classmethod
    def of(cls, tokens: Sequence[Token]) -> Self:
        """From the tokens of the text."""
        size = max((token.position + _width(token.text) for token in tokens), default=0)
        starts, ends = array("I", bytes(4 * size)), array("I", bytes(4 * size))
        for token in tokens:
            starts[token.position] = token.start
            ends[token.position + _width(token.text) - 1] = token.end
        for at in range(1, size):  # the last character of a run begins no token
            starts[at] = starts[at] or ends[at - 1] or ends[at] - 1
        for at in range(size - 2, -1, -1):  # and its first may end none
            ends[at] = ends[at] or starts[at + 1]
        return cls(starts, ends)

    def end(self, position: int, term: str) -> int:
        """Where a term ends that stands at the position."""
        return self.ends[position + _width(term) - 1]

    def to_bytes(self) -> bytes:
        """As an index keeps them: distances, which pack well."""
        starts, ends = self.starts, self.ends
        steps = array("I", (at - before for at, before in zip(starts, [0, *starts], strict=False)))
        lengths = array("I", (end - start for start, end in zip(starts, ends, strict=True)))
        return (steps + lengths).tobytes()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Self:
        """From what `to_bytes` made."""
        both = array("I", kept)
        half = len(both) // 2
        starts = array("I", accumulate(both[:half]))
        return cls(starts, array("I", map(add, starts, both[half:])))


def _width(term: str) -> int:
    """The positions that a token covers: each character of a run is one."""
    return len(term) if UNSPACED.match(term) else 1


def analyse(text: str, locale: str) -> list[Token]:
    """The tokens of a text in reading order. Never raises, whatever the text holds; an unknown locale gets no
    stemmer.
    """
    lang = language(locale)
    tokens: list[Token] = []
    position = 0
    for match in WORDS.finditer(text):
        if match.lastgroup == "unspaced":
            run = clusters(match.group())
            tokens.extend(_run_tokens(run, match.start(), position, lang))
            position += len(run)
            continue
        for start, end in _parts(match, lang):
            if word := stem(fold(text[start:end]), lang):
                tokens.append(Token(word[:LONGEST], start, end, position))
                position += 1
    return tokens


def words(run: str) -> list[tuple[str, int, int]]:
    """A run of Chinese cut into dictionary words: (word, start, end) in characters."""
    import rjieba  # noqa: PLC0415 - its dictionary takes 34 MB and a quarter of a second, which only Chinese needs

    return list(rjieba.tokenize(run))


def stem(word: str, lang: str) -> str:
    """The stem of a folded word, or the word itself where the language has no stemmer."""
    return _stemmed(word, STEMMERS.get(lang, ""))


@lru_cache(maxsize=100_000)
def _stemmed(word: str, algorithm: str) -> str:
    if algorithm not in _AVAILABLE:
        return word
    # Stemmers are not safe to share between threads.
    stemmers: dict[str, Any] = _threads.__dict__.setdefault("stemmers", {})
    if algorithm not in stemmers:
        stemmers[algorithm] = Stemmer.Stemmer(algorithm, 0)
    return fold(stemmers[algorithm].stemWord(word))


def _parts(match: re.Match[str], lang: str) -> list[tuple[int, int]]:
    """Where the parts between apostrophes stand, without an elided article before or a possessive after."""
    parts = [(match.start() + part.start(), match.start() + part.end()) for part in _PART.finditer(match.group())]
    text = match.string
    while len(parts) > 1 and fold(text[slice(*parts[0])]) in ELISIONS.get(lang, ()):
        del parts[0]
    while len(parts) > 1 and fold(text[slice(*parts[-1])]) in POSSESSIVES.get(lang, ()):
        del parts[-1]
    return parts


def _run_tokens(run: list[tuple[str, int, int]], offset: int, position: int, lang: str) -> Iterator[Token]:
    joined = "".join(char for char, _, _ in run)
    found: dict[int, int] = {}
    if lang == "zh" and len(run) > 1:
        found = {start: end for _, start, end in words(joined) if end - start != 2}
    elif len(run) == 1:
        found = {0: 1}
    for at in range(len(run)):
        for end in (at + 2, found.get(at, 0)):
            if at < end <= len(run):
                yield Token(joined[at:end][:LONGEST], offset + run[at][1], offset + run[end - 1][2], position + at)
