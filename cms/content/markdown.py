"""A body as CommonMark, which reads back as the same text whatever an editor typed.

Two things make that hard. Any punctuation may be markup, so it is escaped where it could be. And `**` next to
punctuation or in the middle of Chinese does not open or close emphasis (`**“你好”**世界` is a famous case),
so a sign is written only where CommonMark's flanking rules certainly see it, and elsewhere an HTML tag, which
CommonMark allows.
"""

import re
import unicodedata

from cms.content.grammar import Json
from cms.content.rendering import common_marks, mark_tags

_SPECIAL = re.compile(r"[\\`*_\[\]<>~|]|&(?=[#A-Za-z]|$)")
_ENTITY = re.compile(r"&(?=[#A-Za-z])")
_LINE_START = re.compile(r"[#+\-=]|\d{1,9}(?=[.)])", re.ASCII)
_SIGNS = {"bold": "**", "italic": "_"}
_BREAK = "\\\n"


def markdown_of(document: Json) -> str:
    """CommonMark of a whole document, blocks parted by a blank line, without a line end at the end.

    A figure and a video are an image whose address is `item:` and the global id; empty paragraphs are left
    out.
    """
    return _blocks(document["content"])


def _blocks(nodes: list[Json]) -> str:
    out: list[str] = []
    before, odd = "", False
    for node in nodes:
        # Two lists in a row would be read as one, unless the second has another sign.
        turn = node["type"] == before and not odd
        if text := _block(node, odd=turn):
            out.append(text)
            before, odd = node["type"], turn
    return "\n\n".join(out)


def _block(node: Json, *, odd: bool) -> str:
    attrs = node["attrs"]
    match node["type"]:
        case "paragraph":
            return _BREAK.join(_lines(node))
        case "heading":
            text = " ".join(_lines(node))
            closing = "\\" if text.endswith("#") and not text.endswith("\\#") else ""
            return f"{'#' * attrs['level']} {text[:-1]}{closing}{text[-1:]}".rstrip(" ")
        case "bulletList":
            return _items(node, ["+" if odd else "-"] * len(node["content"]))
        case "orderedList":
            sign = ")" if odd else "."
            return _items(node, [f"{attrs['start'] + index}{sign}" for index in range(len(node["content"]))])
        case "blockquote":
            cite = _escape(f"— {attrs['cite']}") if attrs["cite"] else ""
            return _indented("> ", "> ", "\n\n".join(filter(None, (_blocks(node["content"]), cite))))
        case "figure" | "video":
            return f"![{_escape(attrs['caption'])}](item:{attrs['item']})"
        case _:
            # Neither the underline of a heading nor, after "- ", part of one long rule, as "---" would be.
            return "***"


def _items(node: Json, signs: list[str]) -> str:
    loose = any(len(item["content"]) > 1 for item in node["content"])
    items = (
        _indented(f"{sign} ", " " * (len(sign) + 1), _blocks(item["content"]))
        for sign, item in zip(signs, node["content"], strict=True)
    )
    return ("\n\n" if loose else "\n").join(items)


def _indented(first: str, other: str, text: str) -> str:
    """The text with a prefix before its first and another before its other lines, and no space at any line's
    end.
    """
    head, *rest = text.split("\n")
    return "\n".join([(first + head).rstrip(" "), *((other + line).rstrip(" ") for line in rest)])


def _lines(node: Json) -> list[str]:
    """The lines between a block's hard breaks, each safe at the start of a line; no empty one at either
    end.
    """
    runs: list[list[Json]] = [[]]
    for child in node.get("content", ()):
        if child["type"] == "hardBreak":
            runs.append([])
        else:
            runs[-1].append(child)
    # CommonMark drops the spaces around a line, and four in front would make it code.
    lines = [_safe_start(_line(run).strip(" ")) for run in runs]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return lines


def _line(run: list[Json]) -> str:
    pieces: list[str] = []
    pairs: list[tuple[Json, int, int]] = []
    opened: list[tuple[Json, int]] = []
    for child in [*run, {}]:
        marks = child.get("marks", [])
        shared = common_marks([mark for mark, _ in opened], marks)
        while len(opened) > shared:
            mark, start = opened.pop()
            pairs.append((mark, start, len(pieces)))
            pieces.append(_either(mark)[1])
        for mark in marks[shared:]:
            if mark["type"] == "link" and pieces and pieces[-1].endswith("!"):
                pieces[-1] = f"{pieces[-1][:-1]}\\!"  # else the link would be an image
            opened.append((mark, len(pieces)))
            pieces.append(_either(mark)[0])
        if child:
            pieces.append(_escape(child["text"]))
    for mark, start, end in pairs:
        if mark["type"] in _SIGNS and _can_be_signs(pieces, start, end):
            pieces[start] = pieces[end] = _SIGNS[mark["type"]]
    return "".join(pieces)


def _either(mark: Json) -> tuple[str, str]:
    """What opens and closes a mark wherever it stands: a link's brackets, else HTML tags."""
    if mark["type"] != "link":
        return mark_tags(mark)
    href = _ENTITY.sub("&amp;", mark["attrs"]["href"])
    return "[", f"](<{href}>)" if "(" in href or ")" in href else f"]({href})"


def _can_be_signs(pieces: list[str], start: int, end: int) -> bool:
    """Whether `**` or `_` at both places certainly opens and closes, whichever edition of CommonMark reads
    it.

    Whether a neighbour is a sign or still a tag makes no difference: both are punctuation at both their ends.
    """
    ends = (
        (pieces[start - 1][-1] if start else "", pieces[start + 1][0]),
        (pieces[end + 1][0] if end + 1 < len(pieces) else "", pieces[end - 1][-1]),
    )
    word = pieces[start] == "<em>"
    return all(
        not inside.isspace() and (_parts_words(outside) or not (word or _is_symbol(inside))) for outside, inside in ends
    )


def _parts_words(character: str) -> bool:
    """The end of a line, a space or punctuation."""
    category = unicodedata.category(character) if character else "Zs"
    return category == "Zs" or category[0] == "P" or (category[0] == "S" and character.isascii())


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _safe_start(line: str) -> str:
    """A line that is no heading, list, rule or underline, whatever it begins with."""
    found = _LINE_START.match(line)
    if not found:
        return line
    digits = found.group() if found.group().isdigit() else ""
    return f"{digits}\\{line[len(digits) :]}"
