"""The file of a backup: a ZIP of `tables/*.jsonl` and `files/*`, and a manifest with the hash of each.

A ZIP ends with its directory, so a file that broke off is known at once. Tables are compressed, stored files
(mostly video and pictures, which do not shrink) are not.

    ArchiveError   a file is no backup, or not a whole or unchanged one
"""

import hashlib
import os
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

MANIFEST = "manifest.json"
CHUNK = 1 << 20


class ArchiveError(Exception):
    """The message says in plain words what is wrong with the file; nothing was changed."""


class Member(BaseModel):
    """One member: bytes, SHA-256 in hex, and how many rows a table has."""

    model_config = ConfigDict(extra="forbid")

    size: int
    sha256: str
    rows: int | None = None


class Manifest(BaseModel):
    """What an archive holds and where it is from. `absent`: stored files that were not there to copy, or not as
    they were stored.
    """

    model_config = ConfigDict(extra="forbid")

    format: Literal["polyfocal-backup"] = "polyfocal-backup"
    format_version: Literal[1] = 1
    program: str
    made_at: datetime
    dialect: str
    migrations: list[str]
    members: dict[str, Member]
    absent: list[str] = []

    @property
    def rows(self) -> int:
        """How many rows it has in all tables."""
        return sum(member.rows or 0 for member in self.members.values())


class ArchiveWriter:
    """Adds members to a new archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, Member] = {}

    async def add_rows(self, name: str, lines: AsyncIterator[bytes]) -> None:
        """Add a table, a line for each row."""
        count = 0
        with self._adding(name, zipfile.ZIP_DEFLATED) as write:
            async for line in lines:
                write(line + b"\n")
                count += 1
        self.members[name].rows = count

    def add_file(self, name: str, source: Path) -> None:
        """Add a stored file.

        Raises:
            OSError: it cannot be read; the archive is not to be finished.
        """
        with source.open("rb") as file, self._adding(name, zipfile.ZIP_STORED) as write:
            while chunk := file.read(CHUNK):
                write(chunk)

    @contextmanager
    def _adding(self, name: str, compression: int) -> Iterator["_Hashing"]:
        entry = zipfile.ZipInfo(name)
        entry.compress_type = compression
        entry.external_attr = 0o600 << 16
        with self._archive.open(entry, "w", force_zip64=True) as target:
            hashing = _Hashing(target)
            yield hashing
        self.members[name] = Member(size=hashing.size, sha256=hashing.digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, the last member."""
        self._archive.writestr(MANIFEST, manifest.model_dump_json(indent=2, exclude_none=True))


class _Hashing:
    def __init__(self, target: IO[bytes]) -> None:
        self._target, self.digest, self.size = target, hashlib.sha256(), 0

    def __call__(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.size += len(chunk)
        self._target.write(chunk)


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Write an archive that appears at `path` whole, readable by its owner only, or not at all.

    Raises:
        ArchiveError: something is there already.
    """
    if path.exists():
        raise ArchiveError(f"{path} exists already; name a new file.")
    draft = path.with_name(f".{path.name}.part")
    try:
        with (
            os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file,
            zipfile.ZipFile(file, "w", allowZip64=True) as archive,
        ):
            yield ArchiveWriter(archive)
            archive.close()
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def open_archive(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open an archive of which every byte is as it was written.

    Raises:
        ArchiveError: it is missing, cut off, changed, or another program's.
    """
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            manifest = Manifest.model_validate_json(archive.read(MANIFEST))
            _verify(archive, manifest)
        except OSError as error:
            raise ArchiveError(f"{path} cannot be read: {error.strerror or error}.") from error
        except (KeyError, ValidationError) as error:
            raise ArchiveError(f"{path} is no backup of Polyfocal that this version can read.") from error
        except _DAMAGED as error:
            raise ArchiveError(f"{path} is no backup, or was cut off or damaged: {error}.") from error
        # Not within the try: what goes wrong later is not the archive's fault.
        yield archive, manifest


_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError)
"""What zipfile says of bytes that are none of its own; RuntimeError of what is encrypted or packed otherwise."""


def _verify(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    held = sorted(archive.namelist())
    if held != sorted([*manifest.members, MANIFEST]):
        raise ArchiveError("The archive was changed: its members are not those that its manifest names.")
    for name, member in manifest.members.items():
        digest, size = hashlib.sha256(), 0
        with archive.open(name) as stream:
            while size <= member.size and (chunk := stream.read(CHUNK)):
                digest.update(chunk)
                size += len(chunk)
        if size != member.size or digest.hexdigest() != member.sha256:
            raise ArchiveError(f"The archive was changed: {name} is not what was backed up.")
