import asyncio
import json
import os
import signal
import sys

import pytest

from tests.cms.operating.newsrooms import inhabit, newsroom
from tests.commands import environment
from tests.running import free_port, until_ready


@pytest.fixture(params=["sqlite", "postgresql"])
async def parts(request, tmp_path):
    async with newsroom(request.param, tmp_path / "redazione") as made:
        await inhabit(made)
        yield made


async def test_what_dies_is_started_again_and_a_stop_is_graceful(parts):
    """The supervisor's children are killed; a request that was begun before the stop is answered."""
    port = free_port()
    settings = {"data_dir": parts.folder, "database_url": parts.url, "port": port, "log_format": "json"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cms.cli", "serve"),
        env=environment(settings),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        log = Log(process.stderr)
        pids = {(await log.line("process.started"))["command"]: log.last["pid"] for _ in range(2)}
        ready = f"http://127.0.0.1:{port}/health/ready"
        await until_ready(ready, process)
        await log.line("worker.started")
        for command in ("web", "worker"):
            os.kill(pids[command], signal.SIGKILL)
            died = await log.line("process.died")
            assert (died["command"], died["status"]) == (command, -signal.SIGKILL)
            again = await log.line("process.started")
            assert again["command"] == command
            assert again["pid"] not in pids.values()
            pids[command] = again["pid"]
            await log.line("worker.started" if command == "worker" else "request", until_ready(ready, process))

        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = json.dumps({"query": "{ locales { tag } }"}).encode()
        head = f"Host: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(b"POST /graphql HTTP/1.1\r\n" + head.encode() + body[:5])
        await writer.drain()
        await until_ready(ready, process)  # so that the first half was read too
        process.send_signal(signal.SIGTERM)
        writer.write(body[5:])
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200")
        assert b'"zh-Hant"' in answer
        writer.close()
        assert await process.wait() == 0
        assert not any(is_there(pid) for pid in pids.values())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class Log:
    """The JSON lines of a process; `last` is the one that was waited for."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self._stream = stream
        self.last: dict = {}

    async def line(self, event: str, meanwhile=None) -> dict:
        """The next line of that event."""
        doing = asyncio.ensure_future(meanwhile) if meanwhile else None
        while self.last.get("event") != event or self.last.get("seen"):
            self.last = json.loads(await self._stream.readline())
        self.last["seen"] = True
        if doing:
            await doing
        return self.last


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
