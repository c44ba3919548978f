"""What is on offer, how a member names it, and the codes it is given as."""

import random

import pytest

from bot.rewards.redemption.codes import ALPHABET, LENGTH, draw_code, read_code, show_code
from bot.rewards.redemption.goods import GoodsKind, Limits, find_goods, goods_of
from bot.settings.schema.rewards import RewardsFile
from tests.unit.rewards.redemption.support import ADVICE, COUPON, SAMPLE, SHOP, TITLE

FILE = RewardsFile.model_validate(
    {
        "shop": {
            "gifts": [
                {"key": "cream", "name": "正装面霜", "points": 6000, "stock": 5, "most_ever": 1},
                {
                    "key": "star", "name": "头衔", "kind": "title", "points": 300,
                    "title": "课代表", "level": "大锦鲤",
                },
            ],
            "coupons": [
                {
                    "key": "five", "name": "5 元券", "points": 400, "value_fen": 500,
                    "min_spend_fen": 5900, "budget_fen": 100000, "most_a_month": 2,
                }
            ],
        }
    }
)  # fmt: skip


def test_gifts_come_first_and_coupons_after_them() -> None:
    goods = goods_of(FILE)
    assert [item.kind for item in goods] == [
        GoodsKind.PARCEL,
        GoodsKind.TITLE,
        GoodsKind.COUPON,
    ]
    assert (goods[0].limits, goods[2].limits) == (Limits(ever=1), Limits(a_month=2))


def test_a_level_is_asked_for_by_what_reaches_it() -> None:
    cream, star, _ = goods_of(FILE)
    assert (cream.level, cream.least_earned) == ("", 0)
    assert (star.level, star.least_earned) == ("大锦鲤", 1500)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1", SAMPLE),
        ("4", COUPON),
        (" 面霜小样 ", SAMPLE),
        ("小样", SAMPLE),
        ("5元券", COUPON),
        ("5 元券", COUPON),
        ("２", ADVICE),
        ("课代表", TITLE),
        ("0", None),
        ("5", None),
        ("", None),
        ("口红", None),
    ],
)
def test_a_thing_is_named_by_its_number_or_its_name(typed: str, found: object) -> None:
    assert find_goods(SHOP, typed) is found


def test_a_word_that_several_names_share_means_none_of_them() -> None:
    both = (SAMPLE, type(SAMPLE)("big", "面霜正装", GoodsKind.PARCEL, 6000))
    assert find_goods(both, "面霜") is None
    assert find_goods(both, "面霜正装") is both[1]


def test_a_code_has_twelve_signs_that_cannot_be_mixed_up() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert not set("0O1IL") & set(ALPHABET)
    code = draw_code(random.Random(1))
    assert len(code) == LENGTH == 12
    assert set(code) <= set(ALPHABET)


def test_a_code_is_read_as_it_is_shown_and_however_it_is_typed() -> None:
    code = draw_code(random.Random(2))
    shown = show_code(code)
    assert [len(part) for part in shown.split("-")] == [4, 4, 4]
    for typed in (shown, code, shown.lower(), shown.replace("-", " "), f" {shown} "):
        assert read_code(typed) == code


@pytest.mark.parametrize("typed", ["", "ABC", "0" * 12, "ABCD-EFGH-JKMO", "A" * 13, "小样"])
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_every_sign_of_the_alphabet_is_drawn_about_as_often() -> None:
    rng = random.Random(3)
    drawn = "".join(draw_code(rng) for _ in range(3100))
    counts = [drawn.count(sign) for sign in ALPHABET]
    assert min(counts) > 1000  # 1200 expected, standard deviation 34
    assert max(counts) < 1400
