"""The files of what was taken down are removed, once, and nobody else's."""

import pytest

from cms.accounts.actors import SYSTEM
from cms.assets.mastering import Mastered, attach_master
from cms.assets.models import VideoAsset
from cms.assets.removing import remove_files_of
from cms.content import recalling
from cms.content.models import Kind
from cms.events import Event
from cms.files.models import File
from media.probe import VideoFacts
from tests.desks import Desk

FACTS = VideoFacts(10.0, 640, 360, 25.0, "h264", None, "16:9", 6)


async def video(desk: Desk, master: bytes, still: bytes) -> int:
    """A live video with these bytes."""
    item_id = await desk.live(kind=Kind.VIDEO)
    await attach(desk, item_id, master, still)
    return item_id


async def attach(desk: Desk, item_id: int, master: bytes, still: bytes) -> None:
    stored = [await desk._storage.put(each, suffix) for each, suffix in ((master, ".mp4"), (still, ".jpg"))]
    mastered = Mastered("neve.mp4", FACTS, stored[0], stored[1], (640, 360))
    await attach_master(SYSTEM, item_id=item_id, mastered=mastered, now=desk.now)


async def stored(desk: Desk) -> set[bytes]:
    """What the storage holds."""
    return {file.read_bytes() for file in desk._storage.root.rglob("*") if file.is_file()}


async def test_bytes_and_rows_go_when_the_worker_runs(desk):
    item_id = await video(desk, "片".encode(), b"fermo")
    await desk.on_item(recalling.takedown, item_id)
    assert await stored(desk) == {"片".encode(), b"fermo"}, "a command touches the database only"
    await desk.work()
    assert await stored(desk) == set()
    assert not await VideoAsset.exists()
    assert not await File.exists()


async def test_what_another_item_shows_stays_for_that_one(desk):
    item_id = await video(desk, b"uguale", b"fermo 1")
    other = await video(desk, b"uguale", b"fermo 2")
    await desk.on_item(recalling.takedown, item_id)
    await desk.work()
    assert await stored(desk) == {b"uguale", b"fermo 2"}
    assert [row.item_id for row in await VideoAsset.all()] == [other]
    assert await File.all().count() == 2


async def test_files_that_came_afterwards_stay(desk):
    item_id = await video(desk, b"vecchio", b"fermo 1")
    await desk.on_item(recalling.takedown, item_id)
    desk.at(1)
    await desk.on_item(recalling.lift_withhold, item_id)
    await attach(desk, item_id, "新".encode(), b"fermo 2")
    await desk.work()
    assert await stored(desk) >= {"新".encode(), b"fermo 2"}
    assert (await VideoAsset.get()).item_id == item_id


async def test_an_attempt_that_broke_off_is_finished_by_the_next(desk, monkeypatch):
    item_id = await video(desk, b"master", b"fermo")
    await desk.on_item(recalling.takedown, item_id)
    event = await Event.get(type="item.taken_down")
    real = desk._storage.delete

    async def breaking(key: str) -> None:
        await real(key)
        raise OSError("the disk went away")

    monkeypatch.setattr(desk._storage, "delete", breaking)
    with pytest.raises(OSError, match="went away"):
        await remove_files_of(desk._storage, event)
    assert await VideoAsset.exists()
    monkeypatch.undo()
    assert await remove_files_of(desk._storage, event) == 2
    assert await remove_files_of(desk._storage, event) == 0
    assert await stored(desk) == set()
    assert not await File.exists()


async def test_an_article_has_no_files_to_remove(desk):
    await video(desk, b"master", b"fermo")
    article = await desk.live()
    await desk.on_item(recalling.takedown, article)
    await desk.work()
    assert await stored(desk) == {b"master", b"fermo"}
