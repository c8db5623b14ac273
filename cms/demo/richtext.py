"""The demonstration's short notation of texts as ProseMirror documents: blocks, with `**bold**`, `*italic*`, links."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_INLINE = re.compile(r"\*\*(?P<bold>.+?)\*\*|\*(?P<italic>.+?)\*|\[(?P<label>.+?)\]\((?P<href>.+?)\)")

Json = dict[str, Any]


def document(blocks: Sequence[Mapping[str, Any]]) -> Json:
    """The document of those blocks; an empty one holds an empty paragraph."""
    return {"type": "doc", "content": [_block(block) for block in blocks] or [{"type": "paragraph"}]}


def _block(block: Mapping[str, Any]) -> Json:
    match block["type"]:
        case "heading":
            return {"type": "heading", "attrs": {"level": 2}, "content": _inline(block["text"])}
        case "quote":
            return {
                "type": "blockquote",
                "attrs": {"cite": block.get("cite")},
                "content": [_paragraph(block["text"])],
            }
        case "list":
            items = [{"type": "listItem", "content": [_paragraph(text)]} for text in block["items"]]
            return {"type": "bulletList", "content": items}
        case _:
            return _paragraph(block["text"])


def _paragraph(text: str) -> Json:
    return {"type": "paragraph", "content": _inline(text)}


def _inline(text: str) -> list[Json]:
    nodes: list[Json] = []
    at = 0
    for found in _INLINE.finditer(text):
        nodes += _plain(text[at : found.start()])
        at = found.end()
        if found["href"]:
            mark: Json = {"type": "link", "attrs": {"href": found["href"]}}
        else:
            mark = {"type": "bold" if found["bold"] else "italic"}
        nodes.append({"type": "text", "text": found["bold"] or found["italic"] or found["label"], "marks": [mark]})
    return nodes + _plain(text[at:])


def _plain(text: str) -> list[Json]:
    return [{"type": "text", "text": text}] if text else []
