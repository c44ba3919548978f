"""Make-up cards and freezes: what stands in for a missed day, and what it never pays."""

from datetime import date

import pytest

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, MemberId
from bot.core.pictures import DayState
from bot.rewards.checkin.checkins import (
    CheckedIn,
    MadeUp,
    MakeUpResult,
    NeverBefore,
    NoCardsLeft,
    NotMissed,
    NotOver,
    TooFewPoints,
    TooLongAgo,
)
from bot.rewards.checkin.lane import apply_check_ins, apply_make_ups
from bot.rewards.ledger.ledger import post
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection
from tests.unit.rewards.conftest import House
from tests.unit.rewards.support import (
    DAY,
    NOW,
    RULES,
    SHANGHAI,
    TODAY,
    balance,
    check_in,
    gift,
    make_up,
    member,
    run,
)

ANNA = MemberId(1)


async def come(house: House, *days: int, rules: RewardsFile = RULES) -> list[CheckedIn]:
    """Anna comes on these days, counted from today."""
    return [
        await house.check_ins.check_in(
            member_id=ANNA,
            key=EventKey(f"day {day}"),
            now=NOW + day * DAY,
            rules=rules,
            zone=SHANGHAI,
        )
        for day in days
    ]


async def buy(
    house: House, day: int, *, on: int, key: str = "", rules: RewardsFile = RULES
) -> MakeUpResult:
    """Anna wants a card for ``day``; it is the day ``on``."""
    return await house.check_ins.make_up(
        TODAY + day * DAY,
        member_id=ANNA,
        key=EventKey(key or f"card {day}"),
        now=NOW + on * DAY,
        rules=rules,
        zone=SHANGHAI,
    )


async def give(house: House, points: int) -> None:
    await house.ledger.transfer(gift("a present", member(1), points))


# Cards


async def test_a_card_joins_the_days_before_and_behind_it_to_one_streak(house: House) -> None:
    await give(house, 100)
    await come(house, 0, 1, 3)
    assert await buy(house, 2, on=3) == MadeUp(
        on_date=TODAY + 2 * DAY, streak=4, price=50, balance=100 + 30 - 50, cards_left=2
    )
    (tomorrow,) = await come(house, 4)
    assert tomorrow.streak == 5
    assert await house.check_ins.read_streak(ANNA, TODAY + 4 * DAY) == 5


async def test_two_cards_for_one_gap_join_all_of_it(house: House) -> None:
    await give(house, 100)
    await come(house, 0, 1, 4)
    near, far = await buy(house, 3, on=4), await buy(house, 2, on=4)
    assert isinstance(near, MadeUp)
    assert isinstance(far, MadeUp)
    assert (near.streak, far.streak) == (2, 5)
    assert (await come(house, 5))[0].streak == 6


async def test_a_card_for_yesterday_saves_the_streak_before_todays_check_in(
    house: House,
) -> None:
    await give(house, 50)
    await come(house, 0, 1)
    assert await house.check_ins.read_streak(ANNA, TODAY + 3 * DAY) == 0
    await buy(house, 2, on=3)
    assert await house.check_ins.read_streak(ANNA, TODAY + 3 * DAY) == 3
    assert (await come(house, 3))[0].streak == 4


async def test_a_milestone_that_a_card_jumps_over_is_not_paid(house: House) -> None:
    """The story behind the rule: days 1 to 5, the sixth missed, the seventh day, then the card."""
    await give(house, 50)
    await come(house, 0, 1, 2, 3, 4, 6)
    before = await house.statements.read_balance(ANNA)
    joined = await buy(house, 5, on=6)
    assert isinstance(joined, MadeUp)
    assert (joined.streak, joined.balance) == (7, before - 50)
    (eighth,) = await come(house, 7)
    assert (eighth.streak, eighth.bonus) == (8, 0)
    later = await come(house, *range(8, 14))
    assert [day.bonus for day in later] == [0, 0, 0, 0, 0, 100], "the fourteenth pays as ever"


async def test_a_card_earns_no_freeze(house: House) -> None:
    await give(house, 50)
    await come(house, 0, 1, 2, 3, 4, 5)
    await buy(house, 6, on=7)
    (eighth,) = await come(house, 7)
    assert (eighth.streak, eighth.freezes) == (8, 0)


async def test_what_a_day_was_told_and_paid_stays_as_it_was(house: House) -> None:
    await give(house, 100)
    first = await come(house, 0, 1, 3, 4)
    await buy(house, 2, on=4)
    assert await come(house, 0, 1, 3, 4) == first


async def test_the_same_event_again_buys_no_second_card(house: House) -> None:
    await give(house, 200)
    await come(house, 0, 2)
    first = await buy(house, 1, on=2)
    await come(house, 3)
    assert await buy(house, 1, on=3) == first
    assert await house.statements.read_balance(ANNA) == 200 + 30 - 50


async def test_a_day_that_is_there_is_not_sold_again(house: House) -> None:
    await give(house, 200)
    await come(house, 0, 2)
    await buy(house, 1, on=2)
    assert await buy(house, 1, on=2, key="again") == NotMissed(TODAY + DAY)
    assert await buy(house, 0, on=2) == NotMissed(TODAY)


@pytest.mark.parametrize("ahead", [0, 1, 30])
async def test_a_day_that_is_not_over_is_not_sold(house: House, ahead: int) -> None:
    await give(house, 200)
    await come(house, 0)
    assert await buy(house, 1 + ahead, on=1) == NotOver(TODAY + (1 + ahead) * DAY)


async def test_a_card_reaches_seven_days_back_and_not_eight(house: House) -> None:
    await give(house, 200)
    await come(house, 0)
    refused = await buy(house, 1, on=9)
    assert refused == TooLongAgo(TODAY + DAY, earliest=TODAY + 2 * DAY)
    assert isinstance(await buy(house, 2, on=9), MadeUp)


async def test_the_days_before_the_first_check_in_were_not_missed(house: House) -> None:
    await give(house, 200)
    assert await buy(house, -1, on=0) == NeverBefore(TODAY - DAY)
    await come(house, 0)
    assert await buy(house, -1, on=0) == NeverBefore(TODAY - DAY)


async def test_there_are_three_cards_a_month_and_new_ones_in_the_next(house: House) -> None:
    await give(house, 500)
    await come(house, 0, 5, 10)
    left = [await buy(house, day, on=5) for day in (4, 3, 2)]
    assert [card.cards_left for card in left if isinstance(card, MadeUp)] == [2, 1, 0]
    december = date(2026, 12, 1)
    assert await buy(house, 1, on=5) == NoCardsLeft(most_a_month=3, again_on=december)
    assert isinstance(await buy(house, 6, on=(december - TODAY).days), MadeUp)


async def test_who_has_too_few_points_pays_nothing_and_is_told_what_is_missing(
    house: House,
) -> None:
    await come(house, 0, 1, 3)
    assert await buy(house, 2, on=3) == TooFewPoints(balance=30, price=50)
    assert await house.statements.read_balance(ANNA) == 30
    assert (await come(house, 4))[0].streak == 2, "and the day is still missing"
    await give(house, 20)
    assert isinstance(await buy(house, 2, on=4, key="again"), MadeUp)


async def test_who_never_had_a_point_is_told_so(house: House) -> None:
    await come(house, 0, 2)
    await house.ledger.transfer(gift("gone", member(2), 20, member(1)))
    assert await buy(house, 1, on=2) == TooFewPoints(balance=0, price=50)


async def test_a_statement_names_the_card(house: House) -> None:
    await give(house, 50)
    await come(house, 0, 2)
    await buy(house, 1, on=2)
    (line, *_) = await house.statements.read_statement(ANNA, 1)
    assert (line.reason, line.amount) == ("makeup_card", -50)


def test_an_event_that_checked_in_cannot_buy_a_card_nor_the_other_way_round(
    books: Connection,
) -> None:
    run(books, post, (gift("a present", member(1), 100),))
    run(books, apply_check_ins, check_in(1, "came"), check_in(1, "later", TODAY + 2 * DAY))
    wish = make_up(1, "came", TODAY + DAY, TODAY + 2 * DAY)
    (refused,) = run(books, apply_make_ups, wish)
    assert isinstance(refused, KeyReused)
    run(books, apply_make_ups, make_up(1, "card", TODAY + DAY, TODAY + 2 * DAY))
    (refused,) = run(books, apply_check_ins, check_in(1, "card", TODAY + 3 * DAY))
    assert isinstance(refused, KeyReused)
    (refused,) = run(books, apply_make_ups, make_up(2, "card", TODAY + DAY, TODAY + 2 * DAY))
    assert isinstance(refused, KeyReused)


def test_two_wishes_for_one_day_in_one_batch_buy_one_card(books: Connection) -> None:
    run(books, post, (gift("a present", member(1), 100),))
    run(books, apply_check_ins, check_in(1, "a"), check_in(1, "b", TODAY + 2 * DAY))
    wishes = [make_up(1, f"card {n}", TODAY + DAY, TODAY + 2 * DAY) for n in range(2)]
    first, second = run(books, apply_make_ups, *wishes)
    assert isinstance(first, MadeUp)
    assert second == NotMissed(TODAY + DAY)
    assert balance(books, member(1)) == 100 + 20 - 50


# Freezes


async def test_a_week_earns_a_freeze_and_two_are_held_at_most(house: House) -> None:
    days = await come(house, *range(28))
    earned = [number for number, day in enumerate(days, start=1) if day.earned_freeze]
    assert earned == [7, 14]
    assert days[-1].freezes == 2


async def test_a_freeze_stands_in_for_a_missed_day_and_does_not_lengthen_the_streak(
    house: House,
) -> None:
    await come(house, *range(7))
    assert await house.check_ins.read_streak(ANNA, TODAY + 8 * DAY) == 7, "it will be saved"
    (back,) = await come(house, 8)
    assert (back.streak, back.saved, back.freezes) == (8, 1, 0)


async def test_freezes_that_cannot_save_the_streak_are_kept(house: House) -> None:
    await come(house, *range(7))
    (back,) = await come(house, 9)
    assert (back.streak, back.saved, back.freezes) == (1, 0, 1)


async def test_a_card_and_a_freeze_together_close_a_gap_of_two_days(house: House) -> None:
    await come(house, *range(7))
    await buy(house, 7, on=9)
    (back,) = await come(house, 9)
    assert (back.streak, back.saved, back.freezes) == (9, 1, 0)


async def test_the_day_that_used_freezes_is_told_the_same_much_later(house: House) -> None:
    await come(house, *range(14))
    (back,) = await come(house, 16)
    await come(house, 17, 18)
    again = await house.check_ins.check_in(
        member_id=ANNA,
        key=EventKey("day 16"),
        now=NOW + 30 * DAY,
        rules=RULES,
        zone=SHANGHAI,
    )
    assert again == back
    assert (back.saved, back.streak) == (2, 15)


def test_a_check_in_that_comes_late_joins_the_streak_and_touches_no_freeze(
    books: Connection,
) -> None:
    for day in range(6):
        run(books, apply_check_ins, check_in(1, f"day {day}", TODAY + day * DAY))
    run(books, apply_check_ins, check_in(1, "after", TODAY + 7 * DAY))
    (late,) = run(books, apply_check_ins, check_in(1, "late", TODAY + 6 * DAY))
    assert (late.streak, late.bonus) == (7, 60), "he came on that day, so it pays"
    assert (late.freezes, late.earned_freeze) == (0, False)
    (later,) = run(books, apply_check_ins, check_in(1, "next", TODAY + 8 * DAY))
    assert (later.streak, later.freezes) == (9, 0)


async def test_a_frozen_day_is_not_sold(house: House) -> None:
    await come(house, *range(7))
    await come(house, 8)
    assert await buy(house, 7, on=8) == NotMissed(TODAY + 7 * DAY)


async def test_freezes_that_the_rules_no_longer_give_are_kept_until_used(house: House) -> None:
    await come(house, *range(7))
    stingy = RewardsFile.model_validate({"checkin": {"freezes": {"most_held": 0}}})
    (back,) = await come(house, 8, rules=stingy)
    assert (back.streak, back.saved) == (8, 1)
    later = await come(house, *range(9, 16), rules=stingy)
    assert not any(day.earned_freeze for day in later)


# The calendar


async def states(house: House, on: int) -> dict[int, DayState]:
    month = await house.check_ins.read_month(ANNA, TODAY + on * DAY, RULES)
    return dict(enumerate(month.states(), start=1))


async def test_the_calendar_shows_every_day_as_what_became_of_it(house: House) -> None:
    await give(house, 50)
    await come(house, *range(-14, -5), -4, -1)
    await buy(house, -3, on=0)
    shown = await states(house, on=0)
    assert len(shown) == 30, "every day of November"
    assert {day: state for day, state in shown.items() if 7 <= day <= 23} == {
        7: DayState.FUTURE,
        **dict.fromkeys(range(8, 17), DayState.DONE),
        17: DayState.FROZEN,
        18: DayState.DONE,
        19: DayState.MADE_UP,
        20: DayState.MISSED,
        21: DayState.DONE,
        22: DayState.TODAY,
        23: DayState.FUTURE,
    }


async def test_the_calendar_tells_streak_freezes_and_cards(house: House) -> None:
    await give(house, 50)
    await come(house, *range(7), 9)
    await buy(house, 7, on=9)
    month = await house.check_ins.read_month(ANNA, TODAY + 9 * DAY, RULES)
    assert (month.streak, month.freezes) == (1, 1)
    assert month.cards_left(RULES.checkin.make_up) == 2
    assert month.within_reach(RULES.checkin.make_up) == (TODAY + 8 * DAY,)


async def test_days_that_freezes_will_save_are_not_shown_as_missed(house: House) -> None:
    await come(house, *range(7))
    month = await house.check_ins.read_month(ANNA, TODAY + 8 * DAY, RULES)
    assert (month.streak, month.covered) == (7, (TODAY + 7 * DAY,))
    assert month.within_reach(RULES.checkin.make_up) == ()
    assert (await states(house, on=8))[29] is DayState.FROZEN


async def test_who_never_came_has_an_empty_calendar(house: House) -> None:
    month = await house.check_ins.read_month(ANNA, TODAY, RULES)
    assert (month.streak, month.freezes) == (0, 0)
    assert set(month.states()) == {DayState.FUTURE, DayState.TODAY}


async def test_days_of_last_month_can_be_made_up_and_are_not_drawn(house: House) -> None:
    await come(house, 5, 11)
    december = TODAY + 11 * DAY
    month = await house.check_ins.read_month(ANNA, december, RULES)
    assert month.within_reach(RULES.checkin.make_up)[0] == TODAY + 6 * DAY
    assert len(month.states()) == 31
    assert month.states()[0] is DayState.MISSED
