"""What only an engine of files can suffer."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search import Document, Engine, Query, SearchDiskError, SearchUnavailableError, open_engine

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROMA = Query("roma", NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    opened = open_engine(f"whoosh://{folder}")
    opened.write([("it", key, Document(key, {"body": "Roma"}, NOW)) for key in "ab"], 4)
    assert opened.search("it", ROMA).total == 2  # its files are open when they are damaged
    yield opened
    opened.close()


def spoil(path: Path, content: bytes) -> None:
    """Put other bytes in a file's place, as a bad restore does; truncating an open one would kill its readers."""
    path.unlink()
    path.write_bytes(content)


def test_a_lost_folder_is_unavailable_until_it_is_written_again(engine: Engine, folder: Path) -> None:
    shutil.rmtree(folder)

    with pytest.raises(SearchUnavailableError):
        engine.search("it", ROMA)
    assert engine.position() == 0
    engine.write([("it", "a", Document("a", {"body": "Roma"}, NOW))], 1)
    assert engine.search("it", ROMA).total == 1


def test_a_lost_locale_is_missed_by_readers_and_writers(engine: Engine, folder: Path) -> None:
    shutil.rmtree(folder / "it")

    assert engine.check() == ("the index of it is missing",)
    with pytest.raises(SearchUnavailableError, match="missing"):
        engine.search("it", ROMA)
    with pytest.raises(SearchUnavailableError, match="missing"):
        engine.write([("it", "c", Document("c", {"body": "Roma"}, NOW))], 5)
    assert engine.position() == 4
    engine.clear()
    engine.write([("it", "c", Document("c", {"body": "Roma"}, NOW))], 5)
    assert engine.search("it", ROMA).total == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"analysis": 2}', b"\xff"])
def test_a_damaged_state_is_noticed(engine: Engine, folder: Path, content: bytes) -> None:
    (folder / "state.json").write_bytes(content)

    with pytest.raises(SearchUnavailableError):
        engine.position()
    assert len(engine.check()) == 1


@pytest.mark.usefixtures("engine")
def test_an_index_of_another_analysis_is_not_searched(folder: Path) -> None:
    state = json.loads((folder / "state.json").read_text())
    (folder / "state.json").write_text(json.dumps({**state, "analysis": 0}))
    fresh = open_engine(f"whoosh://{folder}")

    with pytest.raises(SearchUnavailableError, match="another analysis"):
        fresh.search("it", ROMA)


def test_clearing_leaves_alone_what_is_no_index(engine: Engine, folder: Path) -> None:
    (folder / "photos").mkdir()
    (folder / "photos" / "one.jpg").touch()

    engine.clear()

    assert (folder / "photos" / "one.jpg").exists()
    assert not (folder / "it").exists()


@pytest.mark.parametrize("url", ["whoosh://relative", "whoosh://host/folder", "elastic:///x", "", "/folder"])
def test_a_url_that_names_no_engine_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no search engine"):
        open_engine(url)


def test_importing_whoosh_warns_of_nothing() -> None:
    code = "import search.engine.whoosh"
    subprocess.run(
        [sys.executable, "-W", "error", "-X", "pycache_prefix=/dev/null/none", "-c", code],
        check=True,
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
    )


# Damage, and a disk that takes no more

FLIPPED = 40  # bytes


@pytest.mark.parametrize("how", ["empty", "half", "text", "flipped", "last byte"])
@pytest.mark.parametrize("cause", ["replaced", "in place"])
def test_a_damaged_segment_is_noticed_by_readers_and_writers(engine: Engine, folder: Path, how: str, cause: str):
    (segment,) = (folder / "it").glob("*.seg")
    content = damaged(segment.read_bytes(), how)
    open_files = handles()
    if cause == "replaced":
        spoil(segment, content)
    elif len(content) >= segment.stat().st_size:  # what is cut short under a reader kills it, as with any program
        segment.write_bytes(content)

    for _ in range(3):
        if segment.read_bytes() == content:
            with pytest.raises(SearchUnavailableError, match="not as written"):
                engine.search("it", ROMA)
            assert engine.check() == (f"the index of it is damaged: {segment.name} is not as written",)
            with pytest.raises(SearchUnavailableError, match="not as written"):
                engine.write([("it", "c", Document("c", {"body": "Roma"}, NOW))], 5)
    assert handles() <= open_files
    assert engine.position() == 4
    engine.clear()
    engine.write([("it", key, Document(key, {"body": "Roma"}, NOW)) for key in "abc"], 5)
    assert engine.search("it", ROMA).total == 3
    assert engine.check() == ()


def damaged(content: bytes, how: str) -> bytes:
    if how == "flipped":
        dice = random.Random(7)
        places = {dice.randrange(len(content)) for _ in range(FLIPPED)}
        return bytes(byte ^ 0xFF if at in places else byte for at, byte in enumerate(content))
    changed = {"empty": b"", "half": content[: len(content) // 2], "text": b"x" * len(content)}
    return changed.get(how, content[:-1] + bytes([content[-1] ^ 1]))


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("lost", ["*.seal", "*.seg", "_MAIN_*.toc"])
@pytest.mark.usefixtures("engine")
def test_a_lost_file_is_noticed(folder: Path, lost: str) -> None:
    (path,) = (folder / "it").glob(lost)
    path.unlink()
    another = open_engine(f"whoosh://{folder}")

    with pytest.raises(SearchUnavailableError):
        another.search("it", ROMA)
    assert len(another.check()) == 1


def test_a_damaged_table_of_contents_is_noticed_and_leaves_no_file_open(engine: Engine, folder: Path) -> None:
    (contents,) = (folder / "it").glob("_MAIN_*.toc")
    engine.close()
    spoil(contents, contents.read_bytes()[:-20])
    open_files = handles()

    for _ in range(3):
        with pytest.raises(SearchUnavailableError):
            engine.search("it", ROMA)
    assert handles() == open_files


@contextmanager
def disk_that_takes(most: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: writing fails in the middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("most", [0, 1, 20, 60, 100, 300, 700, 1_500, 3_000])
def test_a_full_disk_loses_nothing_that_was_written(engine: Engine, folder: Path, most: int) -> None:
    more = [("it", f"c{n}", Document(f"c{n}", {"body": f"Roma capitale {n}"}, NOW)) for n in range(30)]
    more += [("it", "a", None), ("zh", "a", Document("a", {"body": "罗马是意大利的首都"}, NOW))]
    open_files = handles()

    with disk_that_takes(most), pytest.raises(SearchDiskError):
        engine.write(more, 5)

    assert handles() <= open_files
    assert engine.position() == 4
    assert engine.search("it", ROMA).total in {2, 31}
    assert engine.check() == ()
    engine.write(more, 5)
    assert engine.search("it", ROMA).total == 31
    assert engine.search("zh", Query("首都", NOW)).total == 1
    assert engine.check() == ()


def test_what_cannot_be_read_now_is_not_taken_for_damaged(engine: Engine) -> None:
    engine.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.open(os.devnull, os.O_RDONLY)  # the handle that the next file would get
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        with pytest.raises(SearchDiskError):
            engine.search("it", ROMA)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert engine.search("it", ROMA).total == 2
