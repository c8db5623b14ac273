import json
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.content.body import DEPTH_MOST, EMPTY, NODES_MOST, SIZE_MOST, from_text, new_id, parse
from cms.errors import BodyError
from tests.cms.content.documents import documents, hostile


def paragraph(*content, **attrs):
    return {"type": "paragraph", "attrs": attrs, "content": list(content)}


def text(value, *marks):
    return {"type": "text", "text": value, "marks": list(marks)}


def doc(*blocks):
    return {"type": "doc", "content": list(blocks)}


def linked(href):
    return doc(paragraph(text("qui", {"type": "link", "attrs": {"href": href}})))


def ids_of(node):
    own = [node["attrs"]["id"]] if "id" in node.get("attrs", {}) else []
    return own + [each for child in node.get("content", ()) for each in ids_of(child)]


def bare(node):
    """A document without ids, its marks as a set, and nothing where nothing is said."""
    attrs = {key: value for key, value in node.get("attrs", {}).items() if key != "id"}
    return {
        "type": node["type"],
        "text": node.get("text"),
        "attrs": attrs,
        "marks": sorted(map(json.dumps, node.get("marks", ()))),
        "content": [bare(each) for each in node.get("content", ())],
    }


@given(documents)
def test_a_document_of_the_schema_comes_back_as_it_was(document):
    body = parse(document)
    assert bare(body.document) == bare(document)
    assert parse(body.document).document == body.document
    assert json.loads(body.json) == body.document


@given(documents)
def test_every_block_has_an_id_of_its_own(document):
    asked = [each for each in ids_of(document) if each]
    ids = ids_of(parse(document).document)
    assert len(set(ids)) == len(ids) == len(ids_of(document))
    assert set(asked) <= set(ids)


def test_an_id_stays_unless_it_is_another_blocks():
    numbers = map(str, count())
    blocks = [paragraph(id="a"), paragraph(id="a"), paragraph(), paragraph(id="no id"), paragraph(id=7)]
    body = parse(doc(*blocks), ids=lambda: f"new{next(numbers)}")
    assert ids_of(body.document) == ["a", "new0", "new1", "new2", "new3"]
    assert new_id() != new_id()


@given(hostile)
def test_hostile_json_is_refused_and_nothing_else_happens(value):
    for candidate in (value, {"type": "doc", "content": value}, doc(value), doc(paragraph(value))):
        try:
            body = parse(candidate)
        except BodyError as error:
            assert error.message.encode()
        else:
            assert parse(body.document).document == body.document


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "\tjavascript:x", "java\nscript:x",
        "java\tscript:x", "\x01javascript:x", "javascript&colon;x", "&#106;avascript:x", "data:text/html,x", "vbscript:x",
        "file:///etc/passwd", "//evil.example", "/\\evil.example", "/\t/evil.example", "\\\\evil", "https:///x",
        "https://exa mple", "https://\u00a0x", "http:x", "", " ", "blob:x", "x", "https://a\x00", "https://\ud800", "https://a\n",
        "mailto:", "tel:x", "https://" + "a" * 3_000, None, 7, ["https://x"], "ｊavascript:x", "javascript\u2028:x",
    ],
)  # fmt: skip
def test_a_link_leads_nowhere_dangerous(href):
    with pytest.raises(BodyError) as caught:
        parse(linked(href))
    assert caught.value.path == ("content", 0, "content", 0, "marks", 0, "attrs", "href")


@pytest.mark.parametrize(
    "href",
    ["https://example.org/新闻?q=città#x", "HTTP://EXAMPLE.ORG", "mailto:a@b.it", "tel:+39 051".replace(" ", ""), "/it", "/", "#a"],
)  # fmt: skip
def test_a_link_may_lead_out_or_within(href):
    assert f'"{href}"' in parse(linked(href)).json


def test_what_an_editor_adds_to_a_link_is_left_out():
    link = {"type": "link", "attrs": {"href": "/a", "target": "_blank", "rel": "opener", "class": None}}
    (mark,) = parse(doc(paragraph(text("qui", link)))).document["content"][0]["content"][0]["marks"]
    assert mark == {"type": "link", "attrs": {"href": "/a"}}


@pytest.mark.parametrize("fault", ["a\0b", "\ud800", "\udc00x", "\x1b[0m", "\x7f"])
def test_a_text_that_cannot_be_stored_is_refused(fault):
    with pytest.raises(BodyError) as caught:
        parse(doc(paragraph(text(fault))))
    assert caught.value.path == ("content", 0, "content", 0, "text")
    with pytest.raises(BodyError):
        parse(doc({"type": "figure", "attrs": {"item": "x", "caption": fault}}))
    with pytest.raises(BodyError):
        from_text(fault + " fine")


@pytest.mark.parametrize(
    "document",
    [
        {"type": "doc"},
        doc(),
        {**doc(paragraph()), "marks": [{"type": "bold"}]},
        doc({**paragraph(), "marks": [{"type": "bold"}]}),
        doc({**paragraph(), "text": "x"}),
        doc({**paragraph(), "style": "x"}),
        doc(paragraph(colour="red")),
        doc(paragraph({**text("x"), "content": [paragraph()]})),
        doc(paragraph({"type": "hardBreak", "content": [paragraph()]})),
        doc(paragraph(paragraph())),
        doc(paragraph(text(""))),
        doc(text("bare")),
        doc(doc(paragraph())),
        doc({"type": "script"}),
        doc({"type": "heading", "attrs": {"level": 1}}),
        doc({"type": "heading", "attrs": {"level": True}}),
        doc({"type": "blockquote"}),
        doc({"type": "bulletList", "content": [paragraph()]}),
        doc({"type": "orderedList", "attrs": {"start": 10**30}, "content": []}),
        doc({"type": "figure"}),
        doc(paragraph(text("x", {"type": "subscript"}, {"type": "superscript"}))),
        doc(paragraph(text("x", {"type": "bold"}, {"type": "bold"}))),
        doc(paragraph(text("x", {"type": "lang", "attrs": {"lang": 'it" onclick="x'}}))),
        doc(paragraph(text("x", {"type": "underline"}))),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(document):
    with pytest.raises(BodyError):
        parse(document)


def test_marks_may_come_in_any_order():
    bold, italic = {"type": "bold"}, {"type": "italic"}
    one, other = (parse(doc(paragraph(text("x", *marks), id="a"))) for marks in ([bold, italic], [italic, bold]))
    assert one == other


def nested(depth):
    node = paragraph()
    for _ in range(depth):
        node = {"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph(), node]}]}
    return doc(node)


def test_a_body_is_bounded():
    assert parse(nested(DEPTH_MOST // 2 - 2))
    for document in (
        nested(DEPTH_MOST),
        doc(*(paragraph() for _ in range(NODES_MOST))),
        doc(paragraph(text("新" * SIZE_MOST))),
    ):
        with pytest.raises(BodyError, match="at most"):
            parse(document)


def test_paragraphs_come_from_blank_lines_or_lines():
    def paragraphs(value):
        return from_text(value).text.split("\n\n")

    assert paragraphs("Uno,\ndue.\n\n\t\nTre  quattro.") == ["Uno, due.", "Tre quattro."]
    assert paragraphs("第一段。\r\n第二段。") == ["第一段。", "第二段。"]
    assert paragraphs("a\r\n\r\nb") == ["a", "b"]
    assert from_text(" \n ").text == ""


@given(st.text())
def test_any_text_becomes_a_body_or_is_refused(value):
    try:
        body = from_text(value)
    except BodyError:
        return
    assert "".join(body.text.split()) == "".join(value.split())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("L'università di Bologna, dal 1088.", 5),
        ("Fewer words — in English!", 4),
        ("二〇二六年，记者报道。", 9),
        ("在 Milano 举行 2026 冬奥会", 8),
        ("東京タワー", 5),
        ("… — !", 0),
        ("", 0),
    ],
)
def test_words_are_counted_as_the_language_counts_them(value, words):
    assert from_text(value).word_count == words


def test_a_block_hash_tells_what_a_block_says_whatever_its_id():
    one = parse(doc(paragraph(text("Città"), id="a"), paragraph(text("新闻"), id="b")))
    other = parse(doc(paragraph(text("Città"), id="c"), paragraph(text("旧闻"), id="b")))
    assert list(one.block_hashes) == ["a", "b"]
    assert one.block_hashes["a"] == other.block_hashes["c"]
    assert one.block_hashes["b"] != other.block_hashes["b"]


def test_the_empty_body_is_a_body():
    assert parse(EMPTY.document) == EMPTY
    assert (EMPTY.text, EMPTY.word_count, EMPTY.markdown) == ("", 0, "")
