"""The published SDK of WebSocket robots, unchanged, against the simulated platform.

PyPI wecom-aibot-sdk 1.0.8, a port of the platform's own for Node. What it takes for the platform
must be what our robots learn from the simulator.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from wecom_aibot_sdk import WSClient

from tests.unit.simulator.media_support import FILES, picture_item, sent
from tests.unit.simulator.socket_bot import (
    BOT_ID,
    BOT_SECRET,
    CHUNK,
    markdown,
    on_socket_stage,
)
from tests.unit.simulator.stub_bot import Stage, opened_card, packet_card


class Quiet:
    """A log that keeps what went wrong."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def debug(self, message: str, *args: Any) -> None: ...

    def info(self, message: str, *args: Any) -> None: ...

    def warn(self, message: str, *args: Any) -> None:
        self.problems.append(" ".join([message, *map(str, args)]))

    error = warn


class SdkBot:
    """A client of the SDK, with queues for what it hears."""

    def __init__(self, stage: Stage, *, secret: str = BOT_SECRET, **options: Any) -> None:
        self.log = Quiet()
        self.client = WSClient(
            BOT_ID,
            secret,
            ws_url=str(stage.client.make_url("/sim/openws")).replace("http://", "ws://"),
            logger=self.log,
            max_reconnect_attempts=1,
            max_auth_failure_attempts=1,
            **options,
        )
        self.heard: dict[str, asyncio.Queue[Any]] = {}
        for name in (
            *("authenticated", "disconnected", "error", "message.text", "message.image"),
            *("message.mixed", "message.voice", "event.enter_chat", "event.template_card_event"),
            *("event.feedback_event", "event.disconnected_event"),
        ):
            queue = self.heard[name] = asyncio.Queue()
            self.client.on(name, lambda *args, queue=queue: queue.put_nowait(args))

    async def next(self, name: str) -> Any:
        """The next frame (or other argument) of an event of the SDK."""
        args = await asyncio.wait_for(self.heard[name].get(), 5)
        return args[0] if args else None


@asynccontextmanager
async def listening(stage: Stage, **options: Any) -> AsyncIterator[SdkBot]:
    bot = SdkBot(stage, **options)
    await bot.client.connect()
    await bot.next("authenticated")
    try:
        yield bot
    finally:
        await bot.client.disconnect()


async def test_it_hears_a_group_and_answers_in_a_stream(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path, answer_seconds=5) as stage, listening(stage) as bot:
        saying = asyncio.create_task(stage.say("积分"))
        frame = await bot.next("message.text")
        assert frame["body"]["text"]["content"] == "@小禾 积分"
        assert frame["body"]["chattype"] == "group"
        for content, finish in (("正在", False), ("正在查", False), ("**128** 积分", True)):
            ack = await bot.client.reply_stream(
                frame,
                "s1",
                content,
                finish,
                msg_item=[picture_item()],
                feedback={"id": "f1"} if content == "正在" else None,
            )
            assert ack["errcode"] == 0
        assert (await saying)["delivery"] == "answered"
        shown = (await stage.messages())[-1]
        assert (shown["words"], shown["feedback"], len(shown["media"])) == ("**128** 积分", "f1", 1)
        rating = {"from": "momo", "message_id": shown["id"], "verdict": "good"}
        await stage.post("groups/garden/feedback", rating)
        rated = await bot.next("event.feedback_event")
        assert rated["body"]["event"]["feedback_event"]["id"] == "f1"


async def test_it_greets_whoever_opens_its_chat(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path, answer_seconds=5) as stage, listening(stage) as bot:
        entering = asyncio.create_task(stage.post("people/xiaolu/entries", {"channel": "robot"}))
        frame = await bot.next("event.enter_chat")
        await bot.client.reply_welcome(frame, {"msgtype": "text", "text": {"content": "欢迎"}})
        assert await entering == {"delivery": "answered"}
        (shown,) = (await stage.get("people/xiaolu/messages", channel="robot"))["messages"]
        assert shown["text"] == "欢迎"


async def test_it_shows_a_card_and_changes_it_when_it_is_tapped(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path, answer_seconds=5) as stage, listening(stage) as bot:
        saying = asyncio.create_task(stage.say("发红包", "tangyuan"))
        frame = await bot.next("message.text")
        await bot.client.reply_stream_with_card(
            frame, "s1", "红包来了", True, template_card=packet_card()
        )
        await saying
        tapping = asyncio.create_task(
            stage.post("groups/garden/taps", {"from": "momo", "message_id": 3})
        )
        frame = await bot.next("event.template_card_event")
        assert frame["body"]["event"]["template_card_event"]["event_key"] == "open"
        await bot.client.update_template_card(frame, opened_card("12 积分"), ["momo"])
        tap = await tapping
        assert tap["delivery"] == "answered"
        assert tap["message"]["card_states"]["momo"]["text"] == "12 积分"


async def test_it_speaks_unasked_where_it_was_spoken_to(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, listening(stage) as bot:
        with pytest.raises(Exception, match="93001"):
            await bot.client.send_message("wrGARDEN", markdown())
        await stage.say("在吗")
        await bot.client.send_message("wrGARDEN", markdown("**早安**"))
        with pytest.raises(Exception, match="40008"):
            await bot.client.send_message("wrGARDEN", {"msgtype": "text", "text": {"content": "a"}})
        card = {"msgtype": "template_card", "template_card": packet_card()}
        await bot.client.send_message("wrGARDEN", card)
        assert [shown["kind"] for shown in await stage.messages()] == ["text", "markdown", "card"]


async def test_it_uploads_in_chunks_and_sends_and_answers_with_files(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(5 * CHUNK + 1)
    async with on_socket_stage(tmp_path) as stage, listening(stage) as bot:
        await stage.say("发我")
        frame = await bot.next("message.text")
        result = await bot.client.upload_media(content, type="file", filename="手册.pdf")
        assert result["type"] == "file"
        await bot.client.send_media_message("wrGARDEN", "file", result["media_id"])
        await bot.client.reply_media(frame, "file", result["media_id"])
        for shown in (await stage.messages())[1:]:
            assert shown["text"] == "[文件] 手册.pdf"
            page = await stage.client.get(f"/sim/api/media/{shown['media'][0]['id']}")
            assert await page.read() == content


async def test_it_decrypts_what_people_send(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, listening(stage) as bot:
        media = [sent("image", name="脸 1.png")]
        await stage.post("people/xiaolu/messages", {"channel": "robot", "media": media})
        image = (await bot.next("message.image"))["body"]["image"]
        found = await bot.client.download_file(image["url"], image["aeskey"])
        assert found == {"buffer": FILES["image"], "filename": "脸 1.png"}
        media = [sent("voice", words="帮我签到")]
        await stage.post("people/xiaolu/messages", {"channel": "robot", "media": media})
        voice = (await bot.next("message.voice"))["body"]["voice"]
        assert voice == {"content": "帮我签到"}


async def test_its_heartbeat_is_answered(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage:
        async with listening(stage, heartbeat_interval=5) as bot:
            for _ in range(1000):
                lines = (await stage.get("log"))["lines"]
                if sum("ping" in line["text"] for line in lines) >= 5:
                    break
            assert bot.client.is_connected
        assert bot.log.problems == []


async def test_it_understands_that_another_one_took_over(tmp_path: Path) -> None:
    async with (
        on_socket_stage(tmp_path) as stage,
        listening(stage) as first,
        listening(stage) as second,
    ):
        farewell = await first.next("event.disconnected_event")
        assert farewell["body"]["event"]["eventtype"] == "disconnected_event"
        await first.next("disconnected")
        assert not first.client.is_connected
        await stage.say("谁在")
        assert (await second.next("message.text"))["body"]["text"]["content"] == "@小禾 谁在"


async def test_it_understands_a_wrong_secret(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage:
        bot = SdkBot(stage, secret="guess")
        await bot.client.connect()
        assert "40001" in str(await bot.next("error"))
        await bot.client.disconnect()
