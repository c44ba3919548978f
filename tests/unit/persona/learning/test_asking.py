"""Questions are collected once, counted by people, and forgotten in time."""

from datetime import timedelta

from bot.core.ids import EventKey
from tests.support.events import DAY, HOUR, MINUTE, NOW
from tests.support.stores import execute

from .support import AQING, BOTTLE, BOTTLE_TOO, PARCEL, XIAOLU, School, asked


async def test_like_questions_are_one_and_the_one_of_most_people_comes_first(
    school: School,
) -> None:
    first = await school.ask(PARCEL)
    second = await school.ask(BOTTLE)
    assert await school.ask(BOTTLE_TOO, AQING) == second != first
    assert await school.listed() == [(BOTTLE, 2, 2), (PARCEL, 1, 1)]


async def test_the_same_event_counts_once(school: School) -> None:
    once = asked(BOTTLE, key="event/1")
    assert await school.learning.collect(once) is not None
    assert await school.learning.collect(once) is None
    assert await school.listed() == [(BOTTLE, 1, 1)]


async def test_one_member_counts_once_a_day(school: School) -> None:
    for hours in (0, 1, 2):
        await school.learning.collect(asked(BOTTLE, at=NOW + hours * HOUR, day=NOW.date()))
    await school.learning.collect(asked(BOTTLE, at=NOW + DAY))
    assert await school.listed(NOW + DAY) == [(BOTTLE, 1, 2)]


async def test_nothing_is_noted_of_whoever_wants_nothing_personal(school: School) -> None:
    await execute(school.store, "UPDATE member SET impersonal_since = 1 WHERE id = 1")
    assert await school.learning.collect(asked(BOTTLE)) is None
    assert await school.listed() == []


async def test_a_question_with_suggestions_counts_when_none_of_them_was_meant(
    school: School,
) -> None:
    await school.learning.collect(asked(BOTTLE, open_for=10 * MINUTE))
    assert await school.listed(NOW + 9 * MINUTE) == []
    assert await school.listed(NOW + 10 * MINUTE) == [(BOTTLE, 1, 1)]


async def test_a_question_whose_suggestion_was_meant_is_taken_back(school: School) -> None:
    await school.ask(PARCEL)
    await school.learning.collect(asked(BOTTLE, open_for=10 * MINUTE))
    await school.learning.collect(asked(BOTTLE, AQING, open_for=10 * MINUTE))
    await school.learning.settle(XIAOLU, key=EventKey("next"), now=NOW + MINUTE)
    assert await school.listed(NOW + HOUR) == [(PARCEL, 1, 1), (BOTTLE, 1, 1)]
    await school.learning.settle(AQING, key=EventKey("late"), now=NOW + HOUR)
    assert len(await school.listed(NOW + HOUR)) == 2, "it counts by now"


async def test_who_asked_is_forgotten_after_thirty_days_and_the_count_stays(
    school: School,
) -> None:
    await execute(
        school.store,
        "INSERT INTO membership (group_key, member_id, joined_at) VALUES ('hejian', 1, 0)",
    )
    number = await school.ask(BOTTLE)
    later = NOW + 30 * DAY
    assert [one.member_id for one in await school.learning.read_askers(number, NOW)] == [XIAOLU]
    await school.learning.sweep(later - MINUTE, NOW - DAY)
    assert await school.learning.read_askers(number, NOW) != ()
    await school.learning.sweep(later, NOW - DAY)
    assert await school.learning.read_askers(number, NOW) == ()
    rows = await school.store.read("SELECT member_id, event_key FROM question_asked")
    assert [tuple(row) for row in rows] == [(None, None)]
    assert await school.listed() == [(BOTTLE, 0, 1)]


async def test_whoever_left_the_group_is_not_among_those_who_are_told(school: School) -> None:
    number = await school.ask(BOTTLE)
    assert await school.learning.read_askers(number, NOW) == ()


async def test_a_question_that_nobody_asks_any_more_is_dropped(school: School) -> None:
    await school.ask(PARCEL)
    await school.learning.collect(asked(BOTTLE, at=NOW + DAY))
    await school.learning.sweep(NOW + 60 * DAY, NOW)
    assert [text for text, _, _ in await school.listed(NOW + DAY)] == [BOTTLE]


async def test_when_there_are_too_many_the_one_not_asked_for_longest_goes(school: School) -> None:
    texts = [BOTTLE, PARCEL, "小样什么时候补货"]
    for minutes, text in enumerate(texts):
        await school.learning.collect(asked(text, at=NOW + timedelta(minutes=minutes), most_open=2))
    assert {text for text, _, _ in await school.listed(NOW + HOUR)} == set(texts[1:])
