"""Levels follow from what was earned in a life, whatever became of it."""

import pytest

from bot.core.ids import EventKey
from bot.rewards.earning.lane import earn
from bot.rewards.ledger.holds import HoldEnd, HoldRequest, HoldState, end_holds, place_holds
from bot.rewards.ledger.lane import post
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.levels import (
    LevelTold,
    LifeSum,
    load_life_sums,
    rank_of,
    tell_levels,
    write_life_sums,
)
from bot.settings.schema.rewards.levels import Level
from bot.store.connection import Connection
from tests.support.stores import in_transaction
from tests.unit.rewards.earning.support import ME, NOW, TALK, VIP, rewards, run, wish

LEVELS = (
    Level(name="水", from_points=0),
    Level(name="鱼", from_points=10),
    Level(name="龙", from_points=100),
)
MINE = AccountRef.member(ME)


def move(
    key: str, amount: int, debit: AccountRef, credit: AccountRef, reverses: str | None = None
) -> Transfer:
    return Transfer(
        key=key,
        debit=debit,
        credit=credit,
        amount=amount,
        reason=Reason.ADJUSTMENT,
        reference="a test",
        actor="tester",
        at=NOW,
        reverses=reverses,
    )


def earned(connection: Connection) -> int:
    return load_life_sums(connection, [ME])[ME].earned


@pytest.mark.parametrize(
    ("points", "place", "above"), [(-5, 0, 1), (0, 0, 1), (9, 0, 1), (10, 1, 2), (100, 2, None)]
)
def test_the_level_is_the_highest_that_is_reached(
    points: int, place: int, above: int | None
) -> None:
    rank = rank_of(LEVELS, points)

    assert (rank.place, rank.level) == (place, LEVELS[place])
    assert rank.next == (None if above is None else LEVELS[above])


def test_spending_does_not_lower_what_was_earned_and_a_reversal_does(pond: Connection) -> None:
    issuance = AccountRef.issuance()
    gained = [move("g1", 50, issuance, MINE), move("g2", 30, issuance, MINE)]
    spent = move("s1", 40, MINE, AccountRef.group_pool(VIP))
    run(pond, post, gained, [spent])
    assert earned(pond) == 80

    run(pond, post, [move("r2", 30, MINE, issuance, reverses="g2")])

    assert earned(pond) == 50


def test_what_is_given_back_was_not_earned_again(pond: Connection) -> None:
    run(pond, post, [move("g1", 50, AccountRef.issuance(), MINE)])
    request = HoldRequest("h1", MINE, 40, reference="a test", actor="tester", at=NOW)
    (hold,) = run(pond, place_holds, request)
    run(pond, end_holds, HoldEnd(hold.hold_id, HoldState.VOIDED, actor="tester", at=NOW))

    assert earned(pond) == 50


def test_a_kept_sum_is_the_same_sum_and_is_only_added_to(pond: Connection) -> None:
    run(pond, post, [move("g1", 50, AccountRef.issuance(), MINE)])
    sums = load_life_sums(pond, [ME])
    in_transaction(pond, lambda: write_life_sums(pond, sums))
    run(pond, post, [move("g2", 7, AccountRef.issuance(), MINE)])

    later = load_life_sums(pond, [ME])[ME]

    assert later.earned == 57
    assert later.through_entry > sums[ME].through_entry


def test_a_level_is_told_once_even_when_it_is_lost_and_reached_again(pond: Connection) -> None:
    in_transaction(pond, lambda: tell_levels(pond, [LevelTold(ME, 2)]))
    in_transaction(pond, lambda: tell_levels(pond, [LevelTold(ME, 1)]))

    assert load_life_sums(pond, [ME])[ME] == LifeSum(0, 0, 2)


def test_earning_keeps_what_was_told(pond: Connection) -> None:
    in_transaction(pond, lambda: tell_levels(pond, [LevelTold(ME, 1)]))
    file = rewards(TALK)

    run(pond, earn, wish(file, EventKey("e1")))

    life = load_life_sums(pond, [ME])[ME]
    assert (life.earned, life.told_level) == (2, 1)
