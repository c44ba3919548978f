"""Holds: kept aside once, ended once, and back to where it came from."""

from datetime import timedelta

import pytest

from bot.core.errors import Insufficient, KeyReused
from bot.core.money import Currency
from bot.rewards.ledger.holds import (
    Hold,
    HoldEnd,
    HoldRequest,
    HoldState,
    due_holds,
    end_holds,
    place_holds,
)
from bot.rewards.ledger.lane import load_lots, post
from bot.rewards.ledger.transfers import AccountKind, AccountRef, Reason, Transfer
from bot.store.connection import Connection
from tests.unit.rewards.support import DAY, NOW, TODAY, balance, gift, member, run

SPENT = AccountRef.house(AccountKind.SPENT)


def wish(key: str = "one", amount: int = 30, who: int = 5) -> HoldRequest:
    return HoldRequest(key, member(who), amount, "a test", "tester", NOW, NOW + DAY)


def end(hold: Hold, state: HoldState) -> HoldEnd:
    return HoldEnd(hold.hold_id, state, "tester", NOW)


@pytest.fixture
def rich(books: Connection) -> Connection:
    run(books, post, (gift("start", member(5), 100),))
    return books


def placed(books: Connection, request: HoldRequest) -> Hold:
    (hold,) = run(books, place_holds, request)
    assert isinstance(hold, Hold)
    return hold


def test_what_is_held_cannot_be_spent(rich: Connection) -> None:
    hold = placed(rich, wish())

    assert hold.state is HoldState.PENDING
    assert balance(rich, member(5)) == 70
    assert balance(rich, hold.account) == 30


def test_the_same_wish_again_finds_its_hold(rich: Connection) -> None:
    assert placed(rich, wish()) == placed(rich, wish())
    assert run(rich, place_holds, wish("two"), wish("two"))[0].hold_id == 2
    assert balance(rich, member(5)) == 40


def test_a_key_with_another_wish_is_refused(rich: Connection) -> None:
    placed(rich, wish())
    (answer,) = run(rich, place_holds, wish(amount=31))
    assert isinstance(answer, KeyReused)


def test_who_has_too_little_is_refused_and_his_neighbours_are_not(rich: Connection) -> None:
    first, second, third = run(rich, place_holds, wish("a", 60), wish("b", 60), wish("c", 40))

    assert isinstance(second, Insufficient)
    assert (first.state, third.state) == (HoldState.PENDING, HoldState.PENDING)
    assert balance(rich, member(5)) == 0


def test_a_posted_hold_is_spent(rich: Connection) -> None:
    hold = placed(rich, wish())

    (after,) = run(rich, end_holds, end(hold, HoldState.POSTED))

    assert after.state is HoldState.POSTED
    assert (balance(rich, hold.account), balance(rich, SPENT)) == (0, 30)


@pytest.mark.parametrize("state", [HoldState.VOIDED, HoldState.EXPIRED])
def test_a_voided_hold_returns_to_its_own_lots(books: Connection, state: HoldState) -> None:
    until = TODAY + 40 * DAY
    run(books, post, (_lasting("start", 100, until),))
    hold = placed(books, wish())

    (after,) = run(books, end_holds, end(hold, state))

    assert after.state is state
    assert load_lots(books, [member(5)]) == {member(5): {until.isoformat(): 100}}


def test_a_hold_ends_once(rich: Connection) -> None:
    hold = placed(rich, wish())

    posted, voided = run(rich, end_holds, end(hold, HoldState.POSTED), end(hold, HoldState.VOIDED))
    (again,) = run(rich, end_holds, end(hold, HoldState.VOIDED))

    assert posted == voided == again
    assert balance(rich, SPENT) == 30


def test_the_same_wish_after_the_end_finds_how_it_ended(rich: Connection) -> None:
    hold = placed(rich, wish())
    run(rich, end_holds, end(hold, HoldState.VOIDED))

    assert placed(rich, wish()).state is HoldState.VOIDED
    assert balance(rich, member(5)) == 100


def test_stock_can_be_held_for_a_member(books: Connection) -> None:
    shelf = AccountRef.stock("tea")
    run(books, post, (_stocked(shelf, 2),))
    hold = placed(books, HoldRequest("tea", shelf, 1, "a test", "tester", NOW))
    taker = AccountRef.member(5, Currency.GIFT)  # type: ignore[arg-type]

    run(books, end_holds, HoldEnd(hold.hold_id, HoldState.POSTED, "tester", NOW, taker))

    assert (balance(books, shelf), balance(books, taker)) == (1, 1)


def test_holds_are_due_when_their_time_is_over(rich: Connection) -> None:
    hold = placed(rich, wish())

    assert due_holds(rich, NOW + DAY - timedelta(seconds=1)) == []
    assert due_holds(rich, NOW + DAY) == [hold]

    run(rich, end_holds, end(hold, HoldState.EXPIRED))
    assert due_holds(rich, NOW + DAY) == []


def _lasting(key: str, amount: int, until: object) -> Transfer:
    return Transfer(
        key=key,
        debit=AccountRef.issuance(),
        credit=member(5),
        amount=amount,
        reason=Reason.ADJUSTMENT,
        reference="a test",
        actor="tester",
        at=NOW,
        expires_on=until,  # type: ignore[arg-type]
    )


def _stocked(shelf: AccountRef, units: int) -> Transfer:
    return Transfer(
        key="stock",
        debit=AccountRef.issuance(Currency.GIFT),
        credit=shelf,
        amount=units,
        reason=Reason.STOCKED,
        reference="a test",
        actor="tester",
        at=NOW,
    )
