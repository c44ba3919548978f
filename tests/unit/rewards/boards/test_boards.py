"""Boards: what counts and what does not, who is on them, and that a kept one never changes."""

from contextlib import closing
from datetime import date, timedelta
from typing import Final

import pytest

from bot.core.errors import StoreError
from bot.core.ids import GroupKey, MemberId
from bot.rewards.boards.boards import Naming
from bot.rewards.boards.periods import span_before, span_of
from bot.rewards.ledger.transfers import Reason
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.rewards.boards import Measure, Period, Source
from bot.store.sql import Dialect
from tests.support.stores import memory_database
from tests.unit.rewards.boards.conftest import VIP, Stand, complaints
from tests.unit.rewards.support import DAY, NOW, RULES, SHANGHAI, TODAY

WEEK: Final = span_of(Period.WEEK, TODAY)
LAST_WEEK: Final = span_before(WEEK)
HOUR: Final = timedelta(hours=1)


# What counts


async def test_more_points_are_better_and_of_equal_ones_those_that_were_there_earlier(
    stand: Stand,
) -> None:
    await stand.earn(2, 10, NOW)
    await stand.earn(3, 10, NOW - HOUR)
    await stand.earn(4, 30, NOW)
    assert await stand.scores(WEEK) == [(4, 30), (3, 10), (2, 10)]


async def test_corrections_packets_and_what_the_settings_leave_out_do_not_count(
    stand: Stand,
) -> None:
    await stand.earn(2, 500, reason=Reason.ADJUSTMENT)
    await stand.earn(2, 10, reason=Reason.THANKS)
    rules = RewardsFile.model_validate({"boards": {"sources": ["checkin"]}})
    assert await stand.scores(WEEK) == [(2, 10)]
    assert (await stand.read(LAST_WEEK, rules=rules)).places == ()


def test_every_source_is_a_reason_of_the_ledger_with_an_act_behind_it() -> None:
    assert {Reason(source) for source in Source} < set(Reason) - {Reason.ADJUSTMENT}


async def test_only_the_days_of_the_period_count(stand: Stand) -> None:
    begins, ends = WEEK.begins_at(SHANGHAI, RULES), WEEK.ends_at(SHANGHAI, RULES)
    await stand.earn(2, 10, begins)
    await stand.earn(3, 20, begins - timedelta(microseconds=1))
    await stand.earn(4, 30, ends)
    assert await stand.scores(WEEK) == [(2, 10)]
    assert await stand.scores(LAST_WEEK) == [(3, 20)]


async def test_talk_alone_does_not_win_over_those_who_do_what_matters(stand: Stand) -> None:
    for day in range(6):
        await stand.earn(2, 60, NOW - day * DAY, Reason.EARNING)
    await stand.earn(3, 240, reason=Reason.REFERRAL_INVITER)
    assert await stand.scores(WEEK) == [(3, 240), (2, 224)]


async def test_what_is_taken_back_counts_as_never_earned(stand: Stand) -> None:
    key = await stand.earn(2, 100, NOW - HOUR, Reason.REFERRAL_INVITER)
    await stand.earn(2, 30)
    await stand.earn(2, 100, NOW, Reason.REFERRAL_CLAWBACK, reverses=key)
    assert await stand.scores(WEEK) == [(2, 30)]


async def test_who_lost_more_than_he_earned_in_a_period_is_not_on_its_board(stand: Stand) -> None:
    key = await stand.earn(2, 100, NOW - 7 * DAY, Reason.REFERRAL_INVITER)
    await stand.earn(2, 100, NOW, Reason.REFERRAL_CLAWBACK, reverses=key)
    assert await stand.scores(WEEK) == []
    assert await stand.scores(LAST_WEEK) == [(2, 100)]


async def test_a_streak_is_the_longest_that_was_reached_in_the_period(stand: Stand) -> None:
    for day, streak in ((16, 8), (17, 9), (19, 1), (20, 2)):
        await stand.come(2, date(2026, 11, day), streak)
    await stand.come(3, date(2026, 11, 15), 30)
    assert await stand.scores(WEEK, Measure.STREAK) == [(2, 9)]
    assert await stand.scores(LAST_WEEK, Measure.STREAK) == [(3, 30)]


async def test_a_day_that_was_made_up_raises_the_streak_behind_it(stand: Stand) -> None:
    await stand.come(2, date(2026, 11, 18), 1)
    await stand.come(
        2, date(2026, 11, 17), 1,
        kind="made_up", points=0, raised_on="2026-11-18", raised_to=5,
    )  # fmt: skip
    assert await stand.scores(WEEK, Measure.STREAK) == [(2, 5)]


async def test_of_equal_streaks_the_one_that_was_reached_earlier_is_better(stand: Stand) -> None:
    await stand.come(2, date(2026, 11, 18), 3)
    await stand.come(3, date(2026, 11, 17), 3)
    assert await stand.scores(WEEK, Measure.STREAK) == [(3, 3), (2, 3)]


async def test_invites_are_friends_who_stayed(stand: Stand) -> None:
    await stand.invite(2, 8, NOW)
    await stand.invite(2, 9, NOW, state="reversed")
    await stand.invite(3, 6, NOW - HOUR)
    await stand.invite(4, 7, NOW - 8 * DAY)
    assert await stand.scores(WEEK, Measure.INVITES) == [(3, 1), (2, 1)]


# Who is on it


async def test_owners_blocked_members_and_those_who_left_do_not_compete(stand: Stand) -> None:
    for number in (1, 2, 3, 4, 5):
        await stand.earn(number, 10 * number)
    await stand.sql("UPDATE member SET blocked_at = 0 WHERE id = 2")
    await stand.sql("UPDATE membership SET left_at = 1 WHERE member_id = 3")
    await stand.sql("INSERT INTO appointment VALUES ('', 4, 'operator')")
    assert await stand.scores(WEEK) == [(5, 50)]


async def test_every_group_has_its_own_board(stand: Stand) -> None:
    await stand.join(2, "tea")
    await stand.earn(2, 10)
    await stand.earn(3, 20)
    board = await stand.boards.read(
        GroupKey("tea"), Measure.POINTS, WEEK, now=NOW, rules=RULES, zone=SHANGHAI
    )
    assert [place.member_id for place in board.places] == [2]


# Running and kept


async def test_a_running_board_is_counted_anew_after_a_minute(stand: Stand) -> None:
    await stand.earn(2, 10)
    await stand.read(WEEK)
    await stand.earn(2, 20, NOW + timedelta(seconds=1))
    soon = await stand.read(WEEK, now=NOW + timedelta(seconds=59))
    later = await stand.read(WEEK, now=NOW + timedelta(seconds=60))
    assert [board.places[0].score for board in (soon, later)] == [10, 30]


async def test_a_kept_board_is_shown_as_it_was(stand: Stand) -> None:
    await stand.earn(2, 10)
    assert await stand.keep(WEEK)
    await stand.earn(3, 99)
    await stand.sql("UPDATE membership SET left_at = 1 WHERE member_id = 2")
    board = await stand.read(WEEK)
    assert board.board_id is not None
    assert [(place.rank, place.member_id, place.score) for place in board.places] == [(1, 2, 10)]
    assert board.places[0].reached_at == NOW


async def test_a_board_is_kept_once(stand: Stand) -> None:
    await stand.earn(2, 10)
    assert await stand.keep(WEEK)
    await stand.earn(3, 99)
    assert not await stand.keep(WEEK)
    assert await stand.scores(WEEK) == [(2, 10)]


async def test_a_board_of_nobody_is_kept_as_well_so_that_it_is_over(stand: Stand) -> None:
    await stand.keep(LAST_WEEK)
    kept = await stand.boards.find_kept(VIP, Measure.POINTS, LAST_WEEK)
    assert kept is not None
    assert kept.places == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE board SET line_count = 2",
        "DELETE FROM board",
        "UPDATE board_line SET score = 11",
        "DELETE FROM board_line",
    ],
)
async def test_the_database_itself_refuses_to_change_a_kept_board(
    stand: Stand, change: str
) -> None:
    await stand.earn(2, 10)
    await stand.keep(WEEK)
    with pytest.raises(StoreError):
        await stand.sql(change)
    assert await stand.scores(WEEK) == [(2, 10)]


async def test_due_is_what_was_not_kept_yet_the_earliest_first(stand: Stand) -> None:
    rules = RewardsFile.model_validate(
        {"boards": {"kept": {"week": ["points"], "day": ["points"]}, "posted": {}}}
    )

    async def due() -> list[tuple[Period, date]]:
        found = await stand.boards.read_due([VIP], now=NOW, rules=rules, zone=SHANGHAI)
        return [(one.span.period, one.span.last) for one in found]

    yesterday, monday = TODAY - DAY, date(2026, 11, 15)
    running = [(Period.WEEK, TODAY), (Period.DAY, TODAY)]
    assert await due() == [(Period.WEEK, monday), (Period.DAY, yesterday), *running]
    await stand.keep(LAST_WEEK)
    assert await due() == [(Period.DAY, yesterday), *running]


async def test_a_kept_board_waits_to_be_shown_until_it_was(stand: Stand) -> None:
    await stand.keep(WEEK)
    (board,) = await stand.boards.read_unannounced()
    assert board.board_id is not None
    await stand.boards.mark_announced([board.board_id], NOW)
    await stand.boards.mark_announced([board.board_id], NOW + DAY)
    assert await stand.boards.read_unannounced() == []


# Names


async def test_who_is_shy_keeps_his_place_and_can_change_his_mind(stand: Stand) -> None:
    anna = MemberId(2)
    await stand.earn(2, 10)
    wishes = [Naming.SHY, Naming.SHY, Naming.NAMED, Naming.NAMED, Naming.SHY]
    changed = [await stand.boards.wish(anna, wish, NOW) for wish in wishes]
    assert changed == [True, False, True, False, True]
    assert await stand.boards.read_shy([anna, MemberId(3)]) == {anna}
    assert await stand.scores(WEEK) == [(2, 10)]


# The audit


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([(1, 2, 10, 0), (3, 3, 9, 0)], "the last of rank 3"),
        ([(1, 2, 10, 0)], "2 lines; there are 1"),
        ([(1, 2, 10, 0), (2, 3, 11, 0)], "rank 1 has 10, the next has 11"),
        ([(1, 2, 10, 5), (2, 3, 10, 4)], "rank 1 has 10, the next has 10"),
    ],
)
def test_the_audit_finds_a_board_whose_ranks_are_wrong(
    engine: Dialect, lines: list[tuple[int, ...]], words: str
) -> None:
    with closing(memory_database()) as connection:
        for number in (1, 2, 3):
            connection.execute("INSERT INTO member (id, created_at) VALUES (?, 0)", (number,))
        connection.execute(
            "INSERT INTO board (id, group_key, measure, period, from_date, to_date, line_count,"
            " frozen_at) VALUES (1, 'vip', 'points', 'day', '2026-11-22', '2026-11-22', 2, 0)"
        )
        for line in lines:
            connection.execute("INSERT INTO board_line VALUES (1, ?, ?, ?, ?)", line)
        assert any(words in complaint for complaint in complaints(connection)), engine
