"""Slugs from headlines in many scripts, and slugs that editors chose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.content.slugs import LONGEST, LONGEST_MADE, check_slug, numbered, slugify
from cms.errors import InvalidInputError


@pytest.mark.parametrize(
    ("headline", "locale", "slug"),
    [
        ("L’Italia è in festa: «Viva la città!»", "it", "l-italia-e-in-festa-viva-la-citta"),
        ("北京2026：冬奥会，开幕！", "zh-Hans", "北京2026-冬奥会-开幕"),
        ("ＡＢＣ新聞　速報", "ja", "abc新聞-速報"),
        ("アメリカがガソリンを", "ja", "アメリカがガソリンを"),
        ("أخبار اليوم", "ar", "أخبار-اليوم"),
        ("हिन्दी समाचार", "hi", "हिन्दी-समाचार"),
        ("Straße über Zürich", "de", "strasse-ueber-zuerich"),
        ("Zürich", "fr", "zurich"),
        ("Smørrebrød på Łódź", "da", "smorrebrod-pa-lodz"),
        ("İstanbul ışık", "tr", "istanbul-isik"),
        ("Йога в Киеве", "ru", "йога-в-киеве"),
        ("Don't panic", "en", "dont-panic"),
        ("e\u0300 cosi\u0300", "it", "e-cosi"),
        ("🎉 🎉", "it", "item"),
        ("", "zh", "item"),
    ],
)
def test_a_headline_suggests_a_slug(headline: str, locale: str, slug: str) -> None:
    assert slugify(headline, locale) == slug


def test_a_long_headline_is_cut_at_a_word_if_there_is_one() -> None:
    slug = slugify("precipitevolissimevolmente " * 5, "it")
    assert slug == "-".join(["precipitevolissimevolmente"] * 3)
    assert slugify("新" * 200, "zh") == "新" * LONGEST_MADE


@given(st.text(max_size=200), st.sampled_from(["it", "zh", "en", "de"]))
def test_a_suggested_slug_is_a_good_one(headline: str, locale: str) -> None:
    slug = slugify(headline, locale)
    assert check_slug(slug) == slug
    assert len(slug) <= LONGEST_MADE
    assert slugify(slug, locale) == slug


@pytest.mark.parametrize("slug", ["festa", "北京-2026", "हिन्दी", "caffe\u0300", " festa "])
def test_a_chosen_slug_passes_in_nfc(slug: str) -> None:
    assert check_slug(slug) == slug.strip().replace("e\u0300", "è")


@pytest.mark.parametrize(
    "slug",
    [
        "",
        "Festa",
        "-festa",
        "festa-",
        "in festa",
        "a/b",
        "a_b",
        "città!",
        "\u0301a",
        "a\u200bb",
        "x" * 121,
        "\ud800",
        None,
        7,
    ],
)
def test_any_other_is_refused(slug: object) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_slug(slug)
    assert caught.value.path == ("slug",)


def test_a_number_keeps_a_slug_within_its_length() -> None:
    assert numbered("festa", 2) == "festa-2"
    assert len(numbered("x" * LONGEST, 10)) == LONGEST
