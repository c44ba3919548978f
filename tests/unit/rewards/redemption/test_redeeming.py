"""Redeeming: who gets a piece, what it costs at once, and why somebody gets none."""

from dataclasses import replace
from datetime import date, timedelta

from bot.core.errors import KeyReused
from bot.core.money import Currency
from bot.rewards.redemption.fulfilment import Step
from bot.rewards.redemption.lane import apply_redemptions
from bot.rewards.redemption.redemption import (
    LevelTooLow,
    LimitReached,
    OutOfStock,
    Redeemed,
    RedemptionState,
    Span,
    TooFewPoints,
)
from bot.store.connection import Connection
from tests.unit.rewards.redemption.support import (
    ADVICE,
    COUPON,
    HALF_HOUR,
    SAMPLE,
    TITLE,
    balance,
    bought,
    contents,
    held,
    limited,
    moved,
    open_shop,
    pass_time,
    pay_out,
    pieces,
    run,
    spent,
    step,
    wish,
)
from tests.unit.rewards.support import DAY, NOW, TODAY, member

BEFORE_MIDNIGHT = date(2026, 11, 30)


def test_a_parcel_is_held_with_its_points(books: Connection) -> None:
    open_shop(books)
    pay_out(books, 7, 1000)
    (answer,) = run(books, apply_redemptions, wish(7))
    assert isinstance(answer, Redeemed)
    assert answer.balance == 200 == balance(books, member(7))
    assert answer.redemption.state is RedemptionState.HELD
    assert pieces(books, SAMPLE) == 2
    (redemption,) = [bought(books, wish(7))]
    assert held(books, redemption) == (800, 1)


def test_a_coupon_is_paid_for_at_once_and_its_piece_is_held_until_it_is_used(
    books: Connection,
) -> None:
    open_shop(books)
    pay_out(books, 7, 1000)
    redemption = bought(books, wish(7, COUPON))
    again = bought(books, wish(7, COUPON))
    assert redemption.state is RedemptionState.CONFIRMED
    assert redemption.code == again.code == "CODE-wish-five-7"
    assert held(books, again) == (0, 1)
    assert (spent(books), pieces(books, COUPON)) == (400, 2)


def test_a_title_is_carried_at_once_and_does_not_run_out(books: Connection) -> None:
    pay_out(books, 7, 700)
    for number in (1, 2):
        redemption = bought(books, wish(7, TITLE, f"title-{number}"))
        assert redemption.state is RedemptionState.DONE
    assert (spent(books), balance(books, member(7))) == (600, 100)


def test_two_members_in_one_batch_never_get_the_last_piece(books: Connection) -> None:
    open_shop(books)
    for number in range(1, 6):
        pay_out(books, number, 800)
    answers = run(books, apply_redemptions, *(wish(number) for number in range(1, 6)))
    assert [type(answer) for answer in answers] == [Redeemed] * 3 + [OutOfStock] * 2
    assert pieces(books, SAMPLE) == 0
    assert [balance(books, member(number)) for number in range(1, 6)] == [0, 0, 0, 800, 800]


def test_who_comes_too_late_learns_when_a_piece_may_come_back(books: Connection) -> None:
    open_shop(books)
    for number in range(1, 5):
        pay_out(books, number, 800)
        if number < 4:
            bought(books, wish(number, at=NOW + timedelta(minutes=number)))
    (answer,) = run(books, apply_redemptions, wish(4))
    assert answer == OutOfStock(frees_at=NOW + timedelta(minutes=1) + HALF_HOUR)


def test_nothing_can_come_back_once_every_piece_is_on_its_way(books: Connection) -> None:
    open_shop(books)
    for number in range(1, 5):
        pay_out(books, number, 800)
        if number < 4:
            moved(books, step(Step.ADDRESS, bought(books, wish(number))))
    (answer,) = run(books, apply_redemptions, wish(4))
    assert answer == OutOfStock(frees_at=None)


def test_who_has_too_few_points_learns_how_many_are_missing(books: Connection) -> None:
    open_shop(books)
    pay_out(books, 7, 799)
    before = contents(books)
    (answer,) = run(books, apply_redemptions, wish(7))
    assert answer == TooFewPoints(balance=799, missing=1)
    assert contents(books) == before


def test_points_are_spent_once_however_many_wishes_come_together(books: Connection) -> None:
    open_shop(books)
    pay_out(books, 7, 900)
    answers = run(books, apply_redemptions, wish(7), wish(7, COUPON), wish(7, ADVICE))
    assert isinstance(answers[0], Redeemed)
    assert answers[1:] == [TooFewPoints(100, 300), TooFewPoints(100, 400)]


def test_the_same_event_buys_once_and_gets_the_same_redemption(books: Connection) -> None:
    open_shop(books)
    pay_out(books, 7, 5000)
    first, second = run(books, apply_redemptions, wish(7), wish(7))
    (third,) = run(books, apply_redemptions, wish(7))
    numbers = {answer.redemption.redemption_id for answer in (first, second, third)}
    assert len(numbers) == 1
    assert balance(books, member(7)) == 4200


def test_an_event_that_bought_something_else_is_refused(books: Connection) -> None:
    open_shop(books)
    pay_out(books, 7, 5000)
    bought(books, wish(7, key="one"))
    (other,) = run(books, apply_redemptions, wish(7, COUPON, key="one"))
    assert isinstance(other, KeyReused)


def test_a_limit_a_day_ends_with_the_day(books: Connection) -> None:
    goods = limited(COUPON, a_day=1)
    open_shop(books)
    pay_out(books, 7, 5000)
    bought(books, wish(7, goods, "first"))
    (answer,) = run(books, apply_redemptions, wish(7, goods, "second"))
    assert answer == LimitReached(Span.DAY, 1, again_on=TODAY + DAY)
    bought(books, wish(7, goods, "third", on_date=TODAY + DAY))


def test_a_limit_a_month_is_told_with_the_first_of_the_next(books: Connection) -> None:
    goods = limited(COUPON, a_day=1, a_month=1)
    open_shop(books)
    pay_out(books, 7, 5000)
    bought(books, wish(7, goods, "first", on_date=BEFORE_MIDNIGHT))
    (answer,) = run(books, apply_redemptions, wish(7, goods, "second", on_date=BEFORE_MIDNIGHT))
    assert answer == LimitReached(Span.MONTH, 1, again_on=date(2026, 12, 1))
    bought(books, wish(7, goods, "third", on_date=date(2026, 12, 1)))


def test_a_limit_for_good_has_no_next_time(books: Connection) -> None:
    goods = limited(COUPON, ever=1)
    open_shop(books)
    pay_out(books, 7, 5000)
    first, second = run(books, apply_redemptions, wish(7, goods, "a"), wish(7, goods, "b"))
    assert isinstance(first, Redeemed)
    assert second == LimitReached(Span.EVER, 1, again_on=None)


def test_what_was_given_back_does_not_count_towards_a_limit(books: Connection) -> None:
    goods = limited(SAMPLE, ever=1)
    open_shop(books)
    pay_out(books, 7, 5000)
    bought(books, wish(7, goods, "first"))
    assert pass_time(books, NOW + HALF_HOUR) == 1
    bought(books, wish(7, goods, "second"))


def test_a_limit_is_each_members_own(books: Connection) -> None:
    goods = limited(COUPON, ever=1)
    open_shop(books)
    for number in (7, 8):
        pay_out(books, number, 400)
        bought(books, wish(number, goods))


def test_a_level_is_asked_of_what_was_earned_not_of_the_balance(books: Connection) -> None:
    goods = replace(COUPON, level="大锦鲤", least_earned=1500)
    open_shop(books)
    pay_out(books, 7, 5000)
    (low,) = run(books, apply_redemptions, wish(7, goods, "low", earned=1499))
    assert low == LevelTooLow("大锦鲤", missing=1)
    bought(books, wish(7, goods, "high", earned=1500))


def test_coupons_stop_where_the_budget_does(books: Connection) -> None:
    open_shop(books)
    for number in range(1, 5):
        pay_out(books, number, 400)
    answers = run(books, apply_redemptions, *(wish(number, COUPON) for number in range(1, 5)))
    assert [type(answer) for answer in answers] == [Redeemed] * 3 + [OutOfStock]
    assert balance(books, member(4)) == 400


def test_a_higher_face_value_does_not_reach_beyond_the_budget(books: Connection) -> None:
    """A piece that came back was worth 5 yuan; it is not given out as one worth 10."""
    open_shop(books)
    dearer = replace(COUPON, value_fen=1000)
    for number in range(1, 5):
        pay_out(books, number, 800)
    first = bought(books, wish(1, COUPON))
    bought(books, wish(2, COUPON))
    moved(books, step(Step.GIVE_BACK, first))
    assert pieces(books, COUPON) == 2
    bought(books, wish(3, dearer))
    (answer,) = run(books, apply_redemptions, wish(4, dearer))
    assert answer == OutOfStock(None)
    assert spent(books, Currency.COUPON) == 0
