"""``python -m bot submissions``: what was sent in, and what was taken in as files."""

import argparse
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.submissions import add_parser, run
from bot.members.submissions.files import MEDIA_FOLDER
from bot.members.submissions.lane import apply_wishes
from bot.settings.markdown_file import parse_markdown
from bot.store.db import DATABASE_FILE
from bot.store.migrate import migrate
from bot.store.sqlite import connect_sqlite
from tests.unit.members.submissions.support import (
    FRIEND,
    TEXT,
    agree,
    approve,
    attach,
    offer,
    show,
    withdraw,
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The first was taken in with a picture, the second is withdrawn, the third waits."""
    with closing(connect_sqlite(tmp_path / DATABASE_FILE)) as connection:
        migrate(connection)
        connection.begin()
        for number in range(1, 5):
            connection.execute(
                "INSERT INTO member (id, name, created_at) VALUES (?, '小鹿', 0)", (number,)
            )
        connection.execute("INSERT INTO appointment VALUES ('', 4, 'operator')")
        apply_wishes(connection, [show("a"), attach(), agree(), approve()])
        apply_wishes(connection, [offer("b"), withdraw(number=2)])
        apply_wishes(connection, [offer("c", author=FRIEND)])
        connection.commit()
    folder = tmp_path / MEDIA_FOLDER / "1"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"picture")
    return tmp_path


def submissions(directory: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    return run(parser.parse_args(["submissions", "--data-dir", str(directory), *more]))


def test_everything_that_was_sent_in_is_listed(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert submissions(directory) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"1  show (approved, named, 1 pictures)  {TEXT}",
        "2  story (withdrawn)  ",
        f"3  story (asked)  {TEXT}",
        "3 sent in: 1 approved, 1 asked, 1 withdrawn.",
    ]


def test_what_was_taken_in_becomes_files_of_a_configuration(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = directory / "export"
    assert submissions(directory, "--export", str(folder)) == 0
    assert capsys.readouterr().out.startswith("1 written")
    (file,) = (folder / "content").glob("*")
    assert file.name == "ugc-1.md"
    page, problems = parse_markdown(str(file), file.read_text(encoding="utf-8"))
    assert not problems
    assert page is not None
    assert page.body.text.startswith(TEXT)
    assert "小鹿" in page.body.text
    assert page.head.data["pictures"] == ["pictures/ugc-1-1.jpg"]
    assert (folder / "pictures" / "ugc-1-1.jpg").read_bytes() == b"picture"


def test_without_a_database_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert submissions(tmp_path) == 1
    assert "does not exist" in capsys.readouterr().err
