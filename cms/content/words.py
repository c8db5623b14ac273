"""Two texts compared word by word, in any language: a word is a token, and so is each Chinese or Japanese character."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

CELLS_MOST = 2_000_000
"""Pairs of tokens that one comparison of two parts may look at; what is beyond is shown as replaced whole."""

_UNSPACED = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
# An apostrophe belongs to the word before it (l', dell'); combining marks, which are no letters, to theirs.
_TOKEN = re.compile(
    rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_][\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e]*)+['’]?|\s+|.", re.DOTALL
)


class Said(StrEnum):
    """What became of a run of words."""

    SAME = "SAME"
    REMOVED = "REMOVED"
    ADDED = "ADDED"


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring words that share their fate. SAME and REMOVED in order are the old text, SAME and ADDED the new."""

    said: Said
    text: str


def tokens(text: str) -> list[str]:
    """The text cut into words, spaces and signs; joined, they are the text."""
    return _TOKEN.findall(text)


class WordDiff:
    """Compares texts of one comparison, which together may look at `CELLS_MOST` pairs of tokens."""

    def __init__(self, cells: int = CELLS_MOST) -> None:
        self._cells = cells

    def runs(self, before: str, after: str) -> list[Run]:
        """What became of one text: runs, a removed one before the added one that stands in its place."""
        old, new = tokens(before), tokens(after)
        head = _common(old, new)
        tail = _common(old[head:][::-1], new[head:][::-1])
        inner = self._inner(old[head : len(old) - tail], new[head : len(new) - tail])
        runs: list[Run] = []
        for said, text in [(Said.SAME, "".join(old[:head])), *inner, (Said.SAME, "".join(old[len(old) - tail :]))]:
            if not text:
                continue
            if runs and runs[-1].said is said:
                runs[-1] = Run(said, runs[-1].text + text)
            else:
                runs.append(Run(said, text))
        return runs

    def _inner(self, old: Sequence[str], new: Sequence[str]) -> list[tuple[Said, str]]:
        self._cells -= len(old) * len(new)
        if self._cells < 0:
            return [(Said.REMOVED, "".join(old)), (Said.ADDED, "".join(new))]
        found: list[tuple[Said, str]] = []
        for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind == "equal":
                found.append((Said.SAME, "".join(old[i:j])))
            else:
                found += [(Said.REMOVED, "".join(old[i:j])), (Said.ADDED, "".join(new[k:m]))]
        return found


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many tokens both begin with."""
    for place, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return place
    return min(len(one), len(other))
