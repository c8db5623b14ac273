"""Running `polyfocal` commands as a person does: processes with an environment of their own."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass
class Ran:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """The environment of this process without its own settings, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("POLYFOCAL_")}
    return kept | {f"POLYFOCAL_{name.upper()}": str(value) for name, value in settings.items()}


async def started(*arguments: object, **settings: object) -> asyncio.subprocess.Process:
    """A `polyfocal` command that runs, its output to be read from pipes."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cms.cli", *map(str, arguments)),
        env=environment(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> Ran:
    """What became of a command, once it is over."""
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ran(process.returncode, out.decode(), err.decode())


async def polyfocal(*arguments: object, **settings: object) -> Ran:
    """Run a `polyfocal` command to its end."""
    return await ended(await started(*arguments, **settings))
