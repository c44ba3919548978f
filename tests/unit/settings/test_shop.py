"""What the shop may not say: each mistake is told at its place, with what to write instead."""

import pytest

from .good_config import REWARDS, Configuration

SHOP = """\
shop:
  gifts:
    - key: cup
      name: 品茗杯
      points: 800
      stock: 3
      most_a_day: 1
      most_ever: 2
    - key: star
      name: 茶友头衔
      kind: title
      title: 老茶客
      points: 300
      level: 小锦鲤
  coupons:
    - key: five
      name: 五元券
      points: 400
      value_fen: 500
      min_spend_fen: 5900
      budget_fen: 1000
"""


@pytest.fixture
def shop(config: Configuration) -> Configuration:
    config.edit("rewards.yaml", REWARDS, REWARDS + SHOP)
    return config


def test_a_good_shop_has_no_problems(shop: Configuration) -> None:
    shop.settings()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "key: five",
            "key: cup",
            "shop.coupons[0].key  the same key as gifts[0]  give each thing its own key",
        ),
        (
            "name: 五元券",
            "name: 品茗 杯",
            "shop.coupons[0].name  the same name as gifts[0]  members type names",
        ),
        ("name: 五元券", 'name: "5"', "shop.coupons[0].name  members would mean the number"),
        ("      stock: 3\n", "", "shop.gifts[0]  a parcel without stock  add stock"),
        (
            "      stock: 3\n",
            "      stock: 3\n      title: 杯主\n",
            "shop.gifts[0].title  a parcel is not carried as a title",
        ),
        (
            "      title: 老茶客\n",
            "",
            "shop.gifts[1]  a title without words  add title: what the member is called",
        ),
        (
            "title: 老茶客",
            "title: 老茶客\n      stock: 5",
            "shop.gifts[1].stock  titles do not run out  remove it",
        ),
        (
            "min_spend_fen: 5900",
            "min_spend_fen: 500",
            "shop.coupons[0].min_spend_fen  the order would be free  write more than value_fen",
        ),
        (
            "budget_fen: 1000",
            "budget_fen: 499",
            "shop.coupons[0].budget_fen  this does not pay for one coupon of 500 fen",
        ),
        (
            "most_a_day: 1",
            "most_a_day: 3",
            "shop.gifts[0].most_a_day  most_ever 2 is reached before most_a_day 3",
        ),
        ("level: 小锦鲤", "level: 锦鲤王", "shop.gifts[1].level  there is no level with this name"),
        ("name: 品茗杯", "name: 最好的杯", "shop.gifts[0].name  contains 最好"),
    ],
)
def test_a_mistake_in_the_shop_is_told_at_its_place(
    shop: Configuration, old: str, new: str, problem: str
) -> None:
    shop.edit("rewards.yaml", old, new)

    lines = [line for line in shop.problems() if problem in line]

    assert len(lines) == 1, shop.problems()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("min_spend_fen: 5900", "min_spend_fen: 0"),
        ("budget_fen: 1000", "budget_fen: 0"),
    ],
)
def test_a_coupon_for_any_order_and_one_that_is_not_issued_are_fine(
    shop: Configuration, old: str, new: str
) -> None:
    shop.edit("rewards.yaml", old, new)

    shop.settings()


def test_more_things_than_a_picture_can_show_are_too_many(shop: Configuration) -> None:
    many = "".join(
        f"    - {{key: gift{number}, name: 茶样{number}号, points: 5, stock: 1}}\n"
        for number in range(60)
    )
    shop.edit("rewards.yaml", "  coupons:", f"{many}  coupons:")

    assert any("63 things are more than a picture can show" in line for line in shop.problems())
