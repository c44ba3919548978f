"""``python -m bot posts``: the report in lines, or as a page."""

import argparse
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.posts import add_parser, run
from bot.store.db import DATABASE_FILE
from bot.store.migrate import migrate
from bot.store.sqlite import connect_sqlite
from tests.unit.reports.support import HOUR, START, Book

GROUP = "hejian"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Ten lessons, one a day, from Monday, 2 November on; the last one without its day."""
    with closing(connect_sqlite(tmp_path / DATABASE_FILE)) as connection:
        migrate(connection)
        connection.begin()
        book = Book(connection)
        book.members(*range(1, 11), group=GROUP)
        for day in range(10):
            at = START + timedelta(days=day)
            book.post(at, group=GROUP)
            for member in range(9 if day == 8 else 2):
                book.act(member + 1, at + HOUR, group=GROUP)
        connection.commit()
    return tmp_path


def posts(directory: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    words = ["posts", "--data-dir", str(directory), "--at", "2026-11-11T20:00", *more]
    return run(parser.parse_args(words))


def test_posts_are_told_with_what_followed_and_what_stood_out(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert posts(directory) == 0

    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "Posts from 2026-10-14 20:00 to 2026-11-11 20:00"
    rows = [line.split() for line in lines if " title " in line and "hejian" in line]
    assert [row[:2] for row in rows[:2]] == [["11-02", "08:30"], ["11-03", "08:30"]]
    assert rows[9][1] == "08:30*", "its time is not over"
    assert "11-10 08:30 hejian, industry lesson, new item: title 9" in lines
    assert "9 speakers against 2 (usual: median of 8 posts of the same hour and kind)" in lines


def test_the_days_and_the_group_may_be_chosen(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert posts(directory, "--days", "3", "--group", GROUP) == 0
    assert "Fission step: 3 of 3 posts" in capsys.readouterr().out

    assert posts(directory, "--group", "friends") == 0
    assert capsys.readouterr().out.splitlines()[1] == "  none"


def test_what_came_later_than_the_chosen_time_is_left_out(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert posts(directory, "--at", "2026-11-05T20:00") == 0
    assert "Fission step: 4 of 4 posts" in capsys.readouterr().out


def test_a_page_is_written_in_one_file(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "posts.html"

    assert posts(directory, "--page", str(file)) == 0

    assert capsys.readouterr().out == f"10 posts written to {file}.\n"
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--group", "nobody"), "there is no group nobody; bot.yaml has: hejian"),
        (("--page", "/nowhere/at/all.html"), "/nowhere/at/all.html cannot be written"),
        (("--config", "/nowhere"), "/nowhere"),
    ],
)
def test_what_cannot_be_done_is_said(
    directory: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert posts(directory, *words) == 1
    assert said in capsys.readouterr().err


def test_without_data_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert posts(tmp_path / "nowhere") == 1
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["0", "367", "many"])
def test_days_are_a_number_that_makes_sense(
    directory: Path, capsys: pytest.CaptureFixture[str], days: str
) -> None:
    with pytest.raises(SystemExit):
        posts(directory, "--days", days)
    assert "1 to 366" in capsys.readouterr().err
