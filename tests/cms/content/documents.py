"""Documents as Hypothesis makes them: valid ones of the body's schema, and hostile JSON."""

import string

from hypothesis import strategies as st

ITALIAN = "Città d'arte, perché no? «L'università» — dell'Emilia: 3. 1) # - + = > * _ ~ ! [x](y) & &amp; <b>"
CHINESE = "记者在米兰报道，“冬奥会”开幕。《新闻》！：１．# 他说：「你好」"

plain = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"])
writing = st.text(plain, min_size=1, max_size=12)
phrase = st.one_of(
    writing,
    st.text(st.sampled_from(ITALIAN + CHINESE + string.punctuation + " \t\n"), min_size=1, max_size=14),
    st.sampled_from(["- a", "1. a", "12) b", "# a", "> a", "***", "---", "`a`", "\\", "&copy;", "==", "~~~", "+ x"]),
)
hrefs = st.sampled_from(
    ["https://example.org/a?b=1&copy=2", "/it/città", "#nota", "mailto:a@example.org", "tel:+39051", "http://x/<\\>_*"]
)
SIMPLE = ["bold", "italic", "subscript", "superscript"]


@st.composite
def marks(draw):
    names = draw(st.sets(st.sampled_from(["link", "lang", *SIMPLE]), max_size=3))
    if {"subscript", "superscript"} <= names:
        names.discard("subscript")
    made = []
    for name in draw(st.permutations(sorted(names))):
        attrs = {"link": {"href": draw(hrefs)}, "lang": {"lang": "zh-Hans"}}.get(name)
        made.append({"type": name, "attrs": attrs} if attrs else {"type": name})
    return made


@st.composite
def inline(draw):
    if draw(st.integers(0, 5)) == 0:
        return {"type": "hardBreak"}
    made = {"type": "text", "text": draw(phrase)}
    if given := draw(marks()):
        made["marks"] = given
    return made


ids = st.one_of(st.none(), st.text("abcXYZ09_-", min_size=1, max_size=4))


def block(kind, content, **attrs):
    return st.fixed_dictionaries(
        {"type": st.just(kind), "attrs": st.fixed_dictionaries({"id": ids, **attrs}), "content": content}
    )


inlines = st.lists(inline(), max_size=4)
paragraphs = block("paragraph", inlines)
lists = st.deferred(
    lambda: st.one_of(
        block("bulletList", st.lists(list_items, min_size=1, max_size=3)),
        block("orderedList", st.lists(list_items, min_size=1, max_size=3), start=st.integers(0, 99)),
    )
)
list_items = block(
    "listItem",
    st.tuples(paragraphs, st.lists(lists, max_size=1)).map(lambda parts: [parts[0], *parts[1]]),
)
blocks = st.one_of(
    paragraphs,
    block("heading", inlines, level=st.integers(2, 4)),
    block("blockquote", st.lists(paragraphs, min_size=1, max_size=2), cite=st.one_of(st.none(), phrase)),
    lists,
    st.fixed_dictionaries(
        {
            "type": st.just("figure"),
            "attrs": st.fixed_dictionaries(
                {"id": ids, "item": st.just("urn:x:1"), "caption": st.one_of(st.none(), phrase)}
            ),
        }
    ),
    st.fixed_dictionaries({"type": st.just("horizontalRule"), "attrs": st.fixed_dictionaries({"id": ids})}),
)
documents = st.fixed_dictionaries({"type": st.just("doc"), "content": st.lists(blocks, min_size=1, max_size=4)})

_names = st.sampled_from(
    ["type", "attrs", "content", "marks", "text", "id", "level", "href", "lang", "doc", "paragraph", "listItem",
     "heading", "text", "bold", "link", "hardBreak", "figure", "item", "orderedList", "start", "\ud800", "\0"]
)  # fmt: skip
hostile = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _names, st.text(st.characters(), max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_names, inner, max_size=5)),
    max_leaves=25,
)
