"""Slugs: the readable part of an address, made from a headline or chosen by an editor.

Latin letters become ASCII because such addresses are read aloud, typed and printed; every other script keeps
its own letters, which browsers show and search engines read, where a romanisation would be a guess.
"""

import re
import unicodedata

from cms.errors import InvalidInputError
from cms.plaintext import check_line

LONGEST = 120
"""Characters that a slug may have; one made from a headline has at most LONGEST_MADE, which leaves room for
"-2"."""

LONGEST_MADE = 80

# Latin letters that Unicode does not decompose into a base letter and a mark.
_LATIN = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i",
    "ŋ": "n", "ŧ": "t", "ə": "e", "ĸ": "k", "ƒ": "f",
}  # fmt: skip
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")


def slugify(headline: str, locale: str = "und") -> str:
    """The slug that a headline suggests in a BCP 47 locale: `"L'Italia è in festa", "it"` →
    `l-italia-e-in-festa`.

    German umlauts are spelt out in German (`ue`), and an English apostrophe leaves no hyphen (`dont`);
    elsewhere an apostrophe parts two words. Never empty: a headline of emoji alone gives `item`. The answer
    passes `check_slug`.
    """
    language = locale.partition("-")[0].lower()
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", headline).replace("´", "'"))
    if language == "en":
        text = _APOSTROPHES.sub("", text)
    text = unicodedata.normalize("NFKC", text.lower())
    if language == "de":
        text = text.translate(_GERMAN)
    folded = unicodedata.normalize("NFC", "".join(map(_fold, text)))
    words = re.split("-+", "".join(c if _is_slug_letter(c) else "-" for c in folded))
    slug = _cut("-".join(word for word in map(_without_leading_marks, words) if word))
    return slug or "item"


def check_slug(slug: object) -> str:
    """The slug that an editor chose, trimmed and in NFC, or InvalidInputError that says what is wrong with
    it.

    Letters and digits of any script and hyphens, 1 to 120 characters, lower case, no hyphen at either end.
    """
    checked = unicodedata.normalize("NFC", check_line(slug, name="slug", most=LONGEST))
    if not checked or len(checked) > LONGEST:
        raise InvalidInputError(f"slug must have 1 to {LONGEST} characters.", path=("slug",))
    if checked != checked.lower():
        raise InvalidInputError("slug must be in lower case.", path=("slug",))
    for character in checked:
        if character != "-" and not _is_slug_letter(character):
            raise InvalidInputError(f"slug may hold letters, digits and hyphens, not “{character}”.", path=("slug",))
    if checked.startswith("-") or checked.endswith("-"):
        raise InvalidInputError("slug may neither begin nor end with a hyphen.", path=("slug",))
    if unicodedata.category(checked[0])[0] == "M":
        raise InvalidInputError("slug must begin with a letter or a digit.", path=("slug",))
    return checked


def numbered(slug: str, n: int) -> str:
    """The n-th choice when a slug is taken: `festa`, 2 → `festa-2`; the slug gives way to stay within
    LONGEST.
    """
    tail = f"-{n}"
    return slug[: LONGEST - len(tail)].rstrip("-") + tail


def _fold(character: str) -> str:
    if character.isascii():
        return character
    if character in _LATIN:
        return _LATIN[character]
    base = unicodedata.normalize("NFKD", character)
    if unicodedata.name(base[0], "").startswith("LATIN"):
        return "".join(_LATIN.get(c, c) for c in base if not unicodedata.combining(c))
    # A free-standing accent belongs to the Latin letter before it and goes with it; other scripts keep their
    # marks.
    return "" if "\u0300" <= character <= "\u036f" else character


def _is_slug_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _without_leading_marks(word: str) -> str:
    while word and unicodedata.category(word[0])[0] == "M":
        word = word[1:]
    return word


def _cut(slug: str) -> str:
    if len(slug) <= LONGEST_MADE:
        return slug
    # A Chinese headline may be one long word: then it is cut where it stands rather than thrown away.
    end = slug.rfind("-", LONGEST_MADE // 2, LONGEST_MADE + 1)
    return slug[: end if end > 0 else LONGEST_MADE].rstrip("-")
