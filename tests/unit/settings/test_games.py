"""What games may not say: each mistake at its place, with what to write instead."""

import pytest

from .good_config import CALENDAR, Configuration

GAMES = """\
games:
  started_by: members
  riddles: {seconds: 120, hint_after_seconds: 45}
  chain: {minutes: 15, help_seconds: 120}
  quiz:
    questions:
      - question: 水在多少度烧开？
        answers: [一百度, "100"]
        source: 课本
      - question: 茶要放哪里？
        answers: [罐子]
        source: 茶书
"""


@pytest.fixture
def games(config: Configuration) -> Configuration:
    config.edit("calendar.yaml", CALENDAR, CALENDAR + GAMES)
    return config


def test_good_games_have_no_problems(games: Configuration) -> None:
    assert games.settings().calendar.games.quiz.questions[1].answers == ("罐子",)


def test_games_may_be_left_out(config: Configuration) -> None:
    assert config.settings().calendar.games.quiz.questions == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "question: 茶要放哪里？",
            "question: 水在多少度烧开?",
            "games.quiz.questions[1].question  the same question as questions[0]",
        ),
        ("[罐子]", '["！"]', "games.quiz.questions[1].answers[0]  nobody can type this answer"),
        ("[罐子]", "[国家级的罐子]", "games.quiz.questions[1].answers[0]  "),
        ("source: 茶书", "source: 根治茶书", "games.quiz.questions[1].source  "),
        ("茶要放哪里？", "哪种茶能治疗感冒？", "games.quiz.questions[1].question  "),
        (
            "hint_after_seconds: 45",
            "hint_after_seconds: 120",
            "games.riddles.hint_after_seconds  the riddle is given away after 120 seconds",
        ),
        (
            "help_seconds: 120",
            "help_seconds: 900",
            "games.chain.help_seconds  the game is over after 15 minutes",
        ),
        ("seconds: 120,", "seconds: 5,", "games.riddles.seconds  "),
        ("minutes: 15", "minutes: 0", "games.chain.minutes  "),
    ],
)
def test_each_mistake_is_named_at_its_place(
    games: Configuration, old: str, new: str, problem: str
) -> None:
    games.edit("calendar.yaml", old, new)
    (line,) = games.problems()
    assert problem in line
