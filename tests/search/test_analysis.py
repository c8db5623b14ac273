from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from search.analysis import LONGEST, Places, analyse, words
from search.scripts import UNSPACED
from tests.search.texts import LOCALES, MARKS, TEXTS


def stems(text: str, locale: str) -> list[str]:
    return [token.text for token in analyse(text, locale)]


@pytest.mark.parametrize(
    ("typed", "written", "locale"),
    [
        ("citta", "Città", "it"),
        ("citta", "citta\u0300", "it"),
        ("universita", "l'università", "it"),
        ("universita", "dell’università", "it"),
        ("isola", "un'isola", "it"),
        ("governi", "governo", "it"),
        ("perche'", "perché", "it"),
        ("PERCHÉ", "perche", "it"),
        ("cities", "city", "en"),
        ("government", "Government’s", "en"),
        ("cafe", "café", "en"),
        ("naive", "naïve", "en"),
        ("ecole", "l’école", "fr"),
        ("strasse", "Straße", "de"),
        ("lodz", "Łódź", "pl"),
        ("ΑΘΗΝΑ", "Αθήνα", "el"),
        ("ＡＩ", "ai", "zh"),
        ("ガギ", "ｶﾞｷﾞ", "ja"),
        ("fi", "ﬁ", "xx"),
        ("hy\u00adphen", "hyphen", "xx"),
    ],
)
def test_what_is_typed_meets_what_is_written(typed: str, written: str, locale: str) -> None:
    assert stems(typed, locale) == stems(written, locale) != []


@pytest.mark.parametrize(("one", "other", "locale"), [("й", "и", "ru"), ("か", "が", "ja"), ("rosa", "rossa", "it")])
def test_different_words_stay_different(one: str, other: str, locale: str) -> None:
    assert stems(one, locale) != stems(other, locale)


def test_a_chinese_word_is_found_inside_a_sentence() -> None:
    tokens = analyse("中国记者在罗马采访意大利总理，AI技术", "zh-Hans")

    at = {token.text: token.position for token in tokens}
    assert at["记者"] == 2
    assert at["在"] == 4  # a dictionary word of one character
    assert at["意大利"] == at["意大"] == 9  # one of three, at the place of its first pair
    assert at["ai"] == at["总理"] + 2
    assert at["技术"] == at["ai"] + 1


def test_traditional_chinese_is_read_alike() -> None:
    assert "記者" in stems("中國記者在羅馬", "zh-Hant-TW")


def test_chinese_in_an_italian_text_is_found_too() -> None:
    assert "北京" in stems("La parola 北京市 in cinese", "it")


def test_hindi_vowel_signs_do_not_cut_words() -> None:
    assert [token.end - token.start for token in analyse("हिन्दी समाचार", "hi")] == [6, 6]


def test_positions_follow_the_words() -> None:
    assert [token.position for token in analyse("L'Aquila, città d'arte.", "it")] == [0, 1, 2]


def test_dictionary_words_count_characters_beyond_the_basic_plane() -> None:
    assert words("𠮷野家")[-1][2] == 3


def test_no_token_is_longer_than_an_engine_can_take() -> None:
    assert [len(token.text) for token in analyse("a" * 10_000, "xx")] == [LONGEST]


@pytest.mark.parametrize("mark", ["\u0301", "\u0345", "\u064b", "\u0900", "\u302a", "\ufe00", "\U000e0100", "\u200d"])
def test_a_mark_of_another_script_parts_no_chinese_word(mark: str) -> None:
    assert stems(f"中国记{mark}者在罗马", "zh") == stems("中国记者在罗马", "zh")
    assert stems(f"{mark}记者", "zh") == ["记者"]
    (token,) = analyse(f"记{mark}者", "zh")
    assert (token.text, token.start, token.end) == ("记者", 0, 3)


@given(
    mark=MARKS,
    text=st.text("中国记者罗马", min_size=1, max_size=5),
    at=st.integers(0, 5),
    locale=st.sampled_from(LOCALES),
)
def test_no_mark_of_another_script_parts_one(mark: str, text: str, at: int, locale: str) -> None:
    assume(UNSPACED.match(mark) is None)

    assert stems(text[:at] + mark + text[at:], locale) == stems(text, locale)


@given(text=TEXTS, locale=st.sampled_from(LOCALES))
def test_offsets_always_slice_the_original(text: str, locale: str) -> None:
    tokens = analyse(text, locale)

    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert all(token.text and len(token.text) <= LONGEST for token in tokens)
    assert [token.position for token in tokens] == sorted(token.position for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)
    "".join(token.text for token in tokens).encode()  # no surrogate gets in


@given(text=TEXTS, locale=st.sampled_from(LOCALES))
def test_composed_and_decomposed_texts_are_read_alike(text: str, locale: str) -> None:
    read = [
        [(token.text, token.position) for token in analyse(written, locale)]
        for written in (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text))
    ]

    assert read[0] == read[1] == read[2]


@given(text=TEXTS, locale=st.sampled_from(LOCALES))
def test_places_say_where_every_token_stands(text: str, locale: str) -> None:
    tokens = analyse(text, locale)
    places = Places.of(tokens)

    assert Places.from_bytes(places.to_bytes()) == places
    assert [(places.starts[t.position], places.end(t.position, t.text)) for t in tokens] == [
        (t.start, t.end) for t in tokens
    ]
    assert list(places.starts) == sorted(places.starts)
    assert list(places.ends) == sorted(places.ends)
