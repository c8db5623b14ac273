"""What is wrong with a newsroom, in plain words, and what to do about it.

    findings       Finding: one line of the answer
    configuration  variables, `.env`, the data folder
    database       can it be opened and written, is it whole, is its schema this version's
    content        are there locales, is work being done
    index          is it there, is it in step
    storage        are the files there, is there room

Every look is from outside, read-only and on connections of its own: it works while the newsroom runs, when it
does not, and when it cannot.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

from cms.operating.doctor.configuration import examine_configuration
from cms.operating.doctor.database import examine_database
from cms.operating.doctor.findings import Finding
from cms.operating.doctor.index import examine_index
from cms.operating.doctor.storage import examine_disks, examine_storage


async def examine(
    environ: Mapping[str, str], env_file: Path, *, now: datetime, thorough: bool = False
) -> AsyncIterator[Finding]:
    """Look at everything that can be looked at, and never raise.

    `thorough` reads every stored file to its end, which takes as long as that takes.
    """
    settings, findings = examine_configuration(environ, env_file)
    for finding in findings:
        yield finding
    if settings is None:
        return
    facts, findings = await examine_database(settings.database, now=now)
    for finding in findings:
        yield finding
    for finding in examine_index(settings.search, facts):
        yield finding
    for finding in (*examine_storage(settings.storage, facts, thorough=thorough), *examine_disks(settings)):
        yield finding


__all__ = ["Finding", "examine"]
