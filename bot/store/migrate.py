"""Numbered steps from an empty database to today's schema.

A step is one SQL file, applied once and never edited afterwards; its hash is kept, so that an
edited one is noticed. All pending steps run in one transaction: an upgrade happens or it does not.
What differs by database sits in a folder of its own.
"""

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from bot.core.errors import StoreError

SQLITE_STEPS = Path(__file__).parent / "migrations" / "sqlite"


@dataclass(frozen=True, slots=True)
class Step:
    """One migration: ``number`` orders it, ``digest`` is the SHA-256 of its text."""

    number: int
    name: str
    sql: str
    digest: str


def read_steps(folder: Path = SQLITE_STEPS) -> list[Step]:
    """All steps of ``folder`` (NNNN_name.sql) in order."""
    steps = []
    for path in sorted(folder.glob("*.sql")):
        number, _, name = path.stem.partition("_")
        sql = path.read_text(encoding="utf-8")
        steps.append(Step(int(number), name, sql, hashlib.sha256(sql.encode()).hexdigest()))
    return steps


def migrate(connection: sqlite3.Connection, steps: list[Step] | None = None) -> None:
    """Apply the steps that this database has not seen.

    Raises StoreError when the database is newer than the program or a step was edited.
    """
    steps = read_steps() if steps is None else steps
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_step ("
        "number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL)"
    )
    connection.execute("BEGIN IMMEDIATE")
    try:
        _apply_pending(connection, steps)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _apply_pending(connection: sqlite3.Connection, steps: list[Step]) -> None:
    applied = {
        row["number"]: row
        for row in connection.execute("SELECT number, name, digest FROM schema_step")
    }
    if unknown := sorted(applied.keys() - {step.number for step in steps}):
        raise StoreError(
            f"the database has schema step {unknown[-1]}, which this version does not know: "
            "start the newer version of Yutang, or restore a backup from before the upgrade"
        )
    for step in steps:
        seen = applied.get(step.number)
        if seen is None:
            for statement in statements(step.sql):
                connection.execute(statement)
            connection.execute(
                "INSERT INTO schema_step VALUES (?, ?, ?)", (step.number, step.name, step.digest)
            )
        elif seen["digest"] != step.digest:
            raise StoreError(
                f"schema step {step.number} ({step.name}) was edited after it had been applied: "
                "put its text back and write a new step instead"
            )


def statements(sql: str) -> list[str]:
    """The statements of a script, one by one (``executescript`` would commit the transaction)."""
    result = []
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            result.append(pending.strip())
            pending = ""
    if pending.strip():
        raise StoreError(f"a statement without its semicolon: {pending.strip()[:60]}")
    return result
