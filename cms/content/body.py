"""The article body: a ProseMirror document, checked against `body.schema.json` and given stable block ids.

The schema is the one the editor in the browser loads. What the `prosemirror` package does not check (which
attributes there are, where a link may lead, what a text may hold) is checked here first.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

import orjson
from prosemirror.model import Node, Schema

from cms.content import rendering
from cms.content.plaintext import fault_of
from cms.errors import BodyError

SIZE_MOST = 2_000_000
DEPTH_MOST = 24
NODES_MOST = 20_000
LINK_MOST = 2_000

_SPEC = orjson.loads(files("cms.content").joinpath("body.schema.json").read_bytes())
_SCHEMA: Any = Schema(_SPEC)
_MARK_ORDER = list(_SPEC["marks"])
_BLOCK_FIELDS = {"type", "attrs", "content"}
_FIELDS = {"text": {"type", "attrs", "marks", "text"}, "hardBreak": {"type", "attrs", "marks"}}
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LANG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
# No blanks: browsers drop some of them, and `/\t/elsewhere` becomes another host; so does `/\\elsewhere`.
_LINK = re.compile(r"(https?://[^\s/\\]|mailto:\S|tel:[+0-9]|/(?![/\\])|#)\S*", re.IGNORECASE)

Path = tuple[str | int, ...]
Json = dict[str, Any]


@dataclass(frozen=True)
class Body:
    """A valid document and what is rendered from it."""

    document: Json

    @cached_property
    def json(self) -> str:
        """Compact JSON."""
        return orjson.dumps(self.document).decode()

    @cached_property
    def html(self) -> str:
        """Safe HTML."""
        return rendering.html_of(self.document)

    @cached_property
    def text(self) -> str:
        """Plain text, a blank line between blocks."""
        return rendering.text_of(self.document)

    @property
    def markdown(self) -> str:
        """CommonMark."""
        return rendering.markdown_of(self.document)

    @property
    def word_count(self) -> int:
        """Words, or characters of scripts without blanks between words."""
        return rendering.count_words(self.text)

    @property
    def block_hashes(self) -> dict[str, str]:
        """What each top-level block says, by its id: SHA-256 over it without ids.

        Tells a translator what moved on.
        """
        return {
            block["attrs"]["id"]: hashlib.sha256(
                orjson.dumps(_without_ids(block), option=orjson.OPT_SORT_KEYS)
            ).hexdigest()
            for block in self.document["content"]
        }


def new_id() -> str:
    """A fresh block id."""
    return secrets.token_urlsafe(6)


def parse(value: Any, *, ids: Callable[[], str] = new_id) -> Body:
    """Check an untrusted JSON value; blocks without an id, or with another's, get one from `ids`.

    Raises:
        BodyError: it is no document of the schema; the path leads to the trouble.
    """
    if not isinstance(value, dict) or value.get("type") != "doc":
        raise BodyError("The body must be a ProseMirror document: an object of type 'doc'.")
    budget = _Budget(ids)
    document = budget.node(value, (), 0)
    if len(orjson.dumps(document)) > SIZE_MOST:
        raise BodyError(f"A body may hold {SIZE_MOST} bytes at most.")
    try:
        Node.from_json(_SCHEMA, document).check()
    except (ValueError, RecursionError) as error:
        raise BodyError(f"The blocks do not fit together: {_plain(error)}.", path=("content",)) from None
    return Body(document)


def from_text(text: str, *, ids: Callable[[], str] = new_id) -> Body:
    """A body of paragraphs, parted by blank lines, or by line ends where there are none.

    Raises:
        BodyError: the text cannot be stored.
    """
    parts = re.split(r"\n\s*\n", text) if re.search(r"\n\s*\n", text.strip()) else text.splitlines()
    paragraphs = [" ".join(part.split()) for part in parts]
    content = [
        {"type": "paragraph", "content": [{"type": "text", "text": each}]} for each in paragraphs if each
    ]
    return parse({"type": "doc", "content": content or [{"type": "paragraph"}]}, ids=ids)


class _Budget:
    """One walk over a document: checks and copies it, and counts what it has met."""

    def __init__(self, ids: Callable[[], str]) -> None:
        self._ids, self._seen, self._nodes = ids, set[str](), 0

    def node(self, value: Any, path: Path, depth: int) -> Json:
        if not isinstance(value, dict):
            raise BodyError("A node must be an object.", path=path)
        name = value.get("type")
        if not isinstance(name, str) or name not in _SPEC["nodes"]:
            raise BodyError(f"There is no node {_shown(name)}.", path=(*path, "type"))
        if depth > DEPTH_MOST:
            raise BodyError(f"A body may be {DEPTH_MOST} nodes deep at most.", path=path)
        self._count(path)
        node: Json = {"type": name}
        if attrs := self._attrs(name, value.get("attrs"), path):
            node["attrs"] = attrs
        for stray in sorted(field for field in value if field not in _FIELDS.get(name, _BLOCK_FIELDS)):
            if value[stray] is not None:
                raise BodyError(f"A {name} has no {_shown(stray)} of its own.", path=(*path, stray))
        if name == "text":
            node["text"] = _text(value.get("text"), (*path, "text"))
        elif value.get("content") is not None:
            node["content"] = self._content(value["content"], (*path, "content"), depth + 1)
        if marks := _marks(value.get("marks"), (*path, "marks")):
            node["marks"] = marks
        return node

    def _count(self, path: Path) -> None:
        self._nodes += 1
        if self._nodes > NODES_MOST:
            raise BodyError(f"A body may have {NODES_MOST} nodes at most.", path=path)

    def _content(self, value: Any, path: Path, depth: int) -> list[Json]:
        if not isinstance(value, list):
            raise BodyError("content must be a list.", path=path)
        return [self.node(each, (*path, index), depth) for index, each in enumerate(value)]

    def _attrs(self, name: str, value: Any, path: Path) -> Json:
        known = _SPEC["nodes"][name].get("attrs", {})
        given = _mapping(value, (*path, "attrs"))
        if stray := sorted(set(given) - set(known)):
            raise BodyError(f"A {name} has no attribute {_shown(stray[0])}.", path=(*path, "attrs", stray[0]))
        attrs = {}
        for key, spec in known.items():
            found = given.get(key, spec.get("default"))
            if key == "id":
                attrs[key] = self._id(found)
                continue
            if found is None and "default" not in spec:
                raise BodyError(f"A {name} needs {key}.", path=(*path, "attrs", key))
            attrs[key] = _ATTRIBUTES[key](found, (*path, "attrs", key))
        return attrs

    def _id(self, value: Any) -> str:
        found = value if isinstance(value, str) and _ID.fullmatch(value) and value not in self._seen else None
        while found is None or found in self._seen:
            found = self._ids()
        self._seen.add(found)
        return found


def _text(value: Any, path: Path) -> str:
    if not isinstance(value, str) or not value:
        raise BodyError("A text node needs text that is not empty.", path=path)
    if fault := fault_of(value):
        raise BodyError(f"A text {fault}.", path=path)
    return value


def _marks(value: Any, path: Path) -> list[Json]:
    """The marks in the schema's order, which ProseMirror demands and other programs need not know."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise BodyError("marks must be a list.", path=path)
    marks = []
    for index, each in enumerate(value):
        here = (*path, index)
        mark = _mapping(each, here)
        name = mark.get("type")
        if not isinstance(name, str) or name not in _SPEC["marks"]:
            raise BodyError(f"There is no mark {_shown(name)}.", path=(*here, "type"))
        known = _SPEC["marks"][name].get("attrs", {})
        given = _mapping(mark.get("attrs"), (*here, "attrs"))
        # Tiptap sends target and rel with every link: what a link may do is decided when it is rendered.
        stray = sorted(set(given) - set(known) - ({"target", "rel", "class"} if name == "link" else set()))
        if stray:
            raise BodyError(f"A {name} has no attribute {_shown(stray[0])}.", path=(*here, "attrs", stray[0]))
        attrs = {key: _ATTRIBUTES[key](given.get(key), (*here, "attrs", key)) for key in known}
        marks.append({"type": name, "attrs": attrs} if attrs else {"type": name})
    return sorted(marks, key=lambda mark: _MARK_ORDER.index(mark["type"]))


def _mapping(value: Any, path: Path) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BodyError("This must be an object.", path=path)
    return value


def _href(value: Any, path: Path) -> str:
    fault = fault_of(value) if isinstance(value, str) else "is missing"
    if fault or len(value) > LINK_MOST or not _LINK.fullmatch(value):
        raise BodyError("A link leads to http, https, mailto, tel, a path from / or a #fragment.", path=path)
    link: str = value
    return link


def _lang(value: Any, path: Path) -> str:
    if not isinstance(value, str) or not _LANG.fullmatch(value):
        raise BodyError("lang is a BCP 47 tag.", path=path)
    return value


def _whole(least: int, most: int) -> Callable[[Any, Path], int]:
    def check(value: Any, path: Path) -> int:
        if type(value) is not int or not least <= value <= most:
            raise BodyError(f"This is a whole number from {least} to {most}.", path=path)
        return value

    return check


def _line(value: Any, path: Path) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LINK_MOST or fault_of(value):
        raise BodyError(f"This is a text of {LINK_MOST} characters at most.", path=path)
    return value


_ATTRIBUTES: Mapping[str, Callable[[Any, Path], Any]] = {
    "level": _whole(2, 4),
    "start": _whole(0, 100_000),
    "cite": _line,
    "item": _line,
    "caption": _line,
    "href": _href,
    "lang": _lang,
}


def _shown(value: Any) -> str:
    return repr(value)[:60]


def _plain(error: BaseException) -> str:
    return str(error).splitlines()[0][:200].rstrip(".") if str(error) else "they are nested too deeply"


def _without_ids(node: Json) -> Json:
    copy = {**node}
    if "id" in copy.get("attrs", {}):
        copy["attrs"] = {key: value for key, value in copy["attrs"].items() if key != "id"}
    if "content" in copy:
        copy["content"] = [_without_ids(each) for each in copy["content"]]
    return copy


EMPTY = Body({"type": "doc", "content": [{"type": "paragraph", "attrs": {"id": "start"}}]})
"""The body of a text that has none yet."""
