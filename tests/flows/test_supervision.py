"""`polyfocal serve` as people run it: its processes are killed, and start again while clients write and read."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx2
import pytest

from cms.accounts.actors import SYSTEM, Permission
from cms.accounts.tokens import issue_token
from cms.clock import utc_now
from cms.content.serving import configure_locales
from tests.flows.invariants import broken_invariants, index_differences
from tests.flows.offices import PATIENCE, Client
from tests.flows.test_kills import index_rests
from tests.flows.writers import Promised, Writer
from tests.running import free_port
from tests.worlds import LOCALES

KILLS = 3  # of each process


def children(pid: int) -> dict[str, int]:
    """The processes that a supervisor runs now, by command."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        arguments = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
        found[next((each for each in arguments if each in {"web", "worker"}), "")] = int(child)
    return found


@pytest.mark.parametrize("command", ["web", "worker"])
async def test_a_killed_process_is_started_again_and_nothing_is_lost(database, database_url, tmp_path, command):
    port = free_port()
    await configure_locales(SYSTEM, LOCALES)
    token = await issue_token("desk", [Permission.EDIT, Permission.PUBLISH], now=utc_now())
    environment = {
        **os.environ,
        "POLYFOCAL_DATA_DIR": str(tmp_path),
        "POLYFOCAL_DATABASE_URL": database_url,
        "POLYFOCAL_PORT": str(port),
        "POLYFOCAL_LOG_LEVEL": "error",
    }
    supervisor = await asyncio.create_subprocess_exec(sys.executable, "-m", "cms.cli", "serve", env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        async with httpx2.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=False) as http:
            await until_listening(http)
            promised, stop = Promised(), asyncio.Event()
            writing = asyncio.create_task(Writer(Client(http, token), promised, 1).write(stop))
            for _ in range(KILLS):
                await progress(promised, writing)
                before = children(supervisor.pid)[command]
                os.kill(before, signal.SIGKILL)
                while children(supervisor.pid).get(command, before) == before:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.02)
            await progress(promised, writing)
            stop.set()
            await writing
            assert await promised.broken() == []
            assert await broken_invariants(database) == []
            if command == "web":  # a killed worker keeps its job for half a minute
                await index_rests(tmp_path)
                assert await index_differences(tmp_path / "index") == []
    finally:
        supervisor.terminate()
        await supervisor.wait()
    assert supervisor.returncode == 0


async def until_listening(http: httpx2.AsyncClient) -> None:
    """The supervisor takes the port first and starts the rest after."""
    while True:
        try:
            await http.get("/health/live")
        except httpx2.ConnectError:
            await asyncio.sleep(0.02)
        else:
            return


async def progress(promised: Promised, writing: asyncio.Task[None]) -> None:
    """Wait until more writes were acknowledged."""
    before = len(promised.revisions)
    while len(promised.revisions) < before + 3:
        assert not writing.done(), writing
        await asyncio.sleep(0.01)
