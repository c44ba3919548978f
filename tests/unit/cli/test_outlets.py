"""``python -m bot outlets``: the plan of Moments, and drafts as files."""

import argparse
import shutil
from pathlib import Path

import pytest

from bot.cli.outlets import add_parser, run

AT = "2026-11-24T09:00"


def outlets(directory: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    return run(parser.parse_args(["outlets", *words, "--data-dir", str(directory), "--at", AT]))


def test_the_plan_shows_what_is_due_with_its_words_and_the_mix(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outlets(tmp_path, "moments", "--days", "7") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("2026-11-24 Tue 12:30  user  copy  ")
    assert lines[2].startswith("    | ")
    assert any(" company " in line for line in lines)
    assert "Mix of these 11 drafts, planned against target" in lines
    assert "Items that do not appear outside of groups" in lines


@pytest.mark.parametrize("outlet", ["account", "video"])
def test_drafts_are_files_that_say_they_are_drafts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], outlet: str
) -> None:
    out = tmp_path / "drafts"
    assert outlets(tmp_path, outlet, "--out", str(out)) == 0
    files = sorted(out.iterdir())
    assert capsys.readouterr().out.startswith(f"{len(files)} files written to ")
    assert files
    assert all("草稿" in file.read_text(encoding="utf-8") for file in files)
    before = {file.name: file.read_bytes() for file in files}
    assert outlets(tmp_path, outlet, "--out", str(out)) == 0
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_drafts_need_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outlets(tmp_path, "video") == 1
    assert "--out DIR" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert outlets(tmp_path, "account", "--out", str(tmp_path / "file" / "under")) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_the_report_needs_a_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outlets(tmp_path, "moments", "--report") == 1
    assert "start the program once" in capsys.readouterr().err


def test_a_section_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config"
    shutil.copytree("config", config)
    (config / "outlets.yaml").unlink()
    assert outlets(tmp_path, "video", "--config", str(config)) == 1
    assert "write a section video" in capsys.readouterr().err
