"""A body as CommonMark: a pure function over a checked document.

What Markdown has no sign for (sub- and superscript, language) stays as its text; no text is taken for a sign.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from string import punctuation
from typing import Any
from unicodedata import category

Json = Mapping[str, Any]
Piece = tuple[str, Mapping[str, str]]
"""Some text and its marks: their names, with the address of a link."""
Token = tuple[str, str]
"""A `text`, a sign that is an `open` or `close`, or a part of a `link`; and how it is written."""

_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|]")
_LINE_START = re.compile(r"^([#+=-]|\d{1,9}[.)])")
_HEADING_END = re.compile(r"#$")
_ADDRESS = {"\\": "%5C", "<": "%3C", ">": "%3E", "&": "&amp;"}


def markdown_of(document: Json) -> str:
    """CommonMark, a blank line between blocks."""
    return _blocks(document["content"])


def _blocks(nodes: Iterable[Json]) -> str:
    """Blocks in a row; a list right after another takes other signs, or the two would become one."""
    shown: list[str] = []
    before, other = "", False
    for node in nodes:
        kind = node["type"]
        other_now = kind == before and not other
        if text := _block(node, other=other_now):
            shown.append(text)
            before, other = kind, other_now
    return "\n\n".join(shown)


def _block(node: Json, *, other: bool) -> str:
    attrs, content = node.get("attrs", {}), node.get("content", ())
    match node["type"]:
        case "paragraph":
            shown = "\\\n".join(_lines(content))
        case "heading":
            text = _HEADING_END.sub(_escaped_end, " ".join(_lines(content)))
            shown = f"{'#' * attrs['level']} {text}".rstrip()
        case "blockquote":
            cite = _line([(f"— {attrs['cite']}", {})]) if attrs.get("cite") else ""
            quoted = "\n\n".join(filter(None, (_blocks(content), cite)))
            shown = "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))
        case "bulletList":
            shown = "\n".join(_item(each, "* " if other else "- ") for each in content)
        case "orderedList":
            end = ")" if other else "."
            shown = "\n".join(_item(each, f"{n}{end} ") for n, each in enumerate(content, attrs["start"]))
        case "figure":
            shown = _line([(attrs.get("caption") or "", {})])
        case _:
            shown = "---"
    return shown


def _item(node: Json, sign: str) -> str:
    text = re.sub(r"\n(?=[^\n])", "\n" + " " * len(sign), _blocks(node["content"]))
    return (sign + text).rstrip(" ")


def _lines(content: Iterable[Json]) -> list[str]:
    """What hard breaks part; none at the ends, where a break means nothing and its sign would be read."""
    lines: list[list[Piece]] = [[]]
    for node in content:
        if node["type"] == "hardBreak":
            lines.append([])
        else:
            marks = {mark["type"]: mark.get("attrs", {}).get("href", "") for mark in node.get("marks", ())}
            lines[-1].append((node["text"], marks))
    shown = [_line(each) for each in lines]
    while shown and not shown[-1]:
        shown.pop()
    while shown and not shown[0]:
        del shown[0]
    return shown


def _line(pieces: Sequence[Piece]) -> str:
    """One line. A letter that would keep a sign beside it from being one is written as its number."""
    # Beside bold's asterisks those of italic could be counted among them.
    italic = "_" if any("bold" in marks for _, marks in pieces) else "*"
    tokens = _tokens(pieces, {"link": "", "bold": "**", "italic": italic})
    shown = ""
    for index, (kind, text) in enumerate(tokens):
        after = tokens[index + 1][1] if index + 1 < len(tokens) else ""
        if kind == "open" and _hinders(shown[-1:], text, after[:1]):
            shown = shown[:-1] + _as_number(shown[-1])
        elif kind == "close" and _hinders(after[:1], text, shown[-1:]):
            tokens[index + 1] = ("text", _as_number(after[0]) + after[1:])
        elif kind == "link" and shown.endswith("!"):
            shown = shown[:-1] + r"\!"
        shown += text
    return _LINE_START.sub(_escaped_end, shown.strip())


def _tokens(pieces: Sequence[Piece], signs: Mapping[str, str]) -> list[Token]:
    """The pieces between signs, neighbours with the same mark under one pair of them."""
    if not signs:
        return [("text", _escaped("".join(text for text, _ in pieces)))]
    (name, sign), *rest = signs.items()
    tokens: list[Token] = []
    for value, run in groupby(pieces, key=lambda piece: piece[1].get(name)):
        inner = _tokens(list(run), dict(rest))
        if value is None:
            tokens += inner
        elif name == "link":
            address = "".join(_ADDRESS.get(each, each) for each in value)
            tokens += _around(("link", "["), inner, ("text", f"](<{address}>)"))
        else:
            tokens += _around(("open", sign), inner, ("close", sign))
    return tokens


def _around(opening: Token, inner: Sequence[Token], closing: Token) -> list[Token]:
    """The tokens between two signs, blanks at the ends left outside; no signs if there are only blanks."""
    tokens = list(inner)
    before, after = "", ""
    while tokens and tokens[0][0] == "text" and tokens[0][1] != (text := tokens[0][1].lstrip()):
        before += tokens[0][1].removesuffix(text)
        tokens[:1] = _text(text)
    while tokens and tokens[-1][0] == "text" and tokens[-1][1] != (text := tokens[-1][1].rstrip()):
        after = tokens[-1][1].removeprefix(text) + after
        tokens[-1:] = _text(text)
    if not tokens:
        return _text(before + after)
    return [*_text(before), opening, *tokens, closing, *_text(after)]


def _text(text: str) -> list[Token]:
    return [("text", text)] if text else []


def _hinders(outside: str, sign: str, inside: str) -> bool:
    """Whether CommonMark's rules of flanking would leave the sign standing as text."""
    if not outside or outside.isspace() or outside in punctuation or category(outside)[0] == "P":
        return False
    return sign == "_" or not inside.isalnum()


def _as_number(letter: str) -> str:
    return f"&#{ord(letter)};"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", re.sub(r"[\t\r\n]", " ", text))


def _escaped_end(found: re.Match[str]) -> str:
    """A backslash before the last character: that is what makes a sign of the rest."""
    return f"{found[0][:-1]}\\{found[0][-1]}"
