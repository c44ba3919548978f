"""Slips of people who write Chinese: full-width marks, Chinese words, spaces too many or few."""

import pytest

from .good_config import Configuration

POST = "---\ntitle: 新茶\npillar: brand\nkind: story\nmonths: [3, 4]\n---\n\n新茶到了。\n"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "kind: story",
            "kind：story",
            "4:5  a full-width colon  write : and a space in place",
        ),
        ("kind: story", "kind:story", "4:5  no space behind the colon  write KEY: value"),
        (
            "kind: story",
            "  kind: story",
            "4:3  further to the right than the line above  begin both at the same column",
        ),
        ("kind: story", "kind: 故事", "4:7  kind  written in Chinese  write story instead"),
        ("pillar: brand", "pillar: 品牌", "3:9  pillar  written in Chinese  write brand instead"),
        ("[3, 4]", "[3，4]", "5:10  months[0]  written with ，  write , in its place"),
        ("[3, 4]", "【3, 4】", "5:9  months  written with 【  write [ in its place"),
        (
            "[3, 4]",
            "3 4",
            "5:9  months  wrong type: text  write a list in brackets, as [A, B]; each entry is",
        ),
    ],
)
def test_a_slip_in_a_post_is_told_at_its_place(
    config: Configuration, old: str, new: str, problem: str
) -> None:
    config.write("content/new.md", POST.replace(old, new))

    problems = config.problems()

    assert len(problems) == 1, problems
    assert problems[0].startswith(f"content/new.md:{problem}")


def test_a_chinese_day_of_the_week_is_told_without_what_follows_from_it(
    config: Configuration,
) -> None:
    config.edit("calendar.yaml", "days: [mon, wed]", "days: [周三]")

    assert config.problems() == [
        (
            f"{config.place('calendar.yaml', '周三')}  slots[0].days[0]  written in Chinese"
            "  write wed instead"
        )
    ]


def test_a_full_width_colon_in_a_text_is_no_slip(config: Configuration) -> None:
    config.edit("calendar.yaml", "欢迎请朋友", "可以说：请朋友")
    config.edit("calendar.yaml", "  - at: 09:00", "   - at: 09:00")

    assert "full-width" not in config.problems()[0]
