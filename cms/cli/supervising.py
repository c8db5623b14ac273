"""One process that starts the others, starts them again when they die, and ends them with itself.

The supervisor holds what must outlive its children. The listening socket: a port in use is known before
anything is started, and clients wait in its queue while a web process is started again. And the writing end
of each child's stdin: when the supervisor is gone, however it ended, the child reads the end of file and
stops.
"""

import asyncio
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

RESTART_SECONDS = (0.2, 0.5, 1, 2, 5)
"""How long to wait before a process is started again, for each time in a row that it died."""

STEADY_SECONDS = 10.0
"""A process that lived this long did not die in a row."""

PATIENCE = 15.0
"""Seconds that a process may take to stop before it is killed."""

SUPERVISED = "--supervised"
LISTEN = "--listen-fd"
BACKLOG = 2048

log = structlog.get_logger("cms.serve")


class PortTakenError(Exception):
    """Somebody else listens there, or this user or machine may not."""


@dataclass(frozen=True, slots=True)
class Child:
    """A `polyfocal` command to keep running, with the socket that it serves."""

    command: str
    serves: socket.socket | None = None


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at an address.

    Raises:
        PortTakenError: it cannot; the message says which setting to change.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        why = (
            "another program listens there" if isinstance(error, OSError) and error.errno == errno.EADDRINUSE else error
        )
        raise PortTakenError(
            f"Polyfocal cannot listen at {host} port {port}: {why}. Set POLYFOCAL_HOST or POLYFOCAL_PORT."
        ) from error
    return listener


async def supervise(children: Sequence[Child]) -> None:
    """Keep the commands running until SIGINT or SIGTERM, then end them by process id."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with asyncio.TaskGroup() as group:
        for child in children:
            group.create_task(_keep(child, stopping))


async def _keep(child: Child, stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    deaths = 0
    while not stopping.is_set():
        process = await _start(child)
        started = loop.time()
        log.info("process.started", command=child.command, pid=process.pid)
        ended, stopped = asyncio.create_task(process.wait()), asyncio.create_task(stopping.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if stopping.is_set():
            await _end(process)
            await ended
            return
        deaths = 0 if loop.time() - started > STEADY_SECONDS else deaths
        pause = RESTART_SECONDS[min(deaths, len(RESTART_SECONDS) - 1)]
        deaths += 1
        log.warning("process.died", command=child.command, status=process.returncode, again_in=pause)
        try:
            async with asyncio.timeout(pause):
                await stopping.wait()
        except TimeoutError:
            continue


async def _start(child: Child) -> asyncio.subprocess.Process:
    listening = [child.serves.fileno()] if child.serves else []
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cms.cli", child.command, SUPERVISED),
        *(f"{LISTEN}={number}" for number in listening),
        stdin=asyncio.subprocess.PIPE,
        pass_fds=listening,
        start_new_session=True,  # Ctrl-C is for the supervisor, which then ends its children in order
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def stop_with_supervisor() -> None:
    """In a child: stop when the supervisor is gone, and do not outlive it for longer than a stop may take."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(PATIENCE)
        os._exit(1)

    threading.Thread(target=watch, name="supervisor", daemon=True).start()
