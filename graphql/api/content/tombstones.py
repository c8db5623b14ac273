"""What is left of a recalled item for those who knew it. Aliases: `i` item (see `rows`), `n` series entry."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
import strawberry
from tortoise.expressions import Q, Subquery

from api.context import Context, Info
from api.enums import Kind, LocaleReason, PubStatus
from api.nodes import Node, encode_id
from api.plans.fetching import Frame, NestedError, Run
from api.plans.reading import Arguments, Column, Derived, Embedded, Instant, Rows, Unfolded, planned
from api.plans.sql import Sql
from api.scalars import Locale
from cms.content import links
from cms.content.models import Item
from cms.content.serving import served_locale
from cms.errors import PolyfocalError
from cms.events import Change
from cms.taxonomy.locales import Locales

RECALLED = (PubStatus.WITHHELD, PubStatus.CANCELED)


def _known(_sql: Sql, _run: Run, _frame: Frame, _arguments: Arguments) -> Sequence[str]:
    """Recalled, and public once: of what was never told there is nothing to recall, and nobody learns of it."""
    statuses = ", ".join(f"'{each}'" for each in RECALLED)
    return [f"i.pub_status IN ({statuses})", "EXISTS (SELECT 1 FROM change h WHERE h.item_id = i.id)"]


TOMBSTONES = Rows(base="item i", key="i.id", types={"": "Tombstone"}, visible=_known)
ENTRIES = Rows(
    base="series_entry n JOIN item i ON i.id = n.target_id", key="n.id", types={"": "SeriesTombstone"}, visible=_known
)


def _advice(texts: Mapping[str, str], source: str, tag: str, locales: Locales) -> dict[str, Any] | None:
    """The advisory to read in a locale, and why in that; there is one in the source locale if there is any."""
    locale = locales.check(tag, "locale")
    served = served_locale(locale, texts, source, locales)
    return served and {"text": texts[served[0]], "locale": served[0], "localeReason": served[1]}


def _advised(run: Run, _frame: Frame, texts: str | None, source: str, locale: str) -> dict[str, Any] | None:
    try:
        return _advice(orjson.loads(texts or "{}") or {}, source, locale, run.locales)
    except PolyfocalError as error:
        raise NestedError(error.message) from error


@strawberry.type(description="Why an item was recalled.")
class Advisory:
    """An advisory, read in a locale."""

    text: str = strawberry.field(description="What recipients and readers must know.")
    locale: Locale = strawberry.field(description="The locale it is in.")
    locale_reason: LocaleReason = strawberry.field(description="Why it is in this locale.")


@strawberry.type(description="What is left of an item that was withheld or canceled: recall every version of it.")
class Tombstone(Node):
    """A tombstone; never a word of the item's own."""

    row: strawberry.Private[Item]

    @planned(Derived(lambda _run, _frame, key: encode_id("Tombstone", key), ("i.id",)))
    def id(self) -> strawberry.ID:
        """The tombstone's global id."""
        return strawberry.ID(encode_id("Tombstone", self.row.id))

    @planned(Column("i.uri"))
    def uri(self) -> str:
        """The item's URI."""
        return self.row.uri

    @planned(Column("i.kind"))
    def kind(self) -> Kind:
        """What it was."""
        return self.row.kind

    @planned(Column("i.pub_status"))
    def pub_status(self) -> PubStatus:
        """Whether it may be used again some day."""
        return self.row.pub_status

    @planned(Instant("i.recalled_at"))
    def at(self) -> datetime:
        """When it was recalled."""
        assert self.row.recalled_at is not None
        return self.row.recalled_at

    @planned(Unfolded(_advised, ("i.advisory", "i.source_locale")))
    def advisory(
        self,
        info: Info,
        locale: Annotated[Locale, strawberry.argument(description="The locale to read it in.")],
    ) -> Advisory | None:
        """Why, in a locale or an honest fallback; null if no reason was given."""
        found = _advice(self.row.advisory or {}, self.row.source_locale, locale, info.context.locales)
        if found is None:
            return None
        return Advisory(text=found["text"], locale=Locale(found["locale"]), locale_reason=found["localeReason"])


@strawberry.type(description="The place in a focus series of an item that was recalled.")
class SeriesTombstone:
    """An entry that is gone."""

    row: strawberry.Private[links.SeriesEntry]
    target: strawberry.Private[Item]

    @planned(Column("n.section"))
    def section(self) -> str | None:
        """The key of the section it stood in."""
        return self.row.section

    @planned(Column("n.position"))
    def position(self) -> int:
        """Its place in the whole series, from 1."""
        return self.row.position

    @planned(Embedded(TOMBSTONES))
    def tombstone(self) -> Tombstone:
        """What is left of it."""
        return Tombstone(row=self.target)


def tombstone_rows() -> Any:
    """Tombstones as a query of items."""
    told = Subquery(Change.all().values("item_id"))
    return Item.filter(Q(pub_status__in=list(RECALLED)), id__in=told)


async def tombstones_by_item(_context: Context, _frame: Frame, keys: list[int]) -> list[Tombstone | None]:
    """A batch: the tombstones of those items."""
    found = {row.id: row for row in await tombstone_rows().filter(id__in=keys)}
    return [Tombstone(row=found[key]) if key in found else None for key in keys]
