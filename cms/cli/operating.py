"""Looking after a newsroom: `doctor`, `backup`, `restore`, `retry`."""

import asyncio
import os
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from cms.cli.running import settled
from cms.cli.telling import told
from cms.clock import utc_now
from cms.database import MODEL_MODULES, Database, migrate, transaction
from cms.jobs import retry_parked
from cms.operating.archive import Manifest, open_archive
from cms.operating.backup import back_up
from cms.operating.doctor import examine
from cms.operating.restore import refuse_if_running, refuse_other_schema
from cms.operating.restore import restore as restore_archive
from media.storage import open_storage
from search import open_engine


def add_to(main: typer.Typer) -> None:
    """Add the commands."""
    main.command()(doctor)
    main.command()(backup)
    main.command()(restore)
    main.command()(retry)


def doctor(
    thorough: Annotated[bool, typer.Option("--thorough", help="Read every stored file to its end.")] = False,
) -> None:
    """Say what is wrong with configuration, database, index and files; exits with 1 if anything is."""

    async def look() -> bool:
        well = True
        async for finding in examine(os.environ, Path(".env"), now=utc_now(), thorough=thorough):
            typer.echo(str(finding))
            well = well and finding.is_well
        return well

    if not asyncio.run(look()):
        raise typer.Exit(1)


def backup(file: Annotated[Path, typer.Argument(help="The new file, such as newsroom.zip.")]) -> None:
    """Copy the newsroom into one file, while it runs: all rows at one instant, and the stored files."""

    async def copy() -> Manifest:
        settings = settled()
        async with await Database.open(settings.database, models=MODEL_MODULES) as database:
            return await back_up(database, open_storage(settings.storage), file, now=utc_now())

    manifest = told(copy)
    files = sum(name.startswith("files/") for name in manifest.members)
    typer.echo(f"{file}: {manifest.rows} rows and {files} stored files.")
    if manifest.absent:
        missing = ", ".join(manifest.absent[:3])
        typer.echo(f"{len(manifest.absent)} stored files were missing or altered already, such as {missing}.", err=True)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `polyfocal backup` made.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what a newsroom in use holds.")] = False,
) -> None:
    """Make this newsroom the one in the file, on SQLite or PostgreSQL alike: all of it, or nothing."""

    async def bring_back() -> Manifest:
        settings = settled()
        with open_archive(file) as (archive, manifest):  # first: a file that is no backup changes nothing
            refuse_other_schema(manifest)
            await refuse_if_running(settings.database)
            storage = open_storage(settings.storage)
            await migrate(settings.database, models=MODEL_MODULES)
            with closing(open_engine(settings.search)) as engine:
                async with await Database.open(settings.database, models=MODEL_MODULES) as database:
                    await restore_archive(archive, manifest, database, storage, engine, force=force)
        return manifest

    manifest = told(bring_back)
    typer.echo(f"Restored {manifest.rows} rows of {manifest.made_at:%Y-%m-%d %H:%M} UTC. Now start the newsroom.")


def retry() -> None:
    """Let the jobs that were parked after failing for good be tried again, once their cause is mended."""

    async def again() -> int:
        async with await Database.open(settled().database, models=MODEL_MODULES), transaction():
            return await retry_parked(now=utc_now())

    typer.echo(f"{told(again)} jobs will be tried again.")
