"""Letters: which belong to a word, which scripts put no spaces between words, and which accents a reader
omits.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Python's \w leaves out combining marks, which would cut a Hindi word at each vowel sign and a decomposed "à"
# in two. Soft hyphens and joiners stand inside words as well; `fold` drops them.
_MARKS = "".join(chr(code) for code in range(0x300, 0xFE30) if unicodedata.category(chr(code))[0] == "M")
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
WORDS = re.compile(rf"(?P<unspaced>[{_UNSPACED}][{_UNSPACED}{_MARKS}]*)|{_WORD}(?:[{APOSTROPHES}]{_WORD})*")
"""Finds words, apostrophes inside them, and whole runs (group `unspaced`) of scripts without spaces."""

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
        if unicodedata.combining(char):
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

    A voiced half-width kana is two characters written and one read; a decomposed Hangul syllable up to three.
    """
    whole = normalise(run)
    if len(whole) == len(run):
        return [(char, at, at + 1) for at, char in enumerate(whole)]
    spans: list[tuple[str, int, int]] = []
    start = 0
    for end in range(1, len(run) + 1):
        if end < len(run) and _continues(run[end]):
            continue
        spans.extend((char, start, end) for char in normalise(run[start:end]))
        start = end
    return spans


def _continues(char: str) -> bool:
    return unicodedata.combining(char) != 0 or "\u1160" <= char <= "\u11ff" or char in "\uff9e\uff9f"
