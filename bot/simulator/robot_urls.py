"""Intelligent robots in URL mode: they are told by callbacks and answer in the open request.

Words are shown when the stream is finished, a card once for a message, a changed card only for a
tap. Until a stream is finished the client asks for its next state, for six minutes at most
(100719, 101031).
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.simulator import robot_payloads
from bot.simulator.acts import Delivery, Rating, Scene, Tap
from bot.simulator.answers import (
    Frame,
    NewCard,
    read_card_change,
    read_reply,
    read_welcome,
)
from bot.simulator.callbacks import Callbacks, Reply
from bot.simulator.limits import IN_WORK_PER_USER, MESSAGE_TRIES, STREAM_SECONDS, TAP_TRIES
from bot.simulator.media_files import MediaFiles
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.robot_chats import RobotChats
from bot.simulator.shapes import Attachment, Card, Draft, Message
from bot.simulator.strict_json import readable_json
from bot.simulator.wire import AnswerRejected, Wire, read_answer_object
from bot.simulator.world import World


class UrlRobots:
    """Tells robots by their callbacks, and shows what they answer."""

    def __init__(
        self,
        world: World,
        *,
        callbacks: Callbacks,
        wires: dict[str, Wire],
        files: MediaFiles,
        chats: RobotChats,
        log: PlatformLog,
        response_url: Callable[[str], str],
        stream_pause_seconds: float,
    ) -> None:
        self._world = world
        self._callbacks = callbacks
        self._wires = wires
        self._files = files
        self._chats = chats
        self._log = log
        self._response_url = response_url
        self._stream_pause_seconds = stream_pause_seconds
        self._in_work: dict[tuple[str, str], asyncio.Semaphore] = {}
        self._streams: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """End the streams that are under way."""
        streams = list(self._streams)
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)

    async def tell(self, scene: Scene, message: Message, quoted: Draft | None) -> Delivery:
        """A message for the robot; at most three of a person's are in work at once."""
        slots = asyncio.Semaphore(IN_WORK_PER_USER)
        async with self._in_work.setdefault((scene.robot.key, scene.user_id), slots):
            with self._callbacks.busy():
                body = robot_payloads.message(message.draft, quoted, self._lender(scene))
                quote = message.id if scene.chat_id else 0
                reply = await self._deliver(
                    scene, body, f"{message.sender.name}的消息", tries=MESSAGE_TRIES, quote=quote
                )
                return self._settle(
                    scene, reply, lambda answer: self._reply(scene, message, answer)
                )

    async def tap(self, scene: Scene, message: Message, card: Card, tapped: Tap) -> Delivery:
        """A tap on ``card``, which ``message`` shows to the person."""
        with self._callbacks.busy():
            body = robot_payloads.tap(card, tapped)
            quote = message.id if scene.chat_id else 0
            who = self._world.who(scene.user_id).name
            reply = await self._deliver(scene, body, f"{who}点击卡片", tries=TAP_TRIES, quote=quote)

            def change(answer: dict[str, Any]) -> None:
                other = read_card_change(answer, card.task_id)
                self._chats.change_card(scene, message, other)

            return self._settle(scene, reply, change)

    async def enter(self, scene: Scene) -> Delivery:
        """Somebody opened the chat with the robot."""
        with self._callbacks.busy():
            who = self._world.who(scene.user_id).name
            body = robot_payloads.event("enter_chat")
            reply = await self._deliver(scene, body, f"{who}进入会话", tries=MESSAGE_TRIES)

            def welcome(answer: dict[str, Any]) -> None:
                used = self._world.used_task_ids(scene.robot.key)
                self._chats.show(scene, read_welcome(answer, used))

            return self._settle(scene, reply, welcome)

    async def rate(self, scene: Scene, rating: Rating) -> Delivery:
        """A verdict on an answer; nothing may be said to it (101027)."""
        with self._callbacks.busy():
            who = self._world.who(scene.user_id).name
            body = robot_payloads.feedback(rating)
            reply = await self._deliver(scene, body, f"{who}评价回答", tries=MESSAGE_TRIES)

            def refuse(_answer: dict[str, Any]) -> None:
                raise AnswerRejected("反馈事件只能回复空包")

            return self._settle(scene, reply, refuse)

    async def _deliver(
        self, scene: Scene, body: dict[str, Any], what: str, *, tries: int, quote: int = 0
    ) -> Reply | None:
        """Post a callback with an address for a later answer, which quotes message ``quote``."""
        key, world = scene.robot.key, self._world
        plaintext = robot_payloads.callback(
            scene,
            body,
            msgid=world.new_id(),
            at=world.now() if body["msgtype"] == "event" else None,
            response_url=self._response_url(world.issue_code(key, scene.room, quote)),
        )
        return await self._callbacks.deliver(key, readable_json(plaintext), what=what, tries=tries)

    def _settle(
        self, scene: Scene, reply: Reply | None, take: Callable[[dict[str, Any]], None]
    ) -> Delivery:
        """Let ``take`` have the decrypted answer; what it rejects is logged and not shown."""
        if reply is None:
            return Delivery.FAILED
        if not reply.body:
            return Delivery.EMPTY
        try:
            take(self._open(scene, reply))
        except AnswerRejected as rejected:
            self._reject(scene, rejected)
            return Delivery.FAILED
        return Delivery.ANSWERED

    def _reply(self, scene: Scene, message: Message, answer: dict[str, Any]) -> None:
        """Show the answer to a message, and follow it when it is a stream that goes on."""
        frame = self._show(scene, answer, None)
        if frame is not None and not frame.finish:
            stream = asyncio.create_task(self._follow_stream(scene, message, frame))
            self._streams.add(stream)
            stream.add_done_callback(self._streams.discard)

    async def _follow_stream(self, scene: Scene, message: Message, first: Frame) -> None:
        """Ask for the next state until the stream is finished, for six minutes at most."""
        until = message.at + timedelta(seconds=STREAM_SECONDS)
        last: Frame | None = first
        while last is not None and not last.finish:
            await asyncio.sleep(self._stream_pause_seconds)
            if self._world.now() >= until:
                self._reject(scene, AnswerRejected("流式消息 6 分钟内没有结束"))
                return
            last = await self._refresh(scene, last)

    async def _refresh(self, scene: Scene, last: Frame) -> Frame | None:
        """The next state of a stream, with what its earlier ones have said; None ends it."""
        with self._callbacks.busy():
            plaintext = robot_payloads.callback(
                scene, robot_payloads.refresh(last.stream_id), msgid=self._world.new_id()
            )
            reply = await self._callbacks.deliver(
                scene.robot.key,
                readable_json(plaintext),
                what="流式消息刷新",
                tries=MESSAGE_TRIES,
            )
            if reply is None or not reply.body:
                return last
            try:
                return self._show(scene, self._open(scene, reply), last)
            except AnswerRejected as rejected:
                self._reject(scene, rejected)
                return None

    def _show(self, scene: Scene, answer: dict[str, Any], last: Frame | None) -> Frame | None:
        """Show what can be shown; the frame, if it was one that goes on from ``last``."""
        reply = read_reply(answer, self._world.used_task_ids(scene.robot.key))
        if isinstance(reply, Frame) and last is not None:
            if reply.stream_id != last.stream_id:
                raise AnswerRejected("stream.id 变了")
            if reply.card is not None and last.card is not None:
                raise AnswerRejected("同一条消息只能回复一次 template_card")
        elif last is not None:
            raise AnswerRejected("刷新流式消息只能用 stream 或 stream_with_template_card 回复")
        feedback = reply.feedback if last is None else last.feedback
        self._chats.show(scene, reply, feedback=feedback)
        if isinstance(reply, NewCard):
            return None
        card = reply.card if last is None else reply.card or last.card
        return replace(reply, feedback=feedback, card=card)

    def _lender(self, scene: Scene) -> robot_payloads.Lend:
        def lend(item: Attachment) -> dict[str, str]:
            return {"url": self._files.lend(scene.robot.key, item)}

        return lend

    def _open(self, scene: Scene, reply: Reply) -> dict[str, Any]:
        return read_answer_object(self._wires[scene.robot.key].open(reply.body, reply.nonce))

    def _reject(self, scene: Scene, rejected: AnswerRejected) -> None:
        key = scene.robot.key
        self._log.write(Level.ERROR, "answer", f"{key} 的回复未显示：{rejected}", channel=key)
