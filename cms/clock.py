"""The clock: handed to whatever needs the time, so that a test can say what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers with the present instant, aware and in UTC."""


def utc_now() -> datetime:
    """The clock of the machine: what the composition hands to a running system."""
    return datetime.now(UTC)
