"""A body as HTML, Markdown and plain text: pure functions over a checked document.

What is not in the schema cannot come here (see `body.parse`); every text is escaped all the same.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

Json = Mapping[str, Any]

_MARK_TAGS = {"bold": "strong", "italic": "em", "subscript": "sub", "superscript": "sup"}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>&~|])")
_LINE_START = re.compile(r"^(\s*)([#+\-=>]|\d{1,9}[.)])")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def html_of(document: Json) -> str:
    """HTML, safe to insert into a page."""
    return "".join(_html(block) for block in document["content"])


def text_of(document: Json) -> str:
    """Plain text, a blank line between blocks."""
    return "\n\n".join(text for text in map(_text, document["content"]) if text)


def markdown_of(document: Json) -> str:
    """CommonMark; what it has no sign for (sub- and superscript, language) is left as its text."""
    return "\n\n".join(text for text in map(_markdown, document["content"]) if text)


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
            return f"<p>{_inline_html(node)}</p>"
        case "heading":
            return f"<h{attrs['level']}>{_inline_html(node)}</h{attrs['level']}>"
        case "blockquote":
            cite = f"<footer>{escape(attrs['cite'])}</footer>" if attrs.get("cite") else ""
            return f"<blockquote>{_children(node, _html)}{cite}</blockquote>"
        case "bulletList":
            return f"<ul>{_children(node, _html)}</ul>"
        case "orderedList":
            start = f' start="{attrs["start"]}"' if attrs["start"] != 1 else ""
            return f"<ol{start}>{_children(node, _html)}</ol>"
        case "listItem":
            return f"<li>{_children(node, _html)}</li>"
        case "figure":
            caption = f"<figcaption>{escape(attrs['caption'])}</figcaption>" if attrs.get("caption") else ""
            return f'<figure data-item="{escape(attrs["item"])}">{caption}</figure>'
        case _:
            return "<hr>"


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


def _children(node: Json, render: Callable[[Json], str]) -> str:
    return "".join(render(each) for each in node.get("content", ()))


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


# Markdown


def _markdown(node: Json) -> str:
    attrs = node.get("attrs", {})
    match node["type"]:
        case "paragraph":
            return _inline_markdown(node)
        case "heading":
            return f"{'#' * attrs['level']} {_inline_markdown(node).replace(chr(10), ' ')}".rstrip()
        case "blockquote":
            parts = [_markdown(each) for each in node["content"]]
            parts += [_escaped(f"— {attrs['cite']}")] if attrs.get("cite") else []
            return "\n".join(f"> {line}".rstrip() for line in "\n\n".join(parts).split("\n"))
        case "bulletList":
            return "\n".join(_item(each, "- ") for each in node["content"])
        case "orderedList":
            numbers = range(attrs["start"], attrs["start"] + len(node["content"]))
            return "\n".join(_item(each, f"{n}. ") for n, each in zip(numbers, node["content"], strict=True))
        case "figure":
            return _escaped(attrs.get("caption") or "")
        case _:
            return "---"


def _item(node: Json, sign: str) -> str:
    text = "\n\n".join(_markdown(each) for each in node["content"])
    return sign + text.replace("\n", "\n" + " " * len(sign))


def _inline_markdown(node: Json) -> str:
    parts = []
    for each in node.get("content", ()):
        if each["type"] == "hardBreak":
            parts.append("\\\n")
            continue
        parts.append(_marked_markdown(each))
    lines = "".join(parts).strip().split("\n")
    return "\n".join(_LINE_START.sub(_escaped_start, line) for line in lines)


def _escaped_start(found: re.Match[str]) -> str:
    """A sign at the start of a line that would make it a heading, a list or a rule."""
    blank, sign = found.groups()
    return f"{blank}{sign[:-1]}\\{sign[-1]}"


def _marked_markdown(node: Json) -> str:
    text = node["text"]
    inner = text.strip()
    if not inner or not node.get("marks"):
        return _escaped(text)
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    shown = _escaped(inner)
    for mark in reversed(node["marks"]):
        match mark["type"]:
            case "bold":
                shown = f"**{shown}**"
            case "italic":
                shown = f"*{shown}*"
            case "link":
                shown = f"[{shown}](<{mark['attrs']['href'].replace('<', '%3C').replace('>', '%3E')}>)"
            case _:
                pass
    return f"{before}{shown}{after}"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text.replace("\n", " "))
