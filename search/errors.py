"""What can go wrong in a search.

SearchError
├── SearchUnavailableError    the index is missing, damaged or built by another analysis: rebuild it
└── SearchBusyError           another process is writing this index
"""

from __future__ import annotations


class SearchError(Exception):
    """The root of every error that this package raises on purpose."""


class SearchUnavailableError(SearchError):
    """When an index cannot be read. The caller offers what it can without search, and rebuilds with `clear`
    and `write`.
    """


class SearchBusyError(SearchError):
    """When a second process tries to write. Try again later; the first one is not disturbed."""
