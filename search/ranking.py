"""Which documents a parsed text finds, and how well: BM25F over postings that any engine can hand out.

A word is weighed once over all fields: what it weighs in each field, by the field's boost and length, is
summed before it saturates, so that a word in headline and body does not count as two words (Robertson,
Zaragoza, Taylor 2004).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from search.document import FIELDS
from search.query import AllOf, Node, Phrase

SATURATION = 1.2  # k1: how soon one more occurrence of a word stops to matter
LENGTH_WEIGHT = 0.75  # b: how much a word in a long field weighs less than in a short one


class Postings(Protocol):
    """What ranking reads of one locale's index; documents are numbers."""

    @property
    def size(self) -> int:
        """How many documents there are."""

    def frequencies(self, field: str, term: str) -> Mapping[int, float]:
        """How often each document holds the term in this field; those without it are absent."""

    def positions(self, field: str, term: str, within: Collection[int]) -> Mapping[int, Sequence[int]]:
        """Where the term stands in this field, for the documents within that hold it."""

    def lengths(self, field: str) -> Sequence[int]:
        """The number of tokens in this field by document."""

    def average(self, field: str) -> float:
        """The mean of those lengths over the documents that have the field; at least 1."""


def rank(node: Node, postings: Postings) -> dict[int, float]:
    """The score of every document that the tree finds."""
    if isinstance(node, Phrase):
        return _weigh(node, postings)
    scored = [rank(part, postings) for part in node.parts]
    found = dict(scored[0])
    if isinstance(node, AllOf):
        for other in scored[1:]:
            found = {doc: score + other[doc] for doc, score in found.items() if doc in other}
        for unwanted in node.without:
            for doc in rank(unwanted, postings):
                found.pop(doc, None)
        return found
    for other in scored[1:]:
        for doc, score in other.items():
            found[doc] = found.get(doc, 0.0) + score
    return found


def _weigh(phrase: Phrase, postings: Postings) -> dict[int, float]:
    weights: dict[int, float] = {}
    for field, boost in FIELDS.items():
        frequencies = _occurrences(phrase, field, postings)
        if not frequencies:
            continue
        lengths = postings.lengths(field)
        average = postings.average(field)
        for doc, frequency in frequencies.items():
            stretch = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * lengths[doc] / average
            weights[doc] = weights.get(doc, 0.0) + boost * frequency / stretch
    rarity = math.log(1 + (postings.size - len(weights) + 0.5) / (len(weights) + 0.5))
    return {doc: rarity * weight / (SATURATION + weight) for doc, weight in weights.items()}


def _occurrences(phrase: Phrase, field: str, postings: Postings) -> Mapping[int, float]:
    """How often each document holds the whole phrase in this field."""
    if len(phrase.terms) == 1:
        return postings.frequencies(field, phrase.terms[0][0])
    held = [postings.frequencies(field, term) for term, _ in phrase.terms]
    within = set(held[0]).intersection(*held[1:])
    if not within:
        return {}
    starts: dict[int, set[int]] = {}
    for term, distance in phrase.terms:
        for doc, places in postings.positions(field, term, within).items():
            begun = {place - distance for place in places}
            starts[doc] = starts[doc] & begun if doc in starts else begun
    return {doc: float(len(places)) for doc, places in starts.items() if places}
