"""A template and a table make one item for each row."""

import pytest

from bot.settings.settings import ContentItem

from .good_config import Configuration

TEMPLATE = """\
---
rows: teas.csv
title: "{name}怎么泡"
pillar: "{pillar}"
kind: lesson
months: "{months}"
---

{name}用{water}度的水。{group}里有人试过吗？

=== b
今天{weekday}，泡一杯{name}。
"""

TABLE = """\
key,name,pillar,water,months
longjing,龙井,industry,八十,3 4
shuixian,水仙,品牌,九十五,
"""


@pytest.fixture
def teas(config: Configuration) -> Configuration:
    config.write("content/templates/teas.md", TEMPLATE)
    config.write("content/templates/teas.csv", TABLE)
    return config


def made(config: Configuration) -> dict[str, ContentItem]:
    return {item.key: item for item in config.settings().content if item.template}


def test_each_row_makes_an_item_named_after_template_and_row(teas: Configuration) -> None:
    items = made(teas)

    assert list(items) == ["teas-longjing", "teas-shuixian"]
    assert {item.template for item in items.values()} == {"teas"}


def test_columns_fill_head_and_text_and_what_is_known_later_stays(teas: Configuration) -> None:
    first, second = made(teas).values()

    assert first.front.title == "龙井怎么泡"
    assert first.front.months == (3, 4)
    assert first.variants == {
        "a": "龙井用八十度的水。{group}里有人试过吗？",
        "b": "今天{weekday}，泡一杯龙井。",
    }
    assert (second.front.pillar, second.front.months) == ("brand", ())


def test_a_table_in_the_encoding_of_excel_in_china_is_read(teas: Configuration) -> None:
    table = teas.directory / "content/templates/teas.csv"
    table.write_bytes(TABLE.replace("\n", "\r\n").encode("gb18030"))

    assert made(teas)["teas-longjing"].front.title == "龙井怎么泡"


def test_doubled_braces_stay_for_the_posting_and_are_single_in_the_title(
    teas: Configuration,
) -> None:
    teas.edit("content/templates/teas.md", "怎么泡", "{{上}}")
    teas.edit("content/templates/teas.md", "度的水", "度的{{水}}")

    item = made(teas)["teas-longjing"]

    assert item.front.title == "龙井{上}"
    assert item.text.startswith("龙井用八十度的{{水}}。")


def test_settings_change_with_the_table(teas: Configuration) -> None:
    before = teas.settings().fingerprint
    teas.edit("content/templates/teas.csv", "八十", "八五")

    assert teas.settings().fingerprint != before


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "md",
            "{water}",
            "{watr}",
            "teas.md:9:8  unknown slot {watr}  write {water}",
        ),
        ("md", "{weekday}", "{weekday", "teas.md:12:3  a brace that belongs to no slot"),
        (
            "md",
            '"{pillar}"',
            '"{piller}"',
            "teas.md:4:9  pillar  unknown slot {piller}  write {pillar}",
        ),
        (
            "md",
            '"{name}怎',
            '"{group}怎',
            "teas.md:3:8  title  unknown slot {group}  write one of {key}, {name}",
        ),
        (
            "md",
            "rows: teas.csv",
            "rows: tea.csv",
            "teas.md:2:7  rows  no such table in content/templates  write teas.csv instead",
        ),
        (
            "md",
            "rows: teas.csv\n",
            "",
            "teas.md:2:1  rows  missing key  add rows: the name of a table",
        ),
        ("md", "=== b", "=== a", "teas.md:11:1  the text before the first line === is variant a"),
        (
            "md",
            "lesson",
            "lessn",
            "teas.md:5:7  kind  not one of the possible values  write one of",
        ),
        (
            "csv",
            "龙井,",
            ",",
            "teas.csv:2:10  name  an empty cell  write what {name} of ",
        ),
        (
            "csv",
            "品牌",
            "茶",
            "teas.csv:3:13  pillar  not one of the possible values  write one of brand",
        ),
        (
            "csv",
            "3 4",
            "3 14",
            "teas.csv:2:25  months[1]  out of range  write a whole number from 1 to 12",
        ),
        ("csv", "3 4", "三", "teas.csv:2:25  months[0]  wrong type: text  write a whole number"),
        (
            "csv",
            "shuixian",
            "longjing",
            "teas.csv:3:1  key  the same name as in line 2  give each row its own name",
        ),
        ("csv", "shuixian,", "水 仙,", "teas.csv:3:1  key  a name in the wrong form"),
        ("csv", "key,", "row,", "teas.csv:1:1  no column key  add a column key"),
        (
            "csv",
            "key,name",
            "key,group",
            "teas.csv:1:5  group  {group} is filled when it is posted: the group's name  give",
        ),
        ("csv", "八十", "八十亲们", "teas.csv:2:22  contains 亲们: "),
        ("csv", "八十", "{watr}", "teas.csv:2:22  unknown slot {watr}  write one of {brand}"),
        ("csv", "3 4", "3 4,5,6", "teas.csv:2:29  7 cells, but the first line names 5 columns"),
        ("csv", "水仙", "龙井", "teas.csv:3:10  title  the same title as row longjing of content/"),
    ],
)
def test_a_mistake_is_told_at_its_place_in_the_template_or_in_the_table(
    teas: Configuration, file: str, old: str, new: str, problem: str
) -> None:
    teas.edit(f"content/templates/teas.{file}", old, new)

    problems = teas.problems()

    assert any(line.startswith(f"content/templates/{problem}") for line in problems), problems
    assert all(line.startswith("content/templates/") for line in problems), problems


def test_a_key_of_the_head_left_empty_in_a_row_is_missing_there(teas: Configuration) -> None:
    teas.edit("content/templates/teas.csv", "品牌", "")

    problems = teas.problems()

    assert len(problems) == 1
    assert problems[0].startswith(
        "content/templates/teas.csv:3:13  pillar  missing key  add pillar"
    )


def test_two_items_of_the_same_key_are_a_problem_at_the_template(teas: Configuration) -> None:
    teas.write(
        "content/teas-longjing.md", "---\ntitle: 别的\npillar: brand\nkind: story\n---\n茶\n"
    )

    assert teas.problems() == [
        (
            "content/templates/teas.md:2:7  rows  there is another item teas-longjing"
            "  rename the row, or the other one"
        )
    ]


def test_a_table_that_is_no_text_is_a_problem(teas: Configuration) -> None:
    (teas.directory / "content/templates/teas.csv").write_bytes("key,name".encode("utf-16"))

    assert teas.problems()[0] == (
        "content/templates/teas.csv:1:1  neither UTF-8 nor GB18030 text  save it as CSV UTF-8"
    )
