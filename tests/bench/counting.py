"""How many SQL statements an operation takes, besides BEGIN and COMMIT: counted in this process, not under load."""

import logging
from collections.abc import Callable, Generator, Mapping
from typing import Any

from cms.app import Newsroom
from cms.database.snapshots import Program, Request, Snapshots, Statement
from tests.api.newsrooms import Client
from tests.bench.operations import OPERATIONS, Variables

Endpoint = Callable[[Newsroom], Any]


class _Counted:
    """Snapshots that count the statements of the plans they run."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots, self.count = snapshots, 0

    async def run(self, program: Program[Any], *, heavy: bool = False) -> Any:
        def counted() -> Generator[Request, Any, Any]:
            running = program()
            answer: Any = None
            while True:
                try:
                    request = running.send(answer)
                except StopIteration as end:
                    return end.value
                self.count += isinstance(request, Statement)
                answer = yield request

        return await self._snapshots.run(counted, heavy=heavy)

    async def close(self) -> None:
        await self._snapshots.close()


class _Logged(logging.Handler):
    """What Tortoise logs of its statements."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


async def count_statements(
    newsroom: Newsroom, endpoint: Endpoint, asked: Mapping[str, list[Variables]], token: str
) -> dict[str, int]:
    """The statements of one request of each operation; the variables of those that write are brought up to date."""
    snapshots = newsroom.database.snapshots
    newsroom.database.snapshots = counted = _Counted(snapshots)
    client = Client(newsroom)
    client.endpoint = endpoint(newsroom)
    logger, logged = logging.getLogger("tortoise.db_client"), _Logged()
    found: dict[str, int] = {}
    logger.addHandler(logged)
    logger.propagate, level = False, logger.level
    logger.setLevel(logging.DEBUG)
    try:
        for name, variables in asked.items():
            operation = OPERATIONS[name]
            counted.count = logged.count = 0
            answer = await client.ask(operation.text, variables[0], token=token if operation.writes else None)
            found[name] = counted.count + logged.count
            operation.check(variables[0], answer["data"])
            variables[0] = operation.advance(variables[0], answer["data"])
    finally:
        logger.setLevel(level)
        logger.propagate = True
        logger.removeHandler(logged)
        newsroom.database.snapshots = snapshots
    return found
