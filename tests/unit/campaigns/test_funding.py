"""The money of campaigns: given once, by who may, up to the budget; the rest goes back."""

from dataclasses import replace

import pytest

from bot.campaigns.funding import (
    CampaignOver,
    CashAsked,
    CashGiven,
    CashTooLate,
    NeedsAnother,
    NoSuchCash,
    OverBudget,
)
from bot.campaigns.funds import apply_cash_wishes, apply_confirmations, apply_levels
from bot.core.errors import KeyReused
from bot.rewards.packets.gate import Purse
from bot.rewards.packets.lane import apply_claims, apply_expiries, apply_opens
from bot.rewards.packets.packet import OpenedPacket, PacketRefused, RefusedBecause
from bot.settings.schema.rewards.budgets import Budget, Budgets
from bot.store.connection import Connection
from tests.unit.campaigns.support import (
    FEN,
    POINTS,
    SECOND,
    SPRING,
    cash,
    cash_packet,
    confirmation,
    give_money,
    level,
)
from tests.unit.rewards.support import DAY, NOW, balance, claim, opened, packet, run


def moves(books: Connection) -> int:
    """How many moves there were."""
    return int(books.execute("SELECT count(*) FROM campaign_fund").fetchone()[0])


def test_a_campaign_is_given_its_points_once_however_often_the_clock_looks(
    books: Connection,
) -> None:
    run(books, apply_levels, level(), level())
    run(books, apply_levels, level())

    assert balance(books, POINTS) == 1000
    assert balance(books, FEN) == 0, "cash does not come by itself"
    assert moves(books) == 1


def test_a_changed_file_moves_the_difference_but_not_what_was_spent(books: Connection) -> None:
    run(books, apply_levels, level(1000))
    opened(books, packet("p", 400, 4, purse=Purse.CAMPAIGN, campaign=SPRING))

    run(books, apply_levels, level(1200))
    assert balance(books, POINTS) == 800
    run(books, apply_levels, level(500))
    assert balance(books, POINTS) == 100
    run(books, apply_levels, level(300))
    assert balance(books, POINTS) == 0
    run(books, apply_levels, level(450))
    assert balance(books, POINTS) == 50


def test_when_it_is_over_the_rest_goes_back_and_so_does_what_packets_return_later(
    books: Connection,
) -> None:
    give_money(books)
    opened(books, cash_packet())
    over = level(0, 0)

    run(books, apply_levels, over)
    assert (balance(books, POINTS), balance(books, FEN)) == (0, 0)
    run(books, apply_claims, claim(1, 5))
    run(books, apply_expiries, NOW + DAY)
    assert balance(books, FEN) == 200
    run(books, apply_levels, over)
    run(books, apply_levels, over)
    assert balance(books, FEN) == 0


def test_cash_is_asked_for_and_confirmed_and_given_once(books: Connection) -> None:
    (asked,) = run(books, apply_cash_wishes, cash())
    assert isinstance(asked, CashAsked)
    assert balance(books, FEN) == 0

    given = run(books, apply_confirmations, confirmation(), confirmation())
    again = run(books, apply_confirmations, confirmation())
    other = run(books, apply_confirmations, confirmation(key="more"))

    assert isinstance(given[0], CashGiven)
    assert given == again * 2
    assert given[0].balance == balance(books, FEN) == 3000
    assert other == [NoSuchCash()]


def test_the_same_wish_again_gets_its_first_answer_and_no_other_number(books: Connection) -> None:
    first = run(books, apply_cash_wishes, cash(), cash())

    assert first[0] == first[1]
    (reused,) = run(books, apply_cash_wishes, cash(amount=1))
    assert isinstance(reused, KeyReused)


@pytest.mark.parametrize(("amount", "second"), [(4000, False), (4001, True)])
def test_above_an_amount_another_operator_confirms(
    books: Connection, amount: int, *, second: bool
) -> None:
    run(books, apply_cash_wishes, cash(amount=amount))

    (own,) = run(books, apply_confirmations, confirmation())

    assert (own == NeedsAnother()) is second
    if second:
        (other,) = run(books, apply_confirmations, confirmation(key="b", operator_id=SECOND))
        assert isinstance(other, CashGiven)
    assert balance(books, FEN) == amount


def test_cash_ends_at_the_budget_when_asked_and_when_confirmed(books: Connection) -> None:
    run(books, apply_cash_wishes, cash("a", 3000), cash("b", 3000))
    (over,) = run(books, apply_cash_wishes, cash("c", 5001))
    run(books, apply_confirmations, confirmation(1, "yes-1"))

    (late,) = run(books, apply_confirmations, confirmation(2, "yes-2"))

    assert over == OverBudget(5000, 5000)
    assert late == OverBudget(5000, 2000)
    assert balance(books, FEN) == 3000


def test_what_waited_too_long_or_for_a_campaign_that_is_over_is_not_given(
    books: Connection,
) -> None:
    run(books, apply_cash_wishes, cash())

    late = confirmation(at=NOW + DAY)
    assert run(books, apply_confirmations, late) == [CashTooLate(NOW + DAY)]
    assert run(books, apply_confirmations, confirmation(budgets=())) == [CampaignOver()]
    assert run(books, apply_confirmations, confirmation(7)) == [NoSuchCash()]
    assert balance(books, FEN) == 0


# 现金 in the budgets of a day and a month


def small(**limits: int) -> Budgets:
    """So much cash may be promised."""
    return Budgets(fen=Budget(**limits))


def counted(books: Connection) -> dict[str, int]:
    """What the budgets count in fen."""
    rows = books.execute("SELECT period, spent FROM budget_spent WHERE currency = 'fen'")
    return {row["period"]: row["spent"] for row in rows}


def test_cash_is_counted_when_its_packet_is_opened_and_a_repeat_counts_nothing(
    books: Connection,
) -> None:
    give_money(books)

    run(books, apply_opens, cash_packet(), cash_packet())
    run(books, apply_opens, cash_packet())

    assert counted(books) == {"day/2026-11-22": 400, "month/2026-11": 400}


@pytest.mark.parametrize("limit", ["a_day", "a_month"])
def test_a_spent_budget_stops_the_next_packet_of_cash(books: Connection, limit: str) -> None:
    give_money(books)
    limits = small(**{limit: 700})

    first, second, third = run(
        books,
        apply_opens,
        cash_packet("a", budgets=limits),
        cash_packet("b", budgets=limits),
        cash_packet("c", 200, budgets=limits),
    )

    assert isinstance(first, OpenedPacket)
    assert isinstance(second, PacketRefused)
    assert (second.reason, second.data["left"]) == (RefusedBecause.BUDGET_SPENT, 300)
    assert second.opens_on is not None
    assert isinstance(third, OpenedPacket)


def test_what_no_budget_will_ever_allow_says_so(books: Connection) -> None:
    give_money(books)

    (refused,) = run(books, apply_opens, cash_packet(budgets=small(a_day=399)))

    assert (refused.reason, refused.opens_on) == (RefusedBecause.BUDGET_SPENT, None)
    assert counted(books) == {}


def test_cash_that_nobody_claimed_is_taken_off_its_day_again(books: Connection) -> None:
    give_money(books)
    opened(books, cash_packet())
    run(books, apply_claims, claim(1, 5))

    run(books, apply_expiries, NOW + DAY)

    assert counted(books) == {"day/2026-11-22": 200, "month/2026-11": 200}


def test_points_of_packets_are_no_cash(books: Connection) -> None:
    opened(books, packet("p", 400, 4))

    assert counted(books) == {}
    assert replace(level(), points=3).of(FEN.currency) == 5000
