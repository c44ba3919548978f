"""Words for outside: nothing of the group, short enough, marked where it sells, and reviewed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.outlets.fitting import Fitted, Length, Unfit, fit_all, sells
from bot.settings.schema.base import Kind
from bot.settings.schema.front_matter import Appeal
from bot.settings.schema.outlets import OutletsFile
from bot.settings.settings import ContentItem
from tests.support.brand import brand

from .support import item

GROUP_WORDS = ("群", "签到", "回“")


def fit(one: ContentItem, *, on: str = "2026-11-24", most: int = 300) -> Fitted | Unfit:
    settings = replace(brand(), outlets=OutletsFile(group_words=GROUP_WORDS))
    fitted, unfit = fit_all([one], settings, on=date.fromisoformat(on), length=Length(10, most))
    found: tuple[Fitted | Unfit, ...] = (*fitted, *unfit)
    return found[0]


def words_of(text: str, *, most: int = 300, **front: Any) -> str:
    found = fit(item("a", text=text, **front), most=most)
    assert isinstance(found, Fitted), found
    return found.text


def test_what_speaks_to_everybody_stays_as_it_is() -> None:
    text = "冬天洗脸，水温别太高。\n你家水龙头放几秒才热？"
    assert words_of(text) == text


@pytest.mark.parametrize(
    "sentence",
    ["把答案写在群里。", "回“甲”我就发给你！", "想知道就 @小禾 问。", "今天签到了吗？"],
)
def test_sentences_that_speak_of_the_group_are_left_out(sentence: str) -> None:
    text = f"冬天洗脸，水温别太高，温的就好。{sentence}擦干的时候轻轻按。"
    assert words_of(text) == "冬天洗脸，水温别太高，温的就好。擦干的时候轻轻按。"


def test_a_line_of_which_nothing_is_left_is_no_line() -> None:
    text = "冬天洗脸，水温别太高，温的就好。\n到群里说。\n你家水龙头放几秒？"
    assert words_of(text) == "冬天洗脸，水温别太高，温的就好。\n你家水龙头放几秒？"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("群里有件事要说。冬天洗脸，水温别太高，温的就好。", "begins with the group"),
        ("洗脸的水，温的就好了。群里有人问过，群里有人答过，群里还有人记过。", "too little"),
        ("洗脸用温水。", "too little"),
        ("欢迎来到{group}，冬天洗脸，水温别太高，温的就好。", "a slot"),
    ],
)
def test_an_item_of_which_too_little_is_left_does_not_appear(text: str, why: str) -> None:
    found = fit(item("a", text=text))
    assert isinstance(found, Unfit)
    assert why in found.why


def test_a_long_text_ends_with_a_sentence_and_keeps_its_question() -> None:
    text = "一句话有十个字那么长。" * 10 + "\n你怎么看？"
    assert words_of(text, most=40) == "一句话有十个字那么长。" * 3 + "\n你怎么看？"
    assert words_of(text.replace("？", "。"), most=40) == "一句话有十个字那么长。" * 3


def test_slots_are_filled_for_the_day() -> None:
    text = "今天{weekday}，{date}，{brand}的同事说说怎么洗脸。"
    assert words_of(text) == "今天周二，11月24日，禾间的同事说说怎么洗脸。"


def test_the_name_of_a_node_day_is_filled_on_that_day_only() -> None:
    one = item("a", text="今天是{node}，给自己泡一杯热茶，慢慢喝。", node="christmas")
    assert isinstance(fit(one), Unfit)
    found = fit(one, on="2026-12-25")
    assert isinstance(found, Fitted)
    assert found.text.startswith("今天是圣诞")


@pytest.mark.parametrize("front", [{"promotion": True}, {"appeal": Appeal.DISCOUNT}])
def test_what_sells_openly_is_marked_as_advertising_once(front: dict[str, Any]) -> None:
    text = "小样三件装 29 元，五天的量，先试再说。"
    assert words_of(text, **front) == f"【广告】{text}"
    assert words_of(f"【广告】{text}", **front) == f"【广告】{text}"


def test_a_reward_for_sharing_is_never_let_out() -> None:
    found = fit(item("a", text="转发这条朋友圈就送你一支小样，三天内都算数，快去转发。"))
    assert isinstance(found, Unfit)


@pytest.mark.parametrize(
    ("one", "selling"),
    [
        (item("a", kind=Kind.PRODUCT), True),
        (item("a", promotion=True), True),
        (item("a", appeal=Appeal.DISCOUNT), True),
        (item("a", kind=Kind.LESSON), False),
    ],
)
def test_products_promotions_and_discounts_sell(one: ContentItem, *, selling: bool) -> None:
    assert sells(one.front) is selling
