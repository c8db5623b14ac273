"""Commands that change working copies: nothing here is seen by the public.

Both parts of an item are saved by the same command: `locale=SHARED` names the shared part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from tortoise.exceptions import IntegrityError

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.autosaving import revision_to_take_up
from cms.content.models import SHARED, Draft, DraftStatus, Item, Kind, Revision, RevisionKind
from cms.content.parts import KINDS_OF_FIELDS, SharedPart, TextPart
from cms.content.references import check_references
from cms.content.segments import segment_hashes
from cms.content.staleness import note_translated
from cms.database import transaction
from cms.errors import ConflictError, InvalidInputError, NotFoundError, Seen, TransitionError
from cms.events import EventType
from cms.plaintext import check_line
from cms.taxonomy.locales import load_locales

CREATED = {
    Kind.ARTICLE: EventType.ARTICLE_CREATED,
    Kind.VIDEO: EventType.VIDEO_CREATED,
    Kind.SERIES: EventType.SERIES_CREATED,
    Kind.FRONT_PAGE: EventType.FRONT_PAGE_CREATED,
}


@dataclass(frozen=True, slots=True)
class Saved:
    """The item and the drafts that a command left behind, by locale (`SHARED` among them)."""

    item: Item
    drafts: Mapping[str, Draft]


async def create_item(
    actor: Actor,
    kind: Kind,
    *,
    source_locale: str,
    text: Mapping[str, Any],
    shared: Mapping[str, Any] | None = None,
    uri: str | None = None,
    now: datetime,
) -> Saved:
    """Start an item with its shared part and its first text, in the locale it is written in.

    Raises:
        UnknownLocaleError: the newsroom has no such locale.
        InvalidInputError: a field does not fit, or the uri is already an item's.
    """
    require(actor, Permission.EDIT, kind)
    async with transaction():
        locale = (await load_locales()).check(source_locale, "locale")
        require(actor, Permission.EDIT, kind, [locale])
        name = check_line(uri, name="uri", most=500) if uri is not None else f"urn:uuid:{uuid4()}"
        if not name:
            raise InvalidInputError("uri must not be empty.", path=("uri",))
        try:
            item = await Item.create(kind=kind, uri=name, source_locale=locale, created_at=now)
        except IntegrityError:
            raise InvalidInputError("Another item has this uri.", path=("uri",)) from None
        drafts = {
            SHARED: await begin_part(actor, item, SHARED, shared or {}, now),
            locale: await begin_part(actor, item, locale, text, now),
        }
        events.record(CREATED[kind], item_id=item.id, actor=actor.name, at=now)
    return Saved(item, drafts)


async def create_article(
    actor: Actor,
    *,
    source_locale: str,
    text: Mapping[str, Any],
    shared: Mapping[str, Any] | None = None,
    uri: str | None = None,
    now: datetime,
) -> Saved:
    """Start an article; see `create_item`."""
    return await create_item(
        actor, Kind.ARTICLE, source_locale=source_locale, text=text, shared=shared, uri=uri, now=now
    )


async def save_draft(
    actor: Actor,
    *,
    item_id: int,
    locale: str,
    changes: Mapping[str, Any],
    expected_revision: int | None,
    source_revision: int | None = None,
    autosave: bool = False,
    now: datetime,
) -> Draft:
    """Save the named fields of one part and keep a Revision.

    `expected_revision` is the revision the editor started from: None to begin a text in a new locale.
    `source_revision` is the revision of the source that a translator worked from, if it moved on since.
    An `autosave` is one that a client makes by itself: it raises the draft's revision like any other, but may take up
    the Revision of the one before (see `autosaving`), and does nothing where nothing changed.

    Raises:
        NotFoundError: no such item.
        ConflictError: somebody saved in between; `current` is the revision that now stands.
        InvalidInputError: a field does not fit.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        item = await lock_item(item_id)
        if locale != SHARED:
            locale = (await load_locales()).check(locale, "locale")
        require(actor, Permission.EDIT, item.kind, [locale])
        draft = await Draft.get_or_none(item_id=item_id, locale=locale)
        current = draft.revision if draft else None
        if current != expected_revision:
            raise ConflictError(
                _conflict(current, expected_revision),
                path=("expectedRevision",),
                current=current,
                seen=Seen(item_id, locale, expected_revision),
            )
        if draft is None:
            draft = await begin_part(actor, item, locale, changes, now)
        else:
            content = await _content(item, locale, draft.content, changes)
            if autosave and content == draft.content and source_revision is None:
                return draft
            draft.content = content
            before, draft.segment_hashes = draft.segment_hashes, _hashes(locale, draft.content)
            await note_translated(draft, _differing(before, draft.segment_hashes), source_revision)
            await keep_revision(actor, draft, RevisionKind.SAVE, now, autosave=autosave)
        events.record(EventType.DRAFT_SAVED, item_id=item_id, locale=locale or None, actor=actor.name, at=now)
    return draft


async def lock_item(item_id: int, *, trashed: bool = False) -> Item:
    """The item, locked until the transaction ends: every command on an item begins here.

    Others may still refer to it, or two items that refer to each other would wait for each other. What lies in the
    trash is left alone but by commands that say so: those that take it out, and the timers, whose moments stand.

    Raises:
        NotFoundError: no such item.
        TransitionError: it is in the trash.
    """
    item = await Item.filter(id=item_id).select_for_update(no_key=True).get_or_none()
    if item is None:
        raise NotFoundError("There is no such item.", path=("item",))
    if item.trashed_at is not None and not trashed:
        raise TransitionError("The item is in the trash: take it out first.", path=("item",))
    return item


async def keep_revision(
    actor: Actor,
    draft: Draft,
    kind: RevisionKind,
    now: datetime,
    *,
    version: int | None = None,
    note: str | None = None,
    autosave: bool = False,
) -> None:
    """Number the draft's content one up and keep it; that undoes approval and schedule, visibly."""
    taken_up = await revision_to_take_up(actor.name, draft, now) if autosave else None
    if version is None:
        _reopen(actor, draft, now)
    draft.revision += 1
    draft.status, draft.publish_at = DraftStatus.DRAFT, None
    draft.updated_at = now
    await draft.save()
    if taken_up is not None:
        kept = {"number": draft.revision, "content": draft.content, "source_hashes": draft.source_hashes}
        await taken_up.update_from_dict({**kept, "created_at": now}).save(update_fields=[*kept, "created_at"])
        return
    await Revision.create(
        item_id=draft.item_id,
        locale=draft.locale,
        number=draft.revision,
        kind=kind,
        content=draft.content,
        author=actor.name,
        note=note,
        version=version,
        source_hashes=draft.source_hashes,
        autosaved_since=now if autosave else None,
        created_at=now,
    )


def _reopen(actor: Actor, draft: Draft, now: datetime) -> None:
    """Say that what was submitted, approved or scheduled is so no longer: what was seen there is not this text."""
    if draft.status is DraftStatus.DRAFT:
        return
    draft.undone = draft.status
    events.record(
        EventType.DRAFT_REOPENED,
        item_id=draft.item_id,
        locale=draft.locale or None,
        actor=actor.name,
        data={
            "status": draft.status.value,
            "publish_at": draft.publish_at.isoformat() if draft.publish_at else None,
        },
        at=now,
    )


async def begin_part(
    actor: Actor,
    item: Item,
    locale: str,
    changes: Mapping[str, Any],
    now: datetime,
    *,
    translated_from: str | None = None,
    based_on_revision: int | None = None,
    source_hashes: Mapping[str, Mapping[str, Any]] | None = None,
) -> Draft:
    """Start the working copy of one part of a locked item, and keep its first Revision.

    Raises:
        InvalidInputError: a field does not fit.
    """
    content = await _content(item, locale, {}, changes)
    draft = await Draft.create(
        item_id=item.id,
        locale=locale,
        revision=0,
        content=content,
        segment_hashes=_hashes(locale, content),
        translated_from=translated_from,
        based_on_revision=based_on_revision,
        source_hashes=dict(source_hashes or {}),
        updated_at=now,
    )
    await keep_revision(actor, draft, RevisionKind.SAVE, now)
    return draft


async def _content(item: Item, locale: str, content: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The part's JSON after the changes, with every reference resolved."""
    if locale != SHARED:
        return TextPart.from_json(content).changed(changes).to_json()
    for field in sorted(KINDS_OF_FIELDS.keys() & changes):
        if item.kind not in (kinds := KINDS_OF_FIELDS[field]):
            whose = " or a front page" if Kind.FRONT_PAGE in kinds else ""
            raise InvalidInputError(f"Only a focus series{whose} has this field.", path=(field,))
    part = SharedPart.from_json(content).changed(changes)
    await check_references(item, part, changes)
    return part.to_json()


def _hashes(locale: str, content: Mapping[str, Any]) -> dict[str, str]:
    return segment_hashes(TextPart.from_json(content)) if locale != SHARED else {}


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The segments that say something else now, or nothing any more."""
    return {name for name, _ in before.items() ^ after.items()}


def _conflict(current: int | None, expected: int | None) -> str:
    if current is None:
        return f"There is no draft in this locale yet, so revision {expected} cannot be the one you saw."
    if expected is None:
        return f"There is a draft already, at revision {current}: say which revision you saw."
    return f"The draft is at revision {current} now; you saw {expected}."
