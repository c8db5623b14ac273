"""A body as HTML and as plain text: pure functions over a document that `parse` has passed.

The HTML is byte for byte what an HTML parser would write again, so a frontend that cleans it once more (as it
should) stores and compares the same string.
"""

import re
from collections.abc import Sequence
from typing import Any

from cms.content.grammar import Json

_TAGS = {
    "bold": "strong",
    "italic": "em",
    "subscript": "sub",
    "superscript": "sup",
    "link": "a",
    "lang": "span",
}

# Scripts that write no spaces between words: Han, Hiragana and Katakana with their iteration and length
# marks.
_UNSPACED = re.compile(
    r"[\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
)


def html_of(document: Json) -> str:
    """HTML without a wrapper: `<p>…</p><h2>…</h2>…`. A figure and a video are `<figure data-item="global
    id">`.
    """
    out: list[str] = []
    for node in document["content"]:
        _html(node, out)
    return "".join(out)


def inline_html(content: Sequence[Json]) -> str:
    """HTML of inline nodes without a block around them; a mark that neighbours share opens once, so a link with one
    bold word stays one link.
    """
    out: list[str] = []
    opened: list[Json] = []
    for child in content:
        marks: list[Json] = child.get("marks", [])
        if marks != opened:
            shared = common_marks(opened, marks)
            out.extend(mark_tags(mark)[1] for mark in reversed(opened[shared:]))
            out.extend(mark_tags(mark)[0] for mark in marks[shared:])
            opened = marks
        out.append(escape_text(child["text"]) if "text" in child else "<br>")
    out.extend(mark_tags(mark)[1] for mark in reversed(opened))
    return "".join(out)


def text_of(document: Json) -> str:
    """Plain text without markers: blocks parted by a blank line, a list's items by a line end, captions
    included.
    """
    return _texts(document["content"], "\n\n")


def own_text(node: Json) -> str:
    """What one block says itself: its inline text, its caption, or its attribution; "" if it only holds
    others.
    """
    attrs = node.get("attrs", {})
    if "caption" in attrs or "cite" in attrs:
        return str(attrs.get("caption") or attrs.get("cite") or "")
    return "".join(child.get("text", "\n") for child in node.get("content", ()) if "attrs" not in child)


def count_words(text: str) -> int:
    """Words between spaces that have a letter or a digit, and each character of Chinese and Japanese."""
    spaced, unspaced = _UNSPACED.subn(" ", text)
    return unspaced + sum(word.isalnum() or any(map(str.isalnum, word)) for word in spaced.split())


def escape_text(text: str) -> str:
    """Text between tags, as the HTML standard serialises it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\xa0", "&nbsp;")


def escape_attribute(value: str) -> str:
    """The value of an attribute in double quotes."""
    return escape_text(value).replace('"', "&quot;")


def mark_tags(mark: Json) -> tuple[str, str]:
    """The opening and the closing tag of a mark."""
    tag = _TAGS[mark["type"]]
    attrs = mark.get("attrs", {})
    if tag == "a":
        return f'<a href="{escape_attribute(attrs["href"])}" rel="noopener">', "</a>"
    if tag == "span":
        return f'<span lang="{escape_attribute(attrs["lang"])}">', "</span>"
    return f"<{tag}>", f"</{tag}>"


def _html(node: Json, out: list[str]) -> None:
    kind, attrs = node["type"], node.get("attrs", {})
    match kind:
        case "paragraph":
            _inline(node, "p", out)
        case "heading":
            _inline(node, f"h{attrs['level']}", out)
        case "bulletList":
            _wrapped(node, "ul", "", out)
        case "orderedList":
            _wrapped(node, "ol", "" if attrs["start"] == 1 else f' start="{attrs["start"]}"', out)
        case "listItem":
            _wrapped(node, "li", "", out)
        case "blockquote":
            _wrapped(node, "blockquote", "", out)
        case "figure" | "video":
            film = ' data-kind="video"' if kind == "video" else ""
            caption = f"<figcaption>{escape_text(attrs['caption'])}</figcaption>" if attrs["caption"] else ""
            out.append(f'<figure data-item="{escape_attribute(attrs["item"])}"{film}>{caption}</figure>')
        case _:
            out.append("<hr>")


def _wrapped(node: Json, tag: str, attributes: str, out: list[str]) -> None:
    out.append(f"<{tag}{attributes}>")
    for child in node["content"]:
        _html(child, out)
    if cite := node["attrs"].get("cite"):
        out.append(f"<footer>{escape_text(cite)}</footer>")
    out.append(f"</{tag}>")


def _inline(node: Json, tag: str, out: list[str]) -> None:
    out.extend((f"<{tag}>", inline_html(node.get("content", ())), f"</{tag}>"))


def common_marks(one: list[Json], other: list[Json]) -> int:
    """How many outer marks two neighbours share."""
    shared = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        shared += 1
    return shared


def _texts(nodes: list[Json], between: str) -> str:
    return between.join(text for text in map(_text, nodes) if text)


def _text(node: Json) -> str:
    match node["type"]:
        case "bulletList" | "orderedList" | "listItem":
            return _texts(node["content"], "\n")
        case "blockquote":
            quoted: list[Any] = [_texts(node["content"], "\n\n"), own_text(node)]
            return "\n\n".join(filter(None, quoted))
        case _:
            return own_text(node).strip()
