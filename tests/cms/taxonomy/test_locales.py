"""Locales as a value: their tags, the chains they are read along, and names along them."""

import orjson
import pytest

from cms.errors import UnknownLocaleError
from cms.taxonomy.locales import Locales, canonical, name_from_json, name_in
from cms.taxonomy.models import Locale


@pytest.mark.parametrize(
    ("tag", "meant"),
    [
        ("ZH-hant", "zh-Hant"),
        ("IT", "it"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("", ""),
        ("???", "???"),
        ("x" * 99, "x" * 99),
    ],
)
def test_tags_are_canonical(tag: str, meant: str):
    assert canonical(tag) == meant


def test_chains_hold_what_is_configured():
    rows = [
        Locale(tag="en", name="English", fallbacks=[], position=2),
        Locale(tag="zh-Hant", name="繁體中文", fallbacks=["zh", "pt", "zh-Hant", "en"], position=1),
        Locale(tag="it", name="italiano", fallbacks=["pt"], position=0),
    ]
    locales = Locales.of(rows)
    assert locales.tags == ("it", "zh-Hant", "en")
    assert locales.chain("zh-Hant") == ("zh-Hant", "en")
    assert locales.chain("it") == ("it",)
    assert locales.chain("pt") == ("pt",)


def test_a_locale_is_checked_by_its_canonical_tag():
    locales = Locales({"it": ("it",), "zh-Hant": ("zh-Hant",)})
    assert locales.check("zh-hant") == "zh-Hant"
    for tag in ("zh", "", "it\x00", "i" * 100, "\ud800"):
        with pytest.raises(UnknownLocaleError, match="it has it, zh-Hant") as caught:
            locales.check(tag, "locales", 1)
        assert caught.value.path == ("locales", 1)
    with pytest.raises(UnknownLocaleError, match="none yet"):
        Locales().check("it")


@pytest.mark.parametrize(
    ("names", "chain", "name"),
    [
        ({"it": "sci", "en": "skiing"}, ("zh", "en", "it"), "skiing"),
        ({"it": "sci", "zh": "滑雪"}, ("zh",), "滑雪"),
        ({"pt": "esqui", "de": "Ski"}, ("it",), "Ski"),
        ({}, ("it",), ""),
    ],
)
def test_a_name_is_read_along_the_chain(names: dict[str, str], chain: tuple[str, ...], name: str):
    assert name_in(names, chain) == name
    assert name_from_json(orjson.dumps(names).decode(), chain) == name
