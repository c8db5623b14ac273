import asyncio
from typing import Any

import pytest

from cms.jobs import Job
from cms.reading.indexing import follow_changes, indexing_handlers
from cms.reading.mending import ask_for_mending, watched
from search import Query, SearchDiskError, SearchUnavailableError
from tests.api.engines import HeadlineEngine
from tests.worlds import NOON, build_world


def clock():
    return NOON


class FailingEngine(HeadlineEngine):
    """Raises where it is told to, and counts how often it was cleared."""

    def __init__(self, error: Exception, *names: str, position: int = 0) -> None:
        super().__init__({}, position)
        self._error, self._names = error, names
        self.cleared = 0

    def __getattribute__(self, name: str) -> Any:
        if name != "_names" and name in self._names:
            raise self._error
        return super().__getattribute__(name)

    def write(self, changes: Any, position: int) -> None:
        self._position = position

    def clear(self) -> None:
        self.cleared += 1
        self._position, self._names = 0, ()


@pytest.mark.parametrize("method", ["position", "write"])
async def test_a_damaged_index_is_begun_anew(database, method):
    await build_world()
    engine = FailingEngine(SearchUnavailableError("damaged"), method)

    assert await follow_changes(engine, clock) > 20
    assert engine.cleared == 1


async def test_a_full_disk_clears_nothing(database):
    await build_world()
    engine = FailingEngine(SearchDiskError("full"), "write")

    with pytest.raises(SearchDiskError):
        await follow_changes(engine, clock)
    assert engine.cleared == 0


async def test_mending_reads_the_index_and_clears_what_is_damaged_only(database):
    await build_world()
    for problems, cleared in (((), 0), (("the index of it is damaged",), 1)):
        engine = FailingEngine(SearchUnavailableError("damaged"))
        engine.check = lambda found=problems: found
        await indexing_handlers(engine, clock)["mend_index"](Job())
        assert engine.cleared == cleared
        assert engine.position() > 0


async def test_who_finds_damage_asks_for_one_job_at_a_time(database):
    damaged = asyncio.Event()
    engine = watched(FailingEngine(SearchUnavailableError("damaged"), "search", "count"), damaged)  # type: ignore[arg-type]
    rests: list[float] = []
    rested = asyncio.Event()

    async def sleep(seconds: float) -> None:
        rests.append(seconds)
        rested.set()
        await asyncio.sleep(0)

    asking = asyncio.create_task(ask_for_mending(damaged, clock, sleep))
    for _ in range(3):
        rested.clear()
        with pytest.raises(SearchUnavailableError):
            await asyncio.to_thread(engine.search, "it", Query("città", NOON))
        await rested.wait()
    asking.cancel()
    await asyncio.wait([asking])

    assert await Job.all().values_list("name", flat=True) == ["mend_index"]
    assert len(rests) == 3
    assert engine.locales() == ()
    assert not damaged.is_set()
