"""Our robot in WebSocket mode meets the simulator: each side wrote down the rules for itself."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp

from bot.channels.media import MediaShelf
from bot.channels.wecom_robot_socket import WecomRobotSocket
from bot.core.events import Event, EventKind, MediaKind, Receipt
from bot.core.ids import ChannelKey
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    Markdown,
    Media,
    Message,
    Outgoing,
    Target,
    TargetKind,
    Waiting,
)
from bot.core.ports import Outcome
from tests.unit.simulator.media_support import PNG, sent
from tests.unit.simulator.socket_bot import BOT_ID, BOT_SECRET, connected, on_socket_stage
from tests.unit.simulator.stub_bot import Stage

PACKET = Card("拼手气红包", "100 积分", (Button("拆红包", "grab"),), "packet-1")


class OurRobot:
    """Answers each event with what ``says`` has for its kind; keeps what it heard and sent."""

    def __init__(self, robot: WecomRobotSocket) -> None:
        self.robot = robot
        self.says: dict[EventKind, list[Message]] = {}
        self.heard: list[Event] = []
        self.outcomes: list[Outcome] = []

    async def take(self, receipt: Receipt) -> None:
        for event in receipt.events:
            self.heard.append(event)
            for number, message in enumerate(self.says.get(event.kind, [])):
                await self.say(
                    Outgoing(
                        f"{event.key}/{number}",
                        event.channel,
                        Target(TargetKind.CALLBACK, event.reply_to),
                        message,
                        chat=event.conversation.chat_id,
                    )
                )

    async def say(self, outgoing: Outgoing) -> Outcome:
        result = await self.robot.send(outgoing)
        self.outcomes.append(result.outcome)
        return result.outcome


@asynccontextmanager
async def our_robot(directory: Path) -> AsyncIterator[tuple[Stage, OurRobot]]:
    (directory / "a.png").write_bytes(PNG)
    async with (
        on_socket_stage(directory, answer_seconds=5) as stage,
        aiohttp.ClientSession() as session,
    ):
        robot = WecomRobotSocket(
            key=ChannelKey("robot"),
            name="小禾",
            bot_id=BOT_ID,
            secret=BOT_SECRET,
            address=str(stage.client.make_url("/sim/openws")).replace("http:", "ws:"),
            session=session,
            clock=stage.clock,
            rng=random.Random(1),
            shelf=MediaShelf(directory, stage.clock),
        )
        ours = OurRobot(robot)
        listening = asyncio.create_task(robot.listen(ours.take))
        for _ in range(1000):
            if not robot.trouble:
                break
            await asyncio.sleep(0.001)
        try:
            yield stage, ours
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


async def test_words_are_heard_and_answered(tmp_path: Path) -> None:
    async with our_robot(tmp_path) as (stage, ours):
        ours.says[EventKind.TEXT] = [Waiting("正在想"), Markdown("**+5**")]
        assert (await stage.say("签到"))["delivery"] == "answered"
        assert (ours.heard[0].text, ours.heard[0].user_id) == ("签到", "xiaolu")
        for _ in range(1000):
            if len(await stage.messages()) == 2:
                break
        assert (await stage.messages())[-1]["text"] == "**+5**"
        assert ours.outcomes == [Outcome.SENT, Outcome.SENT]


async def test_a_card_is_shown_tapped_and_changed(tmp_path: Path) -> None:
    async with our_robot(tmp_path) as (stage, ours):
        ours.says[EventKind.TEXT] = [PACKET]
        await stage.say("发红包", "tangyuan")
        opened = Card("拼手气红包", "12 积分", (), "packet-1")
        ours.says[EventKind.TAPPED] = [CardUpdate(ours.heard[0].user_id, opened)]
        tap = {"from": "tangyuan", "message_id": 2}
        assert (await stage.post("groups/garden/taps", tap))["delivery"] == "answered"
        assert (ours.heard[-1].button, ours.heard[-1].task_id) == ("grab", "packet-1")
        states = (await stage.messages())[-1]["card_states"]
        assert states["tangyuan"]["text"] == "12 积分"


async def test_whoever_opens_the_chat_is_greeted_and_media_go_both_ways(tmp_path: Path) -> None:
    async with our_robot(tmp_path) as (stage, ours):
        ours.says[EventKind.OPENED] = [Markdown("欢迎")]
        ours.says[EventKind.MEDIA] = [Media(MediaKind.IMAGE, "a.png", "喝水.png")]
        entry = await stage.post("people/xiaolu/entries", {"channel": "robot"})
        assert entry == {"delivery": "answered"}
        body = {"channel": "robot", "media": [sent("image")]}
        assert (await stage.post("people/xiaolu/messages", body))["delivery"] == "answered"
        assert await ours.robot.read_media(ours.heard[-1].media[0]) == PNG
        shown = (await stage.get("people/xiaolu/messages", channel="robot"))["messages"]
        assert [message["text"] for message in shown] == ["欢迎", "[图片] a.bin", "[图片] 喝水.png"]


async def test_it_speaks_unasked_where_it_was_spoken_to(tmp_path: Path) -> None:
    async with our_robot(tmp_path) as (stage, ours):
        ours.says[EventKind.TEXT] = [Markdown("在")]
        push = Outgoing(
            "key", ChannelKey("robot"), Target(TargetKind.GROUP, "wrGARDEN"), Markdown("早安")
        )
        assert await ours.say(push) is Outcome.DEAD
        await stage.say("在吗")
        assert await ours.say(push) is Outcome.SENT
        assert (await stage.messages())[-1]["text"] == "早安"


async def test_it_gives_way_to_another_connection(tmp_path: Path) -> None:
    async with our_robot(tmp_path) as (stage, ours), connected(stage) as other:
        for _ in range(1000):
            if ours.robot.trouble:
                break
            await asyncio.sleep(0.001)
        assert ours.robot.trouble
        assert await other.errcode("ping") == 0
        assert other.heard.empty()
