"""Putting a server under load, by `wrk` where it is installed, else by `tests.bench.pumping`.

An operation that writes is always driven by the latter, since each of its requests depends on the last answer.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.operations import Operation, Variables

MANY, FEW = 16, 4
"""Connections at once: many ask a server that answers in less than a millisecond, few one that takes long."""
WRK = shutil.which("wrk")

_LUA = """
local at = 0
wrk.method, wrk.path = "POST", PATH
for name, value in pairs(HEADERS) do wrk.headers[name] = value end
local prepared = {}
function init()
  for index, body in ipairs(BODIES) do prepared[index] = wrk.format(nil, nil, nil, body) end
end
function request()
  at = at % #prepared + 1
  return prepared[at]
end
function done(summary, latency)
  local failed = summary.errors
  io.write(string.format('{"count": %d, "seconds": %f, "p50": %f, "p99": %f, "failed": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
"""


@dataclass(frozen=True)
class Load:
    """What a server did under load; times in milliseconds."""

    count: int
    seconds: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Target:
    """Where requests go, over how many connections; `live` unless the answers are there already."""

    port: int
    path: str
    headers: dict[str, str]
    connections: int = MANY
    live: bool = True


def generator(operation: Operation) -> str:
    """What drives the operation, in words."""
    return "Python" if operation.writes or WRK is None else "wrk"


def drive(
    target: Target, operation: Operation, asked: Sequence[Variables], seconds: float
) -> tuple[Load, list[Variables]]:
    """Ask the operation again and again; what came of it, and with which variables it can be asked next.

    Raises:
        RuntimeError: a request failed.
    """
    if generator(operation) == "wrk":
        return _by_wrk(target, [body(operation, each) for each in asked], seconds), list(asked)
    spec = {
        "operation": operation.name,
        "asked": asked,
        "port": target.port,
        "path": target.path,
        "headers": target.headers,
        "live": target.live,
        "connections": target.connections,
        "seconds": seconds,
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.pumping"],
        input=json.dumps(spec),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(f"the load failed:\n{run.stderr[-2_000:]}")
    told = json.loads(run.stdout)
    return Load(**told["load"]), told["asked"]


def body(operation: Operation, variables: Variables) -> str:
    """The request's JSON, as clients send it: the text without the blanks that only people need."""
    return json.dumps({"query": " ".join(operation.text.split()), "variables": variables}, ensure_ascii=False)


def _by_wrk(target: Target, bodies: Sequence[str], seconds: float) -> Load:
    assert WRK is not None
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as script:
        script.write(f"local PATH = {_lua(target.path)}\nlocal HEADERS = {{}}\n")
        script.writelines(f"HEADERS[ {_lua(name)} ] = {_lua(value)}\n" for name, value in target.headers.items())
        script.write(f"local BODIES = {{ {', '.join(map(_lua, bodies))} }}\n{_LUA}")
        script.flush()
        command = [WRK, "-t1", f"-c{target.connections}", f"-d{max(1, round(seconds))}s", "-s", script.name]
        url = f"http://127.0.0.1:{target.port}{target.path}"
        run = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(run.stdout[run.stdout.rindex("{") :])
    if told.pop("failed"):
        raise RuntimeError(f"requests failed:\n{run.stdout}")
    return Load(**told)


def _lua(text: str) -> str:
    return f"[==[{text}]==]"
