"""``python -m bot learned``: what is open, what was learned, and learned answers as files."""

import argparse
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.learned import add_parser, run
from bot.core.ids import EventKey
from bot.persona.learning.answering import apply_acts
from bot.persona.learning.asking import apply_asked
from bot.persona.learning.questions import Offer
from bot.settings.markdown_file import parse_markdown
from bot.store.db import DATABASE_FILE
from bot.store.migrate import migrate
from bot.store.sqlite import connect_sqlite
from tests.support.events import NOW
from tests.unit.persona.learning.support import (
    AQING,
    BOTTLE,
    BOTTLE_TOO,
    PARCEL,
    XIAOLU,
    asked,
)

ANSWER = "写着“12M”的，开封后一年内用完。"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """One question is open; another one was asked in two ways and has an adopted answer."""
    with closing(connect_sqlite(tmp_path / DATABASE_FILE)) as connection:
        migrate(connection)
        connection.begin()
        connection.execute("INSERT INTO member (id, created_at) VALUES (1, 0), (2, 0)")
        apply_asked(connection, [asked(PARCEL), asked(BOTTLE), asked(BOTTLE_TOO, AQING)])
        apply_acts(connection, [Offer(EventKey("o"), 2, XIAOLU, ANSWER, NOW, adopts=True)])
        connection.commit()
    return tmp_path


def learned(directory: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    return run(parser.parse_args(["learned", "--data-dir", str(directory), *more]))


def test_open_questions_and_answers_are_listed(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert learned(directory) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"1  {PARCEL}: asked 1 times by 1 people",
        "1 without an answer, 1 with one.",
        f"2  {BOTTLE} (adopted)",
        f"    {ANSWER}",
    ]


def test_what_was_learned_is_written_in_the_format_of_the_knowledge_base(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = directory / "new" / "knowledge"
    assert learned(directory, "--export", str(folder)) == 0
    assert capsys.readouterr().out.startswith("1 written")
    (file,) = folder.iterdir()
    page, problems = parse_markdown(file.name, file.read_text(encoding="utf-8"))
    assert problems == ()
    assert page is not None
    assert page.body.text == ANSWER
    assert page.head.data == {
        "question": BOTTLE,
        "also": [BOTTLE_TOO],
        "source": "群友答疑，同事审过",
    }


def test_without_data_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert learned(tmp_path / "nowhere") == 1
    assert "nowhere" in capsys.readouterr().err
