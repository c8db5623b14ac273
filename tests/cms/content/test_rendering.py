from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from cms.content.body import parse
from tests.cms.content.documents import documents

TAGS = {"p", "h2", "h3", "h4", "blockquote", "footer", "ul", "ol", "li", "figure", "figcaption", "hr", "br", "a",
        "strong", "em", "sub", "sup", "span"}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "figure": {"data-item"}, "span": {"lang"}}
BLOCKS = {"h2", "h3", "h4", "ul", "ol", "li", "hr"}
VOID = {"hr", "br"}


class Reader(HTMLParser):
    """What somebody sees of HTML, and where its tags stand."""

    def __init__(self, html):
        super().__init__()
        self.text, self.open, self.tags = [], [], []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.text.append(" " if tag not in {"strong", "em", "a", "sub", "sup", "span"} else "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag
        self.text.append(" " if tag not in {"strong", "em", "a", "sub", "sup", "span"} else "")

    def handle_data(self, data):
        self.text.append(data)


def seen(html):
    # Blanks aside: Markdown has other rules for them.
    return "".join("".join(Reader(html).text).split())


def cleaned(html):
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"})


@given(documents)
def test_html_is_what_a_sanitiser_would_let_through(document):
    html = parse(document).html
    assert seen(cleaned(html)) == seen(html)
    assert _parts(cleaned(html)) == _parts(html)


def _parts(html):
    return [(tag, {**attrs, "rel": None}) for tag, attrs in Reader(html).tags]


@given(documents)
def test_html_says_what_the_text_says(document):
    body = parse(document)
    assert seen(body.html) == "".join(body.text.split())


@given(documents)
def test_markdown_shows_what_the_html_shows(document):
    body = parse(document)
    shown = MarkdownIt("commonmark").render(body.markdown)
    # Markdown has a dash before whom it quotes; the other has a footer.
    assert seen(shown).replace("—", "") == seen(body.html).replace("—", "")


@given(documents)
def test_markdown_keeps_the_blocks(document):
    def kept(html):
        return [tag for tag, _ in Reader(html).tags if tag in BLOCKS]

    body = parse(document)
    shown = MarkdownIt("commonmark").render(body.markdown)
    assert kept(shown) == kept(body.html)


def inline(*nodes):
    return parse({"type": "doc", "content": [{"type": "paragraph", "content": list(nodes)}]})


def text(value, *marks):
    return {"type": "text", "text": value, "marks": [{"type": each} for each in marks]}


BREAK = {"type": "hardBreak"}


@pytest.mark.parametrize(
    ("nodes", "markdown", "html"),
    [
        ([text("他说"), text("“你好”", "bold"), text("吧")], None, "<p>他说<strong>“你好”</strong>吧</p>"),
        ([text("我"), text("很", "italic"), text("好")], "我*很*好", "<p>我<em>很</em>好</p>"),
        ([text("un "), text("caffè ", "bold"), text("e basta")], "un **caffè** e basta", None),
        ([text("a", "bold"), text("b", "bold", "italic"), text("c", "italic")], None,
         "<p><strong>a<em>b</em></strong><em>c</em></p>"),
        ([text("1986. Una grande annata")], r"1986\. Una grande annata", "<p>1986. Una grande annata</p>"),
        ([text("uno"), BREAK, text("# due"), BREAK], "uno\\\n\\# due", "<p>uno<br />\n# due</p>"),
        ([text("Guarda!"), {"type": "text", "text": "qui", "marks": [{"type": "link", "attrs": {"href": "/a&b"}}]}],
         r"Guarda\![qui](</a&amp;b>)", '<p>Guarda!<a href="/a&amp;b">qui</a></p>'),
        ([text("E = mc"), text("2", "superscript")], "E = mc2", None),
        ([text(" ", "bold")], "", ""),
    ],
)  # fmt: skip
def test_markdown_of_marks(nodes, markdown, html):
    body = inline(*nodes)
    if markdown is not None:
        assert body.markdown == markdown
    if html is not None:
        assert MarkdownIt("commonmark").render(body.markdown).strip() == html


def test_html_of_marks_and_blocks():
    link = {"type": "link", "attrs": {"href": "https://example.org/?a=1&b=2"}}
    quote = {
        "type": "blockquote",
        "attrs": {"cite": "Anna <Rossi>"},
        "content": [{"type": "paragraph", "content": [{**text("l'<b>", "italic"), "marks": [link, {"type": "italic"}]}]}],
    }
    figure = {"type": "figure", "attrs": {"item": 'a"b', "caption": "冬奥会 & neve"}}
    assert parse({"type": "doc", "content": [quote, figure]}).html == (
        '<blockquote><p><a href="https://example.org/?a=1&amp;b=2" rel="noopener"><em>l\'&lt;b&gt;</em></a></p>'
        "<footer>Anna &lt;Rossi&gt;</footer></blockquote>"
        '<figure data-item="a&quot;b"><figcaption>冬奥会 &amp; neve</figcaption></figure>'
    )
