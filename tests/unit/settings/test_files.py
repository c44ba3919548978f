import os

import pytest

from .good_config import Configuration


def test_a_missing_file_and_a_missing_folder_are_problems(config: Configuration) -> None:
    (config.directory / "members.yaml").unlink()
    (config.directory / "knowledge/fridge.md").unlink()
    (config.directory / "knowledge").rmdir()

    assert config.problems() == [
        "knowledge:1:1  no such folder  make it; it may be empty",
        "members.yaml:1:1  no such file  write it, after the example configuration",
    ]


def test_a_file_that_is_not_utf8_is_a_problem_at_the_first_bad_byte(config: Configuration) -> None:
    raw = "checkin:\n  points: 1 # 茶".encode("gbk")
    (config.directory / "rewards.yaml").write_bytes(raw)

    assert config.problems() == ["rewards.yaml:2:15  not UTF-8 text  save the file as UTF-8"]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(config: Configuration) -> None:
    text = (config.directory / "content/story.md").read_text(encoding="utf-8")
    raw = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    (config.directory / "content/story.md").write_bytes(raw)

    assert "\r" not in config.settings().content[1].text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_problem(config: Configuration) -> None:
    (config.directory / "rewards.yaml").chmod(0)

    assert config.problems() == [
        "rewards.yaml:1:1  cannot be read: Permission denied  let this program read the file"
    ]


def test_a_folder_in_place_of_a_file_is_a_problem(config: Configuration) -> None:
    (config.directory / "content/album.md").mkdir()

    assert config.problems() == [
        "content/album.md:1:1  cannot be read: Is a directory  let this program read the file"
    ]


def test_every_duplicate_key_is_told(config: Configuration) -> None:
    config.edit("bot.yaml", "  name: 山茶", "  name: 山茶\n  name: 又一个")
    config.edit("bot.yaml", "    name: 茶友群", "    name: 茶友群\n    name: 又一个")

    assert config.problems() == [
        "bot.yaml:4:3  brand.name  duplicate key, already on line 3  remove one of the two",
        (
            f"{config.place('bot.yaml', 'name: 又一个', skip=1)}  groups[0].name"
            "  duplicate key, already on line 24  remove one of the two"
        ),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: b: c\n", '1:5  not valid YAML: a colon where none belongs  put the text in "quotes"'),
        ("a: [1,\n", "2:1  not valid YAML: a bracket that is not closed  close the bracket"),
        ("a: 'b\n", "2:1  not valid YAML: a quote that is not closed  close the quotes"),
        (
            "a: *geheim\n",
            '1:4  not valid YAML: * begins an alias that is not defined  put the text in "quotes"',
        ),
        (
            "a:\n  b: 1\n c: 2\n",
            "3:2  not valid YAML: wrong indentation  indent it like the lines of the same list",
        ),
        ("a: 1\n---\nb: 1\n", "2:1  not valid YAML: a second --- in the file"),
        ("a: !geheim b\n", '1:4  a  an unknown !tag  put the text in "quotes"'),
        ("a: @b\n", "1:4  not valid YAML: a character that cannot begin a text"),
        ("a: \x07\n", "1:4  a control character, which YAML does not allow  remove it"),
        ("- a\n", "1:1  wrong type: the file is not made of KEY: value lines"),
        ("? [a]\n: b\n", "1:3  a key that is not a word  write KEY: value"),
        ("a: &b [*b]\n", "1:4  a[0]  an alias of what it is part of  remove the *alias"),
        ("a: " + "[" * 3000, "1:1  not readable as YAML  write KEY: value lines"),
    ],
)
def test_what_is_not_yaml_is_told_with_its_place(
    config: Configuration, text: str, problem: str
) -> None:
    config.write("rewards.yaml", text)

    problems = config.problems()

    assert any(line.startswith(f"rewards.yaml:{problem}") for line in problems), problems
    assert "geheim" not in "\n".join(problems)


def test_all_tabs_are_told(config: Configuration) -> None:
    config.write("rewards.yaml", "checkin:\n\tpoints: 1\npackets:\n\tmost_points: 1\n")

    assert config.problems() == [
        "rewards.yaml:2:1  a tab  indent with spaces",
        "rewards.yaml:4:1  a tab  indent with spaces",
    ]


def test_an_empty_file_lacks_its_keys(config: Configuration) -> None:
    config.write("members.yaml", "# nothing yet\n")

    assert config.problems() == [
        (
            "members.yaml:1:1  rules  missing key  add rules: a list; each entry is a section with"
            " tag, act, keywords, unless, times, within_days, for_days, confidence"
        ),
        (
            "members.yaml:1:1  tags  missing key  add tags: a list; each entry is a section with"
            " key, name, purpose, owner, exclusive"
        ),
    ]


def test_yaml_is_read_as_version_1_2(config: Configuration) -> None:
    """`no` is a word, and a leading zero does not make a number octal."""
    config.edit("bot.yaml", "name: 茶友群", "name: no")
    config.edit("rewards.yaml", "points: 10", "points: 012")

    settings = config.settings()

    assert settings.bot.groups[0].name == "no"
    assert settings.rewards.checkin.points == 12


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("标题\n", "1:1  no front matter  begin the file with a line ---"),
        (
            "---\nquestion: a\n",
            "1:1  the front matter has no end  write a line --- between head and text",
        ),
        ("---\nquestion: a: b\n---\n答\n", "2:12  not valid YAML: a colon where none belongs"),
        ("---\nquestion: a\n---\n\n \n", "4:1  no text below the head  write the answer"),
        ("---\nquestion: a\nalso: b\n---\n答\n", "3:7  also  wrong type: text  write a list"),
    ],
)
def test_mistakes_in_markdown_files_have_lines_of_the_markdown_file(
    config: Configuration, text: str, problem: str
) -> None:
    config.write("knowledge/new.md", text)

    assert len(config.problems()) == 1
    assert config.problems()[0].startswith(f"knowledge/new.md:{problem}")
