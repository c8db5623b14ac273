import zipfile

import orjson
import pytest

from cms import events
from cms.database import MODEL_MODULES, Database, transaction
from cms.events import EventType, record
from cms.files.models import File
from cms.operating.archive import ArchiveError
from cms.reading.indexing import follow_changes
from tests.cms.operating.newsrooms import back_up_to, restore_from, rows_of, stored_in
from tests.worlds import NOON


@pytest.fixture
def path(tmp_path):
    return tmp_path / "newsroom.zip"


async def test_a_restored_newsroom_is_equal_to_the_original(original, other, path):
    """All rows and files, from either database to either; only the run of history has a new name."""
    manifest = await back_up_to(path, original)
    await restore_from(path, other)
    before, after = await rows_of(original.url), await rows_of(other.url)
    assert before.pop("epoch") != after.pop("epoch")
    assert after == before
    assert stored_in(other.storage) == stored_in(original.storage) != {}
    assert manifest.rows == sum(map(len, before.values())) + 1
    assert manifest.absent == []


async def test_a_restored_newsroom_goes_on_where_the_other_was(original, other, path):
    """New rows get numbers that were never given out, and the index is built again from the rows."""
    await back_up_to(path, original)
    await restore_from(path, other)
    tables = await rows_of(other.url)
    highest = {name: max(dict(row)["id"] for row in tables[name]) for name in ("event", "file")}
    async with await Database.open(other.url, models=MODEL_MODULES):
        async with transaction():
            record(EventType.DRAFT_SAVED, item_id=1)
        assert await events.latest() == highest["event"] + 1
        file = await File.create(key="x", sha256="x", size=1, content_type="x", name="x", created_at=NOON)
        assert file.id == highest["file"] + 1
        assert other.engine.position() == 0
        await follow_changes(other.engine, lambda: NOON)
    counts = {locale: other.engine.count(locale) for locale in other.engine.locales()}
    assert counts == {locale: original.engine.count(locale) for locale in original.engine.locales()} != {}


async def test_files_that_are_missing_or_altered_are_told_and_the_rest_is_restored(original, other, path):
    files = stored_in(original.storage)
    altered, gone = sorted(files)
    try:
        original.storage.path(altered).write_bytes(b"x" * len(files[altered]))
        original.storage.path(gone).unlink()
        manifest = await back_up_to(path, original)
    finally:
        for key, content in files.items():
            original.storage.path(key).write_bytes(content)
    assert sorted(manifest.absent) == [altered, gone]
    await restore_from(path, other)
    assert len((await rows_of(other.url))["file"]) == 2
    assert stored_in(other.storage) == {}


async def test_a_file_that_is_there_is_not_replaced(original, path):
    path.write_bytes(b"precious")
    with pytest.raises(ArchiveError, match="exists already"):
        await back_up_to(path, original)
    assert path.read_bytes() == b"precious"


async def test_a_backup_that_fails_leaves_nothing(original, path, monkeypatch):
    monkeypatch.setattr("cms.operating.backup.version", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await back_up_to(path, original)
    assert list(path.parent.iterdir()) == []


async def test_only_the_owner_can_read_a_backup(original, path):
    await back_up_to(path, original)
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert orjson.loads(archive.read("manifest.json"))["made_at"] == "2026-03-01T12:00:00Z"
