"""The configured locales as a value: which there are, and what each falls back to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import orjson
from langcodes import standardize_tag
from langcodes.tag_parser import LanguageTagError

from cms.errors import UnknownLocaleError
from cms.statements import on_postgresql, rows
from cms.taxonomy.models import Locale

_CHAINS_LOCK = 0x6C6F6361  # "loca": any number that nothing else in this database locks


@lru_cache(maxsize=1024)
def canonical(tag: str) -> str:
    """A BCP 47 tag in its canonical case: `ZH-hant` is `zh-Hant`. Nonsense is returned as it is."""
    try:
        return standardize_tag(tag) if len(tag) <= 35 else tag
    except LanguageTagError:
        return tag


@dataclass(frozen=True, slots=True)
class Locales:
    """Configured tags in order, each with the chain it is read along: itself, then its fallbacks."""

    chains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Locale]) -> "Locales":
        """From the table's rows; a fallback that is not configured is left out of the chains."""
        rows = sorted(rows, key=lambda row: (row.position, row.tag))
        tags = {row.tag for row in rows}
        return cls({row.tag: (row.tag, *(t for t in row.fallbacks if t in tags and t != row.tag)) for row in rows})

    @property
    def tags(self) -> tuple[str, ...]:
        """The configured tags, in the newsroom's order."""
        return tuple(self.chains)

    def check(self, tag: str, *path: str | int) -> str:
        """The configured tag that is meant.

        Raises:
            UnknownLocaleError: the newsroom does not publish in it.
        """
        found = canonical(tag)
        if found not in self.chains:
            names = ", ".join(self.chains) or "none yet"
            raise UnknownLocaleError(f"{tag[:35]!r} is not a locale of this newsroom (it has {names}).", path=path)
        return found

    def chain(self, tag: str) -> tuple[str, ...]:
        """Where to look for a text, in order."""
        return self.chains.get(tag, (tag,))


async def load_locales() -> Locales:
    """Read the configured locales."""
    return Locales.of(await Locale.all())


async def hold_locales(*, to_change: bool = False) -> Locales:
    """Read the configured locales, which then stay as they are until the transaction ends.

    Whoever serves texts along the chains holds them; whoever holds them `to_change` does so alone.
    """
    if on_postgresql():
        # Not the rows: who waited for a deleted row would not see those that replace it.
        await rows(f"SELECT pg_advisory_xact_lock{'' if to_change else '_shared'}($1)", _CHAINS_LOCK)
    return await load_locales()


def name_in(names: Mapping[str, str], chain: tuple[str, ...]) -> str:
    """The name along the chain, else in any locale, the alphabetically first so that it stays the same."""
    for tag in chain:
        if tag in names:
            return names[tag]
    return names[min(names)] if names else ""


@lru_cache(maxsize=20_000)
def name_from_json(names: str, chain: tuple[str, ...]) -> str:
    """`name_in` for the JSON text that a row holds; few names are read very often."""
    return name_in(orjson.loads(names), chain)
