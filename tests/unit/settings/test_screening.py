"""The section screening of persona.yaml, and what its rules say about the other files."""

import pytest

from bot.settings.checks.screening import notes_on
from bot.settings.policy import policy_of

from .good_config import Configuration

SECTION = "  blocked: [最好, 第一]\n"


def test_the_laws_rules_hold_without_being_written_down(config: Configuration) -> None:
    config.edit("content/story.md", "只有鸟声", "顶级的茶")

    assert config.problems() == [
        (
            f"{config.place('content/story.md', '顶级')}  contains 顶级:"
            " 广告法第九条：不得使用绝对化用语  写能核对的事实，例如成分、用量和适合谁"
        )
    ]


def test_a_claim_is_a_problem_until_its_evidence_is_there(config: Configuration) -> None:
    config.edit("knowledge/fridge.md", "绿茶密封", "累计售出 3 万罐。绿茶密封")
    (problem,) = config.problems()
    config.edit(
        "persona.yaml",
        SECTION,
        f"{SECTION}  evidence:\n"
        "    - {phrase: 累计售出 3 万罐, source: 订单, date: 2026-01-15, scope: 自有商城}\n",
    )

    assert problem.startswith(config.place("knowledge/fridge.md", "售出"))
    assert "screening.evidence" in problem
    assert policy_of(config.settings()).proven == ("累计售出 3 万罐",)


def test_a_registered_effect_may_be_claimed(config: Configuration) -> None:
    config.edit("content/story.md", "只有鸟声", "祛斑精华上架")
    (problem,) = config.problems()
    config.edit(
        "persona.yaml",
        SECTION,
        f"{SECTION}  registered:\n    - {{phrase: 祛斑精华, number: 国妆特字 G20260000}}\n",
    )

    assert "screening.registered" in problem
    config.settings()


def test_posts_to_a_shop_are_marked_by_the_program_and_answers_by_hand(
    config: Configuration,
) -> None:
    config.edit("persona.yaml", SECTION, f"{SECTION}  shop_hosts: [shop.example.com]\n")
    config.edit("content/story.md", "只有鸟声", "看 https://shop.example.com/a")
    config.settings()
    config.edit("knowledge/fridge.md", "绿茶密封", "看 https://shop.example.com/a 绿茶密封")

    (problem,) = config.problems()
    assert problem.startswith(config.place("knowledge/fridge.md", "https"))
    assert "在最前面写上【广告】" in problem


def test_a_mistake_behind_the_mark_is_told_at_its_place(config: Configuration) -> None:
    config.edit("persona.yaml", SECTION, f"{SECTION}  shop_hosts: [shop.example.com]\n")
    config.edit("content/story.md", "只有鸟声", "顶级的茶在 https://shop.example.com/a")

    (problem,) = config.problems()
    assert problem.startswith(config.place("content/story.md", "顶级"))


@pytest.mark.parametrize(
    ("lines", "mark", "problem"),
    [
        (
            "  evidence:\n    - {phrase: 全网第一, source: 甲, date: 2026-01-15, scope: 乙}\n",
            "全网第一",
            "screening.evidence[0].phrase  no evidence can save 全网第一: 广告法第九条",
        ),
        (
            "  evidence:\n    - {phrase: 好喝, source: 甲, date: 2026-01-15, scope: 乙}\n",
            "好喝",
            "screening.evidence[0].phrase  there is no claim in it that wants evidence  remove it",
        ),
        (
            "  registered:\n    - {phrase: 好喝, number: 甲}\n",
            "好喝",
            "screening.registered[0].phrase  there is no effect in it that wants one  remove it",
        ),
        (
            "  evidence:\n    - {phrase: 干皮首选, source: 甲, date: someday, scope: 乙}\n",
            "someday",
            "screening.evidence[0].date  ",
        ),
        (
            "  link_hosts: ['https://shop.example.com/a']\n",
            "'https",
            "screening.link_hosts[0]  in the wrong form  write the name of a website in lower case",
        ),
    ],
)
def test_a_mistake_in_the_section_is_told_at_its_place(
    config: Configuration, lines: str, mark: str, problem: str
) -> None:
    config.edit("persona.yaml", SECTION, SECTION + lines)

    (told,) = config.problems()
    assert told.startswith(f"{config.place('persona.yaml', mark)}  {problem}")


def test_haste_is_no_problem_but_a_note(config: Configuration) -> None:
    config.edit("content/story.md", "只有鸟声", "手慢无")

    (note,) = notes_on(config.settings())
    assert note.startswith("content/story.md: 手慢无: 广告法第二十八条")
