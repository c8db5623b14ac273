"""What the rows say about how the newsroom is set up, and whether its work is being done."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from cms.operating.doctor.findings import Finding

LATE = timedelta(minutes=2)
"""How long after its time a job may still wait where a worker runs: it looks every second."""


class Ask(Protocol):
    """The rows of one SELECT, in the words of both databases."""

    async def __call__(self, sql: str) -> Sequence[Sequence[Any]]:
        """Run it."""
        ...


async def examine_content(ask: Ask, *, latest: int, now: datetime) -> list[Finding]:
    """Locales, and jobs; `latest` is the position of the newest event."""
    return [
        *_locales(await ask("SELECT tag, fallbacks FROM locale ORDER BY position, tag")),
        *_jobs(
            await ask("SELECT name, last_error FROM job WHERE state = 'parked' ORDER BY id"),
            await ask("SELECT due_at FROM job WHERE state IN ('waiting', 'running') AND due_at IS NOT NULL"),
            await ask("SELECT position FROM progress WHERE name = 'reactions'"),
            latest,
            now,
        ),
    ]


def _locales(rows: Sequence[Sequence[Any]]) -> Iterator[Finding]:
    tags = [tag for tag, _ in rows]
    if not tags:
        yield Finding("locales", "none is configured, so nothing can be written.", "Configure the first locale.")
        return
    yield Finding("locales", f"{len(tags)} configured: {', '.join(tags)}.")
    for tag, fallbacks in rows:
        # PostgreSQL and SQLite both answer with the text of the JSON.
        if strange := [other for other in json.loads(fallbacks) if other not in tags]:
            yield Finding(
                "locales",
                f"{tag} falls back to {', '.join(strange)}, which the newsroom does not have.",
                "Configure it, or leave it out of the fallbacks.",
            )


def _jobs(
    parked: Sequence[Sequence[Any]],
    open_jobs: Sequence[Sequence[Any]],
    progress: Sequence[Sequence[Any]],
    latest: int,
    now: datetime,
) -> Iterator[Finding]:
    by_name: dict[str, list[str]] = {}
    for name, error in parked:
        by_name.setdefault(name, []).append(error or "")
    for name, errors in sorted(by_name.items()):
        last = " ".join(errors[-1].split())[-200:]
        yield Finding(
            "jobs",
            f"{len(errors)} of {name} parked after failing for good ({last}).",
            "Mend the cause, then run polyfocal retry.",
        )
    late = [due for (due,) in open_jobs if _instant(due) < now - LATE]
    behind = latest - (progress[0][0] if progress else 0)
    if late:
        yield Finding(
            "jobs",
            f"{len(late)} wait for a worker, the first since {min(map(_instant, late)):%Y-%m-%d %H:%M} UTC.",
            "Start the worker.",
        )
    elif behind > 0:
        yield Finding("jobs", f"no worker has seen the last {behind} events.", "Start the worker, or give it a moment.")
    if not (parked or late or behind > 0):
        yield Finding("jobs", "none is parked, none is late.")


def _instant(value: str | datetime) -> datetime:
    """SQLite keeps a time as text."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
