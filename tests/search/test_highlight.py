from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.highlight import marks, snippet
from search.query import parse, phrases
from tests.search.texts import LOCALES, TEXTS

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def shown(text: str, typed: str, locale: str, length: int = 160) -> str:
    return snippet(text, tuple(phrases(parse(typed, locale))), locale, length)


@pytest.mark.parametrize(
    ("text", "typed", "locale", "expected"),
    [
        ("L’università di Roma", "universita", "it", "L’<mark>università</mark> di Roma"),
        ("中国记者在罗马", "记者", "zh", "中国<mark>记者</mark>在罗马"),
        ("意大利和澳大利亚", "意大利", "zh", "<mark>意大利</mark>和澳大利亚"),
        ("Roma <b>& Roma", "roma", "it", "<mark>Roma</mark> &lt;b&gt;&amp; <mark>Roma</mark>"),
        (
            "il governo a Roma, Roma e il governo",
            '"governo a Roma"',
            "it",
            "il <mark>governo a Roma</mark>, Roma e il governo",
        ),
        ("nulla", "altro", "it", "nulla"),
        ("a\x00b\ud800c", "b", "xx", "a\ufffd<mark>b</mark>\ufffdc"),
    ],
)
def test_words_are_marked_where_they_stand(text: str, typed: str, locale: str, expected: str) -> None:
    assert shown(text, typed, locale) == expected


def test_a_long_text_is_cut_between_words_around_what_was_found() -> None:
    cut = shown("parola " * 100 + "il sindaco di Napoli " + "parola " * 100, "napoli", "it")

    assert cut.startswith("… parola ")
    assert cut.endswith("parola …")
    assert "il sindaco di <mark>Napoli</mark>" in cut
    assert 120 < len(re.sub("<.*?>", "", cut)) < 170


def test_the_passage_with_most_of_the_words_is_shown() -> None:
    text = "Napoli. " + "parola " * 60 + "Il sindaco di Napoli." + " parola" * 60

    assert "<mark>sindaco</mark> di <mark>Napoli</mark>" in shown(text, "sindaco napoli", "it")


def test_a_chinese_text_is_cut_between_characters() -> None:
    cut = shown("新闻" * 200 + "罗马" + "新闻" * 200, "罗马", "zh", 40)

    assert "<mark>罗马</mark>" in cut
    assert 36 <= len(re.sub("<.*?>|[… ]", "", cut)) <= 40


def test_a_text_in_which_nothing_was_found_begins_at_its_beginning() -> None:
    cut = shown("parola " * 100, "napoli", "it", 20)

    assert cut == "parola parola parola …"
    assert not marks(cut)


PASSAGES = TEXTS | st.text("ab 中国<&.\ud800", max_size=60)
TYPED = TEXTS | st.text("ab 中国", min_size=1, max_size=8)


@given(text=PASSAGES, typed=TYPED, length=st.integers(1, 50), locale=st.sampled_from(LOCALES))
def test_without_its_marks_a_snippet_is_a_passage_of_the_text(text: str, typed: str, length: int, locale: str) -> None:
    cut = shown(text, typed, locale, length)
    plain = html.unescape(re.sub("</?mark>", "", cut))
    passage = plain.removeprefix("… ").removesuffix(" …").strip()

    cut.encode()
    assert passage in UNPRINTABLE.sub("\ufffd", text)


@given(text=PASSAGES, typed=TYPED, locale=st.sampled_from(LOCALES))
def test_without_its_marks_a_whole_text_is_itself_escaped(text: str, typed: str, locale: str) -> None:
    whole = shown(text, typed, locale, len(text))

    assert (
        re.sub("<mark>(.*?)</mark>", r"\1", whole, flags=re.DOTALL)
        == html.escape(UNPRINTABLE.sub("\ufffd", text)).strip()
    )
