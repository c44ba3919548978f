"""Points that expire: which are used first, where they return to, and when they end."""

from datetime import date, timedelta

import pytest

from bot.core.ids import MemberId
from bot.rewards.ledger.expiry import Expiry as ExpiryLane
from bot.rewards.ledger.expiry import _End, _end_lots
from bot.rewards.ledger.lane import load_lots, post
from bot.rewards.ledger.lots import NEVER, expiry_of
from bot.rewards.ledger.transfers import AccountKind, AccountRef, Reason, Transfer
from bot.settings.schema.rewards.points import Expiry, Points
from bot.store.connection import Connection
from tests.unit.rewards.conftest import House
from tests.unit.rewards.support import (
    NOW,
    TODAY,
    add_referral,
    balance,
    clawback,
    gift,
    member,
    rewards,
    run,
)

SOON, LATER = date(2026, 12, 31), date(2027, 12, 31)


def earn(key: str, amount: int, until: date | None, who: int = 5) -> Transfer:
    return Transfer(
        key=key,
        debit=AccountRef.issuance(),
        credit=member(who),
        amount=amount,
        reason=Reason.ADJUSTMENT,
        reference="a test",
        actor="tester",
        at=NOW,
        expires_on=until,
    )


def spend(key: str, amount: int, who: int = 5) -> Transfer:
    return Transfer(
        key=key,
        debit=member(who),
        credit=AccountRef.issuance(),
        amount=amount,
        reason=Reason.ADJUSTMENT,
        reference="a test",
        actor="tester",
        at=NOW,
    )


def lots(books: Connection, who: int = 5) -> dict[str, int]:
    return load_lots(books, [member(who)]).get(member(who), {})


@pytest.mark.parametrize(
    ("rules", "day"),
    [
        ({"expiry": "never"}, None),
        ({"expiry": "days", "days": 30}, date(2026, 12, 22)),
        ({"expiry": "month_end", "days": 30}, date(2026, 12, 31)),
        ({"expiry": "month_end", "days": 365}, date(2027, 11, 30)),
        ({"expiry": "next_year_end"}, date(2027, 12, 31)),
    ],
)
def test_what_is_earned_today_lasts_as_the_rules_say(
    rules: dict[str, object], day: date | None
) -> None:
    assert expiry_of(Points.model_validate(rules), TODAY) == day


def test_every_way_of_expiring_has_a_rule() -> None:
    assert all(expiry_of(Points(expiry=way), TODAY) != TODAY for way in Expiry)


def test_what_expires_first_is_spent_first(books: Connection) -> None:
    run(books, post, (earn("a", 10, LATER),), (earn("b", 10, SOON),), (earn("c", 10, None),))

    run(books, post, (spend("s", 15),))

    assert lots(books) == {LATER.isoformat(): 5, NEVER: 10}


def test_one_batch_sees_the_lots_that_it_made(books: Connection) -> None:
    run(books, post, (earn("a", 10, LATER),), (earn("b", 10, SOON),), (spend("s", 15),))

    assert lots(books) == {LATER.isoformat(): 5}


def test_points_of_one_day_share_a_lot(books: Connection) -> None:
    run(books, post, (earn("a", 10, SOON),))
    run(books, post, (earn("b", 7, SOON),), (spend("s", 2),), (earn("c", 1, SOON),))

    assert lots(books) == {SOON.isoformat(): 16}


def test_what_is_taken_back_goes_out_of_its_own_lot(books: Connection) -> None:
    run(books, post, (earn("a", 10, SOON),), (earn("b", 10, LATER),))

    back = gift("undo", AccountRef.issuance(), 10, member(5), reverses="b")
    run(books, post, (back,))

    assert lots(books) == {SOON.isoformat(): 10}


def test_what_is_given_back_returns_to_the_lots_it_came_from(books: Connection) -> None:
    run(books, post, (earn("a", 10, SOON),), (earn("b", 10, LATER),), (spend("s", 15),))

    run(books, post, (_undone("s", 15),))

    assert lots(books) == {SOON.isoformat(): 10, LATER.isoformat(): 10}


def test_what_is_given_back_can_be_used_for_a_while(books: Connection) -> None:
    run(books, post, (earn("a", 10, SOON),), (spend("s", 4),))

    run(books, post, (_undone("s", 4, usable_until=LATER),))

    assert lots(books) == {SOON.isoformat(): 6, LATER.isoformat(): 4}


def test_earnings_repay_a_debt_before_they_become_a_lot(books: Connection) -> None:
    first, _ = rewards(add_referral(books, 5, 6), 5, 6)
    run(books, post, (first,), (spend("s", 900),))
    run(books, post, (clawback(first),))
    assert balance(books, member(5)) == -900
    assert lots(books) == {}

    run(books, post, (earn("a", 950, SOON),))

    assert balance(books, member(5)) == 50
    assert lots(books) == {SOON.isoformat(): 50}
    _settle(books, first)


def test_the_database_itself_keeps_lots_from_falling_below_zero(books: Connection) -> None:
    run(books, post, (earn("a", 10, SOON),))
    with pytest.raises(Exception, match=r"(?i)check"):
        run(books, lambda connection, _: [connection.execute("UPDATE lot SET points = -1")], None)


def test_points_end_after_their_last_day_and_not_before(books: Connection) -> None:
    run(books, post, (earn("a", 10, SOON),), (earn("b", 7, LATER),), (earn("c", 3, SOON, who=6),))

    assert run(books, _end_lots, _End(SOON, NOW)) == [0]
    assert run(books, _end_lots, _End(SOON + timedelta(days=1), NOW)) == [2]

    assert lots(books) == {LATER.isoformat(): 7}
    assert balance(books, member(6)) == 0
    assert balance(books, AccountRef.house(AccountKind.EXPIRED)) == 13


def test_points_end_once(books: Connection) -> None:
    run(books, post, (earn("a", 10, SOON),))

    assert run(books, _end_lots, _End(LATER, NOW)) == [1]
    assert run(books, _end_lots, _End(LATER, NOW)) == [0]


def test_spent_points_do_not_end(books: Connection) -> None:
    run(books, post, (earn("a", 10, SOON),), (spend("s", 10),))

    assert run(books, _end_lots, _End(LATER, NOW)) == [0]


async def test_members_are_told_before_their_points_end_each_distance_once(house: House) -> None:
    await house.ledger.transfer_many([earn("a", 10, SOON), earn("b", 5, LATER, who=6)])
    expiry = ExpiryLane(house.store)

    async def told(today: date) -> list[tuple[int, int]]:
        notices = await expiry.read_notices(today, (30, 7), 100)
        await expiry.mark_told(notices, NOW)
        return [(notice.member_id, notice.days) for notice in notices]

    assert await told(SOON - timedelta(days=31)) == []
    assert await told(SOON - timedelta(days=30)) == [(5, 30)]
    assert await told(SOON - timedelta(days=29)) == []
    assert await told(SOON - timedelta(days=7)) == [(5, 7)]
    assert await told(SOON) == []
    assert await expiry.next_end() == SOON


async def test_who_is_told_late_is_told_the_nearer_distance_only(house: House) -> None:
    await house.ledger.transfer(earn("a", 10, SOON))
    expiry = ExpiryLane(house.store)

    first = await expiry.read_notices(SOON - timedelta(days=3), (30, 7), 100)
    await expiry.mark_told(first, NOW)

    assert [(notice.member_id, notice.days) for notice in first] == [(MemberId(5), 7)]
    assert await expiry.read_notices(SOON - timedelta(days=3), (30, 7), 100) == []


def _undone(key: str, amount: int, usable_until: date | None = None) -> Transfer:
    return Transfer(
        key=f"{key}/undone",
        debit=AccountRef.issuance(),
        credit=member(5),
        amount=amount,
        reason=Reason.ADJUSTMENT,
        reference="a test",
        actor="tester",
        at=NOW,
        reverses=key,
        expires_on=usable_until,
    )


def _settle(books: Connection, reward: Transfer) -> None:
    """Make the story's referral one that the audit finds in order."""
    books.execute(
        "UPDATE referral SET state = 'reversed', friend_points = 0 WHERE id = ?",
        (int(reward.reference.partition("/")[2]),),
    )
