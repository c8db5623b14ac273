"""HTML, Markdown and text say the same words, whatever an editor typed."""

import re
from html import unescape
from typing import Any

import nh3
import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cms.content.body import parse
from cms.content.rendering import count_words
from tests.cms.content.documents import documents

TAGS = {
    "p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "footer", "figure", "figcaption", "hr", "br",
    "strong", "em", "sub", "sup", "a", "span",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "rel"}, "span": {"lang"}, "ol": {"start"}, "figure": {"data-item", "data-kind"}}
COMMONMARK = MarkdownIt("commonmark")


def squeezed(text: str) -> str:
    return "".join(text.split())


def seen(tokens: list[Token]) -> str:
    """What a reader of rendered Markdown sees, captions included."""
    return "".join(token.content if token.type == "text" else seen(token.children or []) for token in tokens)


def shape(html: str) -> list[str]:
    """The tags of HTML in order, apart from those that Markdown leaves out or adds."""
    found = re.findall(r"</?([a-z0-9]+)[ >]", html)
    return [
        tag for tag in found if tag in {"ul", "ol", "li", "strong", "em", "a", "h2", "h3", "h4", "hr", "sub", "sup"}
    ]


def html_of(*content: Any) -> str:
    return parse({"type": "doc", "content": list(content)}).html


@given(documents)
def test_html_is_what_a_parser_would_write_and_a_cleaner_leaves(value: Any) -> None:
    html = parse(value).html
    assert (
        nh3.clean(
            html,
            tags=TAGS,
            attributes=ATTRIBUTES,
            link_rel=None,
            url_schemes={"http", "https", "mailto", "tel"},
        )
        == html
    )


@given(documents)
def test_html_and_text_say_the_same(value: Any) -> None:
    body = parse(value)
    assert squeezed(unescape(re.sub("<[^>]*>", "", body.html))) == squeezed(body.text)


@given(documents)
def test_markdown_reads_back_as_the_same_words_and_the_same_marks(value: Any) -> None:
    body = parse(value)
    tokens = COMMONMARK.parse(body.markdown)
    # An attribution has a dash in Markdown, where HTML has a footer.
    assert squeezed(seen(tokens)).replace("—", "") == squeezed(body.text).replace("—", "")
    assert shape(COMMONMARK.render(body.markdown)) == shape(body.html), body.markdown


def text(words: str, *marks: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, "marks": list(marks)}


def paragraph(*content: Any) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(content)}


BOLD, ITALIC = {"type": "bold"}, {"type": "italic"}
LINK = {"type": "link", "attrs": {"href": "/it?a=1&b=2"}}


def test_html_of_each_block() -> None:
    link = {"type": "link", "attrs": {"href": "https://www.rsi.ch/?a=1&b=2"}}
    chinese = {"type": "lang", "attrs": {"lang": "zh"}}
    item = {"type": "listItem", "content": [paragraph(text("<uno>"))]}
    assert html_of(
        {"type": "heading", "attrs": {"level": 3}, "content": [text("Perché")]},
        paragraph(text("vedi ", link), text("qui", BOLD, link), {"type": "hardBreak"}, text("好", chinese)),
        {"type": "orderedList", "attrs": {"start": 3}, "content": [item]},
        {"type": "blockquote", "attrs": {"cite": "Dante"}, "content": [paragraph(text("Nel mezzo"))]},
        {"type": "video", "attrs": {"item": "Vmlk", "caption": "A & B"}},
        {"type": "horizontalRule"},
    ) == (
        "<h3>Perché</h3>"
        '<p><a href="https://www.rsi.ch/?a=1&amp;b=2" rel="noopener">vedi <strong>qui</strong></a>'
        '<br><span lang="zh">好</span></p>'
        '<ol start="3"><li><p>&lt;uno&gt;</p></li></ol>'
        "<blockquote><p>Nel mezzo</p><footer>Dante</footer></blockquote>"
        '<figure data-item="Vmlk" data-kind="video"><figcaption>A &amp; B</figcaption></figure>'
        "<hr>"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "markdown"),
    [
        ([text("Ciao "), text("mondo", BOLD), text("!")], "Ciao **mondo**!"),
        ([text("你好", BOLD), text("世界")], "**你好**世界"),
        ([text("“你好”", BOLD), text("世界")], "<strong>“你好”</strong>世界"),
        ([text("un "), text("libro", ITALIC), text(" nuovo")], "un _libro_ nuovo"),
        ([text("neo", ITALIC), text("latino")], "<em>neo</em>latino"),
        ([text("1. Torino * Milano_")], "1\\. Torino \\* Milano\\_"),
        ([text("uno"), {"type": "hardBreak"}, text("- due"), {"type": "hardBreak"}], "uno\\\n\\- due"),
    ],
)
def test_markdown_of_a_paragraph(content: list[Any], markdown: str) -> None:
    assert parse({"type": "doc", "content": [paragraph(*content)]}).markdown == markdown


def test_neighbouring_lists_stay_two() -> None:
    listing = {"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph(text("uno"))]}]}
    body = parse({"type": "doc", "content": [listing, paragraph(), listing, listing]})
    assert body.markdown == "- uno\n\n+ uno\n\n- uno"


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("L'acqua dell'Arno — 3,5 metri!", 4), ("国家主席习近平。", 7), ("2026年冬奥会 Milano-Cortina", 6),
        ("東京タワー", 5), ("서울 시장", 2), ("", 0), ("… – !", 0),
    ],
)  # fmt: skip
def test_words_are_counted_as_each_script_counts(words: str, count: int) -> None:
    assert count_words(words) == count
