"""Text that people send: what is refused wherever text comes in."""

import re
from typing import Any

from cms.errors import InvalidInputError

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def fault_of(text: str) -> str | None:
    """What makes a text unfit to be stored or shown: half of a character, or control characters."""
    if _SURROGATE.search(text):
        return "holds half of a character (a lone surrogate)"
    if _CONTROL.search(text):
        return "holds a control character"
    return None


def check_text(value: Any, *, name: str, most: int) -> str:
    """A text of several lines, trimmed, of at most `most` characters.

    Raises:
        InvalidInputError: the path is the field's name.
    """
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} must be a text.", path=(name,))
    if len(value) > most:
        raise InvalidInputError(
            f"{name} may hold {most} characters at most; this has {len(value)}.", path=(name,)
        )
    if fault := fault_of(value):
        raise InvalidInputError(f"{name} {fault}.", path=(name,))
    return value.strip()


def check_line(value: Any, *, name: str, most: int) -> str:
    """A text of one line; see `check_text`."""
    text = check_text(value, name=name, most=most)
    if len(text.splitlines()) > 1 or "\t" in text:
        raise InvalidInputError(f"{name} must stand on one line.", path=(name,))
    return text
