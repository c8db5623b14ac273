"""Measuring one operation on the product, on Strawberry without plans, and on static bytes, in turns.

The three take turns several times, so that whatever else the machine does meets all of them; the figures are medians.
"""

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.bench.driving import Load, Target, body, drive
from tests.bench.operations import Operation, Variables
from tests.bench.serving import Server

PATIENCE = 30.0
"""Seconds that a turn is prolonged to at most, if nothing is answered in it."""

CHECKED = 60
"""So many answers of an operation are checked before it is timed."""


@dataclass(frozen=True)
class Figures:
    """What one server did: requests a second, milliseconds, and microseconds of its processor time a request."""

    rate: float
    p50: float
    p99: float
    cpu: float

    @classmethod
    def of(cls, loads: Sequence[tuple[Load, float]]) -> "Figures":
        """The medians of several turns, each a load and the processor seconds that it took.

        Raises:
            RuntimeError: a turn was over before anything was answered.
        """
        if not all(load.count for load, _ in loads):
            raise RuntimeError("nothing was answered within a turn: give it more --seconds")
        return cls(
            rate=median(load.count / load.seconds for load, _ in loads),
            p50=median(load.p50 for load, _ in loads),
            p99=median(load.p99 for load, _ in loads),
            cpu=median(1e6 * seconds / load.count for load, seconds in loads),
        )


@dataclass(frozen=True)
class Measured:
    """One row of the table; `resolved` is plain Strawberry, which is not asked to write."""

    operation: Operation
    size: int
    planned: Figures
    static: Figures
    resolved: Figures | None


def ask(target: Target, operation: Operation, variables: Variables) -> tuple[bytes, Any]:
    """The answer to one request, checked; its bytes, and its data.

    Raises:
        AssertionError: it is not what it should be.
    """
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
    try:
        connection.request("POST", target.path, body(operation, variables).encode(), target.headers)
        response = connection.getresponse()
        raw = response.read()
    finally:
        connection.close()
    assert response.status == 200, raw[:500]
    answer = json.loads(raw)
    assert "errors" not in answer, raw[:500]
    operation.check(variables, answer["data"])
    return raw, answer["data"]


def check(targets: Sequence[Target], operation: Operation, asked: Sequence[Variables]) -> bytes:
    """See that all of them answer right, and alike; an answer of middling size.

    Raises:
        AssertionError: one does not.
    """
    answers = []
    for variables in asked[:CHECKED]:
        raw, data = ask(targets[0], operation, variables)
        answers.append(raw)
        for other in targets[1:]:
            assert ask(other, operation, variables)[1] == data, f"{operation.name} is answered in two ways"
    return sorted(answers, key=len)[len(answers) // 2]


def check_write(target: Target, operation: Operation, asked: list[Variables]) -> bytes:
    """See that a write is answered right; its answer. The variables are brought up to date."""
    raw, data = ask(target, operation, asked[0])
    asked[0] = operation.advance(asked[0], data)
    return raw


def measure(
    servers: Mapping[str, tuple[Server, Target]],
    operation: Operation,
    asked: list[Variables],
    size: int,
    *,
    seconds: float,
    rounds: int,
) -> Measured:
    """Load the servers in turn, each for so many seconds, after a shorter turn that is not counted."""
    loads: dict[str, list[tuple[Load, float]]] = {name: [] for name in servers}
    for turn in range(rounds + 1):
        for name, (server, target) in servers.items():
            before = server.cpu()
            load, left = drive(target, operation, asked, seconds if turn else min(1.0, seconds))
            while turn and not load.count and load.seconds < PATIENCE:  # a slow server on a busy machine
                load, left = drive(target, operation, asked, 2 * load.seconds)
            if target.live:
                asked = left
            if turn:
                loads[name].append((load, server.cpu() - before))
    figures = {name: Figures.of(each) for name, each in loads.items()}
    return Measured(operation, size, figures["product"], figures["static"], figures.get("strawberry"))
