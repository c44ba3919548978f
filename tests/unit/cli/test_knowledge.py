"""``python -m bot knowledge``: what is known, how a question is found, how well it all answers."""

import shutil
from pathlib import Path

import pytest

from bot.cli.knowledge import overview
from bot.cli.main import main
from bot.persona.knowledge.base import Entry, KnowledgeBase
from tests.support.settings import CONFIG


def run(*words: str) -> int:
    return main(["knowledge", "--config", str(CONFIG), *words])


def test_every_item_is_listed_and_no_two_of_them_collide(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run() == 0

    out = capsys.readouterr().out
    files = sorted(path.stem for path in (CONFIG / "knowledge").glob("*.md"))
    assert [key for key in files if f"  {key} " not in out] == []
    assert f"{len(files)} items" in out
    assert "0 collisions" in out


def test_ways_of_asking_that_two_items_nearly_share_are_told_once() -> None:
    entries = [
        Entry("a", "怎么签到领积分", (), "甲"),
        Entry("b", "请问怎么签到领积分", ("红包怎么抢",), "乙"),
        Entry("c", "面膜多久敷一次", (), "丙"),
    ]

    lines = list(overview(KnowledgeBase(entries)))

    at = next(number for number, line in enumerate(lines) if "1 collisions" in line)
    assert lines[at + 1 :] == ["  a: 怎么签到领积分  <>  b: 请问怎么签到领积分"]


def test_a_question_shows_how_it_is_read_and_what_it_finds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("--ask", "签道怎么签") == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[-1] == "签到怎么签", "a slip was mended"
    assert lines[3].split()[1] == "how-checkin"
    assert lines[-1].startswith("answered")


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("怎么签到？", "answered"),
        ("退货要找哪个客服", "(no score reaches the floor"),
        ("世界上最高的山是哪座", "nothing"),
        ("？！", "nothing"),
    ],
)
def test_it_is_told_what_the_bot_would_do(
    question: str, start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--ask", question) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith(start)


def test_the_curve_shows_the_chosen_floor_and_what_is_wrong_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "how-checkin: [怎么签到]\nlips: [签到怎么签, 世界上最高的山]\n"
        "unanswered: [红包怎么抢, 晚饭吃什么]\n",
        encoding="utf-8",
    )

    assert run("--curve", str(file)) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("3 questions that the base answers, 2 that it does not")
    assert lines[1].startswith("hit@1 33.3%")
    (chosen,) = [line for line in lines if line.endswith("<- persona.yaml")]
    assert chosen.split()[1:5] == ["33.3%", "0.0%", "40.0%", "50.0%"]
    assert [line for line in lines if line.startswith("wrong: ")] == [
        "wrong: 签到怎么签  1.00 how-checkin, not lips",
        "wrong: 红包怎么抢  1.00 red-packet-how, not unanswered",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("how-chekin: [怎么签到]\n", "no item has the key how-chekin"),
        ("- 怎么签到\n", "write lists of questions by key"),
        ("how-checkin: [怎么\n", "write lists of questions by key"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_way_to_write_it(
    text: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")

    assert run("--curve", str(file)) == 1
    assert sentence in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--curve", str(tmp_path / "none.yaml")) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_broken_configuration_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    (folder / "knowledge" / "lips.md").write_text("---\nquestion: 怎么签到\n---\n\n好\n", "utf-8")

    assert main(["knowledge", "--config", str(folder)]) == 1
    assert "is written in" in capsys.readouterr().err
