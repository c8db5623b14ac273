"""What the analysis knows of each language: its stemmer, and the little words that elide."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STEMMERS: Mapping[str, str] = MappingProxyType(
    {
        "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
        "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque",
        "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
        "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian",
        "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish",
        "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
        "ta": "tamil", "tr": "turkish", "yi": "yiddish",
    }
)  # fmt: skip
"""PyStemmer's algorithm by language subtag. One that an older PyStemmer lacks is passed over."""

_ITALIAN = "l un gl d dell all dall nell sull coll c s m t v n quest quell nessun alcun ciascun"
_FRENCH = "l d j m t s n c qu jusqu lorsqu puisqu quoiqu"
_CATALAN = "l d m n s t"

ELISIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "it": frozenset(_ITALIAN.split()),
        "fr": frozenset(_FRENCH.split()),
        "ca": frozenset(_CATALAN.split()),
    }
)
"""What may stand before an apostrophe without being a word to search for, by language subtag."""

POSSESSIVES: Mapping[str, frozenset[str]] = MappingProxyType({"en": frozenset({"s"})})
"""What may stand after an apostrophe likewise."""


def language(locale: str) -> str:
    """The language subtag of a BCP 47 tag: "zh" of "zh-Hant-TW"."""
    return locale.replace("_", "-").partition("-")[0].casefold()
