"""A video's files: stored and measured first, then recorded and told in one transaction."""

from pathlib import Path

import pytest

from cms.accounts.actors import ANONYMOUS, SYSTEM, Actor, Permission
from cms.assets.mastering import Mastered, attach_master, store_master
from cms.assets.models import VideoAsset
from cms.content.models import Edition, Item, Kind, PubStatus
from cms.database import Database
from cms.errors import ForbiddenError, InvalidInputError, NotFoundError, TransitionError, UnauthenticatedError
from cms.events import Change, ChangeType, latest
from cms.files.models import File
from media.probe import VideoFacts
from media.storage import LocalStorage, Stored
from tests.cms.desk import NOON, configure, everything, happened, publish, save, write

FACTS = VideoFacts(12.5, 640, 360, 25.0, "h264", "aac", "16:9", 1_000)


def mastered(name: str = "灯笼") -> Mastered:
    return Mastered(
        name=f"{name}.mp4",
        facts=FACTS,
        master=Stored(f"aa/{name}.mp4", 1_000, f"master of {name}"),
        poster=Stored(f"bb/{name}.jpg", 100, f"poster of {name}"),
        poster_size=(640, 360),
    )


@pytest.fixture
async def video(database: Database) -> Item:
    await configure()
    return await write("灯笼", locale="zh", kind=Kind.VIDEO)


async def attach(item: Item, name: str = "灯笼", actor: Actor = SYSTEM) -> VideoAsset:
    return await attach_master(actor, item_id=item.id, mastered=mastered(name), now=NOON)


async def test_a_master_and_its_poster_are_recorded(video: Item):
    since = await latest()
    await attach(video)
    asset = await VideoAsset.get().select_related("master", "poster")
    assert (asset.item_id, asset.duration, asset.width, asset.height) == (video.id, 12.5, 640, 360)
    assert (asset.aspect_ratio, asset.frame_rate) == ("16:9", 25.0)
    assert (asset.master.key, asset.master.size, asset.master.name) == ("aa/灯笼.mp4", 1_000, "灯笼.mp4")
    assert asset.poster is not None
    assert (asset.poster.content_type, asset.poster.width) == ("image/jpeg", 640)
    assert await happened(since) == [("video.mastered", None)]
    assert not await Change.exists()


async def test_a_live_video_with_another_master_is_a_new_version(video: Item):
    await save(video, "it", headline="Lanterne")
    await publish(video, "zh", "it")
    await attach(video, "nuovo")
    assert (await Item.get()).version == 2
    assert await Edition.all().order_by("locale").values_list("locale", "version") == [("it", 2), ("zh", 2)]
    changes = await Change.all().order_by("locale").values_list("locale", "type", "version", "position")
    assert changes == [(tag, ChangeType.UPSERTED, 2, await latest()) for tag in ("it", "zh")]


async def test_the_same_bytes_are_one_file(video: Item):
    other = await write("Lanterne", kind=Kind.VIDEO)
    for item in (video, other, video):
        await attach(item)
    assert (await VideoAsset.all().count(), await File.all().count()) == (2, 2)
    await attach(video, "altro")
    assert (await VideoAsset.get(item_id=video.id).select_related("master")).master.name == "altro.mp4"


async def test_a_master_that_is_refused_leaves_nothing(video: Item):
    article = await write("Neve")
    editor = Actor.holding("anna", [Permission.EDIT])
    await publish(video, "zh")
    before = await everything()
    for item_id, actor, error in (
        (article.id, SYSTEM, InvalidInputError),
        (99, SYSTEM, NotFoundError),
        (video.id, ANONYMOUS, UnauthenticatedError),
        (video.id, editor, ForbiddenError),  # it is live
    ):
        with pytest.raises(error):
            await attach_master(actor, item_id=item_id, mastered=mastered(), now=NOON)
    assert await everything() == before
    await Item.filter(id=video.id).update(pub_status=PubStatus.WITHHELD)
    with pytest.raises(TransitionError):
        await attach(video)
    await attach(await write("Bozza", kind=Kind.VIDEO), actor=editor)


async def test_a_file_that_is_no_video_is_refused(tmp_path: Path):
    (tmp_path / "testo.mp4").write_text("questo non è un video")
    storage = LocalStorage(tmp_path / "storage")
    for name in ("testo.mp4", "manca.mp4"):
        with pytest.raises(InvalidInputError) as caught:
            await store_master(storage, tmp_path / name)
        assert caught.value.path == ("file",)
    assert not (tmp_path / "storage").exists()


async def test_a_video_file_is_measured_and_stored(tmp_path: Path, lantern_video: Path):
    storage = LocalStorage(tmp_path / "storage")
    stored = await store_master(storage, lantern_video)
    assert (stored.master.size, await storage.exists(stored.master.key)) == (stored.facts.size, True)
    assert await storage.exists(stored.poster.key)
    assert (stored.name, stored.facts.width, stored.poster_size) == (lantern_video.name, 640, (640, 360))
