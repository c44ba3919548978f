"""``python -m bot audit``: proves the books, fact by fact, or shows what is wrong in them.

It only reads, and sees one state of the database even while the program runs.
"""

import argparse
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.rewards.audit.audit import AuditReport, Broken, audit
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.store.db import DATABASE_FILE, connect_sqlite_readonly


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "audit", help="prove the books of points and red packets", description=__doc__
    )
    parser.add_argument(
        "--config", type=Path, default=Path("config"), metavar="DIR", help="folder with bot.yaml"
    )
    parser.add_argument(
        "--data-dir", type=Path, default=None, metavar="DIR", help="folder with the database"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print every fact with its count; 0, or 1 when one is broken or nothing can be read."""
    directory = _directory(arguments)
    if isinstance(directory, Problems):
        return _refuse(str(directory))
    database = directory / DATABASE_FILE
    if not database.exists():
        print(f"There are no books yet: {database} does not exist. Nothing can be wrong.")
        return 0
    try:
        with closing(connect_sqlite_readonly(database)) as connection:
            report = audit(connection)
    except sqlite3.Error as error:
        return _refuse(
            f"{database} cannot be read ({error}): start this version of the program once, "
            "or name another folder with --data-dir"
        )
    for line in render(report):
        print(line)
    return 1 if report.broken else 0


def render(report: AuditReport) -> Iterator[str]:
    """The report in lines for people: what holds, then what is broken and the entries behind."""
    for fact in report.facts:
        yield f"✓ {fact.sentence} ({fact.count} checked)"
    for broken in report.broken:
        yield from _render_broken(broken)
    checks = len(report.facts) + len(report.broken)
    if report.broken:
        yield f"{len(report.broken)} of {checks} facts are broken: stop paying out, look into it."
    else:
        yield f"The books are right: {checks} facts hold."


def _render_broken(broken: Broken) -> Iterator[str]:
    yield f"✗ NOT TRUE: {broken.sentence} [{broken.name}]"
    for what in broken.found:
        yield f"    {what}"
    for entry in broken.entries:
        yield f"      {entry}"


def _directory(arguments: argparse.Namespace) -> Path | Problems:
    """Where the database is; books can be proved beside a broken configuration, too."""
    given: Path | None = arguments.data_dir
    if given is not None:
        return given
    if named := os.environ.get("DATA_DIR"):
        return Path(named)
    settings = load_settings(arguments.config, os.environ)
    return settings if isinstance(settings, Problems) else Path(settings.bot.storage.directory)


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
