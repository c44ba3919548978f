"""The shelves follow the configuration, never below what people have."""

from dataclasses import replace

from bot.rewards.redemption.fulfilment import Step
from bot.rewards.redemption.goods import Goods
from bot.rewards.redemption.shelves import Stocking, apply_stockings
from bot.rewards.redemption.stock import Change
from bot.store.connection import Connection
from tests.unit.rewards.redemption.support import (
    COUPON,
    SAMPLE,
    TITLE,
    bought,
    contents,
    moved,
    open_shop,
    pass_time,
    pay_out,
    pieces,
    run,
    step,
    wish,
)
from tests.unit.rewards.support import DAY, NOW


def stock(books: Connection, *goods: Goods) -> tuple[Change, ...]:
    (changes,) = run(books, apply_stockings, Stocking(goods, NOW))
    assert isinstance(changes, tuple)
    return changes


def test_the_first_reading_fills_the_shelves(books: Connection) -> None:
    changes = stock(books, SAMPLE, COUPON, TITLE)
    assert [(change.goods.key, change.pieces) for change in changes] == [
        ("sample", 3),
        ("five", 3),
    ]
    assert (pieces(books, SAMPLE), pieces(books, COUPON)) == (3, 3)


def test_reading_the_same_again_changes_nothing(books: Connection) -> None:
    stock(books, SAMPLE, COUPON)
    pay_out(books, 7, 2000)
    bought(books, wish(7))
    bought(books, wish(7, COUPON))
    before = contents(books)
    assert stock(books, SAMPLE, COUPON) == ()
    assert contents(books) == before


def test_a_higher_number_adds_the_difference(books: Connection) -> None:
    stock(books, SAMPLE)
    pay_out(books, 7, 800)
    bought(books, wish(7))
    (change,) = stock(books, replace(SAMPLE, stock=10))
    assert (change.pieces, pieces(books, SAMPLE)) == (7, 9)


def test_a_lower_number_never_takes_what_is_held(books: Connection) -> None:
    stock(books, SAMPLE)
    pay_out(books, 7, 1600)
    for key in ("a", "b"):
        bought(books, wish(7, key=key))
    (change,) = stock(books, replace(SAMPLE, stock=0))
    assert (change.pieces, change.missing, pieces(books, SAMPLE)) == (-1, 2, 0)


def test_what_could_not_be_taken_off_is_when_it_comes_back(books: Connection) -> None:
    stock(books, SAMPLE)
    pay_out(books, 7, 800)
    redemption = bought(books, wish(7))
    stock(books, replace(SAMPLE, stock=0))
    moved(books, step(Step.CANCEL, redemption))
    assert pieces(books, SAMPLE) == 1
    (change,) = stock(books, replace(SAMPLE, stock=0))
    assert (change.pieces, change.missing, pieces(books, SAMPLE)) == (-1, 0, 0)


def test_up_and_down_and_up_are_three_changes_of_their_own(books: Connection) -> None:
    for number in (3, 1, 3):
        stock(books, replace(SAMPLE, stock=number))
    assert pieces(books, SAMPLE) == 3


def test_a_budget_pays_for_whole_coupons_only(books: Connection) -> None:
    stock(books, replace(COUPON, budget_fen=1499))
    assert pieces(books, COUPON) == 2


def test_another_face_value_shares_what_is_left_of_the_budget(books: Connection) -> None:
    stock(books, COUPON)
    pay_out(books, 7, 400)
    bought(books, wish(7, COUPON))
    stock(books, replace(COUPON, value_fen=1000))
    assert pieces(books, COUPON) == 1


def test_a_coupon_that_nobody_used_is_paid_for_by_the_same_budget_again(
    books: Connection,
) -> None:
    stock(books, COUPON)
    pay_out(books, 7, 400)
    bought(books, wish(7, COUPON))
    pass_time(books, NOW + COUPON.days * DAY)
    assert stock(books, COUPON) == ()
    assert pieces(books, COUPON) == 3


def test_an_empty_shop_has_nothing_to_stock(books: Connection) -> None:
    assert stock(books) == ()
    open_shop(books, TITLE)
