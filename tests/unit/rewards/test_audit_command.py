"""``python -m bot audit``: facts with a tick and exit 0, or what is broken and exit 1."""

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.cli.audit import add_parser, run
from bot.rewards.audit.audit import CHECKS
from bot.store.connection import Connection
from bot.store.db import DATABASE_FILE
from bot.store.migrate import migrate
from bot.store.postgres import PostgresConnection
from bot.store.sql import Dialect
from bot.store.sqlite import connect_sqlite
from tests.support.engines import chosen
from tests.unit.rewards.healthy import fill
from tests.unit.rewards.support import add_members
from tests.unit.rewards.tampering.mutant import alter, take_the_guards_away

MORE_FOR_BEN = "UPDATE account SET balance = balance + 7 WHERE holder = '2' AND kind = 'member'"


def audit_command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    return run(parser.parse_args(["audit", *words]))


class Database:
    """Healthy books where the command finds them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.address = chosen().address(directory)

    def connect(self) -> Connection:
        """A connection as the program has one."""
        if self.address:
            return PostgresConnection(self.address)
        return connect_sqlite(self.directory / DATABASE_FILE)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Something that is written and not committed before the end of the block."""
        with closing(self.connect()) as connection:
            connection.begin()
            yield connection
            connection.commit()

    def tamper(self, statement: str) -> None:
        """Let somebody write into the books by hand."""
        with closing(self.connect()) as connection:
            take_the_guards_away(connection)
            connection.execute(statement)

    def count(self, table: str) -> int:
        with closing(self.connect()) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def was_right(self) -> int:
        """An audit by night has found these books right; up to which transfer."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO audit_run (on_date, at, whole, facts, broken, transfer_id, entry_id)"
                " SELECT '2026-11-22', 0, 1, 0, 0, (SELECT max(id) FROM transfer), max(id)"
                " FROM entry"
            )
            (last,) = connection.execute("SELECT max(id) FROM transfer").fetchone()
        return int(last)

    def audit(self, *words: str) -> int:
        """Run the command."""
        return audit_command("--data-dir", str(self.directory), *words)


@pytest.fixture
def database(engine: Dialect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    del engine
    database = Database(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database.address)
    with closing(database.connect()) as books:
        migrate(books)
        add_members(books, 60)
        fill(books)
    return database


def test_good_books_are_told_fact_by_fact(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert database.audit() == 0
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.startswith("✓ ")]) == len(CHECKS) == len(lines) - 1
    accounts = database.count("account")
    assert f"✓ All accounts of a currency add up to zero. ({accounts} checked)" in lines
    assert lines[-1] == f"The books are right: {len(CHECKS)} facts hold."


def test_broken_books_are_shown_with_the_entries_behind(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    database.tamper(MORE_FOR_BEN)
    assert database.audit() == 1
    output = capsys.readouterr().out
    assert "✗ NOT TRUE: All accounts of a currency add up to zero. [zero_sum]" in output
    assert "all points accounts add up to 7" in output
    assert "member/2 shows" in output
    assert "(packet_claim, claim/1/2, for packet/1)" in output
    assert output.splitlines()[-1].startswith(f"4 of {len(CHECKS)} facts are broken")


def test_after_an_audit_by_night_it_goes_on_from_there_and_says_so(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    last = database.was_right()
    assert database.audit() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Since transfer {last}, which the last audit saw (--full: everything):"
    assert "✓ Every transfer names its cause and who made it. (0 checked)" in lines


def test_a_full_audit_finds_an_old_row_that_was_changed_and_a_short_one_does_not(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    database.was_right()
    database.tamper(alter("spent", "actor = 'another'"))
    assert database.audit() == 0
    assert database.audit("--full") == 1
    assert "transfer spent was altered" in capsys.readouterr().out


def test_before_the_first_start_nothing_can_be_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit_command("--data-dir", str(tmp_path)) == 0
    assert "There are no books yet" in capsys.readouterr().out


def test_the_environment_names_the_place_when_the_command_does_not(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(database.directory))
    assert audit_command() == 0
    assert "The books are right" in capsys.readouterr().out


def test_without_both_the_configuration_says_where_and_its_problems_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATA_DIR", raising=False)
    assert audit_command("--config", str(tmp_path / "nowhere")) == 1
    assert "no such folder" in capsys.readouterr().err


def test_a_file_that_is_no_database_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / DATABASE_FILE).write_bytes(b"not a database, but long enough to look like one" * 9)
    assert audit_command("--data-dir", str(tmp_path)) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_an_audit_while_the_program_writes_sees_one_committed_state(database: Database) -> None:
    with database.transaction() as books:
        books.execute(MORE_FOR_BEN)
        assert database.audit() == 0
    assert database.audit() == 1
