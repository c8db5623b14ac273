"""What only an engine of files can suffer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search import Document, Engine, Query, SearchUnavailableError, open_engine

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


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"analysis": 1}', b"\xff"])
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
