"""``python -m bot audit``: facts with a tick and exit 0, or what is broken and exit 1."""

import argparse
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.audit import add_parser, run
from bot.rewards.audit.audit import CHECKS
from bot.store.db import DATABASE_FILE, connect_sqlite
from bot.store.migrate import migrate
from tests.unit.rewards.healthy import fill
from tests.unit.rewards.support import add_members


def audit_command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    return run(parser.parse_args(["audit", *words]))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / DATABASE_FILE
    with closing(connect_sqlite(path)) as books:
        migrate(books)
        add_members(books, 20)
        fill(books)
    return path


def test_good_books_are_told_fact_by_fact(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit_command("--data-dir", str(database.parent)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.startswith("✓ ")]) == len(CHECKS)
    assert "✓ All accounts of a currency add up to zero. (12 checked)" in lines
    assert lines[-1] == f"The books are right: {len(CHECKS)} facts hold."


def test_broken_books_are_shown_with_the_entries_behind(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(connect_sqlite(database)) as books:
        books.execute(
            "UPDATE account SET balance = balance + 7 WHERE holder = '2' AND kind = 'member'"
        )
    assert audit_command("--data-dir", str(database.parent)) == 1
    output = capsys.readouterr().out
    assert "✗ NOT TRUE: All accounts of a currency add up to zero. [zero_sum]" in output
    assert "all points accounts add up to 7" in output
    assert "member/2 shows" in output
    assert "(packet_claim, claim/1/2, for packet/1)" in output
    assert output.splitlines()[-1].startswith(f"2 of {len(CHECKS)} facts are broken")


def test_before_the_first_start_nothing_can_be_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit_command("--data-dir", str(tmp_path)) == 0
    assert "There are no books yet" in capsys.readouterr().out


def test_the_environment_names_the_folder_when_the_command_does_not(
    database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(database.parent))
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


def test_an_audit_while_the_program_writes_sees_one_committed_state(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(connect_sqlite(database)) as books:
        books.execute("BEGIN IMMEDIATE")
        books.execute(
            "UPDATE account SET balance = balance + 7 WHERE holder = '2' AND kind = 'member'"
        )
        assert audit_command("--data-dir", str(database.parent)) == 0
        books.execute("ROLLBACK")
