"""The plan in people's hands, through the front door: what was agreed is what the group reads."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.settings.schema.calendar import Approval, CalendarFile
from bot.store.sql import Dialect
from tests.scenario.town import Town
from tests.scenario.town import town as open_town
from tests.support.settings import example_settings

OWNER, EXPERT = "tangyuan", "aqing"
WORDS = "今晚八点我在群里看大家的空瓶，带上你用得最干净的那一只。"


def title_in(line: str) -> str:
    return line.split("｜")[2]


async def lines_of(town: Town) -> list[str]:
    """The slots of 排期, the first one at place 1."""
    told = await town.say(OWNER, "排期 3")
    return ["", *(line for line in told.split("\n") if line[:1].isdecimal())]


async def posts_since(town: Town, after: int) -> list[str]:
    return [post["text"] for post in await town.scheduled_posts() if post["id"] > after]


async def letters(town: Town, who: str, words: str) -> list[str]:
    """What he was told in private about the group's plan, in these words."""
    notes = await town.notes_to(who)
    return [note for note in notes if note.startswith("禾间护肤小屋 ") and words in note]


async def test_what_an_owner_has_previewed_swapped_written_and_skipped_is_what_the_group_reads(
    town: Town,
) -> None:
    """Monday 07:00: posts at 08:30 and 20:00, and on Tuesday at 08:30."""
    assert [line[:14] for line in (await lines_of(town))[1:4]] == [
        "1. 11-23 08:30",
        "2. 11-23 20:00",
        "3. 11-24 08:30",
    ]
    first = await town.tell(OWNER, "预览 1")
    swapped = await town.say(OWNER, "换帖 1")
    title = title_in((await lines_of(town))[1])
    assert f"《{title}》" in swapped
    second = await town.tell(OWNER, "预览 1")
    assert second != first
    assert "写的这条" in await town.say(OWNER, f"写帖 2 {WORDS}")
    assert "11-24 08:30 不发" in await town.say(OWNER, "跳过 3")

    start = await town.last_id()
    await town.pass_time(hours=1, minutes=30)
    (morning,) = await posts_since(town, start)
    assert morning in second

    await town.pass_time(hours=11, minutes=30)
    evening = (await posts_since(town, start))[1]
    assert evening.startswith(WORDS)

    await town.pass_time(hours=12, minutes=40)
    assert len(await posts_since(town, start)) == 2


@pytest.fixture
async def careful(engine: Dialect, tmp_path: Path) -> AsyncIterator[Town]:
    """The example brand, in which an expert says yes to every post an hour before."""
    del engine
    settings = example_settings()
    approval = Approval(by=(EXPERT,), ask_hours=1)
    calendar: CalendarFile = settings.calendar.model_copy(update={"approval": approval})
    async with open_town(tmp_path, replace(settings, calendar=calendar)) as place:
        yield place


async def test_a_post_comes_once_the_named_person_says_yes_and_else_becomes_a_row_and_a_letter(
    careful: Town,
) -> None:
    title = title_in((await lines_of(careful))[1])
    await careful.pass_time(minutes=40)
    (request,) = [
        note for note in await careful.notes_to(EXPERT) if note.startswith("禾间护肤小屋")
    ]
    assert f"11-23 08:30 准备发《{title}》" in request
    start = await careful.last_id()
    assert "到点就发" in await careful.tell(EXPERT, "批准 禾间护肤小屋 11-23 08:30")
    await careful.pass_time(minutes=50)
    (post,) = await posts_since(careful, start)
    assert post.split("\n")[0] in request

    title = title_in((await lines_of(careful))[1])
    await careful.pass_time(hours=11, minutes=30)
    assert len(await posts_since(careful, start)) == 1
    for person in (OWNER, EXPERT):
        (regret,) = [
            note
            for note in await careful.notes_to(person)
            if "禾间护肤小屋" in note and "没等到" in note
        ]
        assert f"11-23 20:00 的《{title}》" in regret
        assert EXPERT in regret
    rows = await careful.app.store.read(
        "SELECT state, reason, approved_by FROM slot WHERE group_key = 'hejian' ORDER BY sequence"
    )
    assert [row["state"] for row in rows] == ["published", "skipped"]
    assert rows[0]["approved_by"] == EXPERT
    assert rows[1]["reason"] == f"nobody has approved it: {EXPERT} could"
