"""Full-text search in every language of a newsroom: a library that knows no CMS.

    Document, FIELDS          what is put in                                  document
    Query, parse              what is asked, and what a typed text means      query
    Results, Hit, Snippet     what is answered                                results
    Engine, open_engine       where it is kept: one protocol, opened by URL   engine/
    analyse, Token            from text to tokens, the same for every engine  analysis, scripts, languages
    rank                      which documents match, and how well             ranking
    snippet                   the passage to show                             highlight
    SearchError, …            what can go wrong                               errors

Everything is synchronous: call it from a thread. Engines may be shared between threads.
"""

from __future__ import annotations

from search.analysis import Token, analyse
from search.document import FIELDS, Document
from search.engine import Change, Engine, open_engine
from search.errors import SearchBusyError, SearchDiskError, SearchError, SearchUnavailableError
from search.query import Query, parse
from search.results import Hit, Results, Snippet

__all__ = [
    "FIELDS",
    "Change",
    "Document",
    "Engine",
    "Hit",
    "Query",
    "Results",
    "SearchBusyError",
    "SearchDiskError",
    "SearchError",
    "SearchUnavailableError",
    "Snippet",
    "Token",
    "analyse",
    "open_engine",
    "parse",
]
