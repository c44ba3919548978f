"""``python -m bot model``: how it is used, and the record of one turn."""

import argparse
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.model import add_parser, run
from bot.persona.model.lane import apply_ends, apply_requests, apply_strikes
from bot.store.db import DATABASE_FILE
from bot.store.migrate import migrate
from bot.store.sqlite import connect_sqlite
from tests.support.settings import CONFIG
from tests.unit.persona.model.test_turns import end, strike, wish
from tests.unit.rewards.support import run as apply


def model(directory: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    words = ["model", "--config", str(CONFIG), "--data-dir", str(directory), *more]
    return run(parser.parse_args(words))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Two turns of 小鹿, the second of which failed, and her three attacks."""
    with closing(connect_sqlite(tmp_path / DATABASE_FILE)) as books:
        migrate(books)
        books.execute("INSERT INTO member (id, name, created_at) VALUES (1, '小鹿', 0)")
        later = wish("q2", prompt_digest="abc", context="oily-care")
        apply(books, apply_requests, wish("q1"), later)
        apply(books, apply_ends, end("q1", spare=400), end("q2", "failed", reply=""))
        attacks = [strike(f"a{number}") for number in range(3)]
        apply(books, apply_strikes, *attacks)
    return tmp_path


def test_days_failures_and_whom_it_does_not_hear_are_shown(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert model(directory) == 0
    assert capsys.readouterr().out.splitlines() == [
        "No model: bot.yaml has no section model. Everything works without it.",
        "2026-11-23  2 turns: 1 said, 0 dropped, 1 failed; 3 attacks; 1,600 tokens",
        "The last 1 in a row failed: failed",
        "小鹿 is not heard before 2026-11-24 10:00",
    ]


def test_one_turn_is_shown_with_what_went_in_and_what_came_out(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert model(directory, "--turn", "q2") == 0
    out = capsys.readouterr().out
    assert "q2: failed" in out
    assert "by 小鹿 in vip" in out
    assert "prompt   abc" in out
    assert "sources  oily-care" in out


def test_a_turn_that_is_not_there_is_told(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert model(directory, "--turn", "nothing") == 1
    assert "nothing" in capsys.readouterr().err


def test_without_a_database_nothing_was_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert model(tmp_path / "nowhere") == 0
    assert "Nothing was asked yet" in capsys.readouterr().out
    assert model(tmp_path / "nowhere", "--turn", "x") == 1
