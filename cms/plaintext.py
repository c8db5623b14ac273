"""Text without markup, as a person types it into a field: checked once, where it enters.

What passes here can be stored in SQLite and PostgreSQL, written as JSON and XML, and shown on one line, so no
later step has to look again.
"""

import re
from collections.abc import Sequence

from cms.errors import InvalidInputError

UNPUBLISHABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What no text may hold: controls other than tab and line ends, lone surrogates, and XML's two forbidden code
points."""

_LINE_END = re.compile("[\t\n\r\u2028\u2029]")


def check_line(value: object, *, name: str, most: int, path: Sequence[str | int] = ()) -> str:
    """A headline, a name, a byline: the trimmed line. Raises InvalidInputError naming the field.

    `most` is the limit in characters (code points) after trimming. An empty line passes: whether there must be
    one is the caller's business. `path` leads to a line that is deeper than a field of that name.
    """
    path = path or (name,)
    line = _checked(value, name=name, most=most, path=path)
    if _LINE_END.search(line):
        raise InvalidInputError(f"{name} must be a single line without tabs or line breaks.", path=path)
    return line


def check_text(value: object, *, name: str, most: int) -> str:
    """A summary or a note of several lines: trimmed, with plain line ends. Raises InvalidInputError."""
    text = _checked(value, name=name, most=most, path=(name,))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _checked(value: object, *, name: str, most: int, path: Sequence[str | int]) -> str:
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} must be text.", path=path)
    text = value.strip()
    if len(text) > most:
        raise InvalidInputError(f"{name} has {len(text):,} characters; at most {most:,} are allowed.", path=path)
    if found := UNPUBLISHABLE.search(text):
        raise InvalidInputError(f"{name} holds the unprintable character {code_point(found.group())}.", path=path)
    return text


def code_point(character: str) -> str:
    """How a message names a character that cannot be shown: `U+0000`."""
    return f"U+{ord(character):04X}"
