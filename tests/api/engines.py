"""A search engine for tests of the API: it finds headlines that hold the text, in the order of their keys."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cms.content.models import Edition, Kind
from cms.events import Change
from search import Hit, Query, Results, Snippet


class HeadlineEngine:
    """Deterministic, and behind the database by as many changes as it is told."""

    def __init__(self, headlines: Mapping[str, Sequence[tuple[str, str]]], position: int) -> None:
        self._headlines, self._position = headlines, position

    @classmethod
    async def indexing(cls, *, behind: int = 0) -> "HeadlineEngine":
        """The live editions, visible or not, other than front pages, and one that is gone from the database."""
        headlines: dict[str, list[tuple[str, str]]] = {}
        for edition in await Edition.exclude(kind=Kind.FRONT_PAGE).order_by("item_id"):
            headlines.setdefault(edition.locale, []).append((str(edition.item_id), edition.headline))
        for found in headlines.values():
            found.insert(1, ("999999", "L’università 大学 University"))
        positions = await Change.all().order_by("-position").limit(behind + 1).values_list("position", flat=True)
        return cls(headlines, int(str(positions[-1])) if positions else 0)

    def position(self) -> int:
        """Up to where it has seen."""
        return self._position

    def search(self, locale: str, query: Query) -> Results:
        """Headlines that hold the text."""
        found = [
            Hit(key=key, score=10.0 / (n + 1), snippets=self._snippets(n, headline, query.text))
            for n, (key, headline) in enumerate(self._headlines.get(locale, ()))
            if query.text in headline and key not in query.exclude
        ]
        hits = tuple(found[query.offset : query.offset + query.limit])
        return Results(hits=hits, total=len(found), facets={})

    def _snippets(self, n: int, headline: str, text: str) -> tuple[Snippet, ...]:
        return (Snippet(field="headline", html=headline.replace(text, f"<mark>{text}</mark>")),) * (n % 3)

    def write(self, changes: Iterable[tuple[str, str, Any]], position: int) -> None:
        """Nothing is indexed after the beginning."""

    def clear(self) -> None:
        """Nothing is removed."""

    def check(self) -> tuple[str, ...]:
        """Nothing is wrong."""
        return ()

    def count(self, locale: str) -> int:
        """How many headlines there are."""
        return len(self._headlines.get(locale, ()))

    def locales(self) -> tuple[str, ...]:
        """The locales with headlines."""
        return tuple(sorted(self._headlines))

    def close(self) -> None:
        """Nothing is open."""
