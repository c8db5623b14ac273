"""Running a newsroom: its web process, its worker process, and both under one supervisor."""

import asyncio
import signal
import sys
from collections.abc import Sequence

import structlog
import typer
import uvicorn

from cms.app import Newsroom, Web, build_worker
from cms.database import MODEL_MODULES, migrate, transaction
from cms.jobs import JobRequest, enqueue
from cms.logs import configure_logs
from cms.reading.indexing import BRING_UP
from cms.settings import Settings

RESTART_SECONDS = (0.5, 1, 2, 5, 10)
"""How long the supervisor waits before it starts a process again, for each time in a row that it died."""

log = structlog.get_logger("cms.serve")


def add_to(main: typer.Typer) -> None:
    """Add the commands."""
    main.command(name="serve")(serve)
    main.command(name="web")(web)
    main.command(name="worker")(worker)
    main.command(name="migrate")(migrate_database)


def serve() -> None:
    """Migrate, then run web and worker until Ctrl-C; a process that dies is started again."""
    settings = settled()
    asyncio.run(migrate(settings.database, models=MODEL_MODULES))
    typer.echo(f"Polyfocal listens at http://{settings.host}:{settings.port}/graphql (Ctrl-C stops it).")
    asyncio.run(supervise([["web"], ["worker"]]))


def web() -> None:
    """Run one web process."""
    settings = settled()
    uvicorn.run(
        Web(settings),
        host=settings.host,
        port=settings.port,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def worker() -> None:
    """Run one worker process."""
    asyncio.run(_work(settled()))


def migrate_database() -> None:
    """Bring the database's schema up to date."""
    settings = settled()
    names = asyncio.run(migrate(settings.database, models=MODEL_MODULES))
    typer.echo(f"Applied: {', '.join(names)}" if names else "The schema is up to date.")


def settled() -> Settings:
    """The settings, with the data folder made and the logs configured."""
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    configure_logs(settings.log_format, settings.log_level)
    return settings


async def supervise(commands: Sequence[Sequence[str]]) -> None:
    """Run `polyfocal` commands as processes until SIGINT or SIGTERM, and end them by process id."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    await asyncio.gather(*(_keep(command, stopping) for command in commands))


async def _keep(command: Sequence[str], stopping: asyncio.Event) -> None:
    deaths = 0
    while not stopping.is_set():
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cms.cli", *command, start_new_session=True
        )
        started = asyncio.get_running_loop().time()
        ended, stopped = asyncio.create_task(process.wait()), asyncio.create_task(stopping.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if stopping.is_set():
            await _end(process)
            return
        deaths = 0 if asyncio.get_running_loop().time() - started > 60 else deaths + 1
        pause = RESTART_SECONDS[min(deaths, len(RESTART_SECONDS) - 1)]
        log.warning("process.died", command=command[0], status=process.returncode, again_in=pause)
        await asyncio.wait({asyncio.create_task(stopping.wait())}, timeout=pause)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), 20)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _work(settings: Settings) -> None:
    async with Newsroom.open(settings) as newsroom:
        runner = build_worker(newsroom)
        runner.stop_on_signals()
        async with transaction():
            await enqueue(BRING_UP, now=newsroom.clock())
        log.info("worker.started")
        await runner.run()
