"""The grammar of a body: which nodes, marks and attributes there are, and what an attribute may hold.

`body.schema.json` says the first and is read by the editor in the browser as well, `prosemirror` compiles it;
the second is said here, because a ProseMirror schema knows an attribute's type at most.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from prosemirror.model import MarkType, NodeType, Schema

from cms.plaintext import UNPUBLISHABLE, code_point

CAPTION_MOST = 2_000
"""Characters of a caption or an attribution."""

LINK_MOST = 2_000

Json = dict[str, Any]
Check = Callable[[object], Any]
"""Takes what was sent, gives what is stored; raises ValueError with a sentence about the value."""

SCHEMA: Final[Schema[str, str]] = Schema(orjson.loads(Path(__file__).with_name("body.schema.json").read_bytes()))
NODES: Final[Mapping[str, NodeType]] = SCHEMA.nodes
MARKS: Final[Mapping[str, MarkType]] = SCHEMA.marks

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_ITEM = re.compile(r"[A-Za-z0-9_.:=+/~-]{1,200}", re.ASCII)
_LANG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}", re.ASCII)
_BREAKS = re.compile(r"[\t\n\r]+")
_NEVER_IN_LINK = re.compile(r'[\s\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\\<>"`]')
_HOST = r"(?:[\w-]+\.)*[\w-]+\.?|\[[0-9a-f:.]+\]"
_LINK = re.compile(
    rf"""https?://(?:{_HOST})(?::\d{{1,5}})?(?:[/?#].*)?   # no user:password@, which only misleads
      | mailto:[^/].*
      | tel:[+0-9].*
      | /(?:[^/].*)?                                        # a path here, not //another.host
      | \#.*""",
    re.VERBOSE | re.IGNORECASE,
)


def check_text(value: object) -> str:
    """The text of a text node, its line ends and tabs one space: no block of ours keeps them apart."""
    if not isinstance(value, str) or not value:
        raise ValueError("must be text that is not empty")
    if found := UNPUBLISHABLE.search(value):
        raise ValueError(f"holds the unprintable character {code_point(found.group())}")
    return _BREAKS.sub(" ", value)


def _matching(pattern: re.Pattern[str], what: str) -> Check:
    def check(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(f"must be {what}")
        return value

    return check


def _whole(least: int, most: int) -> Check:
    def check(value: object) -> int:
        # True is an int to Python and not to anybody else.
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(value)

    return check


def _check_link(value: object) -> str:
    if not isinstance(value, str) or len(value) > LINK_MOST:
        raise ValueError(f"must be an address of at most {LINK_MOST} characters")
    link = value.strip(" ")
    if UNPUBLISHABLE.search(link) or _NEVER_IN_LINK.search(link) or not _LINK.fullmatch(link):
        raise ValueError("must be an http, https, mailto or tel address, a path from “/” or a “#fragment”")
    return link


def _check_caption(value: object) -> str:
    if not isinstance(value, str) or len(value) > CAPTION_MOST:
        raise ValueError(f"must be text of at most {CAPTION_MOST} characters")
    return check_text(value).strip() if value else ""


ATTRIBUTES: Final[Mapping[str, Check]] = {
    "id": _matching(_ID, "1 to 64 letters, digits, hyphens and underscores"),
    "level": _whole(2, 4),
    "start": _whole(0, 1_000_000),
    "cite": _check_caption,
    "item": _matching(_ITEM, "the global id of an item"),
    "caption": _check_caption,
    "href": _check_link,
    "lang": _matching(_LANG, "a BCP 47 language tag"),
}
"""The check of each attribute, by its name, which means the same on every node and mark."""

DROPPED: Final[frozenset[str]] = frozenset({"target", "rel", "class"})
"""Attributes that Tiptap sends with every link: what a link does is decided when it is rendered."""
