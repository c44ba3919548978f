"""What members.yaml may not say of submissions."""

import pytest

from .good_config import MEMBERS, Configuration

SUBMISSIONS = """\
submissions:
  least_characters: 15
  most_characters: 200
  credits:
    show: 来自群友 {name} 的晒单（{number} 号）
    story: 来自群友 {name} 的投稿
    anonymous: 来自一位群友
  questions:
    - 你们呢？
    - 换成你会怎么做？
"""


@pytest.fixture
def submissions(config: Configuration) -> Configuration:
    config.edit("members.yaml", MEMBERS, MEMBERS + SUBMISSIONS)
    return config


def test_good_rules_have_no_problems(submissions: Configuration) -> None:
    assert submissions.settings().members.submissions.most_characters == 200


def test_without_the_section_the_defaults_hold(config: Configuration) -> None:
    rules = config.settings().members.submissions
    assert (rules.least_characters, rules.consent_hours) == (15, 72)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "least_characters: 15",
            "least_characters: 200",
            "submissions.least_characters  not less than most_characters: 200",
        ),
        ("群友 {name} 的投稿", "群友的投稿", "credits.story  a credit without the name"),
        ("群友 {name} 的投稿", "{who} 的投稿", "credits.story  braces that nothing fills in"),
        ("群友 {name} 的投稿", "{name 的投稿", "credits.story  braces that nothing fills in"),
        ("一位群友", "{name}", "credits.anonymous  braces that nothing fills in"),
        ("- 你们呢？", "- 你们{name}呢？", "questions[0]  braces that nothing fills in"),
        ("你们呢？", "说说看。", "questions[0]  not a question"),
        ("你们呢？", "这是全网第一吗？", "questions[0]"),
        ("most_characters: 200", "consent_hours: 100", "submissions.consent_hours"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    submissions: Configuration, old: str, new: str, problem: str
) -> None:
    submissions.edit("members.yaml", old, new)
    assert any(problem in str(found) for found in submissions.problems()), submissions.problems()
