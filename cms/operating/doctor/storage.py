"""The stored files against the rows that name them, and the room that is left."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cms.operating.doctor.database import Facts
from cms.operating.doctor.findings import Finding, reason
from cms.settings import Settings
from media.storage import open_storage

ABOUT = "files"
ENOUGH = 1_000_000_000
"""Bytes below which a disk is nearly full: a video upload and a WAL fit, little more."""


def examine_storage(settings: Settings, facts: Facts) -> Iterator[Finding]:
    """Files that are gone or cut off, a folder that takes none, a disk that is nearly full."""
    try:
        storage = open_storage(settings.storage)
        wrong = []
        for key, size in facts.files:
            path = storage.path(key)
            if not path.is_file() or path.stat().st_size != size:
                wrong.append(key)
    except (ValueError, OSError) as error:
        yield Finding(ABOUT, f"{reason(error)}.", "Check POLYFOCAL_STORAGE_URL.")
        return
    if wrong:
        yield Finding(
            ABOUT,
            f"{len(wrong)} of {len(facts.files)} are missing or cut off, such as {wrong[0]}.",
            "Bring them back from a backup.",
        )
    elif facts.is_readable:
        yield Finding(ABOUT, f"all {len(facts.files)} are there.")
    folder = _existing(Path(unquote(urlsplit(settings.storage).path)))
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(ABOUT, f"{folder} takes no files.", "Give it to the user that Polyfocal runs as.")
    yield _room(_existing(settings.data_dir.absolute()))


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:.1f} GB free at {folder}."
    return Finding("disk", says, "" if free >= ENOUGH else "Make room before SQLite cannot write.")
