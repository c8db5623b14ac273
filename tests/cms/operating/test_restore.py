import hashlib
import zipfile
from collections.abc import Callable

import orjson
import pytest

from cms import events
from cms.database import MODEL_MODULES, Database
from cms.operating import restore as restoring
from cms.operating.archive import ArchiveError
from cms.operating.restore import NotRestoredError, refuse_if_running
from tests.cms.operating.newsrooms import back_up_to, restore_from, rows_of, stored_in

Edit = Callable[[str, bytes], bytes | None]


@pytest.fixture
async def path(original, tmp_path):
    await back_up_to(tmp_path / "newsroom.zip", original)
    return tmp_path / "newsroom.zip"


def rewritten(path, **changes: Edit):
    """The archive with members changed by name, and the manifest made true of them: a skilful forger's."""
    target = path.with_name("forged.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        manifest = orjson.loads(old.read("manifest.json"))
        for name, edit in changes.items():
            if name == "manifest":
                edit(manifest)
        for name in list(manifest["members"]):
            content = old.read(name) if name in old.namelist() else b""
            stem = name.removeprefix("tables/").removesuffix(".jsonl")
            if stem in changes:
                content = changes[stem](content)
                manifest["members"][name]["sha256"] = hashlib.sha256(content).hexdigest()
                manifest["members"][name]["size"] = len(content)
            new.writestr(name, content)
        new.writestr("manifest.json", orjson.dumps(manifest))
    return target


async def test_a_newsroom_in_use_is_replaced_only_by_force(original, other, path):
    await restore_from(path, other)
    async with await Database.open(other.url, models=MODEL_MODULES):
        first = await events.epoch()
    before = await rows_of(other.url)
    with pytest.raises(NotRestoredError, match="--force"):
        await restore_from(path, other)
    assert await rows_of(other.url) == before
    await restore_from(path, other, force=True)
    after = await rows_of(other.url)
    async with await Database.open(other.url, models=MODEL_MODULES):
        assert await events.epoch() != first, "a partner's cursor would go on in the wrong history"
    before.pop("epoch"), after.pop("epoch")
    assert after == before


FORGERIES: dict[str, tuple[str, dict[str, Edit], type[Exception]]] = {
    "rows that refer to nothing": ("do not fit", {"item": lambda _: b""}, ArchiveError),
    "a row too short": ("do not fit", {"locale": lambda b: b + b"[1]\n"}, ArchiveError),
    "a row that is no array": ("do not fit", {"locale": lambda b: b + b"7\n"}, ArchiveError),
    "a row that is no JSON": ("do not fit", {"locale": lambda b: b + b"x\n"}, ArchiveError),
    "a row twice": ("do not fit", {"locale": lambda b: b + b}, ArchiveError),
    "a time that is none": ("do not fit", {"event": lambda b: b.replace(b"2026-", b"ieri-")}, ArchiveError),
    "a value of another type": ("do not fit", {"locale": lambda b: b.replace(b'"ltr"', b'{"a":1}')}, ArchiveError),
    "another schema": ("9999_later", {"manifest": lambda m: m["migrations"].append("9999_later")}, NotRestoredError),
    "an older schema": ("before 0001", {"manifest": lambda m: m["migrations"].clear()}, NotRestoredError),
    "a table that there is not": (
        "members",
        {"manifest": lambda m: m["members"].update({"tables/x.jsonl": {"size": 0, "sha256": "", "rows": 0}}),
         "x": lambda _: b""},
        ArchiveError,
    ),
}  # fmt: skip


async def test_an_archive_that_does_not_fit_changes_nothing(original, other, path):
    await restore_from(path, other)
    before, files = await rows_of(other.url), stored_in(other.storage)
    for forgery, (says, changes, error) in FORGERIES.items():
        with pytest.raises(error, match=says):
            await restore_from(rewritten(path, **changes), other, force=True)
        assert await rows_of(other.url) == before, forgery
        assert stored_in(other.storage) == files, forgery


OUTSIDE = ("files/../../evil.mp4", "/etc/evil", "files//etc/evil", "files/aa/../evil", "files/..\\evil", "evil")


async def test_a_name_that_leaves_the_storage_is_refused(original, other, path):
    for name in OUTSIDE:
        forged = rewritten(
            path,
            manifest=lambda m, name=name: m["members"].update({name: {"size": 0, "sha256": "0" * 64}}),
            **{name: lambda _: b"evil"},
        )
        with pytest.raises(ArchiveError, match=r"own version|another name"):
            await restore_from(forged, other)
        assert stored_in(other.storage) == {}
        assert not list(other.folder.parent.rglob("*evil*"))


async def test_a_restore_that_breaks_off_changes_nothing(original, other, path, monkeypatch):
    await restore_from(path, other)
    before = await rows_of(other.url)
    real, calls = restoring._fill, iter(range(100))

    async def fail_at_the_tenth(*arguments):
        if next(calls) == 9:
            raise KeyboardInterrupt
        await real(*arguments)

    monkeypatch.setattr(restoring, "_fill", fail_at_the_tenth)
    with pytest.raises(KeyboardInterrupt):
        await restore_from(path, other, force=True)
    assert await rows_of(other.url) == before


async def test_a_running_newsroom_is_not_replaced(other):
    await refuse_if_running(other.url)
    async with await Database.open(other.url, models=MODEL_MODULES):
        with pytest.raises(NotRestoredError, match="running"):
            await refuse_if_running(other.url)
    await refuse_if_running(other.url)


async def test_a_damaged_database_is_told_before_it_is_replaced(tmp_path):
    (tmp_path / "newsroom.db").write_bytes(b"no database at all" * 1_000)
    with pytest.raises(NotRestoredError, match="Put it aside"):
        await refuse_if_running(f"sqlite://{tmp_path}/newsroom.db")


async def test_a_database_that_is_not_there_runs_nowhere(tmp_path):
    await refuse_if_running(f"sqlite://{tmp_path}/newsroom.db")
    assert list(tmp_path.iterdir()) == []
