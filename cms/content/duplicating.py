"""Making a new item of what an old one says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.editing import CREATED, Saved, begin_part
from cms.content.models import SHARED, Draft, Item
from cms.content.parts import SharedPart, TextPart
from cms.database import transaction
from cms.errors import NotFoundError


async def duplicate_item(actor: Actor, *, item_id: int, now: datetime) -> Saved:
    """Begin an item with the drafts of another: every text and the shared part, at an address still to be chosen.

    A translation stands to its copied source as it stood to the old one. Files, comments and assignments stay with
    the old item; of a video, the copy gets a master file of its own.

    Raises:
        NotFoundError: no such item.
        ForbiddenError: the actor may not read and write all its parts.
        InvalidInputError: something that it refers to is gone.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        item = await Item.get_or_none(id=item_id)
        if item is None:
            raise NotFoundError("There is no such item.", path=("item",))
        drafts = await Draft.filter(item_id=item_id).order_by("locale")
        for permission in (Permission.READ, Permission.EDIT):
            require(actor, permission, item.kind, [SHARED, *(draft.locale for draft in drafts)])
        copy = await Item.create(
            kind=item.kind, uri=f"urn:uuid:{uuid4()}", source_locale=item.source_locale, created_at=now
        )
        copied = {draft.locale: await _copy(actor, copy, draft, drafts, now) for draft in drafts}
        data = {"duplicate_of": item.id}
        events.record(CREATED[item.kind], item_id=copy.id, actor=actor.name, data=data, at=now)
    return Saved(copy, copied)


async def _copy(actor: Actor, copy: Item, draft: Draft, drafts: list[Draft], now: datetime) -> Draft:
    if draft.locale == SHARED:
        return await begin_part(actor, copy, SHARED, _named(draft), now)
    text = replace(TextPart.from_json(draft.content), slug=None).to_json()
    translated = draft.translated_from is not None
    return await begin_part(
        actor,
        copy,
        draft.locale,
        text,
        now,
        translated_from=draft.translated_from,
        based_on_revision=1 if translated else None,
        source_hashes=_sources(draft, drafts),
    )


def _named(draft: Draft) -> Mapping[str, Any]:
    """The fields of the shared part that such an item may have, but for those that are empty anyway."""
    part, empty = SharedPart.from_json(draft.content).to_json(), SharedPart().to_json()
    return {name: value for name, value in part.items() if value != empty[name]}


def _sources(draft: Draft, drafts: list[Draft]) -> dict[str, dict[str, Any]]:
    """From what the copy of a translation was made: the source's first revision, or what only the old one said."""
    source = next((each for each in drafts if each.locale == draft.translated_from), None)
    now = source.segment_hashes if source else {}
    return {
        name: {"revision": 1 if now.get(name) == made["hash"] else 0, "hash": made["hash"]}
        for name, made in draft.source_hashes.items()
    }
