"""What can be known of the containers without an engine: their files fit the program and each other."""

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest
import typer

from cms.cli import main
from cms.settings import Settings
from tests.running import free_port, serving

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docker"
DOCKERFILE = (FOLDER / "Dockerfile").read_text().replace("\\\n", "")
COMMANDS = typer.main.get_command(main).commands  # type: ignore[attr-defined]


def test_what_is_copied_is_there_and_sent_to_the_build() -> None:
    copied = [name for line in re.findall(r"^COPY (.+)", DOCKERFILE, re.MULTILINE) for name in line.split()[:-1]]
    copied += re.findall(r"type=bind,source=([^,]+)", DOCKERFILE)
    assert "requirements-run.lock" in copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    sent = re.findall(r"^!(.+)", (FOLDER / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    assert sorted(sent) == sorted(copied)


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "compose.scale.yaml"])
def test_containers_set_what_is_a_setting(name: str) -> None:
    text = (FOLDER / name).read_text()
    known = {f"POLYFOCAL_{field.upper()}" for field in Settings.model_fields}
    assert set(re.findall(r"POLYFOCAL_[A-Z_]+", text)) <= known


def test_containers_run_what_is_a_command() -> None:
    text = DOCKERFILE + (FOLDER / "compose.scale.yaml").read_text()
    run = re.findall(r'^(?:CMD|    command:) \["(\w+)"\]', text, re.MULTILINE)
    assert sorted(run) == ["migrate", "serve", "web", "worker"]
    assert set(run) <= set(COMMANDS)


async def test_the_health_check_tells_a_server_from_none(tmp_path: Path) -> None:
    found = re.search(r"^HEALTHCHECK.* CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found is not None
    command = [sys.executable, *json.loads(found[1])[1:]]

    async def check(port: str) -> int:
        silent = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*command, env={"POLYFOCAL_PORT": port}, stderr=silent)
        return await process.wait()

    async with serving("serve", {"POLYFOCAL_DATA_DIR": str(tmp_path)}) as url:
        assert await check(url.rsplit(":")[-1]) == 0
    assert await check(str(free_port())) == 1
