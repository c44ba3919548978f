"""For whom a plan begins, and who hears its steps: everybody else is a row with a reason."""

from collections.abc import Callable

import pytest

from bot.members.people import Choice
from bot.settings.schema.members import Act
from tests.support.stores import execute

from .support import DAY, HOUR, MINUTE, START, Town, at, plan, step

Open = Callable[..., Town]

NINE = at("2026-11-26 09:00")
"""When the step of day 1 is due for who came on the day of START."""


async def test_a_step_comes_on_its_day_at_its_hour_in_private(open_town: Open) -> None:
    town = open_town()
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.job.run(NINE - MINUTE)
    assert await town.told() == []
    await town.job.run(NINE)
    assert await town.told() == ["xiaolu hello xiaolu"]


async def test_what_was_due_before_the_step_was_written_is_not_ours(open_town: Open) -> None:
    town = open_town(plan(step(), step("later", days=3)))
    await town.join("xiaolu", START - 2 * DAY)
    await town.job.run(START)
    await town.job.run(at("2026-11-26 09:00"))
    assert await town.told() == ["xiaolu later xiaolu"]
    assert [row[0] for row in await town.rows()] == ["later"]


async def test_who_left_is_a_row_with_its_reason(open_town: Open) -> None:
    town = open_town()
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.leave("xiaolu", START + 2 * HOUR)
    await town.job.run(NINE)
    assert await town.rows() == [("hello", "skipped", "left the group")]


@pytest.mark.parametrize(
    ("again", "told"), [(False, ["xiaolu hello xiaolu"]), (True, ["xiaolu hello xiaolu"] * 2)]
)
async def test_who_comes_back_hears_only_what_says_again(
    open_town: Open,
    again: bool,
    told: list[str],
) -> None:
    town = open_town(plan(step(again=again)))
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.job.run(NINE)
    await town.leave("xiaolu", NINE + HOUR)
    await town.join("xiaolu", NINE + 2 * HOUR)
    await town.job.run(NINE + DAY)
    assert await town.told() == told


async def test_who_comes_back_does_not_go_on_where_he_left(open_town: Open) -> None:
    town = open_town()
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    await town.leave("xiaolu", START + 2 * HOUR)
    await town.join("xiaolu", START + 3 * HOUR)
    await town.job.run(NINE)
    assert await town.reasons() == ["left the group"]


async def test_a_plan_for_who_returned_is_for_nobody_else(open_town: Open) -> None:
    town = open_town(plan(step(again=True), begins={"on": "returned"}))
    await town.job.run(START)
    await town.join("xiaolu", START - 9 * DAY)
    await town.leave("xiaolu", START - 8 * DAY)
    await town.join("xiaolu", START + HOUR)
    await town.join("aqing", START + HOUR)
    await town.job.run(NINE)
    assert await town.told() == ["xiaolu hello xiaolu"]


@pytest.mark.parametrize("choice", [Choice.UNSUBSCRIBED, Choice.STEPPED_OUT])
async def test_who_wants_nothing_unasked_hears_nothing(open_town: Open, choice: Choice) -> None:
    town = open_town()
    await town.job.run(START)
    member = await town.join("xiaolu", START + HOUR)
    await town.choose(member, choice, START + 2 * HOUR)
    await town.job.run(NINE)
    assert await town.told() == []
    assert await town.reasons() == ["chose not to be written to unasked"]


async def test_who_wants_nothing_personal_hears_what_is_for_everybody(open_town: Open) -> None:
    town = open_town(plan(step(), step("month", days=2, texts=["{checkins} 次"])))
    await town.job.run(START)
    member = await town.join("xiaolu", START + HOUR)
    await town.choose(member, Choice.IMPERSONAL, START + 2 * HOUR)
    await town.job.run(NINE)
    await town.job.run(NINE + DAY)
    assert await town.told() == ["xiaolu hello xiaolu"]
    assert await town.reasons() == ["wants nothing personal"]


async def test_staff_and_blocked_members_are_left_alone(open_town: Open) -> None:
    town = open_town()
    await town.job.run(START)
    await town.join("tangyuan", START + HOUR)
    blocked = await town.join("xiaolu", START + HOUR)
    await town.roster.appoint(town.live.current, START)
    await execute(town.store, f"UPDATE member SET blocked_at = 1 WHERE id = {blocked}")
    await town.job.run(NINE)
    assert sorted(await town.reasons()) == ["is blocked", "runs the group"]


async def test_silent_and_talking_members_hear_different_things(open_town: Open) -> None:
    town = open_town(plan(step("ask", only_if="silent"), step("thank", only_if="talked")))
    await town.job.run(START)
    await town.join("xiaolu", START + HOUR)
    talker = await town.join("aqing", START + HOUR)
    walker = await town.join("momo", START + HOUR)
    await town.act(talker, Act.MESSAGE, START + 2 * HOUR)
    await town.act(walker, Act.CHECKIN, START + 2 * HOUR)
    await town.job.run(NINE)
    assert sorted(await town.told()) == ["aqing thank aqing", "xiaolu ask xiaolu"]


async def test_silence_is_counted_over_the_days_that_the_step_names(open_town: Open) -> None:
    town = open_town(plan(step(days=45, only_if="silent", within_days=30)))
    await town.job.run(START)
    early = await town.join("xiaolu", START + HOUR)
    late = await town.join("aqing", START + HOUR)
    await town.act(early, Act.MESSAGE, START + 10 * DAY)
    await town.act(late, Act.MESSAGE, START + 20 * DAY)
    await town.job.run(at("2027-01-09 09:00"))
    assert await town.told() == ["xiaolu hello xiaolu"]
    assert await town.reasons() == ["was not silent"]


async def test_a_step_stops_when_its_aim_is_reached(open_town: Open) -> None:
    town = open_town(plan(step(stop_if=["checkin"])))
    await town.job.run(START)
    member = await town.join("xiaolu", START + HOUR)
    await town.act(member, Act.CHECKIN, START + 2 * HOUR)
    await town.job.run(NINE)
    assert await town.reasons() == ["did it already: checkin"]


async def test_tags_choose_among_steps(open_town: Open) -> None:
    steps = (step("dry", tags=["dry"]), step("other", unless_tags=["dry", "oily"]))
    town = open_town(plan(*steps))
    await town.job.run(START)
    await town.tag(await town.join("xiaolu", START + HOUR), "dry", START + HOUR)
    await town.join("aqing", START + HOUR)
    await town.job.run(NINE)
    assert sorted(await town.told()) == ["aqing other aqing", "xiaolu dry xiaolu"]
    assert sorted(await town.reasons()) == ["has none of the tags dry", "has the tag dry"]


async def test_the_nth_act_of_a_life_begins_a_plan_once(open_town: Open) -> None:
    town = open_town(plan(step(), begins={"on": "act", "act": "checkin", "nth": 2}))
    member = await town.join("xiaolu", START - 30 * DAY)
    await town.job.run(START)
    for days in (-3, 0, 1, 2):
        await town.act(member, Act.CHECKIN, START + days * DAY + HOUR, group=None)
    for days in range(5):
        await town.job.run(NINE + days * DAY)
    assert await town.told() == ["xiaolu hello xiaolu"]
    (began,) = await town.store.read("SELECT due_at FROM sop_step")
    assert began["due_at"] == int(NINE.timestamp()) * 1_000_000


async def test_each_further_act_begins_a_plan_that_says_again(open_town: Open) -> None:
    begins = {"on": "act", "act": "redeem"}
    town = open_town(plan(step(again=True), begins=begins))
    member = await town.join("xiaolu", START - 30 * DAY)
    await town.job.run(START)
    for days in range(3):
        await town.act(member, Act.REDEEM, START + days * DAY + HOUR)
        await town.job.run(NINE + days * DAY)
    assert await town.told() == ["xiaolu hello xiaolu"] * 3


async def test_on_the_day_itself_a_step_waits_for_its_hour(open_town: Open) -> None:
    begins = {"on": "tag", "tag": "dry"}
    town = open_town(plan(step(days=0, at="20:00"), begins=begins))
    member = await town.join("xiaolu", START - 30 * DAY)
    await town.job.run(START)
    await town.tag(member, "dry", START + HOUR)
    await town.job.run(at("2026-11-25 19:59"))
    assert await town.told() == []
    await town.job.run(at("2026-11-25 20:00"))
    assert await town.told() == ["xiaolu hello xiaolu"]


async def test_a_node_day_reaches_who_is_there_each_year(open_town: Open) -> None:
    begins = {"on": "node_day", "node": "double_12"}
    town = open_town(plan(step(days=-1, at="10:00"), begins=begins))
    await town.join("xiaolu", START - 30 * DAY)
    await town.job.run(START)
    await town.join("late", at("2026-12-11 11:00"))
    for day in ("2026-12-11 10:00", "2026-12-11 12:00", "2027-12-11 10:00"):
        await town.job.run(at(day))
    told = await town.told()
    assert told == ["xiaolu hello xiaolu", "xiaolu hello xiaolu", "late hello late"]


async def test_customers_are_not_written_to_and_a_row_says_why(open_town: Open) -> None:
    town = open_town(plan(step(), groups=["friends"]))
    await town.job.run(START)
    await town.join("wmYUEYUE0001", START + HOUR, group="friends")
    await town.job.run(NINE)
    assert await town.told() == []
    assert await town.reasons() == ["a customer group: nobody may be written to unasked"]


async def test_a_month_card_counts_what_the_member_did_and_says_how_to_end_it(
    open_town: Open,
) -> None:
    town = open_town(plan(step(texts=["{checkins}/{talks}/{points}/{days}"])))
    await town.job.run(START)
    member = await town.join("xiaolu", START + HOUR)
    await town.act(member, Act.CHECKIN, START - DAY)
    await town.act(member, Act.CHECKIN, START + 2 * HOUR)
    await town.act(member, Act.MESSAGE, START + 2 * HOUR)
    await town.act(member, Act.MESSAGE, START + 3 * HOUR)
    await town.job.run(NINE)
    assert await town.told() == ["xiaolu 1/2/0/0"]
    (row,) = await town.store.read("SELECT message FROM outbox")
    assert "退订" in row["message"]
