"""The article body: a ProseMirror document, the stored truth; HTML, Markdown and text are renderings of it.

Every block (a paragraph, a list, a list's item, a figure) has an id that lives as long as the block, so that
a translation can be compared with its source block by block.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import orjson

from cms.content import markdown, rendering
from cms.content.grammar import Json
from cms.content.parsing import BYTES_MOST, Walk, too_large


class Block(NamedTuple):
    """One block as a translator meets it; `text` is its own, "" for a list or a quotation that holds other
    blocks.
    """

    id: str
    type: str
    text: str
    hash: str


@dataclass(frozen=True)
class Body:
    """A checked document in normal form. Made by `parse` and `from_text`, compared by its JSON."""

    json: str

    @cached_property
    def document(self) -> Json:
        """The document as plain objects, for reading only: `json` is what is compared and stored."""
        document: Json = orjson.loads(self.json)
        return document

    @cached_property
    def html(self) -> str:
        """HTML that is safe to insert into a page and that `nh3.clean` leaves as it is."""
        return rendering.html_of(self.document)

    @cached_property
    def text(self) -> str:
        """Plain text for search and snippets: a blank line between blocks, list items on lines of their
        own.
        """
        return rendering.text_of(self.document)

    @cached_property
    def markdown(self) -> str:
        """CommonMark, for exchange; what it has no sign for is inline HTML."""
        return markdown.markdown_of(self.document)

    @cached_property
    def word_count(self) -> int:
        """Words between spaces, and each character of Chinese and Japanese."""
        return rendering.count_words(self.text)

    @cached_property
    def block_hashes(self) -> dict[str, str]:
        """SHA-256 of what each block says, by its id: in hex, in document order, blind to ids.

        A block's hash covers the blocks inside it, so a list changes with any of its items. A translation
        stores these hashes of its source; a block is stale when its hash is another now.
        """
        return {block.id: block.hash for block in self.blocks()}

    def blocks(self) -> Iterator[Block]:
        """Every block in document order, outer before inner."""
        for node in self.document["content"]:
            yield from _blocks(node)[0]


def parse(value: object, *, ids: Callable[[], str] | None = None) -> Body:
    """Check an untrusted JSON value and give every block an id; parsing the result again changes nothing.

    A block keeps its id unless another had it before; the others get one from `ids`, by default a random one
    of eight characters. `ids` must not repeat itself forever. Raises BodyError, whose path leads to the first
    trouble.
    """
    document = Walk(ids or new_id).document(value)
    json = orjson.dumps(document)
    if len(json) > BYTES_MOST:
        raise too_large()
    return Body(json.decode())


def from_text(text: str, *, ids: Callable[[], str] | None = None) -> Body:
    """A body of paragraphs, for what comes without markup.

    Blank lines part paragraphs and a single line end is a line break; where there is no blank line at all,
    each line is a paragraph. Raises BodyError if the text cannot be stored.
    """
    lines = re.sub(r"\r\n?|[\u2028\u2029]", "\n", text).strip()
    parts = re.split(r"\n[ \t]*(?:\n[ \t]*)+", lines)
    if len(parts) == 1:
        parts = lines.split("\n")
    paragraphs = [_paragraph(part) for part in parts if part.strip()]
    return parse({"type": "doc", "content": paragraphs or [{"type": "paragraph"}]}, ids=ids)


def new_id() -> str:
    """A block id that no other block of the document will have: 48 random bits in eight characters."""
    return secrets.token_urlsafe(6)


def _paragraph(part: str) -> Json:
    content: list[Json] = []
    for line in filter(None, map(str.strip, part.split("\n"))):
        if content:
            content.append({"type": "hardBreak"})
        content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}


def _blocks(node: Json) -> tuple[list[Block], str]:
    """The blocks of a node, itself first, and its hash.

    A container is hashed over its children's hashes, so a deep document costs no more than a flat one.
    """
    children = node.get("content", [])
    attrs = {name: value for name, value in node["attrs"].items() if name != "id"}
    inner: list[Block] = []
    if children and "id" in children[0].get("attrs", ()):
        said: list[object] = []
        for child in children:
            blocks, child_hash = _blocks(child)
            inner += blocks
            said.append(child_hash)
    else:
        said = children
    own = hashlib.sha256(orjson.dumps([node["type"], attrs, said])).hexdigest()
    return [Block(node["attrs"]["id"], node["type"], rendering.own_text(node), own), *inner], own


EMPTY = parse({"type": "doc", "content": [{"type": "paragraph", "attrs": {"id": "start"}}]})
"""The body of a text that has none yet: one empty paragraph."""
