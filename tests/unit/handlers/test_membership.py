"""Joining and leaving: what counts as news, whose code counts, and who is welcomed where."""

import random

import pytest

from bot.core.events import EventKind
from bot.core.ids import MemberId
from bot.handlers.welcome import WELCOME_WINDOW, WelcomeJob
from bot.members.roster import MoveKind
from bot.persona.voice import Voice
from bot.store.db import Store
from tests.support.customers import EMPLOYEE, Pond, moved
from tests.support.events import DAY, GROUP, HOUR, NOW, REALM, SECOND
from tests.support.stores import read_value


@pytest.fixture
async def pond(store: Store) -> Pond:
    """A customer group in which 月月 is, and has a code."""
    pond = Pond(store)
    for user in (EMPLOYEE, "wmYUE"):
        pond.platform.join(user, NOW - DAY)
    await pond.look()
    return pond


async def code_of(pond: Pond, user: str) -> str:
    query = "SELECT member_id FROM identity WHERE user_id = ? AND realm = ?"
    member_id = MemberId(int(str(await read_value(pond.store, query, user, REALM))))
    return await pond.invites.code_of(member_id, NOW)


async def outcomes(pond: Pond) -> list[str]:
    return [outcome for _, outcome in await pond.pipeline.records()]


async def referral_states(pond: Pond) -> list[str]:
    rows = await pond.store.read("SELECT state FROM referral ORDER BY id")
    return [row["state"] for row in rows]


async def test_coming_and_going_are_news_once(pond: Pond) -> None:
    await pond.bring(
        moved(EventKind.JOINED, "wmQING", NOW, key="a"),
        moved(EventKind.JOINED, "wmQING", NOW, key="b"),
        moved(EventKind.LEFT, "wmQING", NOW + HOUR, key="c"),
        moved(EventKind.LEFT, "wmQING", NOW + HOUR, key="d"),
    )

    assert await outcomes(pond) == [
        "joined",
        "joined: was in the group already",
        "left",
        "left: was not in the group",
    ]


async def test_a_code_in_the_way_somebody_joined_by_counts_once_and_says_nothing(
    pond: Pond,
) -> None:
    code = await code_of(pond, "wmYUE")
    for key in "ab":
        await pond.bring(moved(EventKind.JOINED, "wmQING", NOW, key=key, source=code))

    assert await referral_states(pond) == ["pending"]
    assert await pond.pipeline.outbox() == []


async def test_a_member_who_comes_back_by_a_code_is_not_new(pond: Pond) -> None:
    code = await code_of(pond, "wmYUE")
    await pond.bring(
        moved(EventKind.JOINED, "wmQING", NOW),
        moved(EventKind.LEFT, "wmQING", NOW + HOUR),
        moved(EventKind.JOINED, "wmQING", NOW + 2 * HOUR, source=code),
    )

    assert await referral_states(pond) == []


async def test_a_leaving_told_before_the_joining_leaves_nobody_new(pond: Pond) -> None:
    code = await code_of(pond, "wmYUE")
    await pond.bring(
        moved(EventKind.LEFT, "wmQING", NOW),
        moved(EventKind.JOINED, "wmQING", NOW + HOUR, source=code),
    )

    assert await referral_states(pond) == []


@pytest.mark.parametrize("source", ["poster", "AAAAAA", "x{code}", "{code} "])
async def test_a_source_that_is_nobodys_code_counts_nothing(pond: Pond, source: str) -> None:
    code = await code_of(pond, "wmYUE")
    await pond.bring(
        moved(EventKind.JOINED, "wmQING", NOW, source=source.format(code=code.lower()))
    )

    assert await referral_states(pond) == []
    assert (await outcomes(pond)) == ["joined"]


async def test_an_employee_who_joins_by_a_code_brings_no_points(pond: Pond) -> None:
    code = await code_of(pond, "wmYUE")
    await pond.roster.appoint(pond.live.current, NOW)
    await pond.bring(moved(EventKind.JOINED, "ayun", NOW, source=code))

    assert await referral_states(pond) == []


async def test_leaving_ends_the_referral_that_hung_on_staying(pond: Pond) -> None:
    code = await code_of(pond, "wmYUE")
    await pond.bring(
        moved(EventKind.JOINED, "wmQING", NOW, source=code),
        moved(EventKind.LEFT, "wmQING", NOW + HOUR),
    )

    assert await referral_states(pond) == ["reversed"]


async def test_newcomers_are_greeted_in_member_groups_and_not_by_tasks_in_customer_groups(
    pond: Pond,
) -> None:
    voice = Voice(pond.live, random.Random(1))
    job = WelcomeJob(pond.roster, pond.pipeline.choices, voice, pond.live)
    await pond.bring(moved(EventKind.JOINED, "wmQING", NOW))
    assert await job.next_due(NOW) is None
    await job.run(NOW + WELCOME_WINDOW)
    assert await pond.pipeline.outbox() == []

    pond.wait(1)
    await pond.pipeline.join("yoyo", MoveKind.JOINED, GROUP)
    assert await job.next_due(NOW) == NOW + SECOND + WELCOME_WINDOW
    await job.run(NOW + SECOND + WELCOME_WINDOW)
    assert len(await pond.pipeline.outbox()) == 1
