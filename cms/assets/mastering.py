"""Giving a video item its master file: bytes stored and measured first, then one transaction of rows."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.assets.models import VideoAsset
from cms.content.models import Edition, Item, Kind
from cms.content.publishing import change_of, lock_usable
from cms.database import transaction
from cms.errors import InvalidInputError
from cms.events import ChangeType, EventType
from cms.files.models import File
from media.poster import poster
from media.probe import UnreadableMediaError, VideoFacts, probe
from media.storage import LocalStorage, Stored

POSTER_WIDTH = 1280


@dataclass(frozen=True, slots=True)
class Mastered:
    """A video's stored bytes and what was measured of them."""

    name: str
    facts: VideoFacts
    master: Stored
    poster: Stored
    poster_size: tuple[int, int]


async def store_master(storage: LocalStorage, path: Path) -> Mastered:
    """Measure a video file, store it and a poster from its first third. Nothing is recorded yet.

    Raises:
        InvalidInputError: it is no video that can be read; the message is for an editor.
    """
    try:
        facts = await asyncio.to_thread(probe, path)
        width = min(POSTER_WIDTH, facts.width)
        still = await asyncio.to_thread(poster, path, facts.duration / 3, width)
    except UnreadableMediaError as error:
        raise InvalidInputError(str(error), path=("file",)) from None
    height = round(facts.height * width / facts.width)
    return Mastered(
        name=path.name,
        facts=facts,
        master=await storage.put(path, path.suffix.lower() or ".mp4"),
        poster=await storage.put(still, ".jpg"),
        poster_size=(width, height),
    )


async def attach_master(actor: Actor, *, item_id: int, mastered: Mastered, now: datetime) -> VideoAsset:
    """Make stored bytes the item's master and poster. What is live of it shows them at once, as a new version.

    Raises:
        NotFoundError: no such item.
        TransitionError: the item is canceled or withheld.
        ForbiddenError: the item is live, and the actor may not publish.
        NotFoundError: no such item.
        InvalidInputError: it is not a video.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        item = await lock_usable(item_id)
        if item.kind is not Kind.VIDEO:
            raise InvalidInputError("Only a video has a master file.", path=("item",))
        facts = mastered.facts
        master = await _file(mastered.master, "video/mp4", mastered.name, (facts.width, facts.height), now)
        still = await _file(mastered.poster, "image/jpeg", "poster.jpg", mastered.poster_size, now)
        values = {
            "master_id": master.id,
            "poster_id": still.id,
            "duration": facts.duration,
            "width": facts.width,
            "height": facts.height,
            "aspect_ratio": facts.aspect_ratio,
            "frame_rate": facts.frame_rate,
        }
        video, _ = await VideoAsset.update_or_create(values, item_id=item_id)
        await _announce(actor, item, now)
    return video


async def _announce(actor: Actor, item: Item, now: datetime) -> None:
    live = await Edition.filter(item_id=item.id).order_by("locale").only("id", "locale")
    if live:
        require(actor, Permission.PUBLISH)
        item.version += 1
        await item.save(update_fields=["version"])
        await Edition.filter(item_id=item.id).update(version=item.version)
    changes = [change_of(item, edition.locale, ChangeType.UPSERTED) for edition in live]
    events.record(EventType.VIDEO_MASTERED, item_id=item.id, actor=actor.name, changes=changes, at=now)


async def _file(stored: Stored, content_type: str, name: str, size: tuple[int, int], now: datetime) -> File:
    values = {
        "key": stored.key,
        "size": stored.size,
        "content_type": content_type,
        "name": name,
        "width": size[0],
        "height": size[1],
        "created_at": now,
    }
    file, _ = await File.get_or_create(values, sha256=stored.sha256)
    return file
