"""What was won reaches its winner, once, or goes to somebody else; never both, never neither."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.core.errors import KeyReused
from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.rewards.ledger.ledger import AccountRef
from bot.rewards.redemption.addresses import apply_addresses
from bot.rewards.redemption.fulfilment import Moved, NotNow, Step
from bot.rewards.redemption.goods import GoodsKind
from bot.rewards.redemption.lane import apply_steps
from bot.rewards.redemption.redemption import Redemption, RedemptionState
from bot.rewards.redemption.winnings import (
    ClaimWish,
    GiftClaimed,
    GiftLapsed,
    NoSuchGift,
    apply_claims,
    apply_issues,
)
from bot.store.connection import Connection
from tests.support.stores import in_transaction
from tests.unit.rewards.lottery.support import draw, gift, prize, publish, settle, wish
from tests.unit.rewards.redemption.support import (
    balance,
    claim,
    contents,
    give_address,
    issue,
    moved,
    pass_time,
    run,
    spent,
    step,
)
from tests.unit.rewards.support import DAY, NOW, Watched

WINNER = 7
HIS_GIFTS = AccountRef.member(MemberId(WINNER), Currency.GIFT)
STOCK = AccountRef.stock("lottery/1/sample")
UNTIL = NOW + 2 * DAY
"""Until then the gift can be claimed."""


class Died(BaseException):
    """The process ends here."""


@pytest.fixture
def won(books: Connection) -> Connection:
    """Member 7 has won two pieces of a gift, which can be claimed for two days: win 1."""
    publish(books, gift(amount=2, stock=1), claim_days=2)
    draw(books, wish(WINNER, "draw"))
    return books


def claimed(books: Connection, asked: ClaimWish | None = None) -> Redemption:
    """Claim what must be given."""
    (answer,) = run(books, apply_claims, asked or claim())
    assert isinstance(answer, GiftClaimed), answer
    return answer.redemption


def win_state(books: Connection, win_id: int = 1) -> str:
    row = books.execute("SELECT state FROM lottery_win WHERE id = ?", (win_id,)).fetchone()
    return str(row["state"])


def in_hold(books: Connection, redemption: Redemption) -> int:
    assert redemption.piece_hold is not None
    return balance(books, AccountRef.hold(redemption.piece_hold, Currency.GIFT))


def test_a_claimed_gift_waits_for_an_address_and_costs_nothing(won: Connection) -> None:
    assert balance(won, HIS_GIFTS) == 2
    redemption = claimed(won)
    assert (redemption.kind, redemption.state) == (GoodsKind.PARCEL, RedemptionState.HELD)
    assert (redemption.points, redemption.pieces, redemption.win_id) == (0, 2, 1)
    assert (balance(won, HIS_GIFTS), in_hold(won, redemption)) == (0, 2)
    assert win_state(won) == "claimed"


def test_a_won_parcel_is_addressed_sent_and_done_by_the_same_steps_as_a_bought_one(
    won: Connection,
) -> None:
    redemption = claimed(won)
    assert [it.redemption_id for it in give_address(won).confirmed] == [redemption.redemption_id]
    (sent,) = moved(won, step(Step.SHIP, redemption, due_at=NOW + DAY))
    assert isinstance(sent, Moved)
    assert (in_hold(won, redemption), spent(won, Currency.GIFT)) == (0, 2)
    assert pass_time(won, NOW + DAY) == 1
    settle(won, NOW + 7 * DAY)
    assert win_state(won) == "claimed"


def test_the_same_claim_again_and_any_other_get_the_same_redemption(won: Connection) -> None:
    first, again, other = run(won, apply_claims, claim(), claim(), claim("other"))
    assert (first.replayed, again.replayed, other.replayed) == (False, True, True)
    assert first.redemption == again.redemption == other.redemption


def test_an_event_that_claimed_one_gift_claims_no_other(books: Connection) -> None:
    publish(books, gift(stock=2))
    draw(books, wish(WINNER, "a"), wish(WINNER, "b"))
    claimed(books, claim("once"))
    with pytest.raises(KeyReused):
        raise run(books, apply_claims, claim("once", win_id=2))[0]


def test_anothers_gift_and_none_at_all_cannot_be_claimed(won: Connection) -> None:
    before = contents(won)
    assert run(won, apply_claims, claim(who=8), claim(win_id=9)) == [NoSuchGift(), NoSuchGift()]
    assert contents(won) == before


def test_in_the_moment_of_its_end_a_claim_is_too_late(won: Connection) -> None:
    (answer,) = run(won, apply_claims, claim(at=UNTIL))
    assert isinstance(answer, GiftLapsed)
    settle(won, UNTIL)
    (answer,) = run(won, apply_claims, claim(at=UNTIL))
    assert isinstance(answer, GiftLapsed)
    assert (balance(won, HIS_GIFTS), balance(won, STOCK)) == (0, 2)


def test_the_address_is_waited_for_as_long_as_the_gift_could_be_claimed(won: Connection) -> None:
    assert claimed(won).due_at == UNTIL


def test_who_claims_at_the_last_minute_has_time_to_tell_his_address(won: Connection) -> None:
    late = claimed(won, claim(at=UNTIL - timedelta(minutes=1)))
    assert late.due_at == UNTIL + timedelta(minutes=29)


def test_a_gift_whose_address_never_comes_goes_back_into_stock(won: Connection) -> None:
    redemption = claimed(won)
    assert pass_time(won, UNTIL - timedelta(seconds=1)) == 0
    assert pass_time(won, UNTIL) == 1
    assert (win_state(won), balance(won, HIS_GIFTS)) == ("open", 2)
    settle(won, UNTIL)
    assert (win_state(won), balance(won, HIS_GIFTS), balance(won, STOCK)) == ("lapsed", 0, 2)
    assert in_hold(won, redemption) == 0
    settle(won, NOW + 7 * DAY)
    assert balance(won, AccountRef.issuance(Currency.GIFT)) == 0


def test_without_an_address_a_drawn_gift_goes_once_to_the_next_in_the_order(
    books: Connection,
) -> None:
    publish(books, gift("cream", weight=0, stock=1), mode="at_time", claim_days=1)
    draw(books, *[wish(number, f"e{number}") for number in (1, 2, 3)])
    ends = NOW + 7 * DAY
    settle(books, ends)
    (winner,) = books.execute("SELECT member_id FROM lottery_win").fetchone()
    claimed(books, claim(who=winner, at=ends))
    pass_time(books, ends + DAY)
    settle(books, ends + DAY)
    states = books.execute("SELECT state, follows FROM lottery_win ORDER BY id").fetchall()
    assert [tuple(row) for row in states] == [("lapsed", None), ("open", 1)]


def test_what_a_member_cancels_he_may_claim_again_in_time(won: Connection) -> None:
    first = claimed(won)
    moved(won, step(Step.CANCEL, first, member_id=MemberId(WINNER)))
    assert (win_state(won), balance(won, HIS_GIFTS)) == ("open", 2)
    second = claimed(won, claim("again"))
    assert second.redemption_id != first.redemption_id
    (answer,) = run(won, apply_claims, claim())
    assert answer.redemption.redemption_id == first.redemption_id, "the first event's for ever"
    assert balance(won, HIS_GIFTS) == 0


def test_time_takes_no_gift_away_that_the_house_did_not_send(won: Connection) -> None:
    redemption = claimed(won)
    give_address(won)
    assert pass_time(won, NOW + 90 * DAY) == 0
    (sent,) = moved(won, step(Step.SHIP, redemption, at=NOW + 90 * DAY, due_at=NOW + 91 * DAY))
    assert isinstance(sent, Moved)


def test_a_returned_gift_is_the_winners_to_claim_again_when_it_is_whole(won: Connection) -> None:
    redemption = claimed(won)
    give_address(won)
    moved(won, step(Step.SHIP, redemption, due_at=NOW + DAY))
    moved(won, step(Step.GIVE_BACK, redemption, restocks=True, note="没人收"))
    assert (win_state(won), balance(won, HIS_GIFTS), spent(won, Currency.GIFT)) == ("open", 2, 0)


def test_a_returned_gift_that_is_broken_is_gone(won: Connection) -> None:
    redemption = claimed(won)
    give_address(won)
    moved(won, step(Step.SHIP, redemption, due_at=NOW + DAY))
    moved(won, step(Step.GIVE_BACK, redemption, note="破损"))
    assert (win_state(won), balance(won, HIS_GIFTS)) == ("claimed", 0)
    assert spent(won, Currency.GIFT) == 2


# Coupons


@pytest.fixture
def coupon(books: Connection) -> Connection:
    """Member 7 has won a coupon of 20 yuan: win 1."""
    publish(books, prize("off", kind="coupon", amount=1, value_fen=2000, stock=1))
    draw(books, wish(WINNER, "draw"))
    return books


def test_a_won_coupon_becomes_one_code(coupon: Connection) -> None:
    first, again = run(coupon, apply_issues, issue(), issue(code="OTHER"))
    assert again is None
    assert (first.kind, first.state) == (GoodsKind.COUPON, RedemptionState.CONFIRMED)
    assert (first.code, first.value_fen, first.points) == ("CODE", 2000, 0)
    assert balance(coupon, AccountRef.member(MemberId(WINNER), Currency.COUPON)) == 0
    (used,) = moved(coupon, step(Step.VERIFY, first))
    assert isinstance(used, Moved)
    assert spent(coupon, Currency.COUPON) == 1


def test_a_won_code_that_nobody_used_is_gone(coupon: Connection) -> None:
    run(coupon, apply_issues, issue())
    assert pass_time(coupon, NOW + 30 * DAY) == 1
    assert balance(coupon, AccountRef.member(MemberId(WINNER), Currency.COUPON)) == 0
    assert spent(coupon, Currency.COUPON) == 1


def test_a_won_code_is_not_taken_back(coupon: Connection) -> None:
    (given,) = run(coupon, apply_issues, issue())
    assert isinstance(moved(coupon, step(Step.GIVE_BACK, given))[0], NotNow)


# Crashes


def lives(books: Connection) -> list[tuple[Any, Any]]:
    """Everything that befalls win 1, in order: the lane and its item."""
    return [
        (apply_claims, claim()),
        (apply_steps, step(Step.CANCEL, 1, member_id=MemberId(WINNER))),
        (apply_claims, claim("again")),
        (apply_addresses, None),
        (apply_steps, step(Step.SHIP, 2, due_at=NOW + DAY)),
        (apply_steps, step(Step.GIVE_BACK, 2, restocks=True)),
    ]


def test_a_crash_between_any_two_statements_leaves_all_of_a_step_or_nothing(
    won: Connection,
) -> None:
    for apply, item in lives(won):
        if item is None:
            give_address(won)
            continue
        before = (contents(won), win_state(won))
        for statements in range(30):
            doomed = partial(_and_die, apply, won, item, statements)
            with suppress(Died):
                in_transaction(won, doomed)
            assert (contents(won), win_state(won)) == before
        run(won, apply, item)
        after = (contents(won), win_state(won))
        run(won, apply, item)
        assert (contents(won), win_state(won)) == after, "once more changes nothing"


def _and_die(lane: Any, connection: Any, item: Any, statements: int) -> None:
    """The process ends before the statement of this number, or at last before the commit."""
    left = iter(range(statements))

    def before(_statement: str) -> None:
        if next(left, None) is None:
            raise Died

    lane(Watched(connection, before), [item])
    raise Died


def test_the_database_itself_gives_a_win_one_redemption_at_a_time(won: Connection) -> None:
    claimed(won)
    won.execute("UPDATE lottery_win SET state = 'open' WHERE id = 1")
    with pytest.raises(Exception, match=r"(?i)unique|holds"):
        run(won, apply_claims, claim("another"))
    won.execute("UPDATE lottery_win SET state = 'claimed' WHERE id = 1")
