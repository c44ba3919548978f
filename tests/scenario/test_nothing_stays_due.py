"""Whoever moves the clock asks the jobs when they are due: what was done is due no more.

An instant that stays in the past would be asked for again and again, and time would crawl.
"""

from tests.scenario.town import Town

STEPS_AN_HOUR = 12
"""More than the clock ever stops in an hour in which little happens."""


async def overdue(town: Town) -> dict[str, str]:
    """Every job that is due although it has just run, with the instant that it names."""
    now = town.clock.now()
    late = {}
    for job in town.app.ticker.jobs:
        await job.run(now)
        due = await job.next_due(now)
        if due is not None and due <= now:
            late[job.name] = due.isoformat()
    return late


async def live(town: Town, day: int) -> None:
    """Everything that ends by itself: packets, entries to lotteries, wins, waiting times."""
    for who in ("xiaolu", "aqing", "momo"):
        await town.say(who, "签到")
        await town.say(who, "抽奖 1")
        await town.say(who, "抽奖 2")
    await town.open_packet("20 3")
    await town.say("xiaolu", "抢")
    await town.join(user_id=f"guest{day}", name=f"客人{day}")


async def pass_hours(town: Town, hours: int) -> None:
    moved = await town.call("POST", "/clock", {"advance_seconds": hours * 3600})
    assert moved["steps"] <= hours * STEPS_AN_HOUR, f"the clock crawls before {moved['now']}"
    assert await overdue(town) == {}, moved["now"]


async def test_after_a_run_nothing_that_is_past_is_due(town: Town) -> None:
    await town.settle()
    assert await overdue(town) == {}, "what is to be told waits for the end of the quiet hours"
    await pass_hours(town, 5)
    for day in range(9):
        await live(town, day)
        for hours in (1, 9, 3, 7, 4):  # among them the quiet hours and the start of a day
            await pass_hours(town, hours)
