"""Simulator and channels meet: each side wrote down the platform's rules for itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.channels.api import wecom_api
from bot.channels.group_webhook import GroupWebhook
from bot.channels.media import MediaShelf
from bot.channels.wecom_app import WecomApp
from bot.channels.wecom_robot import WecomRobot
from bot.core.events import Event, EventKind, Receipt
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    Markdown,
    Message,
    Outgoing,
    Target,
    TargetKind,
    Text,
)
from bot.core.ports import Codec, Outcome, Sender
from tests.unit.simulator.stub_bot import (
    AGENT_ID,
    APP_KEY,
    APP_TOKEN,
    CORP_ID,
    ROBOT_KEY,
    ROBOT_TOKEN,
    SECRET,
    WEBHOOK_KEY,
    Stage,
    StubBot,
    on_stage,
)


class ProductBot(StubBot):
    """Answers with the product's own codecs; ``say`` makes the answer to an event."""

    def __init__(self) -> None:
        super().__init__()
        self.codecs: dict[str, Codec] = {}
        self.events: list[Event] = []
        self.message: Message | None = None

    async def _check(self, request: web.Request) -> web.Response:
        codec = self.codecs[request.match_info["key"]]
        return web.Response(text=codec.check_address(request.query))

    async def _hear(self, request: web.Request) -> web.Response:
        codec = self.codecs[request.match_info["key"]]
        at = self.stage.clock.now()
        receipt: Receipt = codec.read(request.query, await request.read(), at)
        assert not receipt.unsupported
        self.events += receipt.events
        if self.message is None:
            return web.Response()
        answer = codec.write_answer(receipt, self.message, at)
        return web.Response(body=answer.body, content_type=answer.content_type)

    stage: Stage


@asynccontextmanager
async def product_on_stage(directory: Path) -> AsyncIterator[tuple[Stage, ProductBot]]:
    bot = ProductBot()
    async with on_stage(directory, bot=bot) as stage, aiohttp.ClientSession() as session:
        base = str(stage.client.make_url(stage.simulator.api_base))
        api = wecom_api(session, base, CORP_ID, SECRET, stage.clock)
        bot.stage = stage
        bot.codecs = {
            "robot": WecomRobot(
                key=ChannelKey("robot"),
                name="小禾",
                token=ROBOT_TOKEN,
                encoding_aes_key=ROBOT_KEY,
                session=session,
                clock=stage.clock,
                api_base=base,
            ),
            "app": WecomApp(
                key=ChannelKey("app"),
                corp_id=CORP_ID,
                agent_id=AGENT_ID,
                token=APP_TOKEN,
                encoding_aes_key=APP_KEY,
                api=api,
                clock=stage.clock,
                shelf=MediaShelf(directory, stage.clock),
                contact=None,
                services={},
            ),
        }
        try:
            yield stage, bot
        finally:
            await api.close()


PACKET = Card("拼手气红包", "100 积分", (Button("拆红包", "grab"),), "packet-1")


async def send(sender: Sender, kind: TargetKind, address: str, message: Message) -> Outcome:
    outgoing = Outgoing("key", sender.key, Target(kind, address), message)
    return (await sender.send(outgoing)).outcome


async def test_our_robot_hears_without_the_mention_and_its_words_are_shown(tmp_path: Path) -> None:
    async with product_on_stage(tmp_path) as (stage, bot):
        bot.message = Markdown("**+5**")
        assert (await stage.say("签到"))["delivery"] == "answered"
        (event,) = bot.events
        assert (event.kind, event.text, event.user_id) == (EventKind.TEXT, "签到", "xiaolu")
        assert (await stage.messages())[-1]["text"] == "**+5**"


async def test_our_robots_card_is_shown_tapped_and_updated(tmp_path: Path) -> None:
    async with product_on_stage(tmp_path) as (stage, bot):
        bot.message = PACKET
        await stage.say("发红包", "tangyuan")
        bot.message = CardUpdate(UserId("momo"), Card("拼手气红包", "12 积分", (), "packet-1"))
        tap = await stage.post("groups/garden/taps", {"from": "momo", "message_id": 2})
        assert tap["delivery"] == "answered"
        event = bot.events[-1]
        assert (event.kind, event.button, event.task_id) == (EventKind.TAPPED, "grab", "packet-1")
        assert (await stage.messages())[-1]["card_states"]["momo"]["text"] == "12 积分"


async def test_our_robots_later_answer_goes_to_its_one_use_address(tmp_path: Path) -> None:
    async with product_on_stage(tmp_path) as (stage, bot):
        await stage.say("讲个故事")
        robot, address = bot.codecs["robot"], bot.events[0].reply_to
        assert isinstance(robot, WecomRobot)
        sent = [
            await send(robot, TargetKind.CALLBACK, address, Text("从前有座山")) for _ in range(2)
        ]
        assert sent == [Outcome.SENT, Outcome.DEAD]
        assert (await stage.messages())[-1]["text"] == "从前有座山"


async def test_our_app_answers_pushes_and_reads_the_roster(tmp_path: Path) -> None:
    async with product_on_stage(tmp_path) as (stage, bot):
        app = bot.codecs["app"]
        assert isinstance(app, WecomApp)
        bot.message = Text("128 积分")
        answered = await stage.post("people/xiaolu/messages", {"text": "积分"})
        assert answered["delivery"] == "answered"
        assert await send(app, TargetKind.PERSON, "xiaolu", PACKET) is Outcome.SENT
        assert await send(app, TargetKind.PERSON, "nobody", Text("a")) is Outcome.DEAD
        assert await send(app, TargetKind.GROUP, "garden01", PACKET) is Outcome.SENT
        assert await send(app, TargetKind.GROUP, "gone", PACKET) is Outcome.DEAD
        kinds = [message["kind"] for message in await stage.private_messages()]
        assert kinds == ["text", "text", "card"]
        there = [member.user_id for member in (await app.read_chat("garden01")).members]
        assert there == ["tangyuan", "ayun", "xiaolu", "momo"]
        assert (await app.read_profile(UserId("xiaolu"))).name == "小鹿"


@pytest.mark.parametrize(
    "message", [Text("早安", (UserId("xiaolu"),)), Markdown("**早安**"), PACKET]
)
async def test_our_webhook_posts_into_its_group(tmp_path: Path, message: Message) -> None:
    async with product_on_stage(tmp_path) as (stage, bot), aiohttp.ClientSession() as session:
        base = str(stage.client.make_url(stage.simulator.api_base))
        webhook = GroupWebhook(
            key=ChannelKey("posts"),
            webhook_key=WEBHOOK_KEY,
            api_base=base,
            session=session,
            shelf=MediaShelf(tmp_path, stage.clock),
        )
        assert bot.events == []
        assert await send(webhook, TargetKind.GROUP, "", message) is Outcome.SENT
        assert len(await stage.messages()) == 1
