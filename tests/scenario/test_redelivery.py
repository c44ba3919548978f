"""The platform brings a callback up to three times; the bot does it once and answers alike."""

import asyncio

from tests.scenario.town import Town, books_are_clean
from tests.support.platform import RobotPlatform


async def test_a_check_in_delivered_three_times_pays_once_and_is_answered_alike(
    town: Town,
) -> None:
    platform = RobotPlatform(town.app.live.current)
    callback = platform.text(user="xiaolu", text="签到", msgid="M1", now=town.clock.now())
    answers = [await platform.deliver(town.http, town.app.address, callback) for _ in range(3)]
    assert "10" in answers[0]
    assert answers == [answers[0]] * 3
    assert await town.balance("xiaolu") == 10
    await books_are_clean(town)


async def test_three_deliveries_at_the_same_time_are_one_event(town: Town) -> None:
    platform = RobotPlatform(town.app.live.current)
    callback = platform.text(user="aqing", text="签到", msgid="M2", now=town.clock.now())
    answers = await asyncio.gather(
        *[platform.deliver(town.http, town.app.address, callback) for _ in range(3)]
    )
    assert answers[0]
    assert set(answers) == {answers[0]}
    assert await town.balance("aqing") == 10


async def test_a_claim_delivered_again_hours_later_takes_no_second_share(town: Town) -> None:
    await town.open_packet("100 10")
    platform = RobotPlatform(town.app.live.current)
    callback = platform.text(user="momo", text="抢", msgid="M3", now=town.clock.now())
    first = await platform.deliver(town.http, town.app.address, callback)
    balance = await town.balance("momo")
    again = await platform.deliver(town.http, town.app.address, callback)
    assert again == first
    assert await town.balance("momo") == balance
    await books_are_clean(town)


async def test_an_owners_announcement_delivered_twice_is_posted_once(town: Town) -> None:
    platform = RobotPlatform(town.app.live.current)
    callback = platform.text(
        user="tangyuan", text="公告 今晚聊防晒", msgid="M4", now=town.clock.now()
    )
    for _ in range(3):
        await platform.deliver(town.http, town.app.address, callback)
    await town.settle()
    assert len(await town.posts()) == 1


async def test_two_events_of_one_member_in_the_same_second_both_happen(town: Town) -> None:
    platform = RobotPlatform(town.app.live.current)
    now = town.clock.now()
    first = platform.text(user="nanxi", text="签到", msgid="M5", now=now)
    second = platform.text(user="nanxi", text="积分", msgid="M6", now=now)
    assert await platform.deliver(town.http, town.app.address, first)
    assert "10" in await platform.deliver(town.http, town.app.address, second)


async def test_an_old_callback_is_refused(town: Town) -> None:
    platform = RobotPlatform(town.app.live.current)
    callback = platform.text(user="momo", text="签到", msgid="M7", now=town.clock.now())
    await town.pass_time(minutes=30)
    async with town.http.post(f"{town.app.address}{callback.path}", data=callback.body) as response:
        assert response.status == 403
    assert await town.balance("momo") == 0
