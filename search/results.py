"""What a search answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage of one field as HTML: escaped, with the words that were found in `<mark>`."""

    field: str
    html: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found. Scores compare hits of one answer and mean nothing beside another one's."""

    key: str
    score: float
    snippets: tuple[Snippet, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits, best first; `total` and `facets` (name → value → documents) count every page."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
