"""What happened, in the order in which it was committed.

A command calls `record` inside its transaction. The events are written as the transaction's last act, so that
**event order is commit order**: a reader that asks for `id > position` never misses an event that commits
later with a smaller id. SQLite gives this with one writer at a time. On PostgreSQL an advisory lock is taken
before the first id is drawn and held until the commit is visible; nothing may wait for a row of another
transaction after it.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from cms.clock import utc_now
from cms.database import Transaction, current_transaction, transaction
from cms.statements import insert_rows, on_postgresql, rows

CHANNEL = "polyfocal_events"
"""The PostgreSQL channel on which each commit tells its latest position."""

_COMMIT_ORDER_LOCK = 0x506F6C79  # "Poly": any number that nothing else in this database locks


class EventType(StrEnum):
    """What may happen, as `noun.past`."""

    ARTICLE_CREATED = "article.created"
    VIDEO_CREATED = "video.created"
    SERIES_CREATED = "series.created"
    FRONT_PAGE_CREATED = "front_page.created"
    DRAFT_SAVED = "draft.saved"
    DRAFT_RESTORED = "draft.restored"
    DRAFT_ASSIGNED = "draft.assigned"
    DRAFT_NOTED = "draft.noted"
    COMMENT_ADDED = "comment.added"
    COMMENT_RESOLVED = "comment.resolved"
    COMMENT_DELETED = "comment.deleted"
    EDITING_BEGUN = "editing.begun"
    EDITING_ENDED = "editing.ended"
    ITEM_TRASHED = "item.trashed"
    ITEM_UNDELETED = "item.undeleted"
    TRANSLATION_STARTED = "translation.started"
    TRANSLATION_ACCEPTED = "translation.accepted"
    DRAFT_REOPENED = "draft.reopened"
    DRAFT_SUBMITTED = "draft.submitted"
    DRAFT_RETURNED = "draft.returned"
    DRAFT_APPROVED = "draft.approved"
    DRAFT_SCHEDULED = "draft.scheduled"
    DRAFT_UNSCHEDULED = "draft.unscheduled"
    DRAFT_FLAGGED = "draft.flagged"
    PUBLICATION_REFUSED = "publication.refused"
    TEXT_PUBLISHED = "text.published"
    TEXT_CORRECTED = "text.corrected"
    SHARED_PUBLISHED = "shared.published"
    TEXT_UNPUBLISHED = "text.unpublished"
    EDITION_RESTORED = "edition.restored"
    RELEASE_SCHEDULED = "release.scheduled"
    RELEASE_CANCELED = "release.canceled"
    RELEASE_REFUSED = "release.refused"
    SERIES_RELEASED = "series.released"
    RELEASE_REVERSED = "release.reversed"
    UNPUBLICATION_SCHEDULED = "unpublication.scheduled"
    EMBARGO_SET = "embargo.set"
    EMBARGO_LIFTED = "embargo.lifted"
    EXPIRY_SET = "expiry.set"
    ITEM_EXPIRED = "item.expired"
    ITEM_WITHHELD = "item.withheld"
    WITHHOLD_LIFTED = "withhold.lifted"
    ITEM_KILLED = "item.killed"
    ITEM_TAKEN_DOWN = "item.taken_down"
    VIDEO_MASTERED = "video.mastered"
    LOCALES_CONFIGURED = "locales.configured"
    USER_CREATED = "user.created"
    USER_DEACTIVATED = "user.deactivated"
    USER_REACTIVATED = "user.reactivated"
    ROLES_SET = "roles.set"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - an event
    SESSION_REVOKED = "session.revoked"
    TOKEN_ISSUED = "token.issued"  # noqa: S105 - likewise
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - likewise


class ChangeType(StrEnum):
    """What a recipient of an item in one locale has to do about it."""

    UPSERTED = "UPSERTED"
    WITHHELD = "WITHHELD"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    UNPUBLISHED = "UNPUBLISHED"
    DELETED = "DELETED"


class Event(Model):
    """One thing that happened. Its id is its position in history; positions ascend and never repeat.

    `item_id` points nowhere in the schema, because history outlives what it tells of. `type` is text rather
    than a database enum: an older program can read the history of a newer one. `address` is the client's, None for
    what the worker or the command line did.
    """

    id = fields.BigIntField(primary_key=True)
    type = fields.CharField(max_length=64)
    item_id = fields.BigIntField(null=True)
    locale = fields.CharField(max_length=35, null=True)
    actor = fields.CharField(max_length=255, null=True)
    address = fields.CharField(max_length=45, null=True)
    data = fields.JSONField[dict[str, Any]]()
    at = fields.DatetimeField()

    class Meta:
        table = "event"
        indexes = (
            Index(fields=("item_id", "id"), name="event_item"),
            Index(fields=("at", "id"), name="event_at"),
        )


class Change(Model):
    """The latest event that concerned recipients of one item in one locale: what the feed of changes reads.

    One event may change several locales of an item, which then share its position: a page of the feed ends at
    (position, item_id, locale).
    """

    id = fields.BigIntField(primary_key=True)
    item_id = fields.BigIntField()
    locale = fields.CharField(max_length=35)
    uri = fields.CharField(max_length=512)
    kind = fields.CharField(max_length=16)
    position = fields.BigIntField()
    type = fields.CharEnumField(ChangeType, max_length=16)
    version = fields.IntField()
    at = fields.DatetimeField()

    class Meta:
        table = "change"
        unique_together = (("item_id", "locale"), ("position", "item_id", "locale"))


class Epoch(Model):
    """The one row that names this run of history. Positions compare only within an epoch."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=32)

    class Meta:
        table = "epoch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What an event changed for recipients: the state of one item in one locale after it."""

    item_id: int
    locale: str
    uri: str
    kind: str
    type: ChangeType
    version: int


@dataclass(frozen=True, slots=True)
class _Recorded:
    row: tuple[object, ...]
    changes: tuple[Changed, ...]
    at: datetime


wakes: set[Callable[[], None]] = set()
"""Called after each commit of this process that wrote events. `Freshness` is in it while it is open."""

_address: ContextVar[str | None] = ContextVar("polyfocal_address", default=None)

_pending: WeakKeyDictionary[Transaction, list[_Recorded]] = WeakKeyDictionary()


@contextmanager
def coming_from(address: str | None) -> Iterator[None]:
    """Say where the request that the block serves comes from: every event recorded in it carries that address."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def record(
    type: EventType,  # noqa: A002 - the column's name, and every caller passes it by position
    *,
    item_id: int | None = None,
    locale: str | None = None,
    actor: str | None = None,
    data: Mapping[str, Any] | None = None,
    changes: Sequence[Changed] = (),
    at: datetime | None = None,
) -> None:
    """Say that something happened; it becomes true and visible if the transaction around the call commits.

    `data` holds what a reader needs and cannot look up any more (it must survive JSON). `changes` says which
    locales recipients must fetch or recall. `at` is the command's instant, the machine's clock if it has
    none. Raises what `current_transaction` raises where there is no transaction.
    """
    tx = current_transaction()
    if tx not in _pending:
        _pending[tx] = []
        tx.before_commit(_write)
    at = at or utc_now()
    row = (str(type), item_id, locale, actor, _address.get(), orjson.dumps(data or {}).decode(), at)
    _pending[tx].append(_Recorded(row, tuple(changes), at))


async def latest() -> int:
    """The position of the newest event, 0 before the first."""
    found = await rows('SELECT max("id") AS "position" FROM "event"')
    return found[0]["position"] or 0


async def after(position: int, limit: int) -> list[Event]:
    """The events that follow a position, oldest first, at most `limit`."""
    return await Event.filter(id__gt=position).order_by("id").limit(limit)


async def epoch() -> str:
    """The name of this run of history, 32 hex digits; made at the first call."""
    if known := await Epoch.get_or_none(id=1):
        return known.name
    return await _name_epoch(or_keep=True)


async def new_epoch() -> str:
    """Start a new run of history and answer with its name.

    For a backup that was restored: positions given out after it was made will be given again to other events.
    """
    return await _name_epoch(or_keep=False)


async def _name_epoch(*, or_keep: bool) -> str:
    kept = '"epoch"."name"' if or_keep else 'excluded."name"'
    named_already = f'ON CONFLICT ("id") DO UPDATE SET "name" = {kept} RETURNING "name"'
    async with transaction():
        named = await insert_rows('INSERT INTO "epoch" ("id", "name")', [(1, secrets.token_hex(16))], named_already)
    return str(named[0]["name"])


async def _write() -> None:
    # Taken out first: what a later act of the same transaction records registers itself again.
    recorded = _pending.pop(current_transaction())
    current_transaction().after_commit(_wake)
    if on_postgresql():
        await rows("SELECT pg_advisory_xact_lock($1)", _COMMIT_ORDER_LOCK)
    inserted = await insert_rows(
        'INSERT INTO "event" ("type", "item_id", "locale", "actor", "address", "data", "at")',
        [event.row for event in recorded],
        'RETURNING "id"',
    )
    positions = sorted(row["id"] for row in inserted)
    await _upsert_changes(recorded, positions)
    if on_postgresql():
        await rows("SELECT pg_notify($1, $2)", CHANNEL, str(positions[-1]))


def _wake() -> None:
    for wake in tuple(wakes):
        wake()


async def _upsert_changes(recorded: Sequence[_Recorded], positions: Sequence[int]) -> None:
    # Keyed, because one statement may not touch a row twice; the last word on a locale wins.
    changes = {
        (change.item_id, change.locale): (
            change.item_id, change.locale, change.uri, change.kind,
            position, str(change.type), change.version, event.at,
        )
        for event, position in zip(recorded, positions, strict=True)
        for change in event.changes
    }  # fmt: skip
    replaced = ", ".join(
        f'"{column}" = excluded."{column}"' for column in ("uri", "kind", "position", "type", "version", "at")
    )
    await insert_rows(
        'INSERT INTO "change" ("item_id", "locale", "uri", "kind", "position", "type", "version", "at")',
        list(changes.values()),
        f'ON CONFLICT ("item_id", "locale") DO UPDATE SET {replaced}',
    )
