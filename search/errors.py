"""What can go wrong in a search.

SearchError
├── SearchUnavailableError    the index is missing, damaged or built by another analysis: rebuild it
├── SearchDiskError           the disk is full, read-only or failing: what is written stands, try again later
└── SearchBusyError           another process is writing this index
"""

from __future__ import annotations


class SearchError(Exception):
    """The root of every error that this package raises on purpose."""


class SearchUnavailableError(SearchError):
    """When an index cannot be read. The caller offers what it can without search, and rebuilds with `clear`
    and `write`.
    """


class SearchDiskError(SearchError):
    """When the system refuses to read or write a file, which says nothing about what is in it. What was written
    before stands: to clear it would make a full disk a lost index.
    """


class SearchBusyError(SearchError):
    """When a second process tries to write. Try again later; the first one is not disturbed."""
