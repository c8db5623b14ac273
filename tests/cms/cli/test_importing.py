import gzip

import pytest

from cms.content.models import Edition, Item
from cms.database import MODEL_MODULES, Database
from tests.archives import record, records, write_archive
from tests.commands import polyfocal
from tests.databases import empty_database


@pytest.fixture
def newsroom(database_url, tmp_path):
    return {"data_dir": tmp_path / "redazione", "database_url": database_url}


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request, tmp_path):
    """Of a database with nothing in it: the command makes the schema itself."""
    async with empty_database(request.param, tmp_path) as url:
        yield url


async def test_an_archive_arrives_in_a_newsroom_that_was_not_there(newsroom, tmp_path):
    path = write_archive(tmp_path / "agenzia.jsonl", records(4, ("it", "zh", "en", "zh-Hant")))
    first = await polyfocal("import", path, **newsroom)
    assert (first.code, first.err) == (0, "")
    assert "16 records in" in first.out
    table = {line.split("│")[1].strip(): line.split("│")[2].strip() for line in first.out.splitlines() if "│" in line}
    assert table == {"it": "4", "zh": "4", "en": "4", "zh-Hant": "4", "all": "16"}
    again = await polyfocal("import", path, **newsroom)
    assert "│ all     │       0 │       0 │        16 │    0 │" in again.out
    async with await Database.open(newsroom["database_url"], models=MODEL_MODULES):
        assert await Item.all().count() == 4
        assert await Edition.filter(locale="zh-Hant").count() == 4


async def test_bad_lines_are_told_by_number_and_make_it_exit_with_1(newsroom, tmp_path):
    path = write_archive(tmp_path / "agenzia.jsonl", [record(1), b"{", record(2, "zh", title="城" * 400), b"\xff"])
    ran = await polyfocal("import", path, **newsroom)
    assert ran.code == 1
    assert ran.err.splitlines() == [
        "line 2: not JSON: Expecting property name enclosed in double quotes (column 1)",
        "line 4: not UTF-8 (byte 1)",
        "line 3: note: title has 400 characters; the headline is cut to 300",
    ]
    assert "2 records in" in ran.out
    assert "2 bad lines." in ran.out


async def test_locales_that_the_newsroom_lacks_are_skipped_until_they_are_wanted(newsroom, tmp_path):
    await polyfocal("import", write_archive(tmp_path / "prima.jsonl", records(1, ("it", "zh"))), **newsroom)
    path = write_archive(tmp_path / "agenzia.jsonl", records(2))
    ran = await polyfocal("import", path, **newsroom)
    assert ran.code == 1
    assert "line 3: en is not a locale of this newsroom (2 lines, skipped: 3, 6)" in ran.err
    assert "--add-locales" in ran.err
    ran = await polyfocal("import", path, "--add-locales", **newsroom)
    assert (ran.code, "6 records in" in ran.out) == (0, True)


async def test_a_dry_run_does_nothing_not_even_a_schema(newsroom, tmp_path):
    path = write_archive(tmp_path / "agenzia.jsonl", records(1))
    ran = await polyfocal("import", path, "--dry-run", **newsroom)
    assert (ran.code, "polyfocal migrate" in ran.err) == (2, True)
    assert (await polyfocal("migrate", **newsroom)).code == 0
    ran = await polyfocal("import", path, "--dry-run", **newsroom)
    assert (ran.code, "What would be done" in ran.out) == (0, True)
    async with await Database.open(newsroom["database_url"], models=MODEL_MODULES):
        assert await Item.all().count() == 0


async def test_a_file_that_is_not_whole_changes_nothing(newsroom, tmp_path):
    path = tmp_path / "agenzia.jsonl.gz"
    path.write_bytes(gzip.compress(write_archive(tmp_path / "x", records(50)).read_bytes())[:200])
    for file, says in ((path, "cut off"), (tmp_path / "assente.jsonl", "No such file")):
        ran = await polyfocal("import", file, **newsroom)
        assert (ran.code, ran.out) == (2, "")
        assert says in ran.err
        assert len(ran.err.splitlines()) == 1


async def test_drafts_are_not_published(newsroom, tmp_path):
    path = write_archive(tmp_path / "agenzia.jsonl", records(1))
    assert (await polyfocal("import", path, "--draft", "--source", "ANSA", **newsroom)).code == 0
    async with await Database.open(newsroom["database_url"], models=MODEL_MODULES):
        assert (await Item.get()).uri == "urn:polyfocal:import:ANSA:doc-0"
        assert await Edition.all().count() == 0


async def test_a_database_that_is_away_is_told_in_a_line(tmp_path):
    path = write_archive(tmp_path / "agenzia.jsonl", records(1))
    for url in ("postgresql://u@127.0.0.1:1/news", "mysql://x/y"):
        ran = await polyfocal("import", path, data_dir=tmp_path, database_url=url)
        assert ran.code == 2
        assert len(ran.err.splitlines()) == 1, ran.err
