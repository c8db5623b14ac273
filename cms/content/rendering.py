"""A body as HTML and plain text: pure functions over a checked document. `markdown` is the third.

What is not in the schema cannot come here (see `body.parse`); every text is escaped all the same.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from cms.content.markdown import markdown_of

__all__ = ["count_words", "html_of", "markdown_of", "text_of"]

Json = Mapping[str, Any]

_MARK_TAGS = {"bold": "strong", "italic": "em", "subscript": "sub", "superscript": "sup"}
_UNSPACED = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def html_of(document: Json) -> str:
    """HTML, safe to insert into a page."""
    return "".join(_html(block) for block in document["content"])


def text_of(document: Json) -> str:
    """Plain text, a blank line between blocks."""
    return "\n\n".join(text for text in map(_text, document["content"]) if text)


def count_words(text: str) -> int:
    """Words parted by blanks, and each character of Chinese and Japanese."""
    characters = len(_UNSPACED.findall(text))
    rest = _UNSPACED.sub(" ", text)
    return characters + sum(1 for word in rest.split() if any(each.isalnum() for each in word))


# HTML


def _html(node: Json) -> str:
    attrs = node.get("attrs", {})
    match node["type"]:
        case "paragraph":
            html = f"<p>{_inline_html(node)}</p>"
        case "heading":
            html = f"<h{attrs['level']}>{_inline_html(node)}</h{attrs['level']}>"
        case "blockquote":
            cite = f"<footer>{escape(attrs['cite'])}</footer>" if attrs.get("cite") else ""
            html = f"<blockquote>{_children(node)}{cite}</blockquote>"
        case "bulletList":
            html = f"<ul>{_children(node)}</ul>"
        case "orderedList":
            start = f' start="{attrs["start"]}"' if attrs["start"] != 1 else ""
            html = f"<ol{start}>{_children(node)}</ol>"
        case "listItem":
            html = f"<li>{_children(node)}</li>"
        case "figure":
            caption = f"<figcaption>{escape(attrs['caption'])}</figcaption>" if attrs.get("caption") else ""
            html = f'<figure data-item="{escape(attrs["item"])}">{caption}</figure>'
        case _:
            html = "<hr>"
    return html


def _inline_html(node: Json) -> str:
    parts = []
    for each in node.get("content", ()):
        if each["type"] == "hardBreak":
            parts.append("<br>")
            continue
        html = escape(each["text"], quote=False)
        for mark in reversed(each.get("marks", ())):
            html = _marked_html(mark, html)
        parts.append(html)
    return "".join(parts)


def _marked_html(mark: Json, html: str) -> str:
    match mark["type"]:
        case "link":
            return f'<a href="{escape(mark["attrs"]["href"])}" rel="noopener">{html}</a>'
        case "lang":
            return f'<span lang="{escape(mark["attrs"]["lang"])}">{html}</span>'
        case name:
            return f"<{_MARK_TAGS[name]}>{html}</{_MARK_TAGS[name]}>"


def _children(node: Json) -> str:
    return "".join(map(_html, node.get("content", ())))


# Plain text


def _text(node: Json) -> str:
    match node["type"]:
        case "paragraph" | "heading":
            return "".join(each.get("text", "\n") for each in node.get("content", ())).strip()
        case "figure":
            return str(node["attrs"].get("caption") or "")
        case "horizontalRule":
            return ""
        case _:
            parts = [text for text in map(_text, node.get("content", ())) if text]
            cite = node.get("attrs", {}).get("cite")
            return "\n".join([*parts, *([cite] if cite else ())])
