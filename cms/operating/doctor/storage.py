"""The stored files against the rows that name them, and the room that is left."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cms.database.config import dialect_of, sqlite_path
from cms.operating.doctor.database import Facts
from cms.operating.doctor.findings import Finding, reason
from cms.operating.integrity import is_intact
from cms.settings import Settings
from media.storage import open_storage

ABOUT = "files"
ENOUGH = 1_000_000_000
"""Bytes below which a disk is nearly full: a video upload and a WAL fit, little more."""


def examine_storage(url: str, facts: Facts, *, thorough: bool) -> Iterator[Finding]:
    """Files that are gone, cut off or, which only `thorough` sees, altered; a folder that takes none."""
    try:
        storage = open_storage(url)
        wrong = []
        for key, size, sha256 in facts.files:
            path = storage.path(key)
            as_it_was = path.is_file() and path.stat().st_size == size and (not thorough or is_intact(path, sha256))
            if not as_it_was:
                wrong.append(key)
        folder = _existing(_path(url))
    except (ValueError, OSError) as error:
        yield Finding(ABOUT, f"{reason(error)}.", "Check POLYFOCAL_STORAGE_URL.")
        return
    if wrong:
        yield Finding(
            ABOUT,
            f"{len(wrong)} of {len(facts.files)} are missing or not as they were stored, such as {wrong[0]}.",
            "Bring them back from a backup.",
        )
    elif facts.is_readable:
        unread = "" if thorough or not facts.files else " (their bytes were not read; --thorough does that)"
        yield Finding(ABOUT, f"all {len(facts.files)} are there{unread}.")
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(ABOUT, f"{folder} takes no files.", "Give it to the user that Polyfocal runs as.")


def examine_disks(settings: Settings) -> Iterator[Finding]:
    """The room on each disk that the newsroom writes to, once each."""
    folders = [settings.data_dir.absolute(), _path(settings.search), _path(settings.storage)]
    if dialect_of(settings.database) == "sqlite":
        folders.append(sqlite_path(settings.database).parent)
    try:
        disks = {folder.stat().st_dev: folder for folder in reversed([*map(_existing, folders)])}
        room = [(folder, shutil.disk_usage(folder).free) for folder in reversed(disks.values())]
    except OSError as error:
        yield Finding("disk", f"its room cannot be seen: {reason(error)}.", "Let this user read the folders.")
        return
    for folder, free in room:
        says = f"{free / 1e9:.1f} GB free at {folder}."
        yield Finding("disk", says, "" if free >= ENOUGH else "Make room before nothing can be written.")


def _path(url: str) -> Path:
    return Path(unquote(urlsplit(url).path)).absolute()


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())
