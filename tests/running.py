"""Real servers for tests: processes on a free port of the loopback, ended by process id."""

import asyncio
import os
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.error import URLError

from cms.app import Newsroom
from cms.clock import utc_now
from cms.database import MODEL_MODULES, migrate
from cms.demo.seeding import seed_demo
from cms.reading.indexing import follow_changes
from cms.settings import Settings

TRIES, PAUSE = 400, 0.05


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def demo_newsroom(folder: Path) -> AsyncIterator[str]:
    """A seeded newsroom, its texts in the index, and the URL of its web process."""
    settings = Settings(data_dir=folder)
    await migrate(settings.database, models=MODEL_MODULES)
    async with Newsroom.open(settings) as newsroom:
        await seed_demo(newsroom.storage, utc_now())
        await follow_changes(newsroom.engine, utc_now)
    async with serving("web", {"POLYFOCAL_DATA_DIR": str(folder)}) as url:
        yield url


@asynccontextmanager
async def serving(command: str, environment: Mapping[str, str]) -> AsyncIterator[str]:
    """A `polyfocal` command that serves, and its URL once it is ready."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cms.cli",
        command,
        env={**os.environ, **environment, "POLYFOCAL_PORT": str(port), "POLYFOCAL_LOG_LEVEL": "warning"},
    )
    try:
        url = f"http://127.0.0.1:{port}"
        await until_ready(f"{url}/health/ready", process)
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    """Wait until the address answers 200.

    Raises:
        RuntimeError: the process ended, or never became ready.
    """
    for _ in range(TRIES):
        if process.returncode is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        if await asyncio.to_thread(_answers, url):
            return
        await asyncio.sleep(PAUSE)
    raise RuntimeError("the server is not ready")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False
