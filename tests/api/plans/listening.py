"""Hearing the statements of plans while they run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from cms.database.snapshots import Statement
from tests.api.desks import Desk


@contextmanager
def heard(desk: Desk) -> Iterator[list[Statement]]:
    """The statements that plans yield meanwhile."""
    told: list[Statement] = []
    snapshots = type(desk.newsroom.database.snapshots)
    run = snapshots.run

    async def listening(self: Any, program: Any, *, heavy: bool = False) -> Any:
        def listened() -> Any:
            told.clear()  # over budget, a program is begun anew
            plan = program()
            try:
                request = next(plan)
                while True:
                    if isinstance(request, Statement):
                        told.append(request)
                    try:
                        answer = yield request
                    except Exception as error:  # noqa: BLE001 - the plan's own, as the snapshots do
                        request = plan.throw(error)
                    else:
                        request = plan.send(answer)
            except StopIteration as end:
                return end.value

        return await run(self, listened, heavy=heavy)

    with patch.object(snapshots, "run", listening):
        yield told
