"""Importing an archive of articles."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cms.cli.running import settled
from cms.cli.telling import MENDABLE, sentence
from cms.clock import utc_now
from cms.database import MODEL_MODULES, Database, migrate, pending
from cms.importing.importing import ACTOR, BATCH, Tally, run_import
from cms.importing.locales import add_locales as configure
from cms.importing.planning import Outcome
from cms.importing.reading import Archive, ArchiveError, read_archive
from cms.importing.records import Complaint
from cms.settings import Settings
from cms.taxonomy.locales import load_locales

BAD, UNUSABLE, INTERRUPTED = 1, 2, 130
"""Exit codes: some lines were left out; nothing could be imported; Ctrl-C."""


def add_to(main: typer.Typer) -> None:
    """Add the command."""
    main.command(name="import")(import_archive)


def import_archive(
    file: Annotated[Path, typer.Argument(help="JSON lines, plain or gzip.", show_default=False)],
    source: Annotated[
        str | None,
        typer.Option(help="Where the articles come from; else the record's source, else the file's name."),
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Save drafts and publish nothing.")] = False,
    add_locales: Annotated[
        bool, typer.Option("--add-locales", help="Configure the file's locales that the newsroom lacks.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="Records in one transaction.")] = BATCH,
) -> None:
    """Import articles from records of doc_id, locale, title and text, one a line.

    The records of one doc_id become one article. `original: true` marks the text that the others translate,
    `publisher` (else the source) becomes the credit line, `url` and `topic` go into the editorial note; other
    fields are left aside. Running it again imports what is new or changed and leaves the rest, and the
    newsroom's own edits, as they are. Ctrl-C stops after the current transaction. A newsroom without locales
    gets the file's.

    Exits with 1 if lines were left out, 2 if nothing could be imported, 130 after Ctrl-C.
    """
    began = time.monotonic()
    try:
        archive = read_archive(file, source=source)
        tally, skipped = asyncio.run(
            _import(settled(), archive, publish=not draft, grow=add_locales, dry_run=dry_run, batch=batch)
        )
    except ArchiveError as error:
        _end(str(error), UNUSABLE)
    except MENDABLE as error:
        _end(f"The import ended: {sentence(error)} Once that is mended, run the same command to go on.", UNUSABLE)
    except KeyboardInterrupt:
        _end("Stopped before anything was imported.", INTERRUPTED)
    _say([*archive.notices, *tally.notices], "note: ")
    _say(tally.complaints)
    bad = len(archive.complaints) + len(tally.complaints) + skipped
    _summarise(tally, bad, time.monotonic() - began, dry_run=dry_run)
    total = archive.records - skipped
    if tally.done < total:
        _end(f"Stopped after {tally.done} of {total} records. Run the same command to go on.", INTERRUPTED)
    if bad:
        raise typer.Exit(BAD)


async def _import(
    settings: Settings, archive: Archive, *, publish: bool, grow: bool, dry_run: bool, batch: int
) -> tuple[Tally, int]:
    """The tally, and how many records were skipped for want of their locale."""
    if dry_run and await pending(settings.database, models=MODEL_MODULES):
        raise ArchiveError("The database's schema is not up to date: run `polyfocal migrate` first.")
    await migrate(settings.database, models=MODEL_MODULES)
    async with await Database.open(settings.database, models=MODEL_MODULES):
        _say(archive.complaints)
        present = (await load_locales()).tags
        if (grow or not present) and not set(archive.locales) <= set(present):
            if not dry_run:
                await configure(ACTOR, archive.locales)
            present = (*present, *archive.locales)
        known = archive.only(present)
        _say(known.complaints)
        if known.complaints:
            typer.echo("Run it again with --add-locales to import those too.", err=True)
        stopping = _stopping_on_signals()
        with _advancing(known.records) as advance:
            tally = await run_import(
                known,
                publish=publish,
                clock=utc_now,
                dry_run=dry_run,
                batch=batch,
                goes_on=lambda: not stopping.is_set(),
                advance=advance,
            )
        return tally, archive.records - known.records


def _stopping_on_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping


@contextmanager
def _advancing(records: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, if that is a terminal; yields what moves it."""
    console = Console(stderr=True)
    columns = (TextColumn("Importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("import", total=records)
        yield lambda more: progress.advance(task, more)


def _say(complaints: Sequence[Complaint], prefix: str = "") -> None:
    for each in sorted(complaints, key=lambda each: each.line):
        typer.echo(f"line {each.line}: {prefix}{each.message}", err=True)


def _summarise(tally: Tally, bad: int, seconds: float, *, dry_run: bool) -> None:
    table = Table(title="What would be done" if dry_run else None)
    table.add_column("locale")
    for outcome in Outcome:
        table.add_column(outcome.value, justify="right")
    for locale in dict.fromkeys(locale for locale, _outcome in tally.outcomes):
        table.add_row(locale, *(str(tally.outcomes[locale, outcome]) for outcome in Outcome))
    totals = (sum(n for (_, each), n in tally.outcomes.items() if each is outcome) for outcome in Outcome)
    table.add_section()
    table.add_row("all", *(str(total) for total in totals))
    Console().print(table)
    typer.echo(f"{tally.done} records in {seconds:.1f} s, {tally.done / seconds:.0f} records/s; {bad} bad lines.")


def _end(message: str, code: int) -> NoReturn:
    typer.echo(" ".join(message.split()), err=True)
    raise typer.Exit(code) from None
