"""The intelligent robot holds a line: it subscribes, hears, pings, comes back, or stays away."""

import asyncio
import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.channels.wecom_robot_socket import WecomRobotSocket
from bot.core.clock import ManualClock
from bot.core.events import Conversation, Event, EventKind, Place, Receipt
from bot.core.ids import ChannelKey, EventKey, UserId
from bot.core.messages import Outgoing, Target, TargetKind, Text
from bot.core.ports import Listener, MediaSource, Outcome, Pause, Sender, SendResult
from bot.platforms.limits import SECRET_REPAIR_SECONDS
from bot.platforms.table import WECOM_ROBOT_SOCKET

from .support import NOW
from .wecom_robot_socket_support import (
    BOT_ID,
    CURT,
    HASTE,
    SECRET,
    Close,
    Ears,
    FakeSocketPlatform,
    Silent,
    listening,
    make_robot,
    until,
)
from .wecom_robot_support import payload


@pytest.fixture
def robot(session: aiohttp.ClientSession, line: FakeSocketPlatform) -> WecomRobotSocket:
    return make_robot(session, line.address)


def callback(name: str, **changes: Any) -> dict[str, Any]:
    return {**json.loads(payload(name)), **changes}


def push(text: str = "早安") -> Outgoing:
    return Outgoing(
        "out-1", ChannelKey("robot"), Target(TargetKind.GROUP, "wrTESTGROUP0002"), Text(text)
    )


async def up(robot: WecomRobotSocket) -> None:
    await until(lambda: not robot.trouble)


class Dice(random.Random):
    """Remembers the bounds it was asked for, and always throws the least."""

    def __init__(self) -> None:
        super().__init__(7)
        self.bounds: list[float] = []

    def uniform(self, a: float, b: float) -> float:
        self.bounds.append(b)
        return a


async def test_it_offers_what_the_ports_ask(robot: WecomRobotSocket) -> None:
    listener: Listener = robot
    sender: Sender = robot
    source: MediaSource = robot
    assert (sender.key, sender.capabilities) == ("robot", WECOM_ROBOT_SOCKET)
    assert listener.trouble
    assert callable(source.read_media)


# Hearing


async def test_the_first_frame_subscribes_with_the_robots_id_and_secret(
    robot: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    async with listening(robot):
        await up(robot)
        (frame,) = line.frames
    assert frame["cmd"] == "aibot_subscribe"
    assert frame["headers"]["req_id"].startswith("aibot_subscribe")
    assert frame["body"] == {"bot_id": BOT_ID, "secret": SECRET}


async def test_a_message_is_handed_over_with_a_place_for_its_answer_for_a_day(
    robot: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    async with listening(robot) as ears:
        await up(robot)
        await line.push(callback("socket_text_group"), "REQ:17")
        await until(lambda: ears.receipts)
    assert ears.receipts == [
        Receipt(
            events=(
                Event(
                    key=EventKey("robot/MSG-0020"),
                    channel=ChannelKey("robot"),
                    kind=EventKind.TEXT,
                    conversation=Conversation(Place.GROUP, "wrTESTGROUP0002"),
                    user_id=UserId("zhangsan"),
                    at=NOW - timedelta(seconds=660),
                    text="签到",
                    reply_to="msg:group:REQ:17",
                    reply_until=NOW + timedelta(days=1),
                ),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("name", "reply_to", "seconds"),
    [
        ("socket_image", "msg:private:REQ-1", 86_400),
        ("enter_chat", "welcome:private:REQ-1", 5),
        ("template_card_event", "update:group:REQ-1", 5),
        ("feedback_bad", "", None),
    ],
)
async def test_each_kind_of_event_has_its_own_place_and_time_for_an_answer(
    robot: WecomRobotSocket,
    line: FakeSocketPlatform,
    name: str,
    reply_to: str,
    seconds: int | None,
) -> None:
    async with listening(robot) as ears:
        await up(robot)
        await line.push(callback(name))
        await until(lambda: ears.receipts)
    (receipt,) = ears.receipts
    (event,) = receipt.events
    until_then = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert (event.reply_to, event.reply_until) == (reply_to, until_then)
    assert not receipt.answerable


async def test_a_callback_without_a_request_id_has_no_place_for_an_answer(
    robot: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    async with listening(robot) as ears:
        await up(robot)
        await line.push(callback("socket_text_group"), "")
        await until(lambda: ears.receipts)
    (event,) = ears.receipts[0].events
    assert (event.reply_to, event.reply_until) == ("", None)


async def test_what_cannot_be_read_is_counted_and_does_not_end_the_connection(
    robot: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    async with listening(robot) as ears:
        await up(robot)
        for frame in ("", "[]", "{", "[" * 50_000, {"headers": 1, "cmd": {}}, {"errcode": 0}):
            await line.write(frame)
        await line.push({})
        await line.write({"cmd": "aibot_msg_callback", "body": []})
        await line.push(callback("socket_text_group", **{"from": "nobody"}))
        await line.push(callback("stream"))
        await line.push(callback("socket_text_group", msgtype="hologram"))
        await line.push(callback("socket_text_group"))
        await until(lambda: len(ears.receipts) == 6)
    assert [receipt.unsupported for receipt in ears.receipts] == [
        *["unreadable"] * 3,
        "stream",
        "hologram",
        "",
    ]
    assert not any(receipt.answerable or receipt.refreshes for receipt in ears.receipts)
    assert line.connections == 1


async def test_what_cannot_be_stored_now_is_kept_in_its_order_and_told_meanwhile(
    robot: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    ears = Ears()
    ears.failures = 10**6
    async with listening(robot, ears):
        await up(robot)
        for number in range(3):
            await line.push(callback("socket_text_group", msgid=f"M{number}"))
        await until(lambda: "cannot be stored" in robot.trouble)
        assert (await robot.send(push())).outcome is Outcome.SENT
        ears.failures = 0
        await until(lambda: len(ears.receipts) == 3)
        assert robot.trouble == ""
    assert [receipt.events[0].key for receipt in ears.receipts] == [
        "robot/M0",
        "robot/M1",
        "robot/M2",
    ]


# Staying connected


async def test_it_pings_and_stays_as_long_as_it_is_answered(
    robot: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    async with listening(robot):
        await until(lambda: line.pings >= 5)
        assert robot.trouble == ""
    assert line.connections == 1


async def test_a_connection_that_does_not_answer_two_pings_is_given_up_for_a_new_one(
    session: aiohttp.ClientSession, line: FakeSocketPlatform
) -> None:
    line.answers_ping = lambda _number: False
    async with listening(make_robot(session, line.address, patience=CURT)):
        await until(lambda: line.connections == 3)
    assert line.pings_at_opening == [0, 2, 4]


@pytest.mark.parametrize("errcode", [0, 45009])
async def test_every_answer_to_a_ping_is_a_sign_of_life_and_one_that_is_missing_no_end(
    session: aiohttp.ClientSession, line: FakeSocketPlatform, errcode: int
) -> None:
    line.ping_errcode = errcode
    line.answers_ping = lambda number: number % 2 == 0
    async with listening(make_robot(session, line.address, patience=CURT)):
        await until(lambda: line.pings >= 5)
    assert line.connections == 1


async def test_a_lost_connection_is_opened_again_and_hears_on_whenever_the_next_ping_is_due(
    session: aiohttp.ClientSession, line: FakeSocketPlatform
) -> None:
    robot = make_robot(session, line.address, patience=replace(HASTE, ping_seconds=60.0))
    async with listening(robot) as ears:
        await up(robot)
        await line.hang_up()
        await until(lambda: line.connections == 2 and not robot.trouble)
        await line.push(callback("socket_text_group"))
        await until(lambda: ears.receipts)
    assert len(line.bodies("aibot_subscribe")) == 2
    assert line.pings == 0


async def test_between_two_connections_it_says_so_and_what_is_sent_waits(
    session: aiohttp.ClientSession, line: FakeSocketPlatform
) -> None:
    patience = replace(HASTE, first_pause_seconds=600.0, most_pause_seconds=600.0)
    robot = make_robot(session, line.address, patience=patience)
    async with listening(robot):
        await up(robot)
        await line.hang_up()
        await until(lambda: robot.trouble)
        assert await robot.send(push()) == SendResult(
            Outcome.RETRY, "The robot's connection was closed; it is opened again."
        )


async def test_pauses_are_drawn_below_a_bound_that_doubles_to_a_minute(
    session: aiohttp.ClientSession, unused_base_url: str
) -> None:
    dice = Dice()
    patience = replace(HASTE, first_pause_seconds=1.0, most_pause_seconds=60.0)
    robot = make_robot(session, unused_base_url, rng=dice, patience=patience)
    async with listening(robot):
        await until(lambda: len(dice.bounds) >= 9)
        assert "could not be opened" in robot.trouble
        result = await robot.send(push())
        assert (result.outcome, result.pauses) == (Outcome.RETRY, Pause.ROW)
    assert dice.bounds[:9] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


async def test_only_a_connection_that_answered_a_ping_starts_the_pauses_anew(
    session: aiohttp.ClientSession, line: FakeSocketPlatform
) -> None:
    dice = Dice()
    robot = make_robot(
        session, line.address, rng=dice, patience=replace(HASTE, first_pause_seconds=0.001)
    )
    line.ack("aibot_subscribe", Close(), Close())
    async with listening(robot):
        await until(lambda: not robot.trouble and line.pings >= 3)
        await line.hang_up()
        await until(lambda: line.connections == 4)
    assert dice.bounds[:3] == [0.001, 0.002, 0.001]


async def test_a_pause_never_grows_beyond_what_a_number_can_hold(
    session: aiohttp.ClientSession, unused_base_url: str
) -> None:
    dice = Dice()
    robot = make_robot(session, unused_base_url, rng=dice)
    async with listening(robot):
        await until(lambda: len(dice.bounds) >= 40)
    assert dice.bounds[-1] == HASTE.most_pause_seconds


async def test_a_robot_that_was_taken_over_stays_away_and_says_what_to_do(
    robot: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    async with listening(robot) as ears:
        await up(robot)
        await line.push(callback("disconnected_event"))
        await until(lambda: line.closed == 1)
        await asyncio.sleep(0.05)
        assert line.connections == 1
        assert "Another connection uses this robot" in robot.trouble
        result = await robot.send(push())
    assert ears.receipts == []
    assert result == SendResult(
        Outcome.RETRY,
        robot.trouble,
        retry_after_seconds=SECRET_REPAIR_SECONDS,
        pauses=Pause.CHANNEL,
    )
    assert "stop the other program, then start this one again" in result.reason


async def test_a_wrong_secret_is_told_and_tried_again_after_a_long_pause(
    session: aiohttp.ClientSession, line: FakeSocketPlatform
) -> None:
    robot = make_robot(session, line.address, secret="WRONG")
    async with listening(robot):
        await until(lambda: "853000" in robot.trouble)
        assert line.connections == 1
        result = await robot.send(push())
        await until(lambda: line.connections == 2)
        assert "Compare the robot's bot_id and secret" in robot.trouble
        assert "WRONG" not in robot.trouble
    assert (result.outcome, result.pauses) == (Outcome.RETRY, Pause.CHANNEL)


async def test_the_pause_after_a_wrong_secret_is_not_drawn(
    session: aiohttp.ClientSession, line: FakeSocketPlatform
) -> None:
    dice = Dice()
    patience = replace(HASTE, repair_seconds=60.0)
    robot = make_robot(session, line.address, secret="WRONG", rng=dice, patience=patience)
    async with listening(robot):
        await until(lambda: "853000" in robot.trouble)
        await asyncio.sleep(0.03)
    assert line.connections == 1
    assert dice.bounds == []


@pytest.mark.parametrize("errcode", [-1, 45009])
async def test_a_platform_that_is_busy_with_subscriptions_is_asked_again_soon(
    session: aiohttp.ClientSession, line: FakeSocketPlatform, errcode: int
) -> None:
    robot = make_robot(session, line.address, patience=replace(HASTE, repair_seconds=60.0))
    line.ack("aibot_subscribe", {"errcode": errcode})
    async with listening(robot):
        await up(robot)
    assert line.connections == 2


async def test_a_subscription_that_is_not_acknowledged_is_tried_on_a_new_connection(
    session: aiohttp.ClientSession, line: FakeSocketPlatform
) -> None:
    robot = make_robot(session, line.address, patience=CURT)
    line.ack("aibot_subscribe", Silent())
    async with listening(robot):
        await until(lambda: "aibot_subscribe was not acknowledged" in robot.trouble)
        await up(robot)
    assert line.connections == 2


async def test_an_end_of_listening_closes_the_connection(
    robot: WecomRobotSocket, line: FakeSocketPlatform, session: aiohttp.ClientSession
) -> None:
    async with listening(robot):
        await up(robot)
    await until(lambda: line.closed == 1)
    assert (await robot.send(push())).outcome is Outcome.RETRY
    await robot.close()
    assert not session.closed


async def test_a_robot_that_does_not_listen_yet_cannot_send(robot: WecomRobotSocket) -> None:
    assert await robot.send(push()) == SendResult(
        Outcome.RETRY, "The robot's connection is not open yet."
    )


async def test_times_are_the_clocks(
    session: aiohttp.ClientSession, line: FakeSocketPlatform
) -> None:
    clock = ManualClock(NOW)
    robot = make_robot(session, line.address, clock=clock)
    clock.advance(timedelta(hours=3))
    async with listening(robot) as ears:
        await up(robot)
        await line.push(callback("text_group"))
        await until(lambda: ears.receipts)
    assert ears.receipts[0].events[0].at == NOW + timedelta(hours=3)
