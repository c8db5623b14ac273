from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import MOST_TERMS, AllOf, AnyOf, Node, Phrase, parse, phrases
from tests.search.texts import LOCALES, TEXTS


def word(text: str) -> Phrase:
    return Phrase(((text, 0),))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("governo", word("govern")),
        ("governo Roma", AllOf((word("govern"), word("rom")))),
        ('"governo Roma"', Phrase((("govern", 0), ("rom", 1)))),
        ("«governo Roma»", Phrase((("govern", 0), ("rom", 1)))),
        ('"governo Roma', Phrase((("govern", 0), ("rom", 1)))),
        ("governo -Roma", AllOf((word("govern"),), (word("rom"),))),
        ('governo -"Roma Est"', AllOf((word("govern"),), (Phrase((("rom", 0), ("est", 1))),))),
        ("governo OR Roma Est", AllOf((AnyOf((word("govern"), word("rom"))), word("est")))),
        ("OR governo OR", word("govern")),
        ("governo or", AllOf((word("govern"), word("or")))),
        ("e-mail", Phrase((("e", 0), ("mail", 1)))),
        ("l'università", word("univers")),
        ("-governo", None),
        ("", None),
        (' \x00 !?… \ud800 -- "" \' | OR', None),
    ],
)
def test_a_typed_text_becomes_a_tree(text: str, tree: Node | None) -> None:
    assert parse(text, "it") == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("记者", word("记者")),
        ("税", word("税")),
        ("记者在罗马", AllOf((word("记者"), word("罗马")))),
        ("意大利", AnyOf((Phrase((("意大", 0), ("大利", 1))), word("意大利")))),
        ('"在罗马"', Phrase((("在罗", 0), ("罗马", 1)))),
        ("“他在AI”", Phrase((("他在", 0), ("ai", 2)))),
        ("中国，记者", AllOf((word("中国"), word("记者")))),
        ("AI技术", AllOf((word("ai"), word("技术")))),
    ],
)
def test_a_chinese_text_becomes_its_words(text: str, tree: Node | None) -> None:
    assert parse(text, "zh-Hans") == tree


def test_a_japanese_text_becomes_its_pairs() -> None:
    assert parse("東京都", "ja") == AllOf((word("東京"), word("京都")))


def test_what_is_excluded_is_not_marked() -> None:
    assert list(phrases(parse("governo -Roma", "it"))) == [word("govern")]
    assert list(phrases(None)) == []


@pytest.mark.parametrize(
    "text", ["parola " * 10_000, "词" * 10_000, '"' + "a b " * 10_000, "-" * 10_000, "a OR " * 9_000]
)
@pytest.mark.parametrize("locale", ["it", "zh"])
def test_a_long_text_costs_no_more_than_a_short_one(text: str, locale: str) -> None:
    asked = sum(len(phrase.terms) for phrase in phrases(parse(text, locale)))

    assert asked <= 2 * MOST_TERMS  # a long Chinese word is asked for in two ways


@given(text=TEXTS | st.text('ab词语 "“”-|OR\x00\ud800', max_size=40), locale=st.sampled_from(LOCALES))
def test_nothing_that_can_be_typed_raises(text: str, locale: str) -> None:
    assert all(phrase.terms and phrase.terms[0][1] == 0 for phrase in phrases(parse(text, locale)))
