"""``python -m bot words``: a word list is tried before it is used."""

from pathlib import Path

import pytest

from bot.cli.main import main


def write(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_a_list_that_stops_nothing_ordinary_is_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = write(tmp_path / "list.txt", "# our own", "全网第一", "全网第一")

    assert main(["words", words]) == 0

    out = capsys.readouterr().out
    assert f"{words}, 1 words" in out
    assert "bundled" in out
    assert "\nfit: it stops 0.00% of ordinary text" in out


def test_a_bad_word_is_shown_with_lines_and_what_the_rest_would_stop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = write(tmp_path / "list.txt", "房间", "全网第一", "国家级骗子", "甲乙丙丁")
    text = write(tmp_path / "mine.txt", "房间里有一只猫")

    assert main(["words", words, "--text", text]) == 1

    out = capsys.readouterr().out
    assert "mine.txt" in out
    assert "  房间: " in out
    assert "not fit as it is: without its 1 worst words it would stop 0.00%" in out


def test_a_list_without_a_good_word_is_given_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["words", write(tmp_path / "list.txt", "房间", "第一")]) == 1
    assert "not fit: 2 of its 2 words" in capsys.readouterr().out


def test_the_built_in_rules_can_be_tried(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", "--ours", "--worst", "1"]) == 0

    out = capsys.readouterr().out
    for grade in ("block", "hold", "warn"):
        assert f"built-in rules, grade {grade}" in out


@pytest.mark.parametrize("lines", [[], ["# nothing"]])
def test_a_list_without_words_is_told(
    lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["words", write(tmp_path / "list.txt", *lines)]) == 1
    assert "holds no words" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["words", str(tmp_path / "nothing.txt")]) == 1
    assert "cannot be read" in capsys.readouterr().err
