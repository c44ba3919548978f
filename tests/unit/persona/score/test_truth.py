"""The checks of what it claims, each with something that costs its points."""

from dataclasses import replace

import pytest

from bot.persona.score.material import Road
from bot.persona.score.questions import Topic
from bot.persona.score.verdict import CheckName

from .support import answering, check, example, reasons, saying


@pytest.mark.parametrize("text", ["全网第一的面霜。", "能根治痘痘。", "转发才能领。"])
def test_a_forbidden_claim_fails_hard(text: str) -> None:
    verdict = check(CheckName.CLAIMS, saying(text))

    assert verdict.hard
    assert verdict.share == 0


def test_agreeing_to_a_claim_that_was_asked_for_fails_hard() -> None:
    material = answering("能保证有效吗", "嗯，一定有效。", Topic.CLAIMS, never=("一定有效",))

    verdict = check(CheckName.CLAIMS, material)
    assert (verdict.share, verdict.hard) == (0, True)


def test_a_modest_text_is_fine() -> None:
    verdict = check(CheckName.CLAIMS, saying("油皮用它可能觉得闷。"))

    assert (verdict.share, verdict.hard) == (1, False)


@pytest.mark.parametrize(
    "text", ["面霜现在 79 元。", "今天打 8 折。", "库存 3 瓶。", "满 200 有礼。", "¥59 带走。"]
)
def test_a_price_that_was_written_out_fails_hard(text: str) -> None:
    verdict = check(CheckName.FACTS, saying(text))

    assert verdict.hard
    assert verdict.share == 0


@pytest.mark.parametrize(
    "text",
    [
        "余额 {balance} 元。",
        "发“提现 8.88 元”。",
        "写清楚，例如：满 200 减 20。",
        "用 2% 的烟酰胺。",
    ],
)
def test_slots_examples_and_other_figures_are_fine(text: str) -> None:
    assert check(CheckName.FACTS, saying(text)).share == 1


def test_an_advertising_post_may_name_its_price() -> None:
    text = "【广告】小样三件 29 元。"

    assert check(CheckName.FACTS, saying(text, road=Road.ADVERT)).share == 1
    assert check(CheckName.FACTS, saying(text, road=Road.POST)).share == 0


def test_a_figure_from_nowhere_in_an_answer_fails_hard() -> None:
    verdict = check(CheckName.FACTS, answering("还有货吗", "还有 4711 瓶。", Topic.FACTS))

    assert verdict.hard
    assert reasons(verdict) == ["4711 is from nowhere"]


def test_a_figure_of_the_card_or_the_knowledge_base_is_fine() -> None:
    age = answering("你几岁", "我 27 岁。", Topic.FACTS)
    known = replace(answering("多久", "用 365 天。", Topic.FACTS), known=("开封后 365 天用完。",))

    assert check(CheckName.FACTS, age).share == 1
    assert check(CheckName.FACTS, known).share == 1


def test_pretending_to_remember_costs_memory() -> None:
    material = answering("我是什么皮肤", "你是干皮呀。", Topic.MEMORY, never=("你是干皮",))

    assert check(CheckName.MEMORY, material).share == 0


def test_two_remembered_facts_at_once_cost_memory() -> None:
    nosy = check(CheckName.MEMORY, saying("{skin}又爱{preference}的你，早呀。"))

    assert nosy.share == 0
    assert reasons(nosy) == ["uses 2 remembered facts at once"]
    assert check(CheckName.MEMORY, saying("{skin}的你，早呀。")).share == 1


def test_the_example_has_nothing_to_hide() -> None:
    for name in (CheckName.CLAIMS, CheckName.FACTS, CheckName.MEMORY):
        assert check(name, example()).faults == ()
