from datetime import timedelta

import pytest

from cms.assets.models import VideoAsset
from cms.content.models import Edition, Item, PubStatus, Serving
from cms.files.models import File
from tests.cms.operating.newsrooms import FILES
from tests.worlds import NOON

CONTENT = FILES["master"][0]


@pytest.fixture
async def path(web):
    """Of the master of the videos: one of them alone shows it."""
    asset = await VideoAsset.filter(item__ready=True).order_by("item_id").first()
    await VideoAsset.exclude(item_id=asset.item_id).delete()
    return f"/files/{(await File.get(id=asset.master_id)).key}"


async def test_a_file_of_a_live_item_is_served(client, path):
    answer = await client.get(path)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["accept-ranges"] == "bytes"


async def test_head_says_the_same_without_the_bytes(client, path):
    asked, whole = await client.head(path), await client.get(path)
    assert (asked.status_code, asked.content) == (200, b"")
    for name in ("content-length", "etag", "content-type", "cache-control"):
        assert asked.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    ("wanted", "status", "content"),
    [
        ("bytes=0-3", 206, CONTENT[:4]),
        ("bytes=1000-", 206, CONTENT[1000:]),
        ("bytes=-5", 206, CONTENT[-5:]),
        ("bytes=999999999-", 416, None),
        ("bytes=9-3", 400, None),
    ],
)
async def test_ranges(client, path, wanted, status, content):
    answer = await client.get(path, headers={"Range": wanted})
    assert answer.status_code == status
    if content is not None:
        assert answer.content == content
        assert answer.headers["content-range"].endswith(f"/{len(CONTENT)}")


async def test_a_client_that_has_it_gets_nothing(client, path):
    tag = (await client.get(path)).headers["etag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await client.get(path, headers={"If-None-Match": given})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert (await client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_a_range_of_another_version_is_the_whole(client, path):
    answer = await client.get(path, headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert (answer.status_code, answer.content) == (200, CONTENT)


@pytest.mark.parametrize(
    "hidden",
    [
        {"pub_status": PubStatus.WITHHELD},
        {"pub_status": PubStatus.CANCELED},
        {"embargoed_until": NOON + timedelta(days=1)},
        {"embargoed_until": NOON - timedelta(days=1)},
        {"expires_at": NOON},
        {"ready": False},
    ],
    ids=lambda hidden: next(iter(hidden)),
)
async def test_what_may_not_be_seen_is_not_there_for_anybody(client, path, hidden):
    tag = (await client.get(path)).headers["etag"]
    asset = await VideoAsset.get()
    await Item.filter(id=asset.item_id).update(**hidden)
    for headers in ({}, {"If-None-Match": tag}, {"Range": "bytes=0-3"}):
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, answer.json()) == (404, {"error": "There is no such file."})
    assert (await client.head(path)).status_code == 404


async def test_the_files_of_an_unpublished_item_are_not_there(client, path):
    asset = await VideoAsset.get()
    editions = Edition.filter(item_id=asset.item_id)
    await Serving.filter(item_id=asset.item_id).delete()
    await editions.delete()
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "key", ["", "nothing", "../newsroom.db", "%2e%2e/newsroom.db", "..%2Fnewsroom.db", "/etc/passwd", "a%00b", "城市"]
)
async def test_what_is_no_key_is_not_there(client, key):
    answer = await client.get(f"/files/{key}")
    assert answer.status_code == 404


async def test_a_file_whose_bytes_are_gone_is_not_there(parts, client, path):
    parts.storage.path(path.removeprefix("/files/")).unlink()
    assert (await client.get(path)).status_code == 404


async def test_files_are_only_read(client, path):
    for method in ("POST", "PUT", "DELETE"):
        assert (await client.request(method, path)).status_code == 405
