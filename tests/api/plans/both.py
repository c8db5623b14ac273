"""Executing an operation both ways: as a plan on a snapshot, and by Strawberry's resolvers on Tortoise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql.execution.values import get_variable_values

from api import errors
from api.context import Context
from api.limits import Limits
from api.plans.compiling import UncompilableError
from api.plans.fetching import NestedError
from api.plans.operations import Operations
from api.schema import build_schema
from cms.accounts.actors import ANONYMOUS
from cms.accounts.throttling import Client
from cms.app import Newsroom, build_authentication
from cms.reading.scope import Scope

Answer = dict[str, Any]


@dataclass(frozen=True)
class Compared:
    """Both answers as JSON; the plan has none where it leaves them to Strawberry, `compiled` or not."""

    planned: Answer | None
    resolved: Answer
    compiled: bool = True


class BothWays:
    """One schema and one set of compiled operations on a newsroom."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._newsroom = newsroom
        self.schema = build_schema()
        self.operations = Operations(self.schema._schema, Limits())

    async def execute(self, text: str, variables: Mapping[str, Any] | None = None) -> Compared:
        """Run the only operation of a valid document both ways, with variables as a client sends them."""
        given = dict(variables or {})
        operation = self.operations.find(text, None)
        definitions = operation.definition.variable_definitions or ()
        coerced = get_variable_values(self.schema._schema, definitions, given)
        assert not isinstance(coerced, list), coerced
        assert operation.variables.read(given) == coerced.coerced
        resolved = await self._resolve(text, given)
        try:
            plan = operation.plan(self._newsroom.database.dialect, coerced.coerced)
        except UncompilableError:
            return Compared(None, resolved, compiled=False)
        run = self._context().run(coerced.coerced)
        try:
            planned = await self._newsroom.database.snapshots.run(lambda: plan.program(run), heavy=plan.heavy)
        except NestedError:
            return Compared(None, resolved)
        return Compared(_as_json(planned), resolved)

    async def _resolve(self, text: str, variables: dict[str, Any]) -> Answer:
        result = await self.schema.execute(text, variable_values=variables, context_value=self._context())
        answer: Answer = {"data": result.data}
        if result.errors:
            answer["errors"] = [errors.formatted(each) for each in result.errors]
        return _as_json(answer)

    def _context(self) -> Context:
        now = self._newsroom.clock()
        return Context(
            actor=ANONYMOUS,
            client=Client(),
            authentication=build_authentication(self._newsroom),
            now=now,
            scope=Scope(now),
            locales=self._newsroom.locales,
            engine=self._newsroom.engine,
            dialect=self._newsroom.database.dialect,
            files_url=self._newsroom.settings.files_url,
            feed=self._newsroom.freshness,
            clock=self._newsroom.clock,
        )


def assert_same(compared: Compared) -> None:
    """The same data, keys in the same order; the same errors by code and root field.

    Where a field that cannot be null failed, there is no data, and which errors besides are told is up to chance.
    """
    planned, resolved = compared.planned, compared.resolved
    if planned is None:
        assert resolved.get("errors") or not compared.compiled
        return
    assert orjson.dumps(planned["data"]) == orjson.dumps(resolved["data"])
    ours, theirs = _told(planned), _told(resolved)
    if planned["data"] is None:
        assert ours
        assert theirs
        assert {code for code, _ in ours} <= {code for code, _ in theirs} or len(ours | theirs) > 1
    else:
        assert ours == theirs


def _told(answer: Answer) -> set[tuple[str, str]]:
    return {(each["extensions"]["code"], str((each.get("path") or [""])[0])) for each in answer.get("errors", ())}


def _as_json(answer: Any) -> Answer:
    found: Answer = orjson.loads(orjson.dumps(answer))
    return found
