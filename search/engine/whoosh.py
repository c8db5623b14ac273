"""The engine for one machine: Whoosh, an index folder per locale, and a small file that says what they hold.

folder/state.json    position, locales, analysis: written last, so never ahead of an index
folder/writing.lock  held by the one process that writes
folder/it/…          the Whoosh index of one locale, its segments sealed
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from search.analysis import VERSION
from search.document import Document
from search.engine import Change
from search.engine.whoosh_files import Folder, Seals, holds_index, holds_remains
from search.engine.whoosh_index import write_batch
from search.engine.whoosh_reader import IndexReader
from search.errors import SearchBusyError, SearchDiskError, SearchError, SearchUnavailableError
from search.query import Query
from search.results import Results

_LOCALE = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")


@dataclass(frozen=True)
class _State:
    position: int = 0
    locales: tuple[str, ...] = ()


class WhooshEngine:
    """See `search.engine.Engine`. Searches of one locale take turns; Python would let no two run at once
    anyway.
    """

    def __init__(self, folder: str) -> None:
        """Nothing is read or made before it is asked for."""
        self._folder = Path(folder)
        self._readers: dict[str, _Readers] = {}
        self._lock = threading.Lock()
        self._seals = Seals()

    def position(self) -> int:
        """See Engine. Raises SearchUnavailableError if the state is damaged."""
        return self._state().position

    def write(self, changes: Iterable[Change], position: int) -> None:
        """See Engine. Raises ValueError for a locale that cannot be a folder's name."""
        batches: dict[str, dict[str, Document | None]] = {}
        for locale, key, document in changes:
            if not _LOCALE.fullmatch(locale):
                raise ValueError(f"{locale!r} is no locale")
            batches.setdefault(locale, {})[key] = document
        with self._writing():
            state = self._state()
            for locale, documents in batches.items():
                with _reported(locale):
                    if locale in state.locales:
                        self._require(locale)
                    write_batch(self._folder / locale, locale, documents, self._seals)
            held = {locale for locale in batches if holds_index(self._folder / locale)}
            self._store(_State(position, tuple(sorted(held.union(state.locales)))))

    def search(self, locale: str, query: Query) -> Results:
        """See Engine."""
        with self._reading(locale) as reader:
            return reader.search(locale, query) if reader else Results(facets={name: {} for name in query.facets})

    def count(self, locale: str) -> int:
        """See Engine."""
        with self._reading(locale) as reader:
            return reader.size if reader else 0

    def locales(self) -> tuple[str, ...]:
        """See Engine."""
        return self._state().locales

    def check(self) -> tuple[str, ...]:
        """See Engine."""
        problems: list[str] = []
        try:
            state = self._state()
        except SearchUnavailableError as error:
            return (str(error),)
        if not (self._folder / "state.json").exists():
            return ("nothing has been indexed yet",)
        self._seals.forget()
        for locale in state.locales:
            try:
                with _reported(locale):
                    self._require(locale)
                    IndexReader(self._folder / locale, self._seals).close()
            except SearchUnavailableError as error:
                problems.append(str(error))
        return tuple(problems)

    def clear(self) -> None:
        """See Engine."""
        if not self._folder.exists():
            return
        with self._writing():
            (self._folder / "state.json").unlink(missing_ok=True)
            for path in self._folder.iterdir():
                # Only what looks like an index of ours: a wrong URL must not empty a home folder.
                if path.is_dir() and _LOCALE.fullmatch(path.name) and holds_remains(path.iterdir()):
                    shutil.rmtree(path)

    def close(self) -> None:
        """See Engine."""
        with self._lock:
            readers, self._readers = self._readers, {}
        for held in readers.values():
            with held.lock:
                held.drop()

    @contextmanager
    def _reading(self, locale: str) -> Iterator[IndexReader | None]:
        with self._lock:
            held = self._readers.setdefault(locale, _Readers(self._folder / locale, self._seals))
        with held.lock, _reported(locale):
            yield held.current() if self._holds(locale, held) else None

    def _holds(self, locale: str, held: _Readers) -> bool:
        """Whether there is an index to read; raises if there should be one."""
        if held.is_current():
            return True
        held.close_stale()
        state = self._state()
        if _LOCALE.fullmatch(locale) and holds_index(self._folder / locale):
            return True
        held.drop()
        if locale in state.locales:
            self._require(locale)
        if not (self._folder / "state.json").exists():
            raise SearchUnavailableError("nothing has been indexed yet")
        return False

    def _require(self, locale: str) -> None:
        if not holds_index(self._folder / locale):
            raise SearchUnavailableError(f"the index of {locale} is missing")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            held = Folder(self._folder).lock("writing.lock")  # the system lets go of it when its holder dies
            if not held.acquire():
                raise SearchBusyError(f"another process is writing the search index in {self._folder.name}")
            try:
                yield
            finally:
                held.release()
        except OSError as error:
            raise SearchDiskError(f"the search index cannot be written: {error}") from error

    def _state(self) -> _State:
        try:
            stored = json.loads((self._folder / "state.json").read_bytes())
            if stored["analysis"] != VERSION:
                raise SearchUnavailableError("the index was built by another analysis; rebuild it")
            return _State(int(stored["position"]), tuple(map(str, stored["locales"])))
        except FileNotFoundError:
            return _State()
        except OSError as error:
            raise SearchDiskError(f"the state of the search index cannot be read: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise SearchUnavailableError(f"the state of the search index cannot be read: {error}") from error

    def _store(self, state: _State) -> None:
        body = {"analysis": VERSION, "position": state.position, "locales": state.locales}
        draft = self._folder / "state.json.new"
        with draft.open("w") as file:
            json.dump(body, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / "state.json")


class _Readers:
    """The reader of one locale's latest generation, with the lock that makes its users take turns."""

    def __init__(self, folder: Path, seals: Seals) -> None:
        self.lock = threading.Lock()
        self._folder, self._seals = folder, seals
        self._reader: IndexReader | None = None
        self._closed = True

    def is_current(self) -> bool:
        return self._reader is not None and not self._closed and self._reader.is_current()

    def current(self) -> IndexReader:
        if self._reader is None or self._closed:
            # Opened again after each commit, not refreshed: Searcher.refresh() may return a hit twice.
            known = self._reader.columns if self._reader else None
            self._reader, self._closed = IndexReader(self._folder, self._seals, known), False
        return self._reader

    def close_stale(self) -> None:
        """Close the files; what was read of unchanging segments is kept for the next reader."""
        if self._reader is not None and not self._closed:
            self._reader.close()
            self._closed = True

    def drop(self) -> None:
        self.close_stale()
        self._reader = None


@contextmanager
def _reported(locale: str) -> Iterator[None]:
    try:
        yield
    except (SearchError, MemoryError):
        raise
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise SearchUnavailableError(f"the index of {locale} lacks a file: {error}") from error
        raise SearchDiskError(f"the disk does not do what the index of {locale} needs: {error}") from error
    except Exception as error:  # Whoosh says with whatever it stumbles over that a file is damaged
        raise SearchUnavailableError(f"the index of {locale} cannot be read: {error!r}") from error
