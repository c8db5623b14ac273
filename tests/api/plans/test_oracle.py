"""Plans answer what Strawberry's resolvers mean: random operations, both ways, on both databases.

POLYFOCAL_TEST_EXAMPLES says how many; more than the usual are drawn anew each time.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.api.newsrooms import open_newsroom
from tests.api.plans.both import BothWays, Compared, assert_same
from tests.api.plans.drawing import Drawn, operations
from tests.api.plans.values import Pools
from tests.worlds import build_world

USUAL = 150
EXAMPLES = int(os.environ.get("POLYFOCAL_TEST_EXAMPLES", USUAL))


class Reader:
    """A newsroom read both ways, from tests that hold no event loop: Hypothesis calls what is synchronous."""

    def __init__(self, both: BothWays, pools: Pools, run: Callable[[Any], Any]) -> None:
        self.both, self.pools, self._run = both, pools, run
        self.schema = both.schema._schema

    def read(self, text: str, variables: dict[str, Any] | None = None) -> Compared:
        compared: Compared = self._run(self.both.execute(text, variables))
        return compared


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    stack = AsyncExitStack()

    async def open_reader() -> tuple[BothWays, Pools]:
        folder = tmp_path_factory.mktemp("newsroom")
        newsroom, world = await stack.enter_async_context(open_newsroom(request.param, folder, build_world))
        both = BothWays(newsroom)
        return both, await Pools.gather(world, both)

    with asyncio.Runner() as runner:
        try:
            yield Reader(*runner.run(open_reader()), runner.run)
        finally:
            runner.run(stack.aclose())


def test_random_operations_mean_the_same(reader):
    drawn: set[tuple[str, str]] = set()
    compiled, tried = 0, 0

    @settings(
        max_examples=EXAMPLES,
        derandomize=EXAMPLES == USUAL,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operations(reader.schema, reader.pools, drawn))
    def check(operation: Drawn) -> None:
        nonlocal compiled, tried
        compared = reader.read(operation.text, operation.variables)
        # Null in a directive is refused by whoever executes, so there is nothing to compile.
        refused = compared.resolved["data"] is None and not compared.compiled
        tried += not refused
        compiled += compared.compiled
        assert_same(compared)

    check()
    assert compiled >= 0.95 * tried
