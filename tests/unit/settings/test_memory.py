"""What members.yaml may not say of memory, and persona.yaml of learning."""

import pytest

from .good_config import MEMBERS, Configuration

MEMORY = """\
memory:
  leads: [其实]
  types:
    - key: cup
      name: 杯子
      purpose: 推荐壶的大小
      phrases: ["我用{value}"]
      told: 用{value}
      values:
        - {key: small, name: 小杯, also: [小杯子]}
        - {key: big, name: 大杯}
    - key: birthday
      name: 生日月份
      purpose: 道一声贺
      form: month
      phrases: ["我{value}生日"]
      told: 是{value}的生日
  remarks:
    - {type: cup, values: [small], topics: [fridge], text: 小壶就够。}
    - {type: birthday, topics: [fridge], text: 生日快乐。}
"""


@pytest.fixture
def memory(config: Configuration) -> Configuration:
    config.edit("members.yaml", MEMBERS, MEMBERS + MEMORY)
    return config


def test_a_good_memory_has_no_problems(memory: Configuration) -> None:
    assert [kind.key for kind in memory.settings().members.memory.types] == ["cup", "birthday"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("key: birthday", "key: cup", "types[1].key  the same key as types[0]"),
        ("key: big", "key: small", "values[1].key  the same key as values[0]"),
        ('["我用{value}"]', '["{value}"]', "phrases[0]  a phrase that does not say whose it is"),
        ('["我用{value}"]', '["我用杯"]', "phrases[0]  not one {value}"),
        ("told: 用{value}", "told: 用{size}", "told  not one {value}"),
        ("name: 大杯", "name: 小杯子", "values[1]  小杯子 means small already"),
        ("form: month", "form: listed", "types[1]  a type of which nothing can be said"),
        (
            "told: 是{value}的生日",
            "told: 是{value}的生日\n      values: [{key: x, name: x}]",
            "types[1].values  a month has no values",
        ),
        ("{type: cup,", "{type: cap,", "remarks[0].type  there is no type with this key"),
        ("values: [small]", "values: [smal]", "type cup has no value with this key"),
        ("values: [small], ", "", "remarks[0]  a remark for no value"),
        (
            "{type: birthday, topics",
            "{type: birthday, values: [x], topics",
            "remarks[1].values  a month has no values",
        ),
        (
            "topics: [fridge], text: 小",
            "topics: [fridg], text: 小",
            "topics[0]  there is no file with this name in knowledge/",
        ),
        ("text: 小壶就够。", "text: 小壶最佳。", "remarks[0].text  contains 最佳"),
    ],
)
def test_each_mistake_is_told_at_its_place(
    memory: Configuration, old: str, new: str, problem: str
) -> None:
    memory.edit("members.yaml", old, new)
    assert any(problem in line for line in memory.problems()), memory.problems()


def test_super_users_hold_a_tag_that_exists(config: Configuration) -> None:
    text = "learning:\n  super_user_tags: [green_te]\n"
    name = "persona.yaml"
    config.write(name, (config.directory / name).read_text(encoding="utf-8") + text)
    (problem,) = config.problems()
    assert "learning.super_user_tags[0]  there is no tag with this key" in problem
    assert "green_tea" in problem
