"""Hypothesis strategies: documents that follow the schema, and JSON that follows nothing."""

from typing import Any

from hypothesis import strategies as st

from cms.content.grammar import MARKS

Json = dict[str, Any]

_LETTERS = "aeizàèßL'’\"“”，。、！你好世界日本語 \u3000\xa0"
_SIGNS = "\\`*_{}[]()#+-.!<>&~|=:/1239"
words = st.text(st.sampled_from(_LETTERS + _SIGNS), min_size=1, max_size=12) | st.sampled_from(
    [
        "L’Italia è in festa",
        "北京，你好。",
        "&amp;",
        "- no",
        "1. Tor",
        "2) b",
        "# h",
        "***",
        "===",
        "C#",
        "http://x.it",
    ]
)
hrefs = st.sampled_from(
    [
        "https://www.rsi.ch/a?b=1&copy=2#c",
        "http://例え.jp/(路)/x_y_z",
        "mailto:a@b.ch",
        "tel:+4191",
        "/it/x",
        "#nota",
    ]
)
_attributes = {"link": {"href": hrefs}, "lang": {"lang": st.sampled_from(["zh-Hans", "it", "en"])}}


@st.composite
def marks(draw: st.DrawFn) -> list[Json]:
    """Marks in any order, none twice and not both of the two that exclude each other."""
    names = draw(st.lists(st.sampled_from(sorted(MARKS)), unique=True, max_size=4))
    if {"subscript", "superscript"} <= set(names):
        names.remove("subscript")
    return [
        {"type": name, "attrs": draw(st.fixed_dictionaries(_attributes[name]))}
        if name in _attributes
        else {"type": name}
        for name in names
    ]


texts = st.builds(lambda text, marks: {"type": "text", "text": text, "marks": marks}, words, marks())
inline = st.lists(st.one_of(texts, texts, st.just({"type": "hardBreak"})), max_size=5)
_items = st.sampled_from(["QXJ0aWNsZTox", "VmlkZW86MQ=="])


def _node(kind: str, content: st.SearchStrategy[Any] | None = None, **attrs: st.SearchStrategy[Any]) -> Any:
    ids = st.none() | st.sampled_from(["a", "b", "c"])
    fields: dict[str, Any] = {"type": st.just(kind), "attrs": st.fixed_dictionaries({"id": ids, **attrs})}
    return st.fixed_dictionaries(fields | ({"content": content} if content is not None else {}))


paragraphs = _node("paragraph", inline)
_leaves = st.one_of(
    paragraphs,
    paragraphs,
    _node("heading", inline, level=st.integers(2, 4)),
    _node("figure", item=_items, caption=words),
    _node("video", item=_items, caption=st.just("") | words),
    _node("horizontalRule"),
)


def _nested(blocks: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    item = _node("listItem", st.builds(lambda first, more: [first, *more], paragraphs, st.lists(blocks, max_size=2)))
    items = st.lists(item, min_size=1, max_size=3)
    return st.one_of(
        _node("bulletList", items),
        _node("orderedList", items, start=st.integers(0, 99)),
        _node("blockquote", st.lists(blocks, min_size=1, max_size=3), cite=st.none() | words),
    )


blocks = st.recursive(_leaves, _nested, max_leaves=8)
documents = st.builds(lambda content: {"type": "doc", "content": content}, st.lists(blocks, min_size=1, max_size=6))

_names = st.sampled_from(["doc", "paragraph", "text", "heading", "figure", "listItem", "link", "bold", "script", ""])
_keys = st.sampled_from(["type", "attrs", "content", "marks", "text", "id", "href", "level", "__proto__", "on\ud800"])
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=5), _names, hrefs,
    st.just("\ud800"), st.just("\x00"),
)  # fmt: skip
hostile = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_keys, inner, max_size=5)
        | st.builds(lambda name, content: {"type": name, "content": content}, _names, inner)
    ),
    max_leaves=20,
)
