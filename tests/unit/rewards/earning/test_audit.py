"""The audit notices what is wrong with earnings, thanks and corrections."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from bot.rewards.adjustments import apply_adjustments
from bot.rewards.audit.checks import Span
from bot.rewards.audit.earning import EARNING
from bot.rewards.earning.lane import earn
from bot.rewards.ledger.lane import post
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.thanks import apply_thanks
from bot.store.connection import Connection
from bot.store.sql import Dialect
from tests.support.engines import chosen
from tests.unit.rewards.earning.support import (
    ME,
    NOW,
    TALK,
    adjustment,
    rewards,
    run,
    thanks,
    wish,
)


def fill(connection: Connection) -> None:
    """Everything once: an earning, thanks, a correction that is posted and one that waits."""
    connection.execute("INSERT INTO member (id, created_at) VALUES (1, 0), (2, 0), (3, 0)")
    file = rewards(TALK)
    run(connection, earn, wish(file, "e1"))
    run(connection, earn, wish(file, "e2"))
    run(connection, apply_thanks, thanks("t1"))
    run(connection, apply_adjustments, adjustment("a1", 50), adjustment("a2", -1))
    run(connection, apply_adjustments, adjustment("a3", 800))


@pytest.fixture
def healthy(engine: Dialect) -> Iterator[Connection]:
    del engine
    with closing(chosen().connect(fill)) as connection:
        yield connection


def broken(connection: Connection) -> set[str]:
    """The names of the checks that find something."""
    return {
        check.name
        for check in EARNING
        if connection.execute(
            check.exceptions, (0,) if check.span is Span.TRANSFERS else ()
        ).fetchall()
    }


def pay(reason: Reason, key: str) -> Callable[[Connection], None]:
    """Pay me for nothing."""
    transfer = Transfer(
        key=key, debit=AccountRef.issuance(), credit=AccountRef.member(ME), amount=2,
        reason=reason, reference="nothing", actor="tester", at=NOW,
    )  # fmt: skip
    return lambda connection: run(connection, post, [transfer]).clear()


def statement(text: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        connection.execute(text)

    return change


EARNED = (
    "INSERT INTO earning (member_id, rule, event_key, group_key, on_date, at, points, extra,"
    " campaign, everyday, sketch) VALUES (1, 'talk', 'e9', '', '2026-11-25', 0, 2, 0, '', 1, '')"
)
THANKED = (
    "INSERT INTO thanks (giver_id, receiver_id, group_key, event_key, on_date, at, points,"
    " left_today) VALUES (1, 2, 'vip', 't9', '2026-11-25', 0, 5, 0)"
)


def test_what_was_done_by_the_rules_is_right(healthy: Connection) -> None:
    assert broken(healthy) == set()
    for check in EARNING:
        taken = (0,) if "?" in check.counted else ()
        assert healthy.execute(check.counted, taken).fetchone()[0] > 0, check.name


@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        (statement(EARNED), "earning_paid"),
        (pay(Reason.EARNING, "earning/nothing/talk"), "earning_cause"),
        (statement(THANKED), "thanks_paid"),
        (pay(Reason.THANKS, "thanks/nothing"), "thanks_cause"),
        (pay(Reason.ADJUSTMENT, "adjustment/3"), "adjustment_paid"),
        (statement("UPDATE member_level SET earned = earned + 1"), "level_sums"),
    ],
    ids=str,
)
def test_what_does_not_fit_the_books_is_noticed(
    healthy: Connection, change: Callable[[Connection], None], noticed: str
) -> None:
    change(healthy)

    assert broken(healthy) == {noticed}
