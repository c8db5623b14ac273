"""Giving a video item its master file: bytes stored and measured first, then one transaction of rows."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cms.accounts.actors import Actor, Permission, require
from cms.assets.models import VideoAsset
from cms.content.announcing import announce
from cms.content.editing import lock_item
from cms.content.models import SHARED, Edition, Kind
from cms.content.transitions import ItemAction, item_step
from cms.database import transaction
from cms.errors import InvalidInputError
from cms.events import EventType
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
        InvalidInputError: it is not a video.
    """
    require(actor, Permission.EDIT)
    async with transaction():
        item = await lock_item(item_id)
        item_step(item, ItemAction.PUBLISH)
        if item.kind is not Kind.VIDEO:
            raise InvalidInputError("Only a video has a master file.", path=("item",))
        require(actor, Permission.EDIT, item.kind, [SHARED])
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
        live = [str(locale) for locale in await Edition.filter(item_id=item_id).values_list("locale", flat=True)]
        if live:
            require(actor, Permission.PUBLISH, item.kind, [SHARED])
        await announce(actor, item, EventType.VIDEO_MASTERED, live, now=now)
        await Edition.filter(item_id=item_id).update(version=item.version)
    return video


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
