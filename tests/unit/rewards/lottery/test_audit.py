"""The audit of lotteries: clean after a full life, and every kind of damage is found."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.rewards.audit.checks import Check
from bot.rewards.audit.lottery import LOTTERY
from bot.rewards.audit.redemption import REDEMPTION
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.transfers import AccountKind, AccountRef, Reason, Transfer
from bot.rewards.redemption.winnings import apply_claims, apply_issues
from bot.store.connection import Connection
from tests.support.stores import memory_database
from tests.unit.rewards.redemption.support import claim, issue
from tests.unit.rewards.support import DAY, NOW, add_members, run

from .support import ENDS, blank, drawn, gift, give, prize, publish, settle, wish


@pytest.fixture
def lived() -> Iterator[Connection]:
    """An instant lottery with a fee, and a drawn one whose gift went to a second winner.

    Of a third one a gift was claimed and a coupon was given as a code.
    """
    with closing(memory_database()) as books:
        add_members(books, 20)
        publish(books, prize(stock=3), gift(stock=1), blank(), fee_points=2)
        for number in range(1, 9):
            give(books, number, 50)
        drawn(books, *[wish(number, f"a{number}") for number in range(1, 5)])
        second = publish(books, gift("cream", weight=0, stock=1), mode="at_time", key="evening")
        wishes = [wish(n, f"b{n}", lottery_id=second.lottery_id) for n in range(1, 9)]
        drawn(books, *wishes)
        coupon = prize("off", kind="coupon", amount=1, value_fen=500, stock=1)
        for number, won in ((3, gift("tea", stock=1)), (4, coupon)):
            publish(books, won, key=f"sure{number}")
            drawn(books, wish(9, f"c{number}", lottery_id=number))
        tea, off = books.execute("SELECT id FROM lottery_win WHERE member_id = 9").fetchall()
        run(books, apply_claims, claim(win_id=tea["id"], who=9))
        run(books, apply_issues, issue(win_id=off["id"]))
        settle(books)
        settle(books, ENDS + 7 * DAY)
        yield books


def broken(books: Connection) -> set[str]:
    """The names of the checks that find something."""
    return {check.name for check in LOTTERY if _exceptions(books, check)}


def _exceptions(books: Connection, check: Check) -> list[str]:
    parameters = (0,) * check.exceptions.count("?")
    return [row[0] for row in books.execute(check.exceptions, parameters).fetchall()]


def test_a_full_life_leaves_nothing_to_find(lived: Connection) -> None:
    assert broken(lived) == set()
    for check in LOTTERY:
        (count,) = lived.execute(check.counted, (0,) * check.counted.count("?")).fetchone()
        assert count > 0, check.name


@dataclass(frozen=True)
class Damage:
    statement: str
    found_by: str


DAMAGES = (
    Damage("DELETE FROM lottery_draw WHERE position = 7 AND lottery_id = 2", "lottery_numbers"),
    Damage("UPDATE lottery_draw SET number = 5 WHERE position = 2", "lottery_numbers"),
    Damage("UPDATE lottery_prize SET won = 0", "lottery_stock"),
    Damage("UPDATE lottery_win SET member_id = 19", "lottery_winner"),
    Damage("UPDATE lottery_win SET member_id = 19", "lottery_paid"),
    Damage("UPDATE lottery_win SET follows = NULL", "lottery_stock"),
    Damage("UPDATE lottery_win SET state = 'open' WHERE state = 'lapsed'", "lottery_winner"),
    Damage("UPDATE lottery_win SET amount = amount + 1", "lottery_paid"),
    Damage("UPDATE lottery_win SET state = 'claimed' WHERE state = 'lapsed'", "lottery_paid"),
    Damage("UPDATE lottery_win SET state = 'open' WHERE state = 'claimed'", "lottery_claimed"),
    Damage("UPDATE redemption SET state = 'expired' WHERE win_id IS NOT NULL", "lottery_claimed"),
    Damage("UPDATE redemption SET win_id = 99, kind = 'parcel'", "lottery_claimed"),
    Damage(
        "UPDATE redemption SET win_id = (SELECT max(id) FROM lottery_win WHERE kind = 'coupon')",
        "lottery_codes",
    ),
    Damage("UPDATE lottery_draw SET fee = fee + 1 WHERE lottery_id = 1", "lottery_fee"),
    Damage("DELETE FROM lottery_win WHERE kind = 'points'", "lottery_cause"),
)


@pytest.mark.parametrize(
    "damage", DAMAGES, ids=lambda damage: f"{damage.found_by}: {damage.statement}"
)
def test_each_damage_is_found(lived: Connection, damage: Damage) -> None:
    triggers = lived.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        lived.execute(f"DROP TRIGGER {name}")
    lived.execute("DROP INDEX redemption_of_a_win")
    lived.execute("PRAGMA foreign_keys = OFF")
    lived.execute("PRAGMA ignore_check_constraints = ON")
    lived.execute(damage.statement)
    assert damage.found_by in broken(lived)


@pytest.mark.parametrize(
    "change",
    ["member_id = 8", "pieces = pieces + 1", "item = 'lottery/1/ten'", "kind = 'code'"],
)
def test_what_was_redeemed_as_won_and_was_not_is_found(lived: Connection, change: str) -> None:
    lived.execute("DROP TRIGGER redemption_terms_stay")
    lived.execute("PRAGMA ignore_check_constraints = ON")
    (check,) = (check for check in REDEMPTION if check.name == "redemption_won")
    assert isinstance(check, Check)
    assert _exceptions(lived, check) == []
    lived.execute(f"UPDATE redemption SET {change}")
    assert _exceptions(lived, check)


def test_pieces_that_stay_in_a_lottery_that_is_over_are_found(lived: Connection) -> None:
    stray = Transfer(
        key="stray",
        debit=AccountRef.issuance(Currency.GIFT),
        credit=AccountRef.stock("lottery/1/sample", Currency.GIFT),
        amount=1,
        reason=Reason.STOCKED,
        reference="lottery/1",
        actor="tester",
        at=NOW,
    )
    run(lived, post_all, (stray,))
    assert broken(lived) == {"lottery_rest"}


def test_a_fee_without_a_draw_is_found(lived: Connection) -> None:
    stray = Transfer(
        key="lottery/1/99/fee",
        debit=AccountRef.member(MemberId(8)),
        credit=AccountRef.house(AccountKind.SPENT),
        amount=2,
        reason=Reason.LOTTERY_FEE,
        reference="lottery/1",
        actor="tester",
        at=NOW,
    )
    run(lived, post_all, (stray,))
    assert broken(lived) == {"lottery_cause"}
