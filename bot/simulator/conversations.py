"""What people do with their client, and what the answers of robots and apps change in the chats.

A robot hears of a group only what mentions it, and its answer counts only in the open request of
that callback: words when the stream is finished, a card once, a changed card only for a tap.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.simulator.answers import (
    CardChange,
    Frame,
    read_app_answer,
    read_message_answer,
    read_tap_answer,
)
from bot.simulator.callbacks import Callbacks, Reply
from bot.simulator.cast import App, Robot
from bot.simulator.groups import Group, private_room
from bot.simulator.limits import IN_WORK_PER_USER, MESSAGE_TRIES, STREAM_SECONDS, TAP_TRIES
from bot.simulator.payloads import app_tap, app_text, robot_refresh, robot_tap, robot_text
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.shapes import Card, Draft, Kind, Message, Sender, SenderKind
from bot.simulator.wire import AnswerRejected, Wire
from bot.simulator.world import World


class Delivery(StrEnum):
    """What became of a callback."""

    ANSWERED = "answered"
    EMPTY = "empty"
    FAILED = "failed"
    """No try was answered with 200, or the answer was not one that the platform takes."""

    NOT_HEARD = "not_heard"
    """There was none: nobody listens here."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message on its way to a robot."""

    robot: Robot
    group: Group
    user_id: str
    message: Message

    @property
    def chat_id(self) -> str:
        return self.group.chat_ids[self.robot.key]


class Conversations:
    """Everything that a person can do in a chat."""

    def __init__(
        self,
        world: World,
        *,
        callbacks: Callbacks,
        wires: dict[str, Wire],
        log: PlatformLog,
        response_url: Callable[[str], str],
        stream_pause_seconds: float,
    ) -> None:
        self._world = world
        self._callbacks = callbacks
        self._wires = wires
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

    async def say(self, group: Group, user_id: str, text: str) -> tuple[Message, Delivery]:
        """Write into a group; the robot hears it when the text has "@" and its name."""
        message = self._world.post(group.room, self._person(user_id), Draft(Kind.TEXT, text))
        robot = self._world.cast.robots.get(group.robot)
        if robot is None or f"@{robot.name}" not in text:
            return message, Delivery.NOT_HEARD
        heard = _Heard(robot, group, user_id, message)
        slots = asyncio.Semaphore(IN_WORK_PER_USER)
        async with self._in_work.setdefault((robot.key, user_id), slots):
            with self._callbacks.busy():
                return message, await self._tell_robot(heard)

    async def tap(self, group: Group, user_id: str, message: Message, button: str) -> Delivery:
        """Tap a button of the card that ``user_id`` sees in ``message``."""
        card, robot = message.card_for(user_id), self._world.cast.robots.get(message.sender.id)
        if card is None or robot is None:
            return Delivery.NOT_HEARD
        with self._callbacks.busy():
            code = self._world.issue_code(robot.key, group.room, message.id)
            plaintext = robot_tap(
                robot,
                msgid=self._world.new_id(),
                at=self._world.now(),
                chat_id=group.chat_ids[robot.key],
                user_id=user_id,
                card=card,
                button=button,
                response_url=self._response_url(code),
            )
            who = self._world.people[user_id].name
            reply = await self._callbacks.deliver(
                robot.key, plaintext, what=f"{who}点击卡片", tries=TAP_TRIES
            )
            if reply is None or not reply.body:
                return Delivery.FAILED if reply is None else Delivery.EMPTY
            try:
                change = read_tap_answer(self._open(robot.key, reply), card.task_id)
            except AnswerRejected as rejected:
                return self._reject(robot.key, rejected)
            self._world.update_card(
                group.room, message, self._change_users(change, group), change.card
            )
            return Delivery.ANSWERED

    async def say_privately(self, app: App, user_id: str, text: str) -> tuple[Message, Delivery]:
        """Write to an app in its private chat."""
        room = private_room(app.key, user_id)
        message = self._world.post(room, self._person(user_id), Draft(Kind.TEXT, text))
        plaintext = app_text(
            app, msgid=self._world.new_number(), at=message.at, user_id=user_id, text=text
        )
        what = f"{self._world.people[user_id].name}私聊"
        return message, await self._tell_app(app, user_id, plaintext, what, MESSAGE_TRIES)

    async def tap_privately(
        self, app: App, user_id: str, message: Message, button: str
    ) -> Delivery:
        """Tap a button of a card that an app has sent to ``user_id``."""
        card = message.card_for(user_id)
        if card is None:
            return Delivery.NOT_HEARD
        plaintext = app_tap(
            app,
            at=self._world.now(),
            user_id=user_id,
            card=card,
            button=button,
            code=self._world.new_id(),
        )
        what = f"{self._world.people[user_id].name}点击卡片"
        return await self._tell_app(app, user_id, plaintext, what, TAP_TRIES)

    async def _tell_robot(self, heard: _Heard) -> Delivery:
        robot, world = heard.robot, self._world
        code = world.issue_code(robot.key, heard.group.room, heard.message.id)
        plaintext = robot_text(
            robot,
            msgid=world.new_id(),
            chat_id=heard.chat_id,
            user_id=heard.user_id,
            text=heard.message.draft.text,
            response_url=self._response_url(code),
        )
        what = f"{heard.message.sender.name}的群消息"
        reply = await self._callbacks.deliver(robot.key, plaintext, what=what, tries=MESSAGE_TRIES)
        if reply is None or not reply.body:
            return Delivery.FAILED if reply is None else Delivery.EMPTY
        try:
            frame = self._read_frame(heard, reply)
        except AnswerRejected as rejected:
            return self._reject(robot.key, rejected)
        if frame is not None and not frame.finish:
            stream = asyncio.create_task(self._follow_stream(heard, frame))
            self._streams.add(stream)
            stream.add_done_callback(self._streams.discard)
        return Delivery.ANSWERED

    async def _follow_stream(self, heard: _Heard, frame: Frame) -> None:
        """Ask for the next state until the stream is finished, for six minutes at most."""
        until = heard.message.at + timedelta(seconds=STREAM_SECONDS)
        last: Frame | None = frame
        while last is not None and not last.finish:
            await asyncio.sleep(self._stream_pause_seconds)
            if self._world.now() >= until:
                self._reject(heard.robot.key, AnswerRejected("流式消息 6 分钟内没有结束"))
                return
            last = await self._refresh(heard, frame.stream_id)

    async def _refresh(self, heard: _Heard, stream_id: str) -> Frame | None:
        with self._callbacks.busy():
            plaintext = robot_refresh(
                heard.robot,
                msgid=self._world.new_id(),
                chat_id=heard.chat_id,
                user_id=heard.user_id,
                stream_id=stream_id,
            )
            reply = await self._callbacks.deliver(
                heard.robot.key, plaintext, what="流式消息刷新", tries=MESSAGE_TRIES
            )
            if reply is None or not reply.body:
                return Frame(stream_id, "", finish=False, card=None)
            try:
                frame = self._read_frame(heard, reply)
            except AnswerRejected as rejected:
                self._reject(heard.robot.key, rejected)
                return None
        if frame is not None and frame.stream_id != stream_id:
            self._reject(heard.robot.key, AnswerRejected("stream.id 变了"))
            return None
        return frame

    def _read_frame(self, heard: _Heard, reply: Reply) -> Frame | None:
        """Show what can be shown; the frame if it was one. Raises AnswerRejected."""
        key, room = heard.robot.key, heard.group.room
        used = self._world.used_task_ids(key)
        answer = read_message_answer(self._open(key, reply), used)
        sender = Sender(SenderKind.ROBOT, key, heard.robot.name)
        if isinstance(answer, Card):
            self._world.post(room, sender, Draft(Kind.CARD, card=answer))
            return None
        if answer.finish and answer.content.strip():
            self._world.post(room, sender, Draft(Kind.MARKDOWN, answer.content))
        if answer.card is not None:
            self._world.post(room, sender, Draft(Kind.CARD, card=answer.card))
        return answer

    async def _tell_app(
        self, app: App, user_id: str, plaintext: str, what: str, tries: int
    ) -> Delivery:
        with self._callbacks.busy():
            reply = await self._callbacks.deliver(app.key, plaintext, what=what, tries=tries)
            if reply is None or not reply.body:
                return Delivery.FAILED if reply is None else Delivery.EMPTY
            try:
                words = self._open(app.key, reply)
                draft = read_app_answer(words, corp_id=app.corp_id, user_id=user_id)
            except AnswerRejected as rejected:
                return self._reject(app.key, rejected)
            sender = Sender(SenderKind.APP, app.key, app.name)
            self._world.post(private_room(app.key, user_id), sender, draft)
            return Delivery.ANSWERED

    def _person(self, user_id: str) -> Sender:
        return Sender(SenderKind.USER, user_id, self._world.people[user_id].name)

    def _open(self, key: str, reply: Reply) -> str:
        return self._wires[key].open(reply.body, reply.nonce)

    def _reject(self, key: str, rejected: AnswerRejected) -> Delivery:
        self._log.write(Level.ERROR, "answer", f"{key} 的回复未显示：{rejected}", channel=key)
        return Delivery.FAILED

    def _change_users(self, change: CardChange, group: Group) -> list[str]:
        return list(group.members if change.users is None else change.users)
