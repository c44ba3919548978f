"""Where the data of a command lies: its own words first, then the environment, then bot.yaml.

Commands only read. The store is imported when there is something to be read, so that `check` of a
configuration without data starts fast.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.core.errors import StoreError
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.settings import Settings
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True)
class Location:
    """The folder of the data and, when it is in PostgreSQL, the address of the database."""

    directory: Path
    database: str = ""

    @property
    def path(self) -> Path:
        """The database's file, where it is a file."""
        from bot.store.db import DATABASE_FILE  # noqa: PLC0415 (heavy)

        return self.directory / DATABASE_FILE

    @property
    def is_empty(self) -> bool:
        """Whether there surely is no database yet."""
        if self.database:
            return False
        return not self.directory.is_dir() or not self.path.exists()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads, closed at the end.

        Raises StoreError with a sentence when there is no database, when it cannot be read, and
        when a query fails.
        """
        from bot.store.db import open_reader  # noqa: PLC0415 (heavy)

        if self.is_empty:
            raise StoreError(
                f"{self} does not exist: start the program once, or name another folder with "
                "--data-dir"
            )
        with closing(open_reader(self.path, self.database)) as connection:
            try:
                yield connection
            except _failures(connection) as error:
                raise StoreError(
                    f"{self} cannot be read ({error}): start this version of the program once, "
                    "or name another folder with --data-dir"
                ) from error

    def __str__(self) -> str:
        """For sentences; without the password."""
        return "PostgreSQL" if self.database else str(self.path)


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add the argument that says where the configuration is."""
    parser.add_argument(
        "--config", type=Path, default=Path("config"), metavar="DIR", help="folder of bot.yaml"
    )


def add_location(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say where the configuration and the data are."""
    add_config(parser)
    parser.add_argument(
        "--data-dir", type=Path, default=None, metavar="DIR", help="folder of the database"
    )


def location_of(arguments: argparse.Namespace, settings: Settings) -> Location:
    """Where the data of a loaded configuration is."""
    storage = settings.bot.storage
    written = "" if storage.database is None else storage.database.get_secret_value()
    given: Path | None = arguments.data_dir
    named = os.environ.get("DATA_DIR")
    return Location(
        given or Path(named or storage.directory), os.environ.get("DATABASE_URL") or written
    )


def find_location(arguments: argparse.Namespace) -> Location | Problems:
    """Where the data is. A folder that is named needs no configuration, so it may be broken."""
    given: Path | None = arguments.data_dir
    if address := os.environ.get("DATABASE_URL"):
        return Location(given or Path("data"), address)
    if given is not None:
        return Location(given)
    settings = load_settings(arguments.config, os.environ)
    return settings if isinstance(settings, Problems) else location_of(arguments, settings)


def refuse(sentence: str) -> int:
    """Say why a command did nothing; the code with which it ends."""
    print(sentence, file=sys.stderr)
    return 1


def _failures(connection: Connection) -> tuple[type[Exception], ...]:
    """What the driver of a connection raises."""
    from bot.store.sqlite import SqliteConnection  # noqa: PLC0415 (only where there is data)

    if isinstance(connection, SqliteConnection):
        return (connection.Error,)
    from bot.store.postgres import DRIVER_ERRORS  # noqa: PLC0415 (only where it is used)

    return DRIVER_ERRORS
