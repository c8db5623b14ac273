"""The servers that are measured, each in a process of its own: the product, and two to compare it with.

python -m tests.bench.serving static      bytes that are there already, from a bare ASGI application
python -m tests.bench.serving strawberry  the product with no plans, so that Strawberry executes everything
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from api.endpoint import GraphQLEndpoint
from cms import app
from cms.cli.running import settled
from tests.running import free_port

ANSWERS = "POLYFOCAL_BENCH_ANSWERS"
"""Where the static server finds the answers that it gives, a file for each path."""

PATIENCE = 60.0


class Server:
    """A server process."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process, self.port, self.started = process, port, time.perf_counter()
        self._proc = Path(f"/proc/{process.pid}")

    def cpu(self) -> float:
        """Seconds of processor time that it has used."""
        values = (self._proc / "stat").read_text().rpartition(")")[2].split()
        return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Resident memory in MB."""
        pages = int((self._proc / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def wait_until_listening(self) -> None:
        """Return as soon as a connection is taken.

        Raises:
            RuntimeError: the process ended, or never listened.
        """
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.005)
            else:
                return
        raise RuntimeError(f"a server does not listen: {self._process.args!r}")

    def stop(self) -> None:
        """End it in order."""
        self._process.terminate()
        self._process.wait()


@contextmanager
def product(environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """`polyfocal web` as it is installed, its log lines going to a file."""
    yield from _served(["cms.cli", "web"], environment, log)


@contextmanager
def compared(which: str, environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """One of the two servers of this module."""
    yield from _served(["tests.bench.serving", which], environment, log)


def _served(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    port = free_port()
    with log.open("ab") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env={**os.environ, **environment, "POLYFOCAL_PORT": str(port)},
            stdout=lines,
            stderr=lines,
        )
    server = Server(process, port)
    try:
        server.wait_until_listening()
        yield server
    finally:
        server.stop()


class Static:
    """The reference: what a Python server can do at most."""

    def __init__(self, folder: Path) -> None:
        self._answers = {f"/{path.name}": path.read_bytes() for path in folder.iterdir()}

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            body = self._answers[scope["path"]]
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})


def without_plans(newsroom: app.Newsroom) -> GraphQLEndpoint:
    """The product's endpoint, with fields that declare nothing."""
    endpoint = _planned_endpoint(newsroom)
    endpoint.operations.declarations._readings.clear()
    return endpoint


_planned_endpoint = app.build_endpoint


def main(which: str) -> None:
    """Serve until terminated."""
    settings = settled()
    served: Any = Static(Path(os.environ[ANSWERS])) if which == "static" else app.Web(settings)
    app.build_endpoint = without_plans
    uvicorn.run(
        served,
        host=settings.host,
        port=settings.port,
        lifespan="off" if which == "static" else "on",
        access_log=False,
        log_config=None,
        server_header=False,
    )


if __name__ == "__main__":
    main(sys.argv[1])
