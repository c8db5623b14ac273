"""A text part cut into segments, the pieces that a translator works on one by one.

A segment is a field of the part (`field:headline`) or what one block of the body says itself: the inline content of a
paragraph or heading, the caption of a figure, the attribution of a quotation. A translation has the blocks of its
source under the same ids, so that its segments stand beside those of the source.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from cms.content.grammar import Json
from cms.content.parts import TextPart

FIELDS = ("headline", "summary", "dateline_place", "located")
"""The fields that are translated; a slug is made anew in each locale."""

NAMED_TEXT = {"figure": "caption", "video": "caption", "blockquote": "cite"}
"""Blocks that say something in an attribute, which holds no marks."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of text. `content` are ProseMirror inline nodes; that of a field is one text without marks."""

    id: str
    kind: str
    content: Sequence[Json]

    @property
    def text(self) -> str:
        """What it says, line breaks as they are, without marks."""
        return "".join(node.get("text", "\n") for node in self.content)

    @property
    def hash(self) -> str:
        """What it says with its marks, in 16 hex digits; "" if it says nothing."""
        if not self.text.strip():
            return ""
        # Sorted, because PostgreSQL keeps the members of an object in an order of its own.
        said = orjson.dumps(list(self.content), option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(said, digest_size=8).hexdigest()


def field_id(name: str) -> str:
    """The id of a field's segment, which no block can have."""
    return f"field:{name}"


def segments(part: TextPart) -> Iterator[Segment]:
    """The segments of a part: its fields, then the blocks of its body in document order, outer before inner."""
    for name in FIELDS:
        yield Segment(field_id(name), name, _plain(getattr(part, name) or ""))
    yield from _segments(part.body["content"])


def segment_hashes(part: TextPart) -> dict[str, str]:
    """The hash of each segment that says something, by its id."""
    return {segment.id: found for segment in segments(part) if (found := segment.hash)}


def skeleton(document: Json) -> Json:
    """The same blocks under the same ids, saying nothing."""
    return {**document, "content": [_silent(node) for node in document["content"]]}


def with_segments(part: TextPart, said: Mapping[str, Sequence[Json]]) -> dict[str, Any]:
    """The changes that make the segments of those ids say that; an id that the part lacks changes nothing."""
    changes: dict[str, Any] = {name: _text(said[field_id(name)]) or None for name in FIELDS if field_id(name) in said}
    if any(not each.startswith("field:") for each in said):
        changes["body"] = {**part.body, "content": [_saying(node, said) for node in part.body["content"]]}
    return changes


def aligned(source: Json, target: Json) -> Json:
    """The target with the source's blocks that it lacks, silent, each after the block that it follows in the source.

    Only whole top-level blocks come in, and blocks inside a container that both have; nothing of the target goes.
    """
    return {**target, "content": _aligned(source["content"], target["content"], set(block_ids(target["content"])))}


def _segments(nodes: Sequence[Json]) -> Iterator[Segment]:
    for node in nodes:
        children = node.get("content", ())
        if node["type"] in NAMED_TEXT:
            yield Segment(node["attrs"]["id"], node["type"], _plain(node["attrs"][NAMED_TEXT[node["type"]]] or ""))
        elif is_textual(node):
            yield Segment(node["attrs"]["id"], node["type"], children)
        if not is_textual(node):
            yield from _segments(children)


def is_textual(node: Json) -> bool:
    """Whether the block holds inline content, and so no other blocks."""
    return node["type"] in {"paragraph", "heading"}


def _plain(text: str) -> list[Json]:
    return [{"type": "text", "text": text}] if text else []


def _text(content: Sequence[Json]) -> str:
    return "".join(node.get("text", " ") for node in content)


def _silent(node: Json) -> Json:
    bare = {name: value for name, value in node.items() if name != "content"}
    if name := NAMED_TEXT.get(node["type"]):
        bare["attrs"] = {**node["attrs"], name: node["attrs"][name] and ""}
    if not is_textual(node) and "content" in node:
        bare["content"] = [_silent(child) for child in node["content"]]
    return bare


def _saying(node: Json, said: Mapping[str, Sequence[Json]]) -> Json:
    content = said.get(node["attrs"]["id"])
    changed = dict(node)
    if name := NAMED_TEXT.get(node["type"]):
        if content is not None:
            changed["attrs"] = {**node["attrs"], name: _text(content) or (node["attrs"][name] and "")}
    elif is_textual(node) and content is not None:
        changed["content"] = list(content)
    if not is_textual(node) and "content" in node:
        changed["content"] = [_saying(child, said) for child in node["content"]]
    return changed


def block_ids(nodes: Sequence[Json]) -> Iterator[str]:
    """The ids of blocks and of those inside them, in document order."""
    for node in nodes:
        yield node["attrs"]["id"]
        if not is_textual(node):
            yield from block_ids(node.get("content", ()))


def _aligned(source: Sequence[Json], target: Sequence[Json], known: set[str]) -> list[Json]:
    merged = list(target)
    place = 0
    for node in source:
        name = node["attrs"]["id"]
        here = next((at for at, each in enumerate(merged) if each["attrs"]["id"] == name), None)
        if here is None and name not in known:
            merged.insert(place, _silent(node))
            place += 1
        elif here is not None:
            if not is_textual(node) and "content" in node and "content" in merged[here]:
                inner = _aligned(node["content"], merged[here]["content"], known)
                merged[here] = {**merged[here], "content": inner}
            place = here + 1
    return merged
