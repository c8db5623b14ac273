"""Parsing: what is refused and where, the normal form, ids and hashes."""

import itertools
from typing import Any

import orjson
import pytest
from hypothesis import given
from prosemirror.model import Node

from cms.content import parsing
from cms.content.body import EMPTY, Body, from_text, parse
from cms.content.grammar import ATTRIBUTES, MARKS, NODES, SCHEMA
from cms.errors import BodyError
from tests.cms.content.documents import documents, hostile

ITEM = "QXJ0aWNsZTox"


def doc(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "content": list(content)}


def text(words: str, *marks: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, "marks": list(marks)}


def paragraph(*content: Any, block_id: str | None = None) -> dict[str, Any]:
    return {"type": "paragraph", "attrs": {"id": block_id}, "content": list(content)}


def link(href: Any) -> dict[str, Any]:
    return {"type": "link", "attrs": {"href": href}}


def counted() -> Any:
    counter = itertools.count(1)
    return lambda: f"b{next(counter)}"


@given(documents)
def test_what_passes_is_a_document_to_prosemirror_and_passes_again_unchanged(value: Any) -> None:
    body = parse(value)
    Node.from_json(SCHEMA, orjson.loads(body.json)).check()
    assert parse(orjson.loads(body.json)) == body
    assert len(body.block_hashes) == len(list(body.blocks()))


@given(hostile)
def test_hostile_json_is_refused_in_words_that_can_be_sent(value: Any) -> None:
    for wrapped in (value, doc(value), doc(paragraph(value)), doc(paragraph(text("x", value)))):
        try:
            body = parse(wrapped)
        except BodyError as error:
            orjson.dumps([error.message, error.path])
        else:
            assert body.html
            assert parse(body.document) == body


def test_every_attribute_of_the_schema_has_a_check() -> None:
    named = {name for kind in NODES.values() for name in kind.attrs}
    named |= {name for kind in MARKS.values() for name in kind.attrs}
    assert named == set(ATTRIBUTES)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (None, ()),
        ({"type": "paragraph"}, ()),
        ({"type": "doc"}, ("content",)),
        (doc({"type": "script"}), ("content", 0)),
        (doc(paragraph(), {"type": "listItem", "content": [paragraph()]}), ("content", 1)),
        (doc(paragraph(paragraph())), ("content", 0, "content", 0)),
        (doc(text("sciolto")), ("content", 0)),
        (doc({"type": "paragraph", "onclick": "x"}), ("content", 0, "onclick")),
        (doc({"type": "paragraph", "attrs": {"style": "x"}}), ("content", 0, "attrs", "style")),
        (doc({"type": "paragraph", "attrs": {"id": "a b"}}), ("content", 0, "attrs", "id")),
        (doc({"type": "paragraph", "marks": []}), ("content", 0, "marks")),
        (doc({"type": "heading", "attrs": {"level": 1}}), ("content", 0, "attrs", "level")),
        (doc({"type": "heading", "attrs": {"level": True}}), ("content", 0, "attrs", "level")),
        (doc({"type": "bulletList"}), ("content", 0, "content")),
        (doc({"type": "figure"}), ("content", 0, "attrs", "item")),
        (doc({"type": "figure", "attrs": {"item": '"><script>'}}), ("content", 0, "attrs", "item")),
        (doc(paragraph(text(""))), ("content", 0, "content", 0, "text")),
        (doc(paragraph(text("中\x00国"))), ("content", 0, "content", 0, "text")),
        (doc(paragraph(text("\ud83d"))), ("content", 0, "content", 0, "text")),
        (doc(paragraph(text("x", {"type": "blink"}))), ("content", 0, "content", 0, "marks", 0)),
        (
            doc(paragraph(text("x", {"type": "bold"}, {"type": "bold"}))),
            ("content", 0, "content", 0, "marks", 1),
        ),
        (
            doc(paragraph(text("x", {"type": "subscript"}, {"type": "superscript"}))),
            ("content", 0, "content", 0, "marks", 1),
        ),
        (
            doc(paragraph(text("x", {"type": "lang", "attrs": {"lang": 'it" onload='}}))),
            ("content", 0, "content", 0, "marks", 0, "attrs", "lang"),
        ),
    ],
)
def test_the_path_leads_to_the_trouble(value: Any, path: tuple[str | int, ...]) -> None:
    with pytest.raises(BodyError) as caught:
        parse(value)
    assert caught.value.path == path


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "java\tscript:x", "\x01javascript:alert(1)", "javascript&#58;alert(1)", "&#106;avascript:alert(1)",
        "javascript\u200b:x", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "//altrove.it/x",
        "/\\altrove.it", "\\\\altrove.it", "http:javascript", "https://", "https://user:secret@rsi.ch/",
        "https://rsi.ch/a b", "/a\u2028b", "mailto:", "tel:", "notizie/oggi", "", "#" + "x" * 2_000, None, 7,
        ["https://rsi.ch"],
    ],
)  # fmt: skip
def test_a_link_leads_only_where_links_may(href: Any) -> None:
    with pytest.raises(BodyError) as caught:
        parse(doc(paragraph(text("qui", link(href)))))
    assert caught.value.path[-1] == "href"


@pytest.mark.parametrize(
    "href",
    [
        "https://www.rsi.ch",
        "HTTP://例え.jp:8080/路?q=1#x",
        "https://[::1]/",
        "mailto:a@b.ch",
        "tel:+41",
        "/",
        "/it",
        "#n",
    ],
)
def test_a_link_that_may_stays_as_it_is(href: str) -> None:
    body = parse(doc(paragraph(text("qui", {"type": "link", "attrs": {"href": href, "target": "_blank", "rel": "x"}}))))
    assert body.document["content"][0]["content"][0]["marks"] == [link(href)]


def test_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    deep: Any = paragraph()
    for _ in range(parsing.DEPTH_MOST - 1):
        deep = {"type": "blockquote", "content": [deep]}
    parse(doc(deep))
    with pytest.raises(BodyError, match="32 nodes deep"):
        parse(doc({"type": "blockquote", "content": [deep]}))
    endless: dict[str, Any] = {"type": "blockquote"}
    endless["content"] = [endless]
    with pytest.raises(BodyError, match="32 nodes deep"):
        parse(doc(endless))
    parse(doc(*[paragraph()] * parsing.BLOCKS_MOST))
    with pytest.raises(BodyError, match="5,000 blocks"):
        parse(doc(*[paragraph()] * (parsing.BLOCKS_MOST + 1)))
    for long in ("a" * 2_000_001, "新" * 700_000):
        with pytest.raises(BodyError, match="2 MB"):
            parse(doc(paragraph(text(long))))


def test_the_normal_form() -> None:
    bold, italic = {"type": "bold"}, {"type": "italic"}
    body = parse(
        doc(
            paragraph(text("Buon", italic, bold), text("giorno\n\tmondo", bold, italic), block_id="p"),
            {"content": [], "type": "heading"},
        ),
        ids=counted(),
    )
    assert body.json == (
        '{"type":"doc","content":[{"type":"paragraph","attrs":{"id":"p"},"content":[{"type":"text",'
        '"marks":[{"type":"bold"},{"type":"italic"}],"text":"Buongiorno mondo"}]},'
        '{"type":"heading","attrs":{"id":"b1","level":2}}]}'
    )


def test_a_block_keeps_its_id_and_a_copy_gets_another() -> None:
    blocks = [paragraph(block_id=each) for each in ("x", None, "x", "b1", "b2")]
    body = parse(doc(*blocks), ids=counted())
    assert [block.id for block in body.blocks()] == ["x", "b3", "b4", "b1", "b2"]


def test_a_hash_is_blind_to_ids_and_sees_everything_else() -> None:
    def list_of(*items: str) -> Any:
        return {
            "type": "bulletList",
            "content": [{"type": "listItem", "content": [paragraph(text(i))]} for i in items],
        }

    def hashes(value: Any) -> list[str]:
        return list(parse(value).block_hashes.values())

    before = hashes(doc(list_of("米兰", "罗马"), paragraph(text("fine"))))
    assert hashes(doc(list_of("米兰", "罗马"), paragraph(text("fine")))) == before
    after = hashes(doc(list_of("米兰", "都灵"), paragraph(text("fine"))))
    same = [one == other for one, other in zip(before, after, strict=True)]
    # list, item, paragraph, item, paragraph, paragraph
    assert same == [False, True, True, False, False, True]
    assert hashes(doc(paragraph(text("x"))))[0] != hashes(doc(paragraph(text("x", {"type": "bold"}))))[0]
    captions = [{"type": "figure", "attrs": {"item": ITEM, "caption": caption}} for caption in ("", "Roma")]
    assert len(set(hashes(doc(*captions)))) == 2


@pytest.mark.parametrize(
    ("plain", "paragraphs"),
    [
        ("Prima riga\nseconda\n\nTerza\r\n \r\nQuarta", ["Prima riga\nseconda", "Terza", "Quarta"]),
        ("第一段\n第二段\r\n第三段", ["第一段", "第二段", "第三段"]),
        ("  uno  ", ["uno"]),
        (" \n\n ", [""]),
    ],
)
def test_plain_text_becomes_paragraphs(plain: str, paragraphs: list[str]) -> None:
    body = from_text(plain)
    assert [block.text for block in body.blocks()] == paragraphs
    assert {block.type for block in body.blocks()} == {"paragraph"}


def test_plain_text_that_cannot_be_stored_is_refused() -> None:
    with pytest.raises(BodyError):
        from_text("a\x00b")


def test_the_empty_body_is_one_empty_paragraph() -> None:
    assert parse(doc(paragraph(block_id="start"))) == EMPTY
    assert (EMPTY.html, EMPTY.text, EMPTY.markdown, EMPTY.word_count) == ("<p></p>", "", "", 0)
    assert isinstance(EMPTY, Body)
