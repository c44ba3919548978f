"""When steps are said, what holds them up, and that none is said twice or lost."""

from collections.abc import Callable
from datetime import timedelta

from bot.store.db import Store
from tests.support.events import GROUP
from tests.support.stores import execute

from .support import DAY, HOUR, MINUTE, START, Town, at, plan, step

Open = Callable[..., Town]

NINE = at("2026-11-26 09:00")
"""When the step of day 1 is due for who came on the day of START."""


async def test_a_step_is_said_once_however_often_and_by_whom_it_is_looked_for(
    open_town: Open,
) -> None:
    town = open_town()
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    for now in (NINE, NINE + MINUTE, NINE - HOUR, NINE + HOUR, NINE + DAY, NINE + 9 * DAY):
        await town.job.run(now)
        await Town(town.store, plan(step())).job.run(now)
    assert await town.told() == ["xiaolu hello xiaolu"]


async def test_a_member_is_told_one_thing_a_day_the_most_important_first(open_town: Open) -> None:
    steps = (step("first"), step("second", priority=60), step("third", expires_hours=20))
    town = open_town(plan(*steps))
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.job.run(NINE)
    assert await town.told() == ["xiaolu second xiaolu"]
    assert ("first", "waiting", "one message a day") in await town.rows()
    assert await town.reasons() == ["expires before it could be sent: one message a day"]
    await town.job.run(NINE + DAY)
    assert await town.told() == ["xiaolu second xiaolu", "xiaolu first xiaolu"]


async def test_a_member_of_two_groups_is_told_one_thing_a_day(open_town: Open) -> None:
    town = open_town(plan(step(), groups=["hejian", "owners"]))
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.join("xiaolu", START + HOUR, group="owners")
    await town.job.run(NINE)
    assert len(await town.told()) == 1
    await town.job.run(NINE + DAY)
    assert len(await town.told()) == 2


async def test_in_the_group_members_of_a_step_share_a_message(open_town: Open) -> None:
    town = open_town(plan(step(place="group")))
    await town.job.run(START)
    for name in ("xiaolu", "aqing", "momo"):
        await town.join(name, START + HOUR)
    await town.job.run(NINE)
    assert await town.told() == ["hejian hello xiaolu、aqing、momo"]


async def test_a_group_is_called_once_in_the_gap(open_town: Open) -> None:
    steps = (step("first", place="group"), step("second", place="group", tags=["dry"]))
    town = open_town(plan(*steps), gap_minutes=90)
    await town.job.run(START)
    await town.join("xiaolu", START - DAY + HOUR)
    await town.join("aqing", START + HOUR)
    await town.job.run(NINE - MINUTE)
    await town.tag(await town.join("momo", START + HOUR), "dry", START)
    await town.job.run(NINE)
    assert len(await town.told()) == 1
    await town.job.run(NINE + 90 * MINUTE)
    assert len(await town.told()) == 1, "momo was called by the first step already"
    await town.job.run(NINE + DAY)
    assert (await town.told())[1:] == ["hejian second momo"]


async def test_a_post_keeps_a_call_at_a_distance(open_town: Open) -> None:
    town = open_town(plan(step(place="group")))
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    posted = int((NINE - 30 * MINUTE).timestamp()) * 1_000_000
    await execute(
        town.store,
        "INSERT INTO slot (key, group_key, sequence, origin, due_at, state, step, reason,"
        " posted_at, decided_at) VALUES ('hejian/2026-11-26/08:30', 'hejian', 1, 'calendar',"
        f" {posted}, 'published', 'code', 'it was due', {posted}, {posted})",
    )
    await town.job.run(NINE)
    assert await town.rows() == [("hello", "waiting", "the group was spoken to")]
    await town.job.run(NINE + HOUR)
    assert await town.told() == ["hejian hello xiaolu"]


async def test_a_paused_group_hears_nothing_until_the_step_expires(open_town: Open) -> None:
    town = open_town(plan(step(expires_hours=5)))
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.roster.pause(GROUP, START + HOUR)
    for hours in range(6):
        await town.job.run(NINE + timedelta(hours=hours))
    assert await town.reasons() == ["expires before it could be sent: the group is paused"]


async def test_down_for_a_week_a_step_is_skipped_sent_or_merged_as_the_file_says(
    open_town: Open,
) -> None:
    late = {"policy": "merge", "within_hours": 168}
    town = open_town(
        plan(step("skipped")),
        plan(
            step("merged", late=late, expires_hours=700),
            step("last", days=3, late=late, expires_hours=700),
            key="merging",
        ),
        plan(
            step("sent", days=5, late={"policy": "send", "within_hours": 72}, expires_hours=700),
            key="sending",
        ),
    )
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.job.run(NINE + 6 * DAY)
    await town.job.run(NINE + 7 * DAY)
    assert await town.told() == ["xiaolu last xiaolu", "xiaolu sent xiaolu"]
    assert sorted(await town.reasons()) == [
        "144 hours late: skipped, as sop.yaml says",
        "late: last stands for it",
    ]


async def test_a_clock_that_ran_ahead_and_came_back_loses_nobody(open_town: Open) -> None:
    town = open_town()
    await town.job.run(START)
    await town.job.run(START + 400 * DAY)
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.job.run(NINE)
    assert await town.told() == ["xiaolu hello xiaolu"]


async def test_who_is_known_late_is_a_row_as_well(open_town: Open) -> None:
    town = open_town(plan(step(late={"policy": "send", "within_hours": 48})))
    await town.job.run(START)
    await town.job.run(NINE)
    await town.join("xiaolu", START + HOUR)
    await town.job.run(NINE + DAY)
    assert await town.told() == ["xiaolu hello xiaolu"]


async def test_an_edited_hour_neither_doubles_nor_loses_a_step(open_town: Open) -> None:
    town = open_town(plan(step(at="21:00")))
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.job.run(NINE + 3 * HOUR)
    edited = Town(town.store, plan(step(at="11:50")))
    town.live.current = edited.live.current
    await town.job.run(NINE + 3 * HOUR)
    await town.job.run(NINE + 12 * HOUR)
    assert await town.told() == ["xiaolu hello xiaolu"]


async def test_a_plan_that_was_taken_out_of_the_file_says_nothing_more(open_town: Open) -> None:
    town = open_town(plan(step("first"), step("second")))
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.job.run(NINE)
    town.live.current = Town(town.store, plan(step("first"))).live.current
    await town.job.run(NINE + DAY)
    assert len(await town.told()) == 1
    assert await town.reasons() == ["sop.yaml does not have the step any more"]


async def test_a_message_that_is_still_not_out_when_its_hours_end_stays_in(
    open_town: Open,
) -> None:
    town = open_town(plan(step(until="12:00")))
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.job.run(NINE)
    (row,) = await town.store.read("SELECT expires_at FROM outbox")
    assert row["expires_at"] == int((NINE + 3 * HOUR).timestamp()) * 1_000_000


async def test_without_plans_nothing_is_ever_due(open_town: Open, store: Store) -> None:
    town = open_town()
    town.live.current = Town(store, *()).live.current
    assert await town.job.next_due(START) is None


async def test_what_is_next_due_is_the_next_hour_of_a_step_or_a_waiting_row(
    open_town: Open,
) -> None:
    town = open_town(plan(step("first"), step("second")))
    assert await town.job.next_due(START) == NINE
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.job.run(NINE)
    assert await town.job.next_due(NINE) == NINE + DAY
