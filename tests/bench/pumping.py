"""The load generator of the bench, in a process of its own: a specification comes in, figures go out, as JSON.

Each connection asks, reads the whole answer and asks again, on a raw protocol: an HTTP client would be the slowest
part of the measurement.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from typing import Any

import uvloop

from tests.bench.driving import body
from tests.bench.operations import OPERATIONS, Operation, Variables

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Pump(asyncio.Protocol):
    """One connection, asking with its own variables in turn until the time is over."""

    def __init__(self, operation: Operation, asked: list[Variables], head: str, until: float, *, live: bool) -> None:
        self._operation, self.asked, self._head, self._until = operation, asked, head, until
        self._heeds = operation.writes and live
        self._at = -1
        self._received = b""
        self._begun = 0.0
        self.times: list[float] = []
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._bodies = [body(operation, each) for each in asked]

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(_END)
        if end < 0:
            return
        head = self._received[:end].lower()
        start = head.index(_LENGTH) + len(_LENGTH)
        size = int(head[start:].partition(b"\r")[0])
        if len(self._received) < end + len(_END) + size:
            return
        self.times.append(time.perf_counter() - self._begun)
        answer, self._received = self._received, b""
        if not answer.startswith(b"HTTP/1.1 200"):
            self.finished.set_exception(RuntimeError(answer[:500].decode(errors="replace")))
            return
        if self._heeds:
            self._heard(json.loads(answer[end + len(_END) :]))
        if time.perf_counter() < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.finished.done():
            if self._received or exc:
                self.finished.set_exception(exc or RuntimeError("the server broke off"))
            else:
                self.finished.set_result(None)

    def _ask(self) -> None:
        self._at = (self._at + 1) % len(self.asked)
        sent = self._bodies[self._at].encode()
        self._begun = time.perf_counter()
        self._transport.write(f"{self._head}content-length: {len(sent)}\r\n\r\n".encode() + sent)

    def _heard(self, answer: dict[str, Any]) -> None:
        variables = self.asked[self._at]
        self._operation.check(variables, answer["data"])
        self.asked[self._at] = self._operation.advance(variables, answer["data"])
        self._bodies[self._at] = body(self._operation, self.asked[self._at])


async def pump(spec: dict[str, Any]) -> dict[str, Any]:
    """Drive the server that the specification names."""
    operation, asked = OPERATIONS[spec["operation"]], spec["asked"]
    count = min(spec["connections"], len(asked)) if operation.writes else spec["connections"]
    shares = [asked[n::count] or asked for n in range(count)]
    headers = {"host": "127.0.0.1", **spec["headers"]}
    head = f"POST {spec['path']} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    began = time.perf_counter()
    until = began + spec["seconds"]
    pumps = [Pump(operation, share, head, until, live=spec["live"]) for share in shares]
    loop = asyncio.get_running_loop()
    for each in pumps:
        await loop.create_connection(lambda each=each: each, "127.0.0.1", spec["port"])  # type: ignore[misc]
    await asyncio.gather(*(each.finished for each in pumps))
    seconds = time.perf_counter() - began
    times = sorted(1000 * each for each in _joined(one.times for one in pumps))
    load = {
        "count": len(times),
        "seconds": seconds,
        "p50": times[len(times) // 2],
        "p99": times[min(len(times) - 1, len(times) * 99 // 100)],
    }
    return {"load": load, "asked": list(_joined(one.asked for one in pumps)) if operation.writes else asked}


def _joined(lists: Iterable[list[Any]]) -> Iterable[Any]:
    return (each for one in lists for each in one)


if __name__ == "__main__":
    json.dump(uvloop.run(pump(json.load(sys.stdin))), sys.stdout)
