"""What is only a disguise disappears, and the way back is kept."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.wording.folding import fold, folded

from .disguises import DISGUISES


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ＶＩＰ", "vip"),
        ("最\u200b 佳", "最佳"),
        ("銷量", "销量"),
        ("蕞好", "最好"),
        ("第①", "第一"),
        ("第1️⃣名", "第一名"),
        ("苐弌", "第一"),
        ("NO.1", "第一"),
        ("Ｎo １", "第一"),
        ("№1", "第一"),
        ("TOP 1", "第一"),
        ("加VX", "加微信"),
        ("薇信、威信、微❤️、v信", "微信、微信、微信、微信"),
        ("百分之百", "100%"),
        ("百分百", "100%"),
    ],
)
def test_spellings_that_dodge_filters_are_what_they_stand_for(written: str, meant: str) -> None:
    assert fold(written) == meant


@pytest.mark.parametrize(
    "text", ["第10次", "no.12", "top10", "casino1", "https://wx.qq.com/a", "top1.com", "vxshop.cn"]
)
def test_longer_numbers_and_names_of_hosts_are_left_alone(text: str) -> None:
    assert fold(text) == text


def test_a_line_ends_a_phrase() -> None:
    assert fold("最\n好\r好") == "最\n好\n好"


@given(st.text())
@example("TOP 1 和 ﷺ")
def test_the_way_back_begins_and_ends_with_the_text(text: str) -> None:
    place = folded(text)

    assert place.text == fold(text)
    assert len(place.starts) == len(place.text) + 1
    assert list(place.starts) == sorted(place.starts)
    assert place.starts[-1] == len(text)


def test_a_part_leads_back_to_what_was_written() -> None:
    place = folded("请看 N O. 1 品牌")
    start = place.text.index("第一")

    assert place.as_written((start, start + 2)) == "N O. 1"
    assert place.as_written((start, start + 4)) == "N O. 1 品牌"


@given(st.text(st.sampled_from("最佳第一二三品牌微信号加我abc12 ,。\n"), max_size=20))
def test_folding_twice_changes_no_more_than_once(text: str) -> None:
    once = fold(text)

    assert fold(once) == once


@pytest.mark.parametrize("hide", DISGUISES)
@given(text=st.text(st.sampled_from("最佳第一品牌微信号vip买赠国家级,。"), max_size=20))
def test_no_disguise_changes_what_is_compared(hide: Callable[[str], str], text: str) -> None:
    assert fold(hide(text)) == fold(text)
