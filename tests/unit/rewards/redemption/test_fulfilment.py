"""From the wish to its end: each step once, and the books follow it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.rewards.ledger.lane import load_lots
from bot.rewards.ledger.ledger import post
from bot.rewards.redemption.fulfilment import (
    ROADS,
    Moved,
    NoSuchRedemption,
    NotNow,
    Step,
    TooLate,
)
from bot.rewards.redemption.goods import GoodsKind
from bot.rewards.redemption.lane import apply_redemptions
from bot.rewards.redemption.redemption import OutOfStock, RedemptionState
from bot.store.connection import Connection
from tests.unit.rewards.redemption.support import (
    ADVICE,
    COUPON,
    HALF_HOUR,
    SAMPLE,
    TITLE,
    USABLE_UNTIL,
    balance,
    bought,
    contents,
    held,
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
from tests.unit.rewards.support import DAY, NOW, gift, member

WEEK = 7 * DAY


@pytest.fixture
def shop(books: Connection) -> Connection:
    """A stocked shop; member 7 has 1000 points."""
    open_shop(books)
    pay_out(books, 7, 1000)
    return books


def test_a_parcel_goes_from_its_address_to_the_member(shop: Connection) -> None:
    redemption = bought(shop, wish(7))
    (confirmed,) = moved(shop, step(Step.ADDRESS, redemption, due_at=NOW + WEEK))
    assert confirmed.after.state is RedemptionState.CONFIRMED
    assert held(shop, redemption) == (800, 1)
    (shipped,) = moved(shop, step(Step.SHIP, redemption, note="SF123", due_at=NOW + 2 * WEEK))
    assert shipped.after.state is RedemptionState.SHIPPED
    assert held(shop, redemption) == (0, 0)
    assert (spent(shop), spent(shop, Currency.GIFT)) == (800, 1)
    assert pass_time(shop, NOW + 2 * WEEK) == 1
    assert pass_time(shop, NOW + 3 * WEEK) == 0


def test_a_whole_way_in_one_batch_is_the_same_as_step_by_step(shop: Connection) -> None:
    redemption = bought(shop, wish(7))
    results = moved(
        shop,
        step(Step.ADDRESS, redemption, due_at=NOW + WEEK),
        step(Step.SHIP, redemption, due_at=NOW + WEEK),
        step(Step.GIVE_BACK, redemption, restocks=True),
    )
    assert [result.after.state for result in results] == [
        RedemptionState.CONFIRMED,
        RedemptionState.SHIPPED,
        RedemptionState.RETURNED,
    ]
    assert balance(shop, member(7)) == 1000
    assert pieces(shop, SAMPLE) == 3


def test_a_step_is_taken_once_and_its_event_gets_the_same_answer(shop: Connection) -> None:
    redemption = bought(shop, wish(7))
    (first,) = moved(shop, step(Step.CANCEL, redemption, "tap"))
    before = contents(shop)
    (again,) = moved(shop, step(Step.CANCEL, redemption, "tap"))
    assert (first.replayed, again.replayed) == (False, True)
    assert again.after.state is RedemptionState.CANCELLED
    assert contents(shop) == before


def test_a_step_that_does_not_fit_says_how_it_stands(shop: Connection) -> None:
    redemption = bought(shop, wish(7))
    (answer,) = moved(shop, step(Step.SHIP, redemption))
    assert isinstance(answer, NotNow)
    assert answer.redemption.state is RedemptionState.HELD


def test_a_number_that_nobody_has_is_no_redemption(shop: Connection) -> None:
    assert moved(shop, step(Step.SHIP, 99)) == [NoSuchRedemption()]


def test_nobody_cancels_what_is_somebody_elses(shop: Connection) -> None:
    redemption = bought(shop, wish(7))
    (answer,) = moved(shop, step(Step.CANCEL, redemption, member_id=MemberId(8)))
    assert answer == NoSuchRedemption()
    (own,) = moved(shop, step(Step.CANCEL, redemption, member_id=MemberId(7)))
    assert isinstance(own, Moved)


def test_without_an_address_in_time_points_and_piece_are_back(shop: Connection) -> None:
    redemption = bought(shop, wish(7))
    assert pass_time(shop, NOW + HALF_HOUR - timedelta(seconds=1)) == 0
    assert pass_time(shop, NOW + HALF_HOUR) == 1
    assert held(shop, redemption) == (0, 0)
    assert balance(shop, member(7)) == 1000
    assert pieces(shop, SAMPLE) == 3


def test_an_address_comes_too_late_even_before_the_job_has_run(shop: Connection) -> None:
    redemption = bought(shop, wish(7))
    (answer,) = moved(shop, step(Step.ADDRESS, redemption, at=NOW + HALF_HOUR))
    assert isinstance(answer, TooLate)


def test_what_is_not_sent_in_time_is_given_back(shop: Connection) -> None:
    redemption = bought(shop, wish(7))
    moved(shop, step(Step.ADDRESS, redemption, due_at=NOW + WEEK))
    pass_time(shop, NOW + WEEK - HALF_HOUR)
    assert held(shop, redemption) == (800, 1)
    pass_time(shop, NOW + WEEK)
    assert balance(shop, member(7)) == 1000


def test_a_code_is_taken_exactly_once(shop: Connection) -> None:
    redemption = bought(shop, wish(7, COUPON))
    (first, second) = moved(
        shop,
        step(Step.VERIFY, redemption, "till-1", NOW + HALF_HOUR),
        step(Step.VERIFY, redemption, "till-2", NOW + HALF_HOUR),
    )
    assert isinstance(first, Moved)
    assert isinstance(second, NotNow)
    assert second.redemption.ended_at == NOW + HALF_HOUR
    assert spent(shop, Currency.COUPON) == 1


def test_a_code_ends_with_its_last_day_and_its_budget_is_free_again(
    shop: Connection,
) -> None:
    redemption = bought(shop, wish(7, COUPON))
    over = NOW + COUPON.days * DAY
    (late,) = moved(shop, step(Step.VERIFY, redemption, at=over))
    assert isinstance(late, TooLate)
    assert pass_time(shop, over) == 1
    assert (balance(shop, member(7)), pieces(shop, COUPON)) == (600, 3)


def test_an_unused_code_is_returned_with_its_points_and_its_piece(shop: Connection) -> None:
    redemption = bought(shop, wish(7, ADVICE))
    moved(shop, step(Step.GIVE_BACK, redemption, note="顾问休假"))
    assert (balance(shop, member(7)), pieces(shop, ADVICE)) == (1000, 2)
    assert spent(shop) == 0


def test_a_returned_parcel_goes_back_on_the_shelf_only_if_that_is_said(
    shop: Connection,
) -> None:
    pay_out(shop, 8, 800)
    first, second = bought(shop, wish(7)), bought(shop, wish(8))
    for redemption, restocks in ((first, False), (second, True)):
        moved(
            shop,
            step(Step.ADDRESS, redemption, due_at=NOW + WEEK),
            step(Step.SHIP, redemption, due_at=NOW + WEEK),
            step(Step.GIVE_BACK, redemption, restocks=restocks),
        )
    assert (pieces(shop, SAMPLE), spent(shop, Currency.GIFT)) == (2, 1)
    assert [balance(shop, member(number)) for number in (7, 8)] == [1000, 800]


def test_a_title_is_given_back_with_its_points(shop: Connection) -> None:
    redemption = bought(shop, wish(7, TITLE))
    moved(shop, step(Step.GIVE_BACK, redemption))
    assert (balance(shop, member(7)), spent(shop)) == (1000, 0)


def test_points_come_back_to_the_lots_they_were_taken_from(books: Connection) -> None:
    open_shop(books)
    for key, expires_on, points in (
        ("spring", date(2027, 3, 31), 500),
        ("autumn", date(2027, 9, 30), 500),
    ):
        earned = gift(key, member(7), points)
        run(books, post, (replace(earned, expires_on=expires_on),))
    redemption = bought(books, wish(7))
    assert load_lots(books, [member(7)])[member(7)] == {"2027-09-30": 200}
    moved(
        books,
        step(Step.ADDRESS, redemption, due_at=NOW + WEEK),
        step(Step.SHIP, redemption, due_at=NOW + WEEK),
        step(Step.GIVE_BACK, redemption),
    )
    assert load_lots(books, [member(7)])[member(7)] == {"2027-03-31": 500, "2027-09-30": 500}


def test_points_that_would_have_ended_meanwhile_can_still_be_used(books: Connection) -> None:
    open_shop(books)
    earned = gift("old", member(7), 800)
    soon = date(2026, 11, 30)
    run(books, post, (replace(earned, expires_on=soon),))
    redemption = bought(books, wish(7))
    moved(books, step(Step.CANCEL, redemption))
    assert load_lots(books, [member(7)])[member(7)] == {USABLE_UNTIL.isoformat(): 800}


def test_a_piece_that_came_back_can_be_had_again(shop: Connection) -> None:
    for number in range(1, 4):
        pay_out(shop, number, 800)
        bought(shop, wish(number))
    (refused,) = run(shop, apply_redemptions, wish(7))
    assert refused == OutOfStock(NOW + HALF_HOUR)
    moved(shop, step(Step.CANCEL, 2))
    bought(shop, wish(7))


def test_what_was_bought_cannot_be_changed_or_deleted(shop: Connection) -> None:
    bought(shop, wish(7))
    for statement in (
        "UPDATE redemption SET points = 1",
        "DELETE FROM redemption",
        "UPDATE redemption_step SET note = 'x'",
        "DELETE FROM redemption_step",
    ):
        with pytest.raises(Exception, match=r"does not change|is a fact"):
            shop.execute(statement)


def test_every_kind_and_step_leads_somewhere_or_is_no_road() -> None:
    for (kind, _), states in ROADS.items():
        for before, after in states.items():
            assert before is not after
            assert (after is RedemptionState.LAPSED) <= kind.has_code
            assert (after is RedemptionState.SHIPPED) <= (kind is GoodsKind.PARCEL)
