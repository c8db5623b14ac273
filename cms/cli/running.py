"""Running a newsroom: its web process, its worker process, or both under one supervisor."""

import asyncio
import ipaddress
import signal
import socket
from collections.abc import Callable
from typing import Annotated

import structlog
import typer
import uvicorn
from pydantic import ValidationError

from cms.accounts.users import create_first_administrator
from cms.app import Newsroom, Web, build_worker
from cms.cli.supervising import (
    LISTEN,
    SUPERVISED,
    Child,
    PortTakenError,
    listen,
    stop_with_supervisor,
    supervise,
)
from cms.cli.telling import refused, told
from cms.clock import utc_now
from cms.database import MODEL_MODULES, Database, migrate, transaction
from cms.jobs import enqueue
from cms.logs import configure_logs
from cms.reading.indexing import BRING_UP
from cms.settings import Settings

Supervised = Annotated[bool, typer.Option(SUPERVISED, hidden=True)]

FIRST_EMAIL = "administrator@localhost"
FIRST = "The first administrator signs in as {email} with {password} (shown this once)."

log = structlog.get_logger("cms.serve")


def add_to(main: typer.Typer) -> None:
    """Add the commands."""
    main.command(name="serve")(serve)
    main.command(name="web")(web)
    main.command(name="worker")(worker)
    main.command(name="migrate")(migrate_database)


def serve() -> None:
    """Migrate, then run web and worker until Ctrl-C; a process that dies is started again.

    Where there is no user yet, an administrator is made, whose password is shown once.
    """
    settings = settled()

    def prepare(address: str) -> str:
        password = told(lambda: _prepare(settings))
        first = f"\n{FIRST.format(email=FIRST_EMAIL, password=password)}" if password else ""
        return f"Polyfocal listens at {address}/graphql (Ctrl-C stops it).{first}"

    serve_until_stopped(settings, prepare)


def serve_until_stopped(settings: Settings, prepare: Callable[[str], str]) -> None:
    """Take the port, say what `prepare(address)` returns, and serve until SIGINT or SIGTERM."""
    _interrupt_on_sigterm()
    try:
        with listening(settings) as listener:
            typer.echo(prepare(settings.public_url or _address(listener)))
            asyncio.run(supervise([Child("web", serves=listener), Child("worker")]))
    except KeyboardInterrupt:
        typer.echo("Stopped before it was ready; what was begun is undone.", err=True)


def web(
    supervised: Supervised = False,
    listen_fd: Annotated[int | None, typer.Option(LISTEN, hidden=True)] = None,
) -> None:
    """Run one web process."""
    settings = settled()
    if supervised:
        stop_with_supervisor()
    _interrupt_on_sigterm()
    config = uvicorn.Config(
        Web(settings),
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=5,
        ws="websockets-sansio",
        ws_max_size=settings.body_limit,
    )
    listener = socket.socket(fileno=listen_fd) if listen_fd is not None else listening(settings)
    with listener:
        server = uvicorn.Server(config)
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn stops in order, then raises the signal again
            return
    if not server.started:
        raise typer.Exit(3)


def worker(supervised: Supervised = False) -> None:
    """Run one worker process."""
    settings = settled()
    if supervised:
        stop_with_supervisor()
    told(lambda: _work(settings))


def migrate_database() -> None:
    """Bring the database's schema up to date."""
    settings = settled()
    names = told(lambda: migrate(settings.database, models=MODEL_MODULES))
    typer.echo(f"Applied: {', '.join(names)}" if names else "The schema is up to date.")


def settled() -> Settings:
    """The settings, the data folder made and the logs configured; exits with a line if they are wrong."""
    try:
        settings = Settings()
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except ValidationError as error:
        wrong = ", ".join(f"POLYFOCAL_{str(each['loc'][0]).upper()}" for each in error.errors() if each["loc"])
        raise refused(f"{wrong} cannot be read. polyfocal doctor says more.") from None
    except OSError as error:
        raise refused(f"The data folder cannot be made: {error}.") from None
    configure_logs(settings.log_format, settings.log_level)
    return settings


def listening(settings: Settings) -> socket.socket:
    """The socket that the settings ask for; exits with a line if it cannot be had."""
    try:
        return listen(settings.host, settings.port)
    except PortTakenError as error:
        raise refused(str(error)) from None


def _interrupt_on_sigterm() -> None:
    """Let SIGTERM be what Ctrl-C is, so that a stop is no failure; as process 1 nobody else would heed it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _address(listener: socket.socket) -> str:
    """Where a browser on this machine reaches a socket."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _prepare(settings: Settings) -> str | None:
    """The password of the first administrator, if one was made."""
    await migrate(settings.database, models=MODEL_MODULES)
    async with await Database.open(settings.database, models=MODEL_MODULES):
        return await create_first_administrator(FIRST_EMAIL, "Administrator", now=utc_now())


async def _work(settings: Settings) -> None:
    async with Newsroom.open(settings) as newsroom:
        runner = build_worker(newsroom)
        runner.stop_on_signals()
        async with transaction():
            await enqueue(BRING_UP, now=newsroom.clock())
        log.info("worker.started")
        await runner.run()
