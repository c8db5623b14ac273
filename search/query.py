"""What is asked of an index, and the small tree that a typed text becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from search.analysis import Token, analyse, words
from search.languages import language
from search.scripts import UNSPACED

MOST_CHARACTERS = 2_000
MOST_TERMS = 64
"""What is read of a typed text; beyond it nothing is looked at, so that every query has a bounded cost."""

_OPENING, _CLOSING = '"“”„«「『', '"“”»」』'
_PIECE = re.compile(rf"(?P<minus>-*)(?:[{_OPENING}](?P<quoted>[^{_CLOSING}]*)[{_CLOSING}]?|(?P<bare>[^\s{_OPENING}]+))")


@dataclass(frozen=True, slots=True)
class Query:
    """One question. Documents whose `ends_at` is at or before `at` are not found.

    `filters` wants any of the values of one name, and that for every name. `exclude` holds keys that are left
    out before hits, facets and total are counted; it may hold thousands. `facets` names the terms to count. A
    text that asks for no word finds nothing: to list what there is, newest first, is the database's work.
    """

    text: str
    at: datetime
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    exclude: frozenset[str] = frozenset()
    offset: int = 0
    limit: int = 20
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens in this order and at these distances: (token, position), the first at 0. A word is a phrase of
    one.
    """

    terms: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of its parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of its parts, and none of `without`."""

    parts: tuple[Node, ...]
    without: tuple[Node, ...] = ()


Node = Phrase | AnyOf | AllOf


def parse(text: str, locale: str) -> Node | None:
    """What a typed text asks for: every word, `"a phrase"`, `-without`, `this OR that`. None if it asks for
    no word.

    Never raises: a quote left open ends with the text, an operator without its operands is passed over.
    """
    budget = MOST_TERMS
    groups: list[list[Node]] = []
    without: list[Node] = []
    joins = False
    for piece in _PIECE.finditer(text[:MOST_CHARACTERS]):
        if piece["bare"] in {"OR", "|"} and not piece["minus"]:
            joins = bool(groups)
            continue
        tokens = analyse(piece["quoted"] or piece["bare"] or "", locale)[:budget]
        if not tokens:
            continue
        budget -= len(tokens)
        nodes = [_phrase(tokens)] if piece["quoted"] else list(_words(tokens, locale))
        node = nodes[0] if len(nodes) == 1 else AllOf(tuple(nodes))
        if piece["minus"]:
            without.append(node)
        elif joins:
            groups[-1].append(node)
        else:
            groups.append([node])
        joins = False
    if not groups:
        return None
    parts = tuple(group[0] if len(group) == 1 else AnyOf(tuple(group)) for group in groups)
    return parts[0] if len(parts) == 1 and not without else AllOf(parts, tuple(without))


def phrases(node: Node | None) -> Iterator[Phrase]:
    """What a hit may be marked for: every phrase that is wanted, none that is to be absent."""
    if isinstance(node, Phrase):
        yield node
    elif node is not None:
        for part in node.parts:
            yield from phrases(part)


def _phrase(tokens: list[Token]) -> Phrase:
    """Everything in its place. A token inside the one before it says nothing new, and need not be a word
    elsewhere.
    """
    kept: list[Token] = []
    for token in tokens:
        if not kept or token.end > kept[-1].end:
            kept.append(token)
    return Phrase(tuple((token.text, token.position - kept[0].position) for token in kept))


def _words(tokens: list[Token], locale: str) -> Iterator[Node]:
    """What a piece without quotes or spaces asks for: "e-mail" a phrase, a Chinese sentence its words."""
    for unspaced, group in groupby(tokens, key=lambda token: UNSPACED.match(token.text) is not None):
        piece = list(group)
        if not unspaced:
            yield _phrase(piece)
        elif language(locale) == "zh":
            for run in _runs(piece):
                yield from _chinese_words(run)
        else:
            yield from (Phrase(((pair, 0),)) for pair in dict.fromkeys(token.text for token in piece))


def _runs(tokens: list[Token]) -> Iterator[str]:
    """The runs that the tokens were made of: pairs follow each other in position until a run ends."""
    run, last = "", -2
    for token in tokens:
        if len(token.text) == 2:
            if token.position > last + 1:
                if run:
                    yield run
                run = token.text[0]
            run += token.text[1]
            last = token.position
        elif len(token.text) == 1 and token.position > last + 1:
            yield token.text
    if run:
        yield run


def _chinese_words(run: str) -> Iterator[Node]:
    """The dictionary words of a run, each the phrase of its pairs: texts may be cut otherwise than queries.

    Words of one character (在, 的) say little beside longer ones and are asked for only on their own. A long
    word that the dictionary sees in the text too counts twice, which puts it before a chance meeting of its
    pairs.
    """
    if len(run) == 1:
        yield Phrase(((run, 0),))
        return
    longer = [(start, end) for _, start, end in words(run) if end - start > 1]
    for start, end in longer or [(0, len(run))]:
        exact = Phrase(tuple((run[at : at + 2], at - start) for at in range(start, end - 1)))
        yield AnyOf((exact, Phrase(((run[start:end], 0),)))) if end - start > 2 else exact
