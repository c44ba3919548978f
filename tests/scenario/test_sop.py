"""A newcomer's first month by sop.yaml, through the front door: what he hears, and what ends it."""

import re
from typing import Final

from tests.scenario.town import Town
from tests.support.brand import brand

ASKED: Final = re.compile("问我“(.+?)”")
"""Questions that a step tells members to ask."""


def test_what_a_step_tells_members_to_ask_has_an_answer() -> None:
    known = {item.front.question for item in brand().knowledge}
    steps = [step for plan in brand().sop.plans for step in plan.steps]
    asked = {question for step in steps for text in step.texts for question in ASKED.findall(text)}
    assert asked
    assert asked <= known


async def test_a_newcomer_s_first_days(town: Town) -> None:
    """悠悠 comes and says nothing; 晨晨 comes, checks in, tells of her skin, and wants no more."""
    await town.join(user_id="yoyo", name="悠悠")
    await town.join(user_id="chenchen", name="晨晨")
    await town.pass_time(hours=1)
    await town.say("chenchen", "签到")
    await town.say("chenchen", "我是干皮，换季怎么办")

    await town.pass_time(hours=26)  # Tuesday, ten o'clock
    assert ["签到" in note for note in await town.notes_to("yoyo")] == [True]
    second_day = await town.notes_to("chenchen")
    assert len(second_day) == 1, "she checked in, so only the next check-in is told of"
    assert "连着" in second_day[0]

    await town.pass_time(hours=36)  # Wednesday, ten in the evening
    assert "成分表怎么看" in (await town.notes_to("yoyo"))[-1]
    dry = (await town.notes_to("chenchen"))[-1]
    assert "干" in dry
    answer = await town.tell("chenchen", ASKED.findall(dry)[0])
    assert "护肤笔记" in answer, "what a step sends her to ask has its answer"

    assert "不会主动" in await town.tell("chenchen", "退订")
    before = await town.notes_to("chenchen")
    await town.pass_time(hours=24)
    assert "？" in (await town.notes_to("yoyo"))[-1]
    assert await town.notes_to("chenchen") == before


async def test_who_left_hears_nothing_and_a_row_says_why(town: Town) -> None:
    await town.join(user_id="yoyo", name="悠悠")
    await town.pass_time(hours=1)
    await town.leave("yoyo")
    await town.pass_time(hours=26)
    assert await town.notes_to("yoyo") == []
    rows = await town.app.store.read("SELECT step, reason FROM sop_step")
    assert [tuple(row) for row in rows] == [("d1_checkin", "left the group")]


async def test_nobody_is_told_twice_when_the_program_starts_again(town: Town) -> None:
    await town.join(user_id="yoyo", name="悠悠")
    await town.pass_time(hours=27)
    notes = await town.notes_to("yoyo")
    await town.app.ticker.tick()
    await town.settle()
    assert await town.notes_to("yoyo") == notes
    assert len(notes) == 1
