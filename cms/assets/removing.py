"""Removing the stored files of an item that was taken down: the job that follows from the takedown."""

from collections.abc import Mapping

from tortoise.expressions import Q

from cms.assets.models import VideoAsset
from cms.database import transaction
from cms.events import Event
from cms.files.models import File
from cms.jobs import Handler, Job
from media.storage import LocalStorage


def removal_handlers(storage: LocalStorage) -> Mapping[str, Handler]:
    """The handler of the job."""

    async def remove_files(job: Job) -> None:
        event = await Event.get(id=job.args["event"])
        assert event.item_id is not None
        await remove_files_of(storage, event)

    return {"remove_files": remove_files}


async def remove_files_of(storage: LocalStorage, event: Event) -> int:
    """Remove the bytes and then the rows of what the item had when it was taken down; returns how many files.

    Bytes that another item shows as well stay, for that one. The rows go last, so that an attempt that was broken
    off finds what is left to do.
    """
    mine = await VideoAsset.filter(item_id=event.item_id).values_list("master_id", "poster_id")
    ids = [key for row in mine for key in row if key is not None]
    files = await File.filter(id__in=ids, created_at__lte=event.at)
    others = VideoAsset.exclude(item_id=event.item_id)
    alone = [file for file in files if not await others.filter(Q(master_id=file.id) | Q(poster_id=file.id)).exists()]
    for file in alone:
        await storage.delete(file.key)
    async with transaction():
        old = [file.id for file in files]
        await VideoAsset.filter(item_id=event.item_id, master_id__in=old).delete()
        await VideoAsset.filter(item_id=event.item_id, poster_id__in=old).update(poster_id=None)
        for file in alone:
            if not await VideoAsset.filter(Q(master_id=file.id) | Q(poster_id=file.id)).exists():
                await file.delete()
    return len(alone)
