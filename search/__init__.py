"""STUB (temporary)."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Document:
    key: str
    texts: Any
    terms: Any
    published_at: Any
    ends_at: Any


@dataclass
class Query:
    text: str
    at: Any
    filters: Any = None
    exclude: Any = ()
    offset: int = 0
    limit: int = 20
    facets: Any = ()


@dataclass
class Snippet:
    field: str
    html: str


@dataclass
class Hit:
    key: str
    score: float
    snippets: Any


@dataclass
class Results:
    hits: Any
    total: int
    facets: Any


class SearchUnavailableError(Exception): ...


class Engine:
    def position(self):
        return 10**9

    def write(self, c, p): ...
    def search(self, l, q):
        return Results((), 0, {})

    def clear(self): ...
    def check(self):
        return ()

    def close(self): ...


def open_engine(url):
    return Engine()
