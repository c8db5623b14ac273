"""XLIFF 1.2 (OASIS, 2008): a text and its translation, for translators who work with tools of their own.

A unit is a segment of a text; its content is ProseMirror inline nodes. A mark is a `<g>`, a line break an `<x>`. What
a mark is stands in `ctype` and, for a link and a language, in an attribute of our own namespace; tools that keep only
the `id` of a `<g>` in what they translate lose nothing, since the source of the unit says what that id is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

Node = Mapping[str, Any]
"""A ProseMirror inline node: `{type: text, text, marks}` or `{type: hardBreak, marks}`."""

NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
OWN = "urn:polyfocal:xliff"
BYTES_MOST = 20_000_000
DEPTH_MOST = 40

_CTYPES = {
    "bold": "bold",
    "italic": "italic",
    "link": "link",
    "superscript": "x-superscript",
    "subscript": "x-subscript",
    "lang": "x-lang",
}
_MARKS = {ctype: mark for mark, ctype in _CTYPES.items()}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}space"


class XliffError(Exception):
    """A file is no XLIFF of ours; the message says why, with its line where it has one."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A segment of the source and its translation, None where there is none; `kind` tells the translator what it is."""

    id: str
    kind: str
    source: Sequence[Node]
    target: Sequence[Node] | None = None
    state: str | None = None
    """The state of the target as XLIFF names it, such as `translated` or `needs-review-translation`."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One text in two locales. `original` is the uri of the item, `revision` that of the source text."""

    original: str
    revision: int
    source_locale: str
    target_locale: str
    units: Sequence[Unit] = field(default_factory=tuple)


def write_xliff(exchange: Exchange) -> bytes:
    """The file, in UTF-8."""
    root = etree.Element(_tag("xliff"), {"version": "1.2"}, nsmap={None: NAMESPACE, "pf": OWN})
    file = etree.SubElement(
        root,
        _tag("file"),
        {
            "original": exchange.original,
            "source-language": exchange.source_locale,
            "target-language": exchange.target_locale,
            "datatype": "x-prosemirror",
            "product-name": "polyfocal",
            "build-num": str(exchange.revision),
        },
    )
    body = etree.SubElement(file, _tag("body"))
    for unit in exchange.units:
        element = etree.SubElement(
            body, _tag("trans-unit"), {"id": unit.id, "restype": f"x-{unit.kind}", _XML_LANG: "preserve"}
        )
        marks: list[Node] = []
        _write_content(etree.SubElement(element, _tag("source")), unit.source, marks)
        if unit.target is not None:
            states = {"state": unit.state} if unit.state else {}
            _write_content(etree.SubElement(element, _tag("target"), states), unit.target, marks)
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return found


def read_xliff(data: bytes) -> Exchange:
    """The text that a file holds. Units without a target, or with an empty one, have none.

    Raises:
        XliffError: it is not well formed, no XLIFF 1.2, of several files, or holds what no text of ours can.
    """
    if len(data) > BYTES_MOST:
        raise XliffError(f"An XLIFF file may have {BYTES_MOST // 1_000_000} MB at most.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise XliffError(f"The file is not well-formed XML: {error.msg}.") from None
    if root.tag != _tag("xliff") or root.get("version") != "1.2":
        raise XliffError("The file is no XLIFF 1.2.")
    if root.getroottree().docinfo.doctype:
        raise XliffError("The file declares a document type, which no XLIFF needs.")
    files = root.findall(_tag("file"))
    if len(files) != 1:
        raise XliffError(f"The file holds {len(files)} texts; one is read at a time.")
    units = tuple(_read_unit(each) for each in files[0].iter(_tag("trans-unit")))
    if len({unit.id for unit in units}) != len(units):
        raise XliffError("Two units have the same id.")
    revision = files[0].get("build-num", "")
    if not (revision.isascii() and revision.isdigit() and len(revision) < 10):
        raise XliffError("The file does not say which revision of the source it holds (build-num).")
    return Exchange(
        original=files[0].get("original", ""),
        revision=int(revision),
        source_locale=files[0].get("source-language", ""),
        target_locale=files[0].get("target-language", ""),
        units=units,
    )


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _write_content(parent: Any, content: Sequence[Node], numbered: list[Node]) -> None:
    """Write inline nodes; a mark that neighbours share opens once. `numbered` are the marks of the unit so far."""
    opened: list[tuple[Node, Any]] = []
    for node in content:
        marks = list(node.get("marks", ()))
        shared = 0
        while shared < min(len(opened), len(marks)) and opened[shared][0] == marks[shared]:
            shared += 1
        del opened[shared:]
        for mark in marks[shared:]:
            if mark not in numbered:
                numbered.append(mark)
            outer = opened[-1][1] if opened else parent
            opened.append((mark, etree.SubElement(outer, _tag("g"), _attributes(mark, numbered.index(mark) + 1))))
        inside = opened[-1][1] if opened else parent
        if node["type"] == "hardBreak":
            etree.SubElement(inside, _tag("x"), {"id": "br", "ctype": "lb"})
        else:
            _append(inside, node["text"])


def _attributes(mark: Node, number: int) -> dict[str, str]:
    own = {f"{{{OWN}}}{name}": str(value) for name, value in mark.get("attrs", {}).items()}
    return {"id": str(number), "ctype": _CTYPES[mark["type"]], **own}


def _append(element: Any, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _read_unit(element: Any) -> Unit:
    name = element.get("id") or ""
    source, target = element.find(_tag("source")), element.find(_tag("target"))
    if not name or source is None:
        raise XliffError(f"Line {element.sourceline}: a unit lacks its id or its source.")
    marks: dict[str, Node] = {}
    for each in (source, target):
        for group in each.iter(_tag("g")) if each is not None else ():
            if mark := _mark(group):
                marks.setdefault(group.get("id", ""), mark)
    said = list(_read_content(target, marks, (), 0)) if target is not None else []
    return Unit(
        id=name,
        kind=element.get("restype", "").removeprefix("x-"),
        source=list(_read_content(source, marks, (), 0)),
        target=said or None,
        state=target.get("state") if target is not None else None,
    )


def _mark(group: Any) -> Node | None:
    """What a `<g>` says it is; None if it has an id only."""
    ctype = group.get("ctype")
    if ctype is None:
        return None
    if ctype not in _MARKS:
        raise XliffError(f"Line {group.sourceline}: there is no mark {ctype!r} in our texts.")
    prefix = f"{{{OWN}}}"
    attrs = {name.removeprefix(prefix): value for name, value in group.attrib.items() if name.startswith(prefix)}
    return {"type": _MARKS[ctype], "attrs": attrs} if attrs else {"type": _MARKS[ctype]}


def _read_content(element: Any, marks: Mapping[str, Node], around: tuple[Node, ...], depth: int) -> Iterator[Node]:
    if depth > DEPTH_MOST:
        raise XliffError(f"Line {element.sourceline}: marks stand {DEPTH_MOST} deep in each other.")
    yield from _texts(element.text, around)
    for child in element:
        if child.tag == _tag("g"):
            mark = marks.get(child.get("id", ""))
            if mark is None:
                raise XliffError(f"Line {child.sourceline}: the source of this unit has no mark {child.get('id')!r}.")
            inner = around if mark in around else (*around, mark)
            yield from _read_content(child, marks, inner, depth + 1)
        elif child.tag == _tag("x"):
            yield {"type": "hardBreak", "marks": list(around)} if around else {"type": "hardBreak"}
        elif child.tag == _tag("mrk"):  # what a tool marks for itself, such as a term
            yield from _read_content(child, marks, around, depth + 1)
        else:
            raise XliffError(f"Line {child.sourceline}: {etree.QName(child).localname} has no place in our texts.")
        yield from _texts(child.tail, around)


def _texts(text: str | None, marks: tuple[Node, ...]) -> Iterator[Node]:
    if text:
        yield {"type": "text", "text": text, "marks": list(marks)} if marks else {"type": "text", "text": text}
