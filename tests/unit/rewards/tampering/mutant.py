"""What somebody did to healthy books, past triggers, foreign keys and constraints."""

from dataclasses import dataclass

from bot.store.connection import Connection
from bot.store.sql import Dialect

ANNA = "(SELECT id FROM account WHERE currency = 'points' AND kind = 'member' AND holder = '1')"
BEN = "(SELECT id FROM account WHERE currency = 'points' AND kind = 'member' AND holder = '2')"
POOL = "(SELECT id FROM account WHERE kind = 'group')"
EMPTY_PACKET = "(SELECT id FROM account WHERE kind = 'packet' AND holder = '1')"


@dataclass(frozen=True)
class Mutant:
    """What somebody did, and the names of all checks that must notice.

    ``keyless`` is a table that holds the same key twice for it.
    """

    story: str
    noticed_by: frozenset[str]
    statements: tuple[str, ...]
    keyless: str = ""

    def happen(self, books: Connection) -> None:
        """Do it to books without guards."""
        if self.keyless:
            _drop_keys(books, self.keyless)
        for statement in self.statements:
            books.execute(statement)


def mutant(story: str, noticed_by: str, *statements: str, keyless: str = "") -> Mutant:
    """The checks that notice are given by name, with spaces between."""
    return Mutant(story, frozenset(noticed_by.split()), statements, keyless)


def twice(table: str, where: str) -> str:
    """Copy rows within their table, which has to be keyless."""
    return f"INSERT INTO {table} SELECT * FROM {table} WHERE {where}"


def row_of(key: str) -> str:
    """A transfer's row id."""
    return f"(SELECT id FROM transfer WHERE key = '{key}')"


def alter(key: str, change: str) -> str:
    """Change a transfer's row."""
    return f"UPDATE transfer SET {change} WHERE key = '{key}'"


def take_the_guards_away(books: Connection) -> None:
    """Triggers, foreign keys and conditions. Keys stay."""
    match books.dialect:
        case Dialect.SQLITE:
            for (name,) in books.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                books.execute(f"DROP TRIGGER {name}")
            books.execute("PRAGMA foreign_keys=OFF")
            books.execute("PRAGMA ignore_check_constraints=ON")
        case Dialect.POSTGRES:
            for (table,) in books.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall():
                books.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            _drop_constraints(books, "contype = 'c' AND conrelid <> 0")


def _drop_keys(books: Connection, table: str) -> None:
    match books.dialect:
        case Dialect.SQLITE:
            books.execute(f"CREATE TABLE bare AS SELECT * FROM {table}")
            books.execute(f"DROP TABLE {table}")
            books.execute(f"ALTER TABLE bare RENAME TO {table}")
        case Dialect.POSTGRES:
            _drop_constraints(books, f"contype IN ('p', 'u') AND conrelid = '{table}'::regclass")
            for (index,) in books.execute(
                "SELECT indexrelid::regclass::text FROM pg_index"
                f" WHERE indisunique AND indrelid = '{table}'::regclass"
            ).fetchall():
                books.execute(f"DROP INDEX {index}")


def _drop_constraints(books: Connection, where: str) -> None:
    for table, name in books.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        f" WHERE connamespace = 'public'::regnamespace AND {where}"
    ).fetchall():
        books.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
