"""Which remembered fact an answer mentions: one, configured for it, and not the topic itself."""

from datetime import date

from bot.members.memory.recognition import Fact
from bot.members.memory.remarks import Recalled, choose_remark, show

from .support import RULES

DRY, BEIJING = Fact("skin", "dry"), Fact("city", "beijing")
MARCH = date(2026, 3, 9)


def choose(*facts: Fact, topic: str = "soap", without: str = "") -> Recalled | None:
    return choose_remark(
        RULES, facts, topic=topic, today=MARCH, except_for=frozenset({without} - {""})
    )


def test_only_one_fact_is_mentioned_the_one_listed_first() -> None:
    assert choose(BEIJING, DRY) == Recalled("自己是干皮", "少用一点。")


def test_a_fact_is_mentioned_only_where_the_configuration_says_so() -> None:
    assert choose(DRY, topic="air") is None
    assert choose(BEIJING, topic="air") == Recalled("在北京", "开加湿器。")
    assert choose(Fact("skin", "oily")) is None
    assert choose() is None


def test_what_is_being_talked_about_is_not_held_up_as_a_memory() -> None:
    assert choose(DRY, BEIJING, without="skin") == Recalled("在北京", "开加湿器。")


def test_a_month_is_mentioned_in_that_month() -> None:
    told = Recalled("是3月的生日", "生日快乐。")
    assert choose(Fact("birthday", "3"), topic="points") == told
    assert choose(Fact("birthday", "4"), topic="points") is None


def test_a_fact_that_is_not_configured_any_more_is_shown_and_never_used() -> None:
    old = Fact("skin", "purple")
    assert choose(old, Fact("pet", "cat")) is None
    assert (show(RULES, old).name, show(RULES, old).value) == ("肤质", "purple")
    assert show(RULES, Fact("pet", "cat")).name == "pet"
