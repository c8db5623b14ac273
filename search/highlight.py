"""The passage of a text that shows best why it was found."""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence

from search.analysis import Places, analyse
from search.query import Phrase

MOST_CHARACTERS = 50_000  # of a text are looked at: a page of hits must not read books
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")  # what no HTML document may hold

_Span = tuple[int, int]
Positions = Callable[[str], Collection[int]]


def snippet(text: str, wanted: Sequence[Phrase], locale: str, length: int = 160) -> str:
    """About `length` characters of the text as HTML, the wanted words in `<mark>`, … where it was cut.

    Where nothing is found it is the beginning of the text. Phrases are marked only as phrases, and in the
    text as it was written, accents and all.
    """
    text = text[:MOST_CHARACTERS]
    tokens = analyse(_UNPRINTABLE.sub("\ufffd", text), locale)
    held: dict[str, set[int]] = {}
    for token in tokens:
        held.setdefault(token.text, set()).add(token.position)
    return passage(text, Places.of(tokens), wanted, lambda term: held.get(term, set()), length)


def passage(text: str, places: Places, wanted: Sequence[Phrase], positions: Positions, length: int = 160) -> str:
    """The snippet of a text that was analysed before: `positions(term)` says where a term stands in it."""
    text = _UNPRINTABLE.sub("\ufffd", text[:MOST_CHARACTERS])
    found = [each for each in _occurrences(places, wanted, positions) if each[0][1] <= len(text)]
    start, end = _window(text, places, found, length)
    pieces = ["… " if start else ""]
    at = start
    for left, right in _joined([span for span, _ in found]):
        if start <= left and right <= end:
            pieces += [html.escape(text[at:left]), "<mark>", html.escape(text[left:right]), "</mark>"]
            at = right
    pieces += [html.escape(text[at:end]), " …" if end < len(text) else ""]
    return "".join(pieces).strip()


def marks(html_text: str) -> bool:
    """Whether a snippet shows anything that was found."""
    return "<mark>" in html_text


def _occurrences(places: Places, wanted: Sequence[Phrase], positions: Positions) -> list[tuple[_Span, int]]:
    """Where each wanted phrase stands: (span, which phrase), in reading order."""
    found: list[tuple[_Span, int]] = []
    for number, phrase in enumerate(wanted):
        (first, _), *others = phrase.terms
        last, distance = phrase.terms[-1]
        held = [(positions(term), apart) for term, apart in others]
        found += [
            ((places.starts[position], places.end(position + distance, last)), number)
            for position in positions(first)
            if all(position + apart in at for at, apart in held)
        ]
    return sorted(found)


def _window(text: str, places: Places, found: list[tuple[_Span, int]], length: int) -> _Span:
    """Where to cut: around the stretch that holds most different phrases, then most occurrences, then the
    first.
    """
    if len(text) <= length:
        return 0, len(text)
    best, chosen = (0, 0), (0, 0)
    right = 0
    for left, ((start, _), _) in enumerate(found):
        right = max(right, left + 1)
        while right < len(found) and found[right][0][1] <= start + length:
            right += 1
        held = found[left:right]
        worth = (len({number for _, number in held}), len(held))
        if worth > best:
            best, chosen = worth, (start, max(end for (_, end), _ in held))
    spare = max(0, length - (chosen[1] - chosen[0]))
    start = max(0, min(chosen[0] - spare // 3, len(text) - length))
    end = max(chosen[1], min(len(text), start + length))
    if 0 < start < chosen[0]:
        start = min(chosen[0], places.starts[bisect_left(places.starts, start)])
    if end < len(text) and places.ends:
        end = max(chosen[1], places.ends[max(0, bisect_right(places.ends, end) - 1)])
    return start, end if end > start else min(len(text), start + length)


def _joined(spans: list[_Span]) -> list[_Span]:
    """Spans that overlap or touch made one."""
    joined: list[_Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
