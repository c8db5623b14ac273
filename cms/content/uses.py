"""Where an item is used: which others refer to it, in what is live and in working copies. Asked before a kill.

Shared parts name items by key: series entries, lead video, related. Bodies name them by global id, in their figure
and video blocks. Four statements, however many there are; those on working copies and bodies read every row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cms.accounts.actors import Actor, Permission, require
from cms.content.models import SHARED, Item, Kind
from cms.errors import NotFoundError
from cms.statements import on_postgresql, rows


class UseRole(StrEnum):
    """As what an item refers to another."""

    SERIES_ENTRY = "SERIES_ENTRY"
    LEAD_VIDEO = "LEAD_VIDEO"
    RELATED = "RELATED"
    BODY = "BODY"


@dataclass(frozen=True, slots=True)
class Use:
    """One reference, from a part of another item: whether its working copy has it, and whether what is live does."""

    item_id: int
    kind: Kind
    locale: str
    role: UseRole
    draft: bool
    live: bool


_Found = tuple[int, str, UseRole, str]
"""An item, the locale, the role and the item's kind."""

_SHARED_SQLITE = """
SELECT i.id, i.kind,
  json_extract(d.content, $3) = $1 AS lead,
  EXISTS (SELECT 1 FROM json_each(d.content, $4) WHERE value = $1) AS related,
  EXISTS (SELECT 1 FROM json_each(d.content, $5) WHERE json_extract(value, $6) = $1) AS entry
FROM draft d JOIN item i ON i.id = d.item_id
WHERE d.locale = $2 AND i.trashed_at IS NULL AND (lead OR related OR entry)"""
_PATHS = ("$.lead_video", "$.related", "$.entries", "$.item")

_SHARED_POSTGRESQL = """
SELECT * FROM (
  SELECT i.id, i.kind,
    d.content @> jsonb_build_object('lead_video', $1::bigint) AS lead,
    d.content @> jsonb_build_object('related', jsonb_build_array($1::bigint)) AS related,
    d.content @> jsonb_build_object('entries', jsonb_build_array(jsonb_build_object('item', $1::bigint))) AS entry
  FROM draft d JOIN item i ON i.id = d.item_id
  WHERE d.locale = $2 AND i.trashed_at IS NULL
) found WHERE lead OR related OR entry"""

_ROLES = {"lead": UseRole.LEAD_VIDEO, "related": UseRole.RELATED, "entry": UseRole.SERIES_ENTRY}


async def uses_of(actor: Actor, *, item_id: int, ids: Sequence[str]) -> list[Use]:
    """What refers to the item and may be seen by the actor, by item, part and role; `ids` are all its global ids.

    Raises:
        NotFoundError: no such item.
    """
    require(actor, Permission.READ)
    if not await Item.exists(id=item_id):
        raise NotFoundError("There is no such item.", path=("item",))
    drafts = {*await _shared_drafts(item_id), *await _bodies("draft", "content", ids)}
    live = {*await _live(item_id), *await _bodies("edition", "body", ids)}
    drafts, live = ({each for each in found if each[0] != item_id} for found in (drafts, live))
    return [
        Use(item, Kind(kind), locale, role, (item, locale, role, kind) in drafts, (item, locale, role, kind) in live)
        for item, locale, role, kind in sorted(drafts | live)
        if actor.may(Permission.READ, kind, locale)
    ]


async def _shared_drafts(item_id: int) -> list[_Found]:
    if on_postgresql():
        found = await rows(_SHARED_POSTGRESQL, item_id, SHARED)
    else:
        found = await rows(_SHARED_SQLITE, item_id, SHARED, *_PATHS)
    return [(row["id"], SHARED, role, row["kind"]) for row in found for name, role in _ROLES.items() if row[name]]


async def _live(item_id: int) -> list[_Found]:
    found = await rows(
        "SELECT i.id, i.kind, a.role FROM association a JOIN item i ON i.id = a.item_id WHERE a.target_id = $1 "
        "UNION SELECT i.id, i.kind, 'SERIES_ENTRY' FROM series_entry e JOIN item i ON i.id = e.series_id "
        "WHERE e.target_id = $1 AND EXISTS (SELECT 1 FROM shared_edition s WHERE s.item_id = e.series_id)",
        item_id,
    )
    return [(row["id"], SHARED, UseRole(row["role"]), row["kind"]) for row in found]


async def _bodies(table: str, column: str, ids: Sequence[str]) -> list[_Found]:
    place, text = ("strpos", f"t.{column}::text") if on_postgresql() else ("instr", f"t.{column}")
    # In quotes, because in JSON no other text has them.
    any_of = " OR ".join(f"{place}({text}, ${number}) > 0" for number in range(2, len(ids) + 2))
    found = await rows(
        f"SELECT i.id, i.kind, t.locale FROM {table} t JOIN item i ON i.id = t.item_id "
        f"WHERE t.locale <> $1 AND i.trashed_at IS NULL AND ({any_of})",
        SHARED,
        *(f'"{each}"' for each in ids),
    )
    return list(_in_body(found))


def _in_body(found: Sequence[dict[str, Any]]) -> Iterator[_Found]:
    for row in found:
        yield row["id"], row["locale"], UseRole.BODY, row["kind"]
