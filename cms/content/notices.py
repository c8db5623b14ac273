"""Texts that go out beside an item, one per locale: advisories of a recall, notes of a correction."""

from collections.abc import Mapping

from cms.errors import InvalidInputError
from cms.plaintext import check_text
from cms.taxonomy.locales import Locales

NOTICE_MOST = 2_000


def check_notices(configured: Locales, given: Mapping[str, str], *, name: str) -> dict[str, str]:
    """The notices by configured locale, trimmed.

    Raises:
        UnknownLocaleError: the newsroom has no such locale.
        InvalidInputError: one is empty or too long, or a locale is there twice.
    """
    checked: dict[str, str] = {}
    for tag, value in given.items():
        locale = configured.check(tag, name)
        text = check_text(value, name=name, most=NOTICE_MOST)
        if not text:
            raise InvalidInputError(f"{name} is empty in {locale}.", path=(name, locale))
        if locale in checked:
            raise InvalidInputError(f"{name} is there twice in {locale}.", path=(name, locale))
        checked[locale] = text
    return checked
