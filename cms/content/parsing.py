"""One walk over an untrusted document: checked, normalised and copied, or refused with the path to the
trouble.

The walk asks prosemirror's compiled schema at each node which child and which mark may follow. That is what
`Node.from_json` and `check()` ask as well, without building a second tree, and it knows where it is when it
refuses.

The normal form: attributes in the schema's order with defaults filled in, marks in the schema's order,
neighbouring texts with the same marks joined, every block with an id of its own.
"""

from collections.abc import Callable
from typing import Any

from prosemirror.model import ContentMatch, MarkType, NodeType

from cms.content.grammar import ATTRIBUTES, DROPPED, MARKS, NODES, Json, check_text
from cms.errors import BodyError

BYTES_MOST = 2_000_000
"""Of the document as JSON in UTF-8."""

DEPTH_MOST = 32
BLOCKS_MOST = 5_000

_NODE_KEYS = frozenset({"type", "attrs", "content"})
_INLINE_KEYS = frozenset({"type", "marks"})
_TEXT_KEYS = frozenset({"type", "text", "marks"})
_MARK_KEYS = frozenset({"type", "attrs"})
_NODE_BYTES = 20  # `{"type":"hardBreak"},` is the shortest node

Where = tuple[str | int, ...]


class Walk:
    """Walks one document; what it has met so far bounds what it will still take."""

    def __init__(self, ids: Callable[[], str]) -> None:
        self._ids = ids
        self._taken: set[str] = set()
        self._nameless: list[Json] = []
        self._blocks = 0
        self._bytes = 0

    def document(self, value: object) -> Json:
        """The normal form of a document. Raises BodyError."""
        if not isinstance(value, dict) or value.get("type") != "doc":
            raise BodyError("A body is an object of type “doc”.")
        document = self._node(value, NODES["doc"], (), 0)
        # Only now are all ids known, so that a new one never takes the place of one that stands further down.
        for attrs in self._nameless:
            name = self._ids()
            while name in self._taken:
                name = self._ids()
            self._taken.add(name)
            attrs["id"] = name
        return document

    def _node(self, value: dict[Any, Any], kind: NodeType, where: Where, depth: int) -> Json:
        if depth > DEPTH_MOST:
            raise BodyError(f"A body is at most {DEPTH_MOST} nodes deep.", path=where)
        self._charge(_NODE_BYTES, where)
        if kind.is_text:
            return self._text(value, where)
        _only(value, _INLINE_KEYS if kind.is_inline else _NODE_KEYS, kind.name, where)
        node: Json = {"type": kind.name}
        if kind.is_inline:
            if marks := self._marks(value, where):
                node["marks"] = marks
            return node
        if "id" in kind.attrs:
            self._blocks += 1
            if self._blocks > BLOCKS_MOST:
                raise BodyError(f"A body has at most {BLOCKS_MOST:,} blocks.", path=where)
        if attrs := self._attrs(value, kind, where):
            node["attrs"] = attrs
            self._name(attrs)
        if content := self._content(value, kind, where, depth):
            node["content"] = content
        return node

    def _text(self, value: dict[Any, Any], where: Where) -> Json:
        _only(value, _TEXT_KEYS, "text", where)
        node: Json = {"type": "text"}
        if marks := self._marks(value, where):
            node["marks"] = marks
        node["text"] = _checked(check_text, value.get("text"), (*where, "text"))
        self._charge(len(node["text"]), where)
        return node

    def _content(self, value: dict[Any, Any], kind: NodeType, where: Where, depth: int) -> list[Json]:
        children = value.get("content", [])
        where = (*where, "content")
        if not isinstance(children, list):
            raise BodyError("content must be a list.", path=where)
        content: list[Json] = []
        match: ContentMatch | None = kind.content_match
        for index, child in enumerate(children):
            here = (*where, index)
            name = child.get("type") if isinstance(child, dict) else None
            child_kind = NODES.get(name) if isinstance(name, str) else None
            if child_kind is None:
                raise BodyError("This is not a node that a body may hold.", path=here)
            match = match.match_type(child_kind) if match else None
            if match is None:
                raise BodyError(f"{kind.name} may not hold {child_kind.name} here.", path=here)
            node = self._node(child, child_kind, here, depth + 1)
            before = content[-1] if content else node
            if name == "text" and content and before["type"] == "text" and _same_marks(before, node):
                before["text"] += node["text"]
            else:
                content.append(node)
        if match is None or not match.valid_end:
            raise BodyError(f"{kind.name} lacks content: it must hold {kind.spec['content']}.", path=where)
        return content

    def _marks(self, value: dict[Any, Any], where: Where) -> list[Json]:
        given = value.get("marks", [])
        where = (*where, "marks")
        if not isinstance(given, list):
            raise BodyError("marks must be a list.", path=where)
        kinds: list[MarkType] = []
        marks: list[Json] = []
        for index, mark in enumerate(given):
            here = (*where, index)
            name = mark.get("type") if isinstance(mark, dict) else None
            kind = MARKS.get(name) if isinstance(name, str) else None
            if kind is None:
                raise BodyError("This is not a mark that a text may carry.", path=here)
            if any(kind.excludes(other) or other.excludes(kind) for other in kinds):
                raise BodyError(f"A text may not be {kind.name} twice, or together with its opposite.", path=here)
            _only(mark, _MARK_KEYS, kind.name, here)
            attrs = self._attrs(mark, kind, here)
            kinds.append(kind)
            marks.append({"type": kind.name, "attrs": attrs} if attrs else {"type": kind.name})
        return sorted(marks, key=lambda mark: MARKS[mark["type"]].rank) if len(marks) > 1 else marks

    def _attrs(self, value: dict[Any, Any], kind: NodeType | MarkType, where: Where) -> Json:
        given = value.get("attrs", {})
        where = (*where, "attrs")
        if not isinstance(given, dict):
            raise BodyError("attrs must be an object.", path=where)
        _only(
            given,
            (kind.attrs.keys() | DROPPED) if kind.name == "link" else kind.attrs.keys(),
            kind.name,
            where,
        )
        attrs: Json = {}
        for name, attribute in kind.attrs.items():
            found = given.get(name)
            if found is None and attribute.has_default:
                attrs[name] = attribute.default
                continue
            attrs[name] = _checked(ATTRIBUTES[name], found, (*where, name))
            self._charge(len(name) + len(str(attrs[name])), where)
        return attrs

    def _name(self, attrs: Json) -> None:
        if attrs["id"] is None or attrs["id"] in self._taken:
            self._nameless.append(attrs)
        else:
            self._taken.add(attrs["id"])

    def _charge(self, size: int, where: Where) -> None:
        self._bytes += size
        if self._bytes > BYTES_MOST:
            raise too_large(where)


def too_large(where: Where = ()) -> BodyError:
    """The refusal of a document that is too large, by the walk's estimate or by its JSON."""
    return BodyError(f"A body is at most {BYTES_MOST // 1_000_000} MB of JSON.", path=where)


def _only(value: dict[Any, Any], known: Any, name: str, where: Where) -> None:
    for key in value:
        if key not in known:
            shown = key[:40].encode("ascii", "backslashreplace").decode() if isinstance(key, str) else "?"
            raise BodyError(f"{name} has no “{shown}”.", path=(*where, shown))


def _checked(check: Callable[[object], Any], value: object, where: Where) -> Any:
    try:
        return check(value)
    except ValueError as error:
        raise BodyError(f"{where[-1]} {error}.", path=where) from None


def _same_marks(one: Json, other: Json) -> bool:
    return bool(one.get("marks") == other.get("marks"))
