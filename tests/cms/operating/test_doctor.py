"""What the doctor says of healthy newsrooms and of each way to be ill; it never raises and changes nothing."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest

from cms.database import MODEL_MODULES, Database, transaction
from cms.database.config import dialect_of, sqlite_path
from cms.events import EventType, record
from cms.jobs import Job, JobRequest, JobState, enqueue
from cms.operating.doctor import examine
from cms.reactions import dispatch
from cms.reading.indexing import follow_changes
from search import open_engine
from tests.cms.operating.newsrooms import Parts, inhabit, newsroom, rows_of, stored_in
from tests.worlds import NOON


@pytest.fixture
def doctor(monkeypatch, tmp_path):
    """Examine the newsroom that these settings name: `about` → what is wrong, and everything that was said."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("POLYFOCAL_") and not name.startswith("POLYFOCAL_TEST"):
            monkeypatch.delenv(name)

    async def look(*, now=NOON, thorough=False, **settings: str) -> tuple[dict[str, str], str]:
        given = {f"POLYFOCAL_{name.upper()}": str(value) for name, value in settings.items()}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        findings = [each async for each in examine(given, tmp_path / ".env", now=now, thorough=thorough)]
        wrong = {each.about: each.says for each in findings if not each.is_well}
        return wrong, "\n".join(map(str, findings))

    return look


def settings_of(parts: Parts) -> dict[str, str]:
    return {"data_dir": str(parts.folder), "database_url": parts.url}


@pytest.fixture(params=["sqlite", "postgresql"])
async def ill(request, tmp_path):
    """A healthy newsroom, to be made ill."""
    async with newsroom(request.param, tmp_path / "redazione") as parts:
        await inhabit(parts)
        async with await Database.open(parts.url, models=MODEL_MODULES):
            await dispatch({}, now=NOON)
        yield parts


async def change(parts: Parts, statement: str) -> None:
    if dialect_of(parts.url) == "sqlite":
        with closing(sqlite3.connect(sqlite_path(parts.url), isolation_level=None)) as connection:
            connection.execute(statement)
        return
    connection = await asyncpg.connect(parts.url)
    await connection.execute(statement)
    await connection.close()


async def test_a_healthy_newsroom_is_well_and_left_as_it_is(ill, doctor):
    before = await rows_of(ill.url), stored_in(ill.storage), sorted(ill.folder.rglob("*"))
    wrong, said = await doctor(**settings_of(ill), thorough=True)
    assert wrong == {"locales": "ar falls back to pt, which the newsroom does not have."}
    for line in (
        "is whole" if "sqlite" in ill.url else "answers",
        "up to date",
        "5 configured",
        "in step",
        "all 2 are",
    ):
        assert line in said
    assert (await rows_of(ill.url), stored_in(ill.storage), sorted(ill.folder.rglob("*"))) == before


async def test_it_works_while_the_newsroom_runs(ill, doctor):
    async with await Database.open(ill.url, models=MODEL_MODULES), transaction():
        record(EventType.DRAFT_SAVED, item_id=1)
        wrong, _ = await doctor(**settings_of(ill))
    assert set(wrong) == {"locales"}


async def test_of_a_newsroom_that_was_never_started(doctor, tmp_path):
    wrong, said = await doctor(data_dir=tmp_path / "new")
    assert wrong == {"database": f"{tmp_path}/new/newsroom.db is not there.", "index": "nothing has been indexed yet."}
    assert "will be made at the first start" in said
    assert "run polyfocal migrate" in said
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("settings", "about", "says"),
    [
        ({"database_url": "mysql://localhost/news"}, "settings", "no database is opened by 'mysql'"),
        ({"database_url": "sqlite://"}, "settings", "SQLite needs a file"),
        ({"database_url": "postgresql://["}, "settings", "Invalid"),
        ({"search_url": "elastic://localhost"}, "index", "no search engine is named by"),
        ({"storage_url": "ftp://localhost/x"}, "files", "ftp"),
        ({"port": "http"}, "settings", "POLYFOCAL_PORT: Input should be a valid integer"),
        ({"log_format": "xml"}, "settings", "POLYFOCAL_LOG_FORMAT"),
        ({"databse_url": "sqlite:///x"}, "settings", "POLYFOCAL_DATABSE_URL is no setting."),
    ],
)
async def test_wrong_settings_are_named(doctor, tmp_path, settings, about, says):
    wrong, _ = await doctor(data_dir=tmp_path, **settings)
    assert says in wrong[about]


async def test_a_misspelt_setting_is_guessed_and_a_password_never_repeated(doctor, tmp_path):
    _, said = await doctor(data_dir=tmp_path, serch_url="x", port="geheim", database_url="postgresql://u:segreto@[")
    assert "Did you mean POLYFOCAL_SEARCH_URL?" in said
    assert "segreto" not in said
    assert "geheim" not in said


async def test_an_env_file_is_read_too(doctor, tmp_path):
    (tmp_path / ".env").write_text("POLYFOCAL_PROT=8000\nPOLYFOCAL_DATA_DIR=redazione\n")
    wrong, said = await doctor()
    assert wrong["settings"] == "POLYFOCAL_PROT is no setting."
    assert "redazione/newsroom.db is not there" in said
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    wrong, _ = await doctor()
    assert "utf-8" in wrong["settings"]


async def test_a_server_that_does_not_answer(doctor, tmp_path):
    wrong, said = await doctor(data_dir=tmp_path, database_url="postgresql://u:segreto@127.0.0.1:1/news")
    assert "it cannot be read" in wrong["database"]
    assert "segreto" not in said


async def test_a_database_without_tables_or_with_another_schema(doctor, tmp_path):
    (tmp_path / "newsroom.db").touch()
    wrong, said = await doctor(data_dir=tmp_path)
    assert (wrong["schema"], "polyfocal migrate" in said) == ("the database has no tables yet.", True)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM tortoise_migrations", "0001_initial is still to come."),
        (
            "UPDATE tortoise_migrations SET name = '9999_later' WHERE name LIKE '0001%'",
            "newer than this program: it has 9999_later.",
        ),
    ],
)
async def test_a_schema_of_another_version(ill, doctor, statement, says):
    await change(ill, statement)
    wrong, said = await doctor(**settings_of(ill))
    assert says.split(" is still")[0] in wrong["schema"]
    assert "whole; the database that it follows cannot be asked" in said


async def test_a_server_that_takes_no_writes(ill, doctor):
    if dialect_of(ill.url) == "sqlite":
        connection = sqlite3.connect(sqlite_path(ill.url))
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()
        wrong, _ = await doctor(**settings_of(ill))
        assert wrong["database"] == "its journal is 'delete', not WAL."
    else:
        await change(ill, f"ALTER DATABASE {ill.url.rpartition('/')[2]} SET default_transaction_read_only = on")
        wrong, _ = await doctor(**settings_of(ill))
        assert wrong["database"] == "it is read-only."


async def test_a_damaged_file_is_told_from_a_foreign_one(doctor, tmp_path):
    async with newsroom("sqlite", tmp_path / "redazione") as ill:
        await inhabit(ill)
        path = sqlite_path(ill.url)
        whole = path.read_bytes()
        path.write_bytes(whole[:8192] + b"\x5a" * 40_000 + whole[48_192:])
        wrong, _ = await doctor(**settings_of(ill))
        assert "damaged" in wrong["database"] or "cannot be read" in wrong["database"]
        path.write_bytes(b"a letter, not a database" * 100)
        wrong, _ = await doctor(**settings_of(ill))
        assert "not a database" in wrong["database"]


async def test_rows_that_point_to_nothing(doctor, tmp_path):
    async with newsroom("sqlite", tmp_path / "redazione") as ill:
        await inhabit(ill)
        await change(ill, "DELETE FROM concept")
        wrong, _ = await doctor(**settings_of(ill))
        assert "point to nothing" in wrong["database"]


async def test_without_locales_nothing_can_be_written(doctor, tmp_path):
    async with newsroom("sqlite", tmp_path / "redazione") as ill:
        wrong, _ = await doctor(**settings_of(ill))
        assert wrong["locales"] == "none is configured, so nothing can be written."


async def test_jobs_that_were_parked_or_that_nobody_does(ill, doctor):
    async with await Database.open(ill.url, models=MODEL_MODULES):
        async with transaction():
            await enqueue(*[JobRequest(name="deliver"), JobRequest(name="probe"), JobRequest(name="probe")], now=NOON)
        await Job.filter(name="probe").update(state=JobState.PARKED, due_at=None, last_error="ValueError: 坏文件\nat")
    _, said = await doctor(**settings_of(ill), now=NOON + timedelta(minutes=1))
    assert "✗ jobs: 2 of probe parked after failing for good (ValueError: 坏文件 at)." in said
    assert "wait for a worker" not in said
    _, said = await doctor(**settings_of(ill), now=NOON + timedelta(minutes=3))
    assert "✗ jobs: 1 wait for a worker, the first since 2026-03-01 12:00 UTC. Start the worker." in said


async def test_events_that_no_worker_has_seen(ill, doctor):
    async with await Database.open(ill.url, models=MODEL_MODULES), transaction():
        record(EventType.DRAFT_SAVED, item_id=1)
        record(EventType.DRAFT_SAVED, item_id=2)
    wrong, _ = await doctor(**settings_of(ill))
    assert wrong["jobs"] == "no worker has seen the last 2 events."


def remove(folder: Path) -> None:
    shutil.rmtree(folder)


def remove_a_locale(folder: Path) -> None:
    shutil.rmtree(folder / "zh")


def spoil_the_state(folder: Path) -> None:
    (folder / "state.json").write_text("{")


@pytest.mark.parametrize("harm", [remove, remove_a_locale, spoil_the_state])
async def test_an_index_that_is_missing_or_damaged_is_built_again_as_the_doctor_says(ill, doctor, harm):
    counted = {locale: ill.engine.count(locale) for locale in ill.engine.locales()}
    ill.engine.close()
    harm(ill.folder / "index")
    wrong, said = await doctor(**settings_of(ill))
    assert "index" in wrong
    assert "Start the worker, which builds it again." in said
    with closing(open_engine(f"whoosh://{ill.folder}/index")) as engine:
        async with await Database.open(ill.url, models=MODEL_MODULES):
            await follow_changes(engine, lambda: NOON)
        assert {locale: engine.count(locale) for locale in engine.locales()} == counted
    wrong, _ = await doctor(**settings_of(ill))
    assert "index" not in wrong


async def test_an_index_that_is_behind_or_ahead(ill, doctor):
    engine, latest = ill.engine, ill.engine.position()
    engine.write((), latest - 3)
    wrong, _ = await doctor(**settings_of(ill))
    assert "changes behind the database" in wrong["index"]
    engine.write((), 10_000)
    wrong, _ = await doctor(**settings_of(ill))
    assert "ahead of the database" in wrong["index"]


async def test_stored_files_that_are_gone_cut_off_or_altered(ill, doctor):
    one, other = (ill.storage.path(key) for key in sorted(stored_in(ill.storage)))
    whole, whole_other = one.read_bytes(), other.read_bytes()
    one.write_bytes(whole[:-1])
    wrong, _ = await doctor(**settings_of(ill))
    assert wrong["files"].startswith("1 of 2 are missing or not as they were stored")
    other.unlink()
    wrong, _ = await doctor(**settings_of(ill))
    assert wrong["files"].startswith("2 of 2")
    other.write_bytes(whole_other)
    one.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    wrong, said = await doctor(**settings_of(ill))
    assert "files" not in wrong
    assert "--thorough" in said
    wrong, _ = await doctor(**settings_of(ill), thorough=True)
    assert "files" in wrong


async def test_folders_that_take_nothing(ill, doctor, monkeypatch):
    """The tests may run as a user who may do anything, so the system's answer is given for it."""
    (ill.folder / "redazione.txt").touch()
    wrong, _ = await doctor(data_dir=ill.folder / "redazione.txt", database_url=ill.url)
    assert "is not a folder" in wrong["data folder"]
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: False if str(path).startswith(str(ill.folder)) else real(path, mode)
    )
    wrong, _ = await doctor(**settings_of(ill))
    assert "cannot be written" in wrong["data folder"]
    assert "takes no files" in wrong["files"]
    if dialect_of(ill.url) == "sqlite":
        assert "cannot be written" in wrong["database"]


async def test_a_full_disk(ill, doctor, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000))
    wrong, _ = await doctor(**settings_of(ill))
    assert wrong["disk"].startswith("0.0 GB free")
