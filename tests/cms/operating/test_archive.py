"""The file itself: whatever happened to it, it is whole or it is refused."""

import asyncio
import random
import zipfile

import pytest

from cms.operating.archive import ArchiveError, Manifest, new_archive, open_archive
from tests.worlds import NOON


def manifest(members) -> Manifest:
    return Manifest(program="0.1.0", made_at=NOON, dialect="sqlite", migrations=["0001_initial"], members=members)


@pytest.fixture
def path(tmp_path):
    path, stored = tmp_path / "newsroom.zip", tmp_path / "video.mp4"
    stored.write_bytes(bytes(range(256)) * 20)

    async def lines():
        for n in range(40):
            yield f'["città {n}", "城市"]'.encode()

    async def write():
        with new_archive(path) as archive:
            await archive.add_rows("tables/item.jsonl", lines())
            archive.add_file("files/ab/video.mp4", stored)
            archive.finish(manifest(archive.members))

    asyncio.run(write())
    return path


def contents(path) -> dict[str, bytes]:
    with open_archive(path) as (archive, found):
        return {name: archive.read(name) for name in found.members}


def test_what_was_written_is_read(path):
    found = contents(path)
    assert found["tables/item.jsonl"].count("城市".encode()) == 40
    assert found["files/ab/video.mp4"] == bytes(range(256)) * 20
    with open_archive(path) as (_, read):
        assert (read.rows, read.made_at, read.migrations) == (40, NOON, ["0001_initial"])


def test_cut_off_anywhere_it_is_refused(path):
    whole = path.read_bytes()
    for length in [*range(0, len(whole), 97), *range(len(whole) - 40, len(whole))]:
        path.write_bytes(whole[:length])
        with pytest.raises(ArchiveError):
            contents(path)


def test_changed_anywhere_it_is_refused_or_says_the_same(path):
    """Some bytes of a ZIP say nothing, such as a time that nobody asks for."""
    whole, same = path.read_bytes(), contents(path)
    dice, refused = random.Random(20260301), 0
    places = [*range(0, len(whole), 5), *range(len(whole) - 400, len(whole))]
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ dice.randint(1, 255)]) + whole[place + 1 :])
        try:
            assert contents(path) == same
        except ArchiveError:
            refused += 1
    assert refused > len(places) * 0.8


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "No such file"), (b"", "no backup"), (b"PK\x03\x04 almost", "no backup"), (b"x" * 9_000, "no backup")],
)
def test_what_is_no_archive_is_told(tmp_path, content, says):
    path = tmp_path / "backup.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArchiveError, match=says):
        contents(path)


def test_a_folder_is_no_archive(tmp_path):
    with pytest.raises(ArchiveError, match="directory"):
        contents(tmp_path)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"manifest.json": "{}"},
        {"manifest.json": "no json"},
        {"manifest.json": manifest({}).model_dump_json().replace('"format_version":1', '"format_version":2')},
        {"manifest.json": manifest({}).model_dump_json().replace("polyfocal-backup", "another")},
    ],
)
def test_another_programs_archive_is_told(tmp_path, members):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    with pytest.raises(ArchiveError, match="no backup of Polyfocal"):
        contents(path)


def test_a_member_more_is_noticed(path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("tables/extra.jsonl", b"[]")
    with pytest.raises(ArchiveError, match="changed"):
        contents(path)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_member_twice_is_noticed(path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("tables/item.jsonl", b"[]")
    with pytest.raises(ArchiveError, match="changed"):
        contents(path)


def test_what_goes_wrong_later_is_not_laid_on_the_archive(path):
    with pytest.raises(OSError, match="disk full"), open_archive(path):
        raise OSError("disk full")
    with pytest.raises(KeyError), open_archive(path):
        raise KeyError("a bug")


def test_an_archive_that_was_not_finished_is_not_there(tmp_path):
    with pytest.raises(OSError, match="disk full"), new_archive(tmp_path / "newsroom.zip"):
        raise OSError("disk full")
    assert list(tmp_path.iterdir()) == []
