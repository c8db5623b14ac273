"""Slugs: addresses that people can read, in the script of their locale."""

import unicodedata

from cms.errors import InvalidInputError

SLUG_MOST = 120
_WORDS_MOST = 80
_EMPTY = "item"
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "'": " ",
        "’": " ",
    }
)


def slugify(headline: str) -> str:
    """A slug from a headline: lower case, accents folded, words joined by hyphens; Chinese stays Chinese.

    Cut at a word if it can be, never empty.
    """
    folded = unicodedata.normalize(
        "NFKD", unicodedata.normalize("NFKC", headline).lower().translate(_LETTERS)
    )
    letters = (each for each in folded if not unicodedata.combining(each) or _is_part_of_letter(each))
    text = unicodedata.normalize("NFC", "".join(letters))
    words = "".join(each if _is_word(each) else " " for each in text).split()
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:_WORDS_MOST]
        if len(longer) > _WORDS_MOST:
            break
        slug = longer
    return slug or _EMPTY


def check_slug(slug: str) -> str:
    """A slug that an editor chose, in NFC.

    Raises:
        InvalidInputError: not lower-case letters, digits and single hyphens, or too long.
    """
    text = unicodedata.normalize("NFC", slug) if isinstance(slug, str) else ""
    parts = text.split("-")
    if not text or len(text) > SLUG_MOST or text != text.lower() or not all(map(_is_word, parts)):
        raise InvalidInputError(
            f"A slug is lower-case letters, digits and single hyphens, {SLUG_MOST} at most.", path=("slug",)
        )
    return text


def numbered(slug: str, number: int) -> str:
    """The slug with a number, still within the length."""
    suffix = f"-{number}"
    return slug[: SLUG_MOST - len(suffix)].rstrip("-") + suffix


def _is_part_of_letter(mark: str) -> bool:
    """Marks of Latin, Greek and Cyrillic are accents; those of Hindi or Japanese are the word."""
    return ord(mark) >= 0x0370


def _is_word(part: str) -> bool:
    """Letters, digits, and the marks that belong to them."""
    return bool(part) and all(unicodedata.category(each)[0] in "LNM" for each in part)
