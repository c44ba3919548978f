"""The channels command: what an operator reads about the channels of his bot.yaml."""

import argparse
from pathlib import Path

import pytest

from bot.cli import channels
from bot.platforms.describe import NAMES
from tests.support.settings import CONFIG, example_settings


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    channels.add_parser(parser.add_subparsers())
    return channels.run(parser.parse_args(["channels", *words]))


def told() -> dict[str, list[str]]:
    """The paragraph about each of the example's channels, by the channel's key."""
    return {lines[0].split(" ")[0]: lines for lines in channels.describe(example_settings())}


def test_every_channel_has_its_paragraph_in_the_order_of_the_file() -> None:
    configured = example_settings().bot.channels

    assert [lines[0] for lines in told().values()] == [
        f"{key} ({channel.kind})  {NAMES[channel.kind]}" for key, channel in configured.items()
    ]


def test_a_paragraph_says_where_the_channel_is_whom_it_serves_and_what_it_can_do() -> None:
    assert told()["contact"] == [
        "contact (customer_contact)  Customer contact 客户联系",
        "  is at                   simulator",
        "  works through           app",
        "  serves                  friends (posts, roster)",
        "  sees members            yes",
        "  answers                 later",
        "  an employee sends to    groups, the Moments of employees, people",
        "  changes customer tags   yes",
        "  repeats after silence   customer tags",
        "  text                    4,000 bytes, 1,333 Chinese characters",
        "  links                   yes",
        "  media                   file, image, video",
        "  media with one text     up to 9",
        "  limits                  1 a day to each chat (groups, people)",
    ]


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("app", "  serves                  hejian (roster), owners (roster)"),
        ("night", "  serves                  owners (hears, posts)"),
        ("pages", "  serves                  friends (acts)"),
        ("pages", "  works through           app"),
        ("mail", "  limits                  60 a minute"),
    ],
)
def test_what_the_groups_and_the_settings_say_is_told(key: str, line: str) -> None:
    assert line in told()[key]


def test_phrases_stand_in_one_column() -> None:
    for lines in told().values():
        assert all(line[24:26] == "  " and line[26] != " " for line in lines[1:]), lines


def test_the_command_prints_all_paragraphs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--config", str(CONFIG)) == 0

    printed = capsys.readouterr().out.removesuffix("\n").split("\n\n")
    assert [part.splitlines() for part in printed] == list(told().values())


def test_what_is_wrong_with_the_configuration_is_told_instead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--config", str(tmp_path / "nowhere")) == 1

    assert capsys.readouterr().out == (
        f"{tmp_path}/nowhere:1:1  no such folder  name the folder that holds bot.yaml\n"
    )
