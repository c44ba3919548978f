"""Where a command finds the data, and what it says when there is none."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.location import Location
from bot.cli.main import main
from bot.core.errors import StoreError
from bot.store.db import DATABASE_FILE


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATA_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_a_folder_without_a_database_is_empty(tmp_path: Path) -> None:
    assert Location(tmp_path).is_empty
    assert Location(tmp_path / "nowhere").is_empty
    (tmp_path / DATABASE_FILE).touch()
    assert not Location(tmp_path).is_empty


def test_an_address_may_have_data_and_is_never_shown() -> None:
    location = Location(Path("nowhere"), "postgres://yutang:secret@localhost/yutang")
    assert not location.is_empty
    assert str(location) == "PostgreSQL"


def test_what_is_read_is_closed_at_the_end(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE_FILE)) as books:
        books.execute("CREATE TABLE sample (id INTEGER)")
    with Location(tmp_path).reading() as connection:
        assert connection.execute("SELECT count(*) FROM sample").fetchone()[0] == 0
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_a_query_that_the_database_cannot_answer_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / DATABASE_FILE).touch()
    with (
        pytest.raises(StoreError, match=r"no such table.*start this version"),
        Location(tmp_path).reading() as connection,
    ):
        connection.execute("SELECT * FROM sample")


@pytest.mark.parametrize(
    "words", [["verify", "lottery", "1"], ["verify", "packet", "1"], ["orders"]]
)
def test_a_missing_database_is_told_in_one_sentence(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--data-dir", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert f"{tmp_path / DATABASE_FILE} does not exist: start the program once" in told.err


@pytest.mark.parametrize("words", [["verify", "lottery", "1"], ["orders"], ["audit"]])
def test_a_file_that_is_no_database_is_told_in_one_sentence(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / DATABASE_FILE).write_text("no database" * 100)
    assert main([*words, "--data-dir", str(tmp_path)]) == 1
    assert "file is not a database" in capsys.readouterr().err
