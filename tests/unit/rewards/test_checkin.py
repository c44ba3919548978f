"""Check-in: once a community day, streaks and milestones, one answer to one event."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, MemberId
from bot.rewards.checkin.checkins import CheckedIn
from bot.rewards.checkin.lane import apply_check_ins
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection
from tests.unit.rewards.conftest import House
from tests.unit.rewards.support import DAY, NOW, RULES, SHANGHAI, TODAY, check_in, run

ANNA, BEN = MemberId(1), MemberId(2)


async def come(
    house: House,
    key: str,
    now: datetime = NOW,
    member_id: MemberId = ANNA,
    rules: RewardsFile = RULES,
) -> CheckedIn:
    return await house.check_ins.check_in(
        member_id=member_id, key=EventKey(key), now=now, rules=rules, zone=SHANGHAI
    )


async def test_the_first_of_the_day_earns_its_points(house: House) -> None:
    assert await come(house, "e1") == CheckedIn(
        on_date=TODAY, streak=1, points=10, bonus=0, balance=10, repeated=False
    )


async def test_the_second_of_the_day_earns_nothing_and_is_told_so(house: House) -> None:
    await come(house, "e1")
    again = await come(house, "e2", NOW + timedelta(hours=3))
    assert again.repeated
    assert (again.streak, again.balance) == (1, 10)
    assert await house.statements.read_balance(ANNA) == 10


async def test_the_same_event_again_gets_its_first_answer(house: House) -> None:
    first = await come(house, "e1")
    await come(house, "e2", NOW + DAY)
    generous = RewardsFile.model_validate({"checkin": {"points": 99}})
    assert await come(house, "e1", NOW + 2 * DAY, rules=generous) == first


async def test_a_streak_grows_by_the_day_and_its_milestones_pay_extra(house: House) -> None:
    answers = [await come(house, f"e{day}", NOW + day * DAY) for day in range(7)]
    assert [answer.streak for answer in answers] == [1, 2, 3, 4, 5, 6, 7]
    assert [answer.bonus for answer in answers] == [0, 0, 20, 0, 0, 0, 60]
    assert answers[-1].balance == 7 * 10 + 20 + 60
    lines = await house.statements.read_statement(ANNA, 2)
    assert [(line.reason, line.amount) for line in lines] == [
        ("checkin_milestone", 60),
        ("checkin", 10),
    ]


async def test_a_milestones_day_replayed_gives_the_balance_after_the_bonus(house: House) -> None:
    answers = [await come(house, f"e{day}", NOW + day * DAY) for day in range(3)]
    assert await come(house, "e2", NOW + 2 * DAY) == answers[-1]


async def test_a_missed_day_breaks_the_streak(house: House) -> None:
    await come(house, "e1")
    await come(house, "e2", NOW + DAY)
    assert (await come(house, "e3", NOW + 3 * DAY)).streak == 1


async def test_the_day_turns_at_four_in_the_morning(house: House) -> None:
    night = datetime(2026, 11, 23, 3, 59, tzinfo=SHANGHAI)
    await come(house, "noon")
    assert (await come(house, "night", night)).repeated
    assert (await come(house, "morning", night + timedelta(minutes=1))).streak == 2


async def test_another_member_with_the_same_event_is_refused(house: House) -> None:
    await come(house, "e1")
    with pytest.raises(KeyReused):
        await come(house, "e1", member_id=BEN)
    assert await house.statements.read_balance(BEN) == 0


async def test_a_hundred_taps_at_once_check_in_once(house: House) -> None:
    answers = await asyncio.gather(*(come(house, f"e{n}") for n in range(100)))
    assert sum(not answer.repeated for answer in answers) == 1
    assert {answer.balance for answer in answers} == {10}


def test_a_batch_of_many_members_and_repetitions_is_answered_in_order(
    books: Connection,
) -> None:
    answers = run(
        books,
        apply_check_ins,
        check_in(1, "a"),
        check_in(2, "b"),
        check_in(1, "c"),
        check_in(1, "a"),
        check_in(2, "a"),
        check_in(1, "d", TODAY + DAY),
    )
    assert [getattr(answer, "repeated", None) for answer in answers] == [
        False, False, True, False, None, False,
    ]  # fmt: skip
    assert isinstance(answers[4], KeyReused)
    assert answers[5].streak == 2


async def test_rules_that_change_pay_nothing_back(house: House) -> None:
    for day in range(4):
        await come(house, f"e{day}", NOW + day * DAY)
    changed = RewardsFile.model_validate({"checkin": {"points": 1, "milestones": {"4": 500}}})
    assert (await come(house, "e4", NOW + 4 * DAY, rules=changed)).bonus == 0


@pytest.mark.parametrize(("days_later", "streak"), [(0, 2), (1, 2), (2, 0)])
async def test_a_streak_lives_until_a_day_was_missed(
    house: House, days_later: int, streak: int
) -> None:
    await come(house, "e1")
    await come(house, "e2", NOW + DAY)
    today = TODAY + DAY * (1 + days_later)
    assert await house.check_ins.read_streak(ANNA, today) == streak


async def test_who_never_came_has_no_streak(house: House) -> None:
    assert await house.check_ins.read_streak(ANNA, TODAY) == 0


# Budgets


TIGHT = RewardsFile.model_validate({"budgets": {"points": {"a_day": 15}}})


async def test_a_day_that_no_budget_pays_counts_for_the_streak_all_the_same(house: House) -> None:
    await come(house, "e1", rules=TIGHT)
    unpaid = await come(house, "e2", member_id=BEN, rules=TIGHT)
    assert (unpaid.streak, unpaid.points, unpaid.balance) == (1, 0, 0)
    assert not unpaid.repeated
    tomorrow = await come(house, "e3", NOW + DAY, BEN, rules=TIGHT)
    assert (tomorrow.streak, tomorrow.points, tomorrow.balance) == (2, 10, 10)
    assert await come(house, "e2", NOW + DAY, BEN) == CheckedIn(
        on_date=TODAY, streak=1, points=0, bonus=0, balance=10, repeated=False
    ), "what was not paid is not paid later, whatever the budget says then"


async def test_a_budget_pays_a_milestones_day_whole_or_not_at_all(house: House) -> None:
    for day in range(3):
        last = await come(house, f"e{day}", NOW + day * DAY, rules=TIGHT)
    assert (last.streak, last.points, last.bonus, last.balance) == (3, 0, 0, 20)


async def test_a_repeated_check_in_uses_no_budget(house: House) -> None:
    await come(house, "e1", rules=TIGHT)
    await come(house, "e1", rules=TIGHT)
    await come(house, "e2", rules=TIGHT)
    rows = await house.store.read("SELECT period, spent FROM budget_spent ORDER BY period")
    assert [(row["period"], row["spent"]) for row in rows] == [
        ("day/2026-11-22", 10),
        ("month/2026-11", 10),
    ]
