"""Coverage: where each of many items stands in each locale, for the desk. Three statements, however many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from cms.accounts.actors import Actor, Permission, require
from cms.content.models import SHARED, WITH_ENTRIES, DraftStatus, Kind, PubStatus
from cms.content.staleness import is_stale
from cms.errors import InvalidInputError, NotFoundError
from cms.statements import on_postgresql, rows
from cms.taxonomy.locales import Locales

ITEMS_MOST = 500


class CoverageState(StrEnum):
    """Where an item stands in a locale; the first of these that holds."""

    CANCELED = "CANCELED"
    WITHHELD = "WITHHELD"
    MISSING = "MISSING"
    EMBARGOED = "EMBARGOED"
    SCHEDULED = "SCHEDULED"
    STALE = "STALE"
    LIVE = "LIVE"
    DRAFT = "DRAFT"


@dataclass(frozen=True, slots=True)
class Cell:
    """One item in one locale. `live` says whether the public can read it now, whatever the state."""

    locale: str
    state: CoverageState
    live: bool = False
    stale: bool = False
    status: DraftStatus | None = None
    headline: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One item in every locale, with the headline in the locale it was written in."""

    item_id: int
    kind: Kind
    headline: str
    cells: Sequence[Cell]


async def coverage_of_series(actor: Actor, series_id: int, locales: Locales, *, now: datetime) -> list[Line]:
    """The lines of a series or front page and its entries in their order, as its working copy has them.

    Raises:
        NotFoundError: there is no such series.
    """
    require(actor, Permission.READ)
    found = await rows(
        "SELECT d.content FROM draft d JOIN item i ON i.id = d.item_id WHERE d.item_id = $1 AND d.locale = $2 "
        "AND i.kind IN ($3, $4)",
        series_id,
        SHARED,
        *sorted(WITH_ENTRIES),
    )
    if not found:
        raise NotFoundError("There is no such series.", path=("series",))
    entries = [int(entry["item"]) for entry in _json(found[0]["content"]).get("entries", ())]
    return await coverage(actor, [series_id, *entries], locales, now=now)


async def coverage(actor: Actor, item_ids: Sequence[int], locales: Locales, *, now: datetime) -> list[Line]:
    """The lines of those items, in their order; items that do not exist are left out.

    Raises:
        InvalidInputError: too many at once.
    """
    require(actor, Permission.READ)
    if len(item_ids) > ITEMS_MOST:
        raise InvalidInputError(f"Ask for {ITEMS_MOST} items at most.", path=("items",))
    among = "ANY($1)" if on_postgresql() else "(SELECT value FROM json_each($1))"
    operator = "=" if on_postgresql() else "IN"
    ids: Any = list(dict.fromkeys(item_ids))
    bound = ids if on_postgresql() else orjson.dumps(ids).decode()
    items = await rows(
        "SELECT id, kind, source_locale, pub_status, ready, embargoed_until, expires_at FROM item "
        f"WHERE id {operator} {among}",
        bound,
    )
    texts = await rows(
        "SELECT d.item_id, d.locale, d.status, d.translated_from, d.segment_hashes, d.source_hashes, "
        "d.content->>'headline' AS headline, e.id AS edition_id FROM draft d "
        "LEFT JOIN edition e ON e.item_id = d.item_id AND e.locale = d.locale "
        f"WHERE d.item_id {operator} {among}",
        bound,
    )
    drafts: dict[int, dict[str, dict[str, Any]]] = {}
    for text in texts:
        drafts.setdefault(text["item_id"], {})[text["locale"]] = text
    by_id = {item["id"]: item for item in items}
    return [_line(by_id[key], drafts.get(key, {}), locales, now) for key in ids if key in by_id]


def _line(item: Mapping[str, Any], texts: Mapping[str, Mapping[str, Any]], locales: Locales, now: datetime) -> Line:
    source = texts.get(item["source_locale"], {})
    return Line(
        item_id=item["id"],
        kind=Kind(item["kind"]),
        headline=source.get("headline") or "",
        cells=[_cell(locale, item, texts, now) for locale in locales.tags],
    )


def _cell(locale: str, item: Mapping[str, Any], texts: Mapping[str, Mapping[str, Any]], now: datetime) -> Cell:
    text = texts.get(locale)
    status = DraftStatus(text["status"]) if text else None
    published = text is not None and text["edition_id"] is not None
    expires_at = _instant(item["expires_at"])
    usable = item["pub_status"] == PubStatus.USABLE and bool(item["ready"])
    live = published and usable and item["embargoed_until"] is None and (expires_at is None or expires_at > now)
    stale = text is not None and _is_stale(text, texts)
    return Cell(
        locale=locale,
        state=_state(item, text, live=live, published=published, stale=stale),
        live=live,
        stale=stale,
        status=status,
        headline=text["headline"] if text else None,
    )


def _state(
    item: Mapping[str, Any], text: Mapping[str, Any] | None, *, live: bool, published: bool, stale: bool
) -> CoverageState:
    if item["pub_status"] != PubStatus.USABLE:
        return CoverageState(item["pub_status"])
    if text is None:
        return CoverageState.MISSING
    if published and item["embargoed_until"] is not None:
        return CoverageState.EMBARGOED
    if text["status"] == DraftStatus.SCHEDULED:
        return CoverageState.SCHEDULED
    if stale:
        return CoverageState.STALE
    return CoverageState.LIVE if live else CoverageState.DRAFT


def _is_stale(text: Mapping[str, Any], texts: Mapping[str, Mapping[str, Any]]) -> bool:
    source = texts.get(text["translated_from"] or "")
    if source is None:
        return False
    return is_stale(_json(source["segment_hashes"]), _json(text["segment_hashes"]), _json(text["source_hashes"]))


def _json(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(value) if isinstance(value, str | bytes) else value
    return found


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
