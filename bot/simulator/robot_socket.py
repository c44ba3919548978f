"""Intelligent robots in WebSocket mode: they connect to us and are told as long as they listen.

A connection begins with aibot_subscribe; a second one of the same robot kicks the first, which is
told so and closed. What is said while nobody is connected is lost for the robot: the platform
brings nothing again here (101463). No page names the errcodes of a bad subscription: 40001 is that
of a wrong secret in the calls.
"""

import asyncio
import base64
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any, Final

from aiohttp import WSMsgType, web

from bot.simulator import robot_payloads
from bot.simulator.acts import Delivery, Rating, Scene, Tap
from bot.simulator.cast import Socket
from bot.simulator.feed import Feed
from bot.simulator.guard import local_only
from bot.simulator.media_files import MediaFiles
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.refusal import Refused
from bot.simulator.shapes import Attachment, Card, Draft, Message
from bot.simulator.socket_commands import SocketCommands
from bot.simulator.socket_frames import (
    Callback,
    Command,
    SocketFrame,
    ack_frame,
    callback_frame,
    read_frame,
    refusal_frame,
)
from bot.simulator.socket_slots import Occasion, Slot, Slots
from bot.simulator.wire import AnswerRejected
from bot.simulator.world import World

SOCKET_PATH: Final = "/sim/openws"
"""Where robots connect."""

_CLOSING_SECONDS: Final = 1.0


class RobotSockets:
    """The connections of all robots, and what goes over them.

    ``busy`` marks work that the clock must not jump over. ``answer_seconds`` (real) is how long
    whoever acts waits for the robot's answer.
    """

    def __init__(
        self,
        world: World,
        *,
        slots: Slots,
        commands: SocketCommands,
        files: MediaFiles,
        log: PlatformLog,
        feed: Feed,
        busy: Callable[[], AbstractContextManager[None]],
        answer_seconds: float,
    ) -> None:
        self._world = world
        self._slots = slots
        self._commands = commands
        self._files = files
        self._log = log
        self._feed = feed
        self._busy = busy
        self._answer_seconds = answer_seconds
        self._connections: dict[str, web.WebSocketResponse] = {}
        self._farewells: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """The address of the long connection."""
        return [web.get(SOCKET_PATH, local_only(self._connect), allow_head=False)]

    def states(self) -> list[dict[str, Any]]:
        """Each robot of this mode, and whether it is connected."""
        return [
            {
                "key": key,
                "name": robot.name,
                "mode": "socket",
                "connected": key in self._connections,
            }
            for key, robot in self._world.cast.sockets.items()
        ]

    async def stop(self) -> None:
        """Close all connections."""
        for key in list(self._connections):
            self._part(self._connections.pop(key))
        await asyncio.gather(*self._farewells)

    # What people do

    async def tell(self, scene: Scene, message: Message, quoted: Draft | None) -> Delivery:
        """A message for the robot."""
        body = robot_payloads.message(message.draft, quoted, self._lender(scene))
        return await self._deliver(
            scene, body, f"{message.sender.name}的消息", occasion=Occasion.MESSAGE
        )

    async def tap(self, scene: Scene, message: Message, card: Card, tapped: Tap) -> Delivery:
        """A tap on ``card``, which ``message`` shows to the person."""
        who = self._world.who(scene.user_id).name
        return await self._deliver(
            scene,
            robot_payloads.tap(card, tapped),
            f"{who}点击卡片",
            occasion=Occasion.TAP,
            message=message.id,
            task_id=card.task_id,
        )

    async def enter(self, scene: Scene) -> Delivery:
        """Somebody opened the chat with the robot."""
        who = self._world.who(scene.user_id).name
        body = robot_payloads.event("enter_chat")
        return await self._deliver(scene, body, f"{who}进入会话", occasion=Occasion.WELCOME)

    async def rate(self, scene: Scene, rating: Rating) -> Delivery:
        """A verdict on an answer; nothing may be said to it (101027)."""
        who = self._world.who(scene.user_id).name
        return await self._deliver(scene, robot_payloads.feedback(rating), f"{who}评价回答")

    async def _deliver(
        self,
        scene: Scene,
        body: dict[str, Any],
        what: str,
        *,
        occasion: Occasion | None = None,
        message: int = 0,
        task_id: str = "",
    ) -> Delivery:
        """Send a callback and wait for the first answer to it, if there may be one."""
        key, world = scene.robot.key, self._world
        connection = self._connections.get(key)
        if connection is None:
            self._write(Level.ERROR, key, f"{what}丢失：机器人没有连接")
            return Delivery.FAILED
        slot = None
        if occasion is not None:
            slot = self._slots.open(scene, occasion, message=message, task_id=task_id)
        callback = Callback.EVENT if body["msgtype"] == "event" else Callback.MESSAGE
        whole = robot_payloads.callback(scene, body, msgid=world.new_id(), at=world.now())
        req_id = world.new_id() if slot is None else slot.req_id
        with self._busy():
            try:
                await connection.send_str(callback_frame(callback, req_id, whole))
            except ConnectionError:
                self._write(Level.ERROR, key, f"{what}丢失：连接已断开")
                return Delivery.FAILED
            self._write(Level.INFO, key, f"{what}已推送")
            return Delivery.EMPTY if slot is None else await self._outcome(slot)

    async def _outcome(self, slot: Slot) -> Delivery:
        try:
            await asyncio.wait_for(slot.answered.wait(), self._answer_seconds)
        except TimeoutError:
            return Delivery.FAILED if slot.refused else Delivery.EMPTY
        return Delivery.ANSWERED

    def _lender(self, scene: Scene) -> robot_payloads.Lend:
        def lend(item: Attachment) -> dict[str, str]:
            key = bytes.fromhex(self._world.new_id() + self._world.new_id())
            url = self._files.lend(scene.robot.key, item, key)
            return {"url": url, "aeskey": base64.b64encode(key).decode()}

        return lend

    # Connections

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        connection = web.WebSocketResponse(timeout=_CLOSING_SECONDS)
        await connection.prepare(request)
        robot = await self._first_frame(connection)
        if robot is not None:
            try:
                async for message in connection:
                    if message.type is WSMsgType.TEXT:
                        await self._answer(connection, robot, message.data)
            finally:
                if self._connections.get(robot.key) is connection:
                    del self._connections[robot.key]
                    self._show(robot.key, "连接已断开")
        await connection.close()
        return connection

    async def _first_frame(self, connection: web.WebSocketResponse) -> Socket | None:
        """The robot that subscribes with the first frame; None when it may not."""
        message = await connection.receive()
        if message.type is not WSMsgType.TEXT:
            return None
        frame = read_frame(message.data)
        if frame is None or frame.command is not Command.SUBSCRIBE:
            req_id = "" if frame is None else frame.req_id
            await self._send(connection, refusal_frame(req_id, 40058, "subscribe first"))
            self._write(Level.ERROR, "", "连接被关闭：第一帧必须是 aibot_subscribe")
            return None
        robot = self._subscriber(frame)
        if robot is None:
            await self._send(connection, refusal_frame(frame.req_id, 40001, "invalid credential"))
            self._write(Level.ERROR, "", "订阅被拒绝：bot_id 或 secret 不对")
            return None
        earlier = self._connections.get(robot.key)
        self._connections[robot.key] = connection
        await self._send(connection, ack_frame(frame.req_id))
        self._show(robot.key, "已连接")
        if earlier is not None:
            self._part(earlier, robot)
        return robot

    def _subscriber(self, frame: SocketFrame) -> Socket | None:
        given = (frame.body.get("bot_id"), frame.body.get("secret"))
        robots = self._world.cast.sockets.values()
        return next((robot for robot in robots if (robot.bot_id, robot.secret) == given), None)

    def _part(self, connection: web.WebSocketResponse, robot: Socket | None = None) -> None:
        """Close a connection in the background; ``robot`` is told that another one took over."""
        farewell = asyncio.create_task(self._say_farewell(connection, robot))
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)

    async def _say_farewell(self, connection: web.WebSocketResponse, robot: Socket | None) -> None:
        with suppress(ConnectionError):
            if robot is not None:
                event = {
                    "msgid": self._world.new_id(),
                    "aibotid": robot.bot_id,
                    "create_time": int(self._world.now().timestamp()),
                    **robot_payloads.event("disconnected_event"),
                }
                req_id = self._world.new_id()
                await connection.send_str(callback_frame(Callback.EVENT, req_id, event))
                self._write(Level.INFO, robot.key, "旧连接被新连接顶替")
            await connection.close()

    async def _answer(self, connection: web.WebSocketResponse, robot: Socket, text: str) -> None:
        """Carry out one frame and acknowledge it."""
        frame = read_frame(text)
        if frame is None:
            self._write(Level.ERROR, robot.key, "收到一帧不合规的数据：不是 JSON 或没有 req_id")
            await self._send(connection, refusal_frame("", 40058))
            return
        what = frame.command or "未知命令"
        try:
            result = self._commands.run(robot, frame)
        except Refused as refusal:
            self._write(Level.ERROR, robot.key, f"{what}：{refusal.errcode} {refusal.errmsg}")
            ack = refusal_frame(frame.req_id, refusal.errcode, refusal.errmsg)
        except AnswerRejected as rejected:
            self._write(Level.ERROR, robot.key, f"{what} 未显示：{rejected}")
            ack = refusal_frame(frame.req_id, rejected.errcode)
        else:
            level = Level.QUIET if frame.command is Command.PING else Level.INFO
            self._write(level, robot.key, f"{what}：0 ok")
            ack = ack_frame(frame.req_id, result)
        await self._send(connection, ack)

    async def _send(self, connection: web.WebSocketResponse, frame: str) -> None:
        """Send what may get lost when the robot is gone."""
        with suppress(ConnectionError):
            await connection.send_str(frame)

    def _show(self, key: str, text: str) -> None:
        self._feed.publish("robots", self.states())
        self._write(Level.INFO, key, text)

    def _write(self, level: Level, key: str, text: str) -> None:
        where = f"{key} " if key else ""
        self._log.write(level, "socket", f"长连接 {where}{text}", channel=key)
