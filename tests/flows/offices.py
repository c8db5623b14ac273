"""A newsroom in real processes that may be killed, and clients that speak to it over HTTP."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Self

import httpx2

from cms import events
from cms.accounts.actors import SYSTEM, Grant, Permission
from cms.accounts.tokens import issue_token
from cms.app import Newsroom, build_worker
from cms.cli import running
from cms.clock import utc_now
from cms.content.serving import configure_locales
from cms.database import transaction
from cms.jobs import enqueue
from cms.reading.indexing import BRING_UP
from cms.settings import Settings
from tests.processes import start
from tests.worlds import LOCALES

LEASE = 1.0  # seconds
PATIENCE = 60.0
"""Seconds to wait for an answer, which also waits for a web process that is being started."""


def serve(environment: Mapping[str, str], listener: socket.socket) -> None:
    """The program of a web process."""
    os.environ.update(environment)
    running.web(listen_fd=listener.detach())


def work(environment: Mapping[str, str]) -> None:
    """The program of a worker process, whose jobs do not wait long for another when it is dead."""
    os.environ.update(environment)
    asyncio.run(_work())


async def _work() -> None:
    async with Newsroom.open(running.settled()) as newsroom:
        worker = build_worker(newsroom, lease=LEASE)
        worker.stop_on_signals()
        async with transaction():
            await enqueue(BRING_UP, now=newsroom.clock())
        await worker.run()


class Office:
    """Holds the sockets, as a supervisor does: a client that comes while no web process runs waits for the next."""

    def __init__(self, folder: Path, database_url: str, token: str, webs: int) -> None:
        self.environment = {
            "POLYFOCAL_DATA_DIR": str(folder),
            "POLYFOCAL_DATABASE_URL": database_url,
            "POLYFOCAL_LOG_LEVEL": "error",
        }
        self.settings = Settings(data_dir=folder, database_url=database_url)
        self.token = token
        self._listeners = [socket.create_server(("127.0.0.1", 0), backlog=256) for _ in range(webs)]
        self._processes: list[BaseProcess] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, database_url: str, webs: int = 1) -> AsyncIterator[Self]:
        """The office of an empty database that is open here too, its locales set and a token issued."""
        await events.epoch()
        await configure_locales(SYSTEM, LOCALES)
        grants = [Grant(Permission.EDIT), Grant(Permission.PUBLISH)]
        _, token = await issue_token(SYSTEM, "desk", grants, now=utc_now())
        office = cls(folder, database_url, token, webs)
        try:
            yield office
        finally:
            for process in office._processes:
                process.kill()
                process.join()
            for listener in office._listeners:
                listener.close()

    def start_web(self, number: int = 0) -> BaseProcess:
        """Another process on that socket."""
        return self._started(start(serve, self.environment, self._listeners[number]))

    def start_worker(self) -> BaseProcess:
        """Another worker."""
        return self._started(start(work, self.environment))

    def stop(self, process: BaseProcess) -> None:
        """End it in order."""
        process.terminate()
        process.join()

    def _started(self, process: BaseProcess) -> BaseProcess:
        self._processes.append(process)
        return process

    @asynccontextmanager
    async def client(self, number: int = 0) -> AsyncIterator["Client"]:
        """A client with connections of its own."""
        address = f"http://127.0.0.1:{self._listeners[number].getsockname()[1]}"
        async with httpx2.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=False) as http:
            yield Client(http, self.token)


def kill(process: BaseProcess) -> None:
    """End it as a power cut does."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


class Client:
    """Speaks GraphQL. A lost connection is httpx2.TransportError."""

    def __init__(self, http: httpx2.AsyncClient, token: str) -> None:
        self.http, self._token = http, token

    async def answer(self, query: str, **variables: Any) -> Any:
        """The whole answer."""
        response = await self.http.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"authorization": f"Bearer {self._token}"},
        )
        assert response.status_code == 200, response.text
        return response.json()

    async def ask(self, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def codes(self, query: str, **variables: Any) -> list[str]:
        """The codes of the errors of an answer."""
        answer = await self.answer(query, **variables)
        return [error["extensions"]["code"] for error in answer.get("errors", ())]

    async def readiness(self) -> tuple[int, dict[str, str]]:
        """Status and checks of /health/ready."""
        response = await self.http.get("/health/ready")
        return response.status_code, response.json()["checks"]
