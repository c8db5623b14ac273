"""How commands end: in order when told to, and with one line when they cannot work."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from cms.database import MODEL_MODULES, migrate
from cms.settings import Settings
from tests.running import free_port, until_ready


async def start(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cms.cli", *arguments),
        env={**os.environ, **{f"POLYFOCAL_{name}": value for name, value in environment.items()}},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", ["serve", "web"])
async def test_a_server_that_is_told_to_stop_has_not_failed(command: str, number: int, tmp_path: Path) -> None:
    await migrate(Settings(data_dir=tmp_path).database, models=MODEL_MODULES)
    port = str(free_port())
    process = await start(command, DATA_DIR=str(tmp_path), PORT=port)
    await until_ready(f"http://127.0.0.1:{port}/health/ready", process)
    process.send_signal(number)
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert b"Traceback" not in said


@pytest.mark.parametrize("command", [["serve"], ["demo"], ["migrate"], ["worker"], ["token", "create", "redazione"]])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_database_that_cannot_be_opened_is_told_in_one_line(
    command: list[str], kind: str, tmp_path: Path
) -> None:
    where = {
        "sqlite": f"sqlite://{tmp_path}",  # a folder is no file, whoever asks
        "postgresql": f"postgresql://redazione:segreto@127.0.0.1:{free_port()}/newsroom",
    }
    process = await start(*command, DATA_DIR=str(tmp_path), DATABASE_URL=where[kind], PORT=str(free_port()))
    output, _ = await process.communicate()
    said = output.decode()
    assert process.returncode == 1
    assert len(said.splitlines()) == 1, said
    assert ("SQLite cannot write" if kind == "sqlite" else "PostgreSQL cannot be reached") in said
    assert "polyfocal doctor" in said
    assert "segreto" not in said


async def test_a_web_process_says_so_too(tmp_path: Path) -> None:
    process = await start("web", DATA_DIR=str(tmp_path), DATABASE_URL=f"sqlite://{tmp_path}", PORT=str(free_port()))
    said, _ = await process.communicate()
    assert process.returncode == 3
    assert b"SQLite cannot write" in said
    assert b"Traceback" not in said
