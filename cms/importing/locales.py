"""The locales of an archive, where the newsroom does not have them yet."""

from collections.abc import Sequence
from typing import Any

from langcodes import Language

from cms.accounts.actors import Actor
from cms.content.serving import configure_locales
from cms.database import transaction
from cms.taxonomy.models import Locale

_RIGHT_TO_LEFT = frozenset({"Adlm", "Arab", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"})


async def add_locales(actor: Actor, tags: Sequence[str]) -> None:
    """Configure those locales after the ones there are; a new one falls back to others of its language.

    Names are the tags until somebody gives better ones. Every item is served anew, all in one transaction.
    """
    async with transaction():
        present = await Locale.all().order_by("position", "tag")
        known = [row.tag for row in present]
        new = [tag for tag in tags if tag not in known]
        kept: list[dict[str, Any]] = [
            {"tag": row.tag, "name": row.name, "direction": row.direction, "fallbacks": row.fallbacks}
            for row in present
        ]
        await configure_locales(actor, [*kept, *(_locale(tag, [*known, *new]) for tag in new)])


def _locale(tag: str, tags: Sequence[str]) -> dict[str, Any]:
    language = Language.get(tag)
    kin = [other for other in tags if other != tag and Language.get(other).language == language.language]
    direction = "rtl" if language.maximize().script in _RIGHT_TO_LEFT else "ltr"
    return {"tag": tag, "name": tag, "direction": direction, "fallbacks": kin}
