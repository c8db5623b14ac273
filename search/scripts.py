"""Letters: which belong to a word, which scripts put no spaces between words, and which accents a reader
omits.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache


def _marks() -> str:
    """Every combining mark, variation selectors among them, as ranges of a character class."""
    codes = [code for code in range(0x300, sys.maxunicode + 1) if unicodedata.category(chr(code))[0] == "M"]
    ends = [code for code, following in zip(codes, [*codes[1:], 0], strict=True) if following != code + 1]
    starts = [codes[0], *(codes[codes.index(end) + 1] for end in ends[:-1])]
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))


# Python's \w leaves out combining marks, which would cut a Hindi word at each vowel sign and a decomposed "à"
# in two. Soft hyphens and joiners stand inside words as well; `fold` drops them.
_MARKS = _marks()
_JOINERS = "\u00ad\u200c\u200d\u2060"

# Han, kana, Hangul (whose particles stick to the noun), Thai, Lao, Burmese, Khmer.
_UNSPACED = (
    "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
    "\u1100-\u11ff\uac00-\ud7a3"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ede\u1000-\u109f\u1780-\u17dd"
)
_LETTER = rf"(?:(?![{_UNSPACED}])[^\W_])"
_WORD = rf"{_LETTER}(?:{_LETTER}|[{_MARKS}{_JOINERS}])*"

APOSTROPHES = "'\u2019\u02bc\uff07"
UNSPACED = re.compile(rf"[{_UNSPACED}]")
WORDS = re.compile(rf"(?P<unspaced>[{_UNSPACED}][{_UNSPACED}{_MARKS}{_JOINERS}]*)|{_WORD}(?:[{APOSTROPHES}]{_WORD})*")
"""Finds words, apostrophes inside them, and whole runs (group `unspaced`) of scripts without spaces."""

_FOREIGN = re.compile(rf"(?![{_UNSPACED}])[{_MARKS}{_JOINERS}]")
_MARK = re.compile(f"[{_MARKS}{_JOINERS}]")
_DROPPED = dict.fromkeys(map(ord, _JOINERS))
# Letters that Unicode does not decompose, though a reader without the right keyboard types them apart.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"})


def normalise(text: str) -> str:
    """NFKC and case folded. Folding may undo the normal form, so that it is taken twice."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """The word normalised, without accents (Latin, Greek) and vowel points (Hebrew, Arabic).

    Marks of other scripts are letters to their readers (Cyrillic й, Hindi vowels) and stay.
    """
    word = normalise(word.translate(_DROPPED))
    if word.isascii():
        return word
    kept: list[str] = []
    base = ""
    for char in unicodedata.normalize("NFD", word):
        if unicodedata.category(char)[0] == "M":
            if not _drops_marks(base):
                kept.append(char)
        else:
            base = char
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_PLAIN)


def _drops_marks(base: str) -> bool:
    return base < "\u0400" or "\u0590" <= base < "\u0700" or "\u1e00" <= base < "\u2000"


def clusters(run: str) -> list[tuple[str, int, int]]:
    """The characters of a run, normalised, each with the (start, end) it has in the run as it was written.

    A voiced half-width kana is two characters written and one read; a decomposed Hangul syllable up to three. A
    mark of another script, a variation selector and a joiner say nothing here, and are nobody's neighbours.
    """
    if normalise(run) == run and not _FOREIGN.search(run):
        return [(char, at, at + 1) for at, char in enumerate(run)]
    spans: list[tuple[str, int, int]] = []
    start = 0
    for end in range(1, len(run) + 1):
        if end < len(run) and _continues(run[end]):
            continue
        spans.extend((char, start, end) for char in normalise(_FOREIGN.sub("", run[start:end])))
        start = end
    return spans


def _continues(char: str) -> bool:
    return _MARK.match(char) is not None or "\u1160" <= char <= "\u11ff" or char in "\uff9e\uff9f"
