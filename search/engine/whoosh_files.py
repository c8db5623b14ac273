"""The files of one locale's Whoosh index: let go of whatever happens, and sealed, so that damage is noticed.

A segment is written once and never changed. Its seal, a small file beside it, says how long it is and its
checksum, and is on the disk before the first table of contents that names the segment. Whoosh would take
damaged bytes for postings, merge them into new segments, or raise and forget the files that it had opened.
"""

from __future__ import annotations

import os
import shutil
import warnings
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    # Whoosh 2.7.4 was written for an older Python, which says so when it first compiles it.
    for message in ("invalid escape sequence", '"is" with', '"is not" with'):
        warnings.filterwarnings("ignore", message=message)
    import whoosh.codec.whoosh3
    import whoosh.reading  # noqa: F401 - these two are imported late by Whoosh, and would warn then
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import TOC, FileIndex, clean_files
    from whoosh.writing import SegmentWriter

from search.errors import SearchUnavailableError

FileState = tuple[str, int, int, int]
"""What tells a file from another in its place: name, length, time of change, inode."""

NAME = "MAIN"
_CHUNK = 1 << 20


class Folder(FileStorage):  # type: ignore[misc] # Whoosh has no types
    """A folder of Whoosh's that remembers what it opened and locked."""

    def __init__(self, path: Path) -> None:
        # Mapped into memory, Whoosh copies every file that it opens: twice the index in memory, and no faster.
        super().__init__(str(path), supports_mmap=False)
        self._opened: list[Any] = []
        self._locks: list[Any] = []
        self._within: list[Folder] = []

    def open_file(self, name: str, **options: Any) -> Any:
        """See FileStorage."""
        self._opened.append(super().open_file(name, **options))
        return self._opened[-1]

    def create_file(self, name: str, *options: Any, **more: Any) -> Any:
        """See FileStorage."""
        self._opened.append(super().create_file(name, *options, **more))
        return self._opened[-1]

    def lock(self, name: str) -> Any:
        """See FileStorage."""
        self._locks.append(super().lock(name))
        return self._locks[-1]

    def temp_storage(self, name: str | None = None) -> Folder:
        """See FileStorage."""
        self._within.append(Folder(Path(self.folder) / (name or f"{NAME}.tmp")))
        self._within[-1].create()
        return self._within[-1]

    def abandon(self) -> None:
        """Let go of everything that Whoosh left open when it raised, and of its temporary files."""
        for folder in self._within:
            folder.abandon()
            shutil.rmtree(folder.folder, ignore_errors=True)
        for opened in self._opened:
            with suppress(OSError):  # what a full disk refused is refused again
                opened.file.close()
        for lock in self._locks:
            if lock.fd is not None:
                lock.release()
        self._opened.clear()
        self._locks.clear()
        self._within.clear()


class Seals:
    """Which segments were found to be as they were written. Each file is read once, as long as it is the same."""

    def __init__(self) -> None:
        self._whole: dict[Path, frozenset[FileState]] = {}

    def check(self, folder: Path, segments: Sequence[Any]) -> tuple[FileState, ...]:
        """The state of each segment's file.

        Raises SearchUnavailableError if one is not as it was written, FileNotFoundError if it is not there.
        """
        known = self._whole.get(folder, frozenset())
        states = tuple(file_state(folder / file_of(segment)) for segment in segments)
        for segment, state in zip(segments, states, strict=True):
            if state not in known and _sealed(folder, segment) != _read_seal(folder, segment):
                raise SearchUnavailableError(f"the index of {folder.name} is damaged: {state[0]} is not as written")
        self._whole[folder] = frozenset(states)
        return states

    def forget(self) -> None:
        """Read every file again when it is next asked for."""
        self._whole.clear()


class SealingWriter(SegmentWriter):  # type: ignore[misc] # Whoosh has no types
    """Whoosh's writer, with a commit that is sealed and on the disk in the right order: segments, then the table
    of contents, and only then is anything removed.
    """

    def _commit_toc(self, segments: Sequence[Any]) -> None:
        folder = Path(self.storage.folder)
        for segment in segments:
            seal = folder / _seal_of(segment)
            if not seal.exists():
                seal.write_text(_sealed(folder, segment))
                _sync(folder / file_of(segment), seal)
        contents = TOC(self.schema, segments, self.generation)
        contents.write(self.storage, self.indexname)
        _sync(folder / contents_file(self.generation), folder)
        clean_files(self.storage, self.indexname, self.generation, segments)


# Whoosh's public ways to these read the table of contents twice, and sleep and retry where a file is lost.


def latest_generation(files: Folder) -> int:
    """The number of the last commit, -1 before the first."""
    return int(TOC._latest_generation(files, NAME))  # noqa: SLF001 - see above


def contents_file(generation: int) -> str:
    """The name of that commit's table of contents."""
    return str(TOC._filename(NAME, generation))  # noqa: SLF001 - see above


def contents_of(files: Folder, generation: int) -> Any:
    """The table of contents of that commit: `schema`, `segments`. Raises FileNotFoundError."""
    return TOC.read(files, NAME, gen=generation)


def reader_of(files: Folder, contents: Any) -> Any:
    """Whoosh's reader of those contents. Raises FileNotFoundError if a segment's file is gone."""
    return FileIndex._reader(files, contents.schema, contents.segments, contents.generation)  # noqa: SLF001 - see above


def file_of(segment: Any) -> str:
    """The name of a segment's file."""
    return str(segment.make_filename(segment.COMPOUND_EXT))


def file_state(path: Path) -> FileState:
    """What a file is now. Raises FileNotFoundError."""
    found = path.stat()
    return path.name, found.st_size, found.st_mtime_ns, found.st_ino


def _seal_of(segment: Any) -> str:
    return f"{segment.segment_id()}.seal"  # so named, Whoosh removes it with its segment


def _sealed(folder: Path, segment: Any) -> str:
    length, checksum = 0, 0
    with (folder / file_of(segment)).open("rb") as file:
        while chunk := file.read(_CHUNK):
            length, checksum = length + len(chunk), zlib.crc32(chunk, checksum)
    return f"{length} {checksum:08x}"


def _read_seal(folder: Path, segment: Any) -> str | None:
    try:
        return (folder / _seal_of(segment)).read_text("ascii")
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _sync(*paths: Path) -> None:
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def holds_index(folder: Path) -> bool:
    """Whether an index was ever completed in this folder."""
    return folder.is_dir() and any(folder.glob(f"_{NAME}_*.toc"))


def holds_remains(paths: Iterable[Path]) -> bool:
    """Whether any of these files is Whoosh's, of an index that may be anything but whole."""
    return any(path.name.lstrip("_").startswith(NAME) for path in paths)
