import socket

import pytest

from cms.database import MODEL_MODULES, Database, transaction
from cms.jobs import Job, JobRequest, JobState, enqueue
from tests.cms.operating.newsrooms import inhabit, newsroom, stored_in
from tests.commands import polyfocal
from tests.worlds import NOON


@pytest.fixture(params=["sqlite", "postgresql"])
async def parts(request, tmp_path):
    async with newsroom(request.param, tmp_path / "redazione") as made:
        await inhabit(made)
        yield made


async def test_a_newsroom_is_examined_copied_and_its_jobs_tried_again(parts, tmp_path):
    settings = {"data_dir": parts.folder, "database_url": parts.url}
    examined = await polyfocal("doctor", **settings)
    assert examined.code == 1
    assert "✗ locales: ar falls back to pt" in examined.out
    assert "✓ files: all 2 are there" in examined.out

    gone = min(stored_in(parts.storage))
    parts.storage.path(gone).unlink()
    copied = await polyfocal("backup", tmp_path / "copia.zip", **settings)
    assert (copied.code, "1 stored files." in copied.out) == (0, True)
    assert copied.err == f"1 stored files were missing or altered already, such as {gone}.\n"
    again = await polyfocal("backup", tmp_path / "copia.zip", **settings)
    assert (again.code, again.err) == (1, f"{tmp_path}/copia.zip exists already; name a new file.\n")

    async with await Database.open(parts.url, models=MODEL_MODULES):
        async with transaction():
            await enqueue(JobRequest(name="probe"), now=NOON)
        await Job.all().update(state=JobState.PARKED, due_at=None)
    assert (await polyfocal("retry", **settings)).out == "1 jobs will be tried again.\n"
    async with await Database.open(parts.url, models=MODEL_MODULES):
        assert (await Job.get()).state is JobState.WAITING


@pytest.mark.parametrize(
    ("arguments", "settings", "says"),
    [
        (("serve",), {"database_url": "postgresql://u:segreto@127.0.0.1:1/x", "port": 0}, "polyfocal doctor says more"),
        (("migrate",), {"database_url": "oracle://x"}, "no database is opened by 'oracle'"),
        (("token", "create", "anna"), {}, "no such table"),
        (("token", "revoke", "nessuno"), {"database_url": "postgresql://127.0.0.1:1/x"}, "Connect call failed"),
        (("worker",), {"search_url": "elastic://x"}, "no search engine is named"),
        (("web",), {"port": "http"}, "POLYFOCAL_PORT cannot be read"),
        (("backup", "/nowhere/at/all.zip"), {}, "No such file or directory"),
    ],
)  # fmt: skip
async def test_what_a_person_can_mend_is_told_in_a_line(tmp_path, arguments, settings, says):
    ran = await polyfocal(*arguments, **{"data_dir": tmp_path, **settings})
    assert ran.code == 1
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1, ran.err
    assert "segreto" not in ran.err


async def test_a_port_in_use_is_told_before_anything_is_started(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = await polyfocal("serve", data_dir=tmp_path, port=port)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"Polyfocal cannot listen at 127.0.0.1 port {port}: another program listens there."
        " Set POLYFOCAL_HOST or POLYFOCAL_PORT.\n"
    )
    assert not (tmp_path / "newsroom.db").exists()
