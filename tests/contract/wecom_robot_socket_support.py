"""A stand-in for the platform's end of a robot's connection, and a robot that calls it."""

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.media import MediaShelf
from bot.channels.socket_connection import Patience
from bot.channels.wecom_robot_socket import WecomRobotSocket
from bot.core.clock import Clock, ManualClock
from bot.core.errors import StoreError
from bot.core.events import Receipt
from bot.core.ids import ChannelKey
from bot.core.messages import Message, Outgoing, Target, TargetKind, Waiting

from .support import NOW

BOT_ID = "aibTESTBOT0001"
SECRET = "THE-CONNECTION-SECRET"
HASTE = Patience(
    ping_seconds=0.01,
    silent_pings=2,
    ack_seconds=1.0,
    first_pause_seconds=0.001,
    most_pause_seconds=0.004,
    repair_seconds=0.03,
    store_seconds=0.001,
)
"""Everything happens within milliseconds, and answers may take their time on a busy machine."""

CURT = replace(HASTE, ack_seconds=0.05)
"""For tests in which no answer comes."""

MSGID = "CAIQ16HMjQYY/NGagIOAgAMgq4KM0AI="
CHAT = "wrTESTGROUP0002"

Frame = dict[str, Any]


class Silent:
    """Take the frame and never acknowledge it."""


class Close:
    """Take the frame and close the connection."""


Ack = Frame | Silent | Close


class FakeSocketPlatform:
    """Acknowledges every frame unless told otherwise; only one secret is right."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        """All that arrived, but pings."""
        self.pings = 0
        self.pings_at_opening: list[int] = []
        """How many there had been when each connection was opened."""
        self.connections = 0
        self.closed = 0
        self.answers_ping: Callable[[int], bool] = lambda _number: True
        """Whether a ping is answered; they are counted from 1."""
        self.ping_errcode = 0
        self.gate: asyncio.Event | None = None
        """When set, acknowledgements wait for it."""
        self._acks: dict[str, list[Ack]] = defaultdict(list)
        self._sockets: list[web.WebSocketResponse] = []
        self._tasks: set[asyncio.Task[None]] = set()
        app = web.Application()
        app.router.add_get("/", self._handle)
        self._server = TestServer(app)

    async def start(self) -> None:
        await self._server.start_server()

    async def close(self) -> None:
        for socket in self._sockets:
            await socket.close()
        for task in self._tasks:
            task.cancel()
        await self._server.close()

    @property
    def address(self) -> str:
        return str(self._server.make_url("")).rstrip("/").replace("http", "ws", 1)

    def ack(self, command: str, *acks: Ack) -> None:
        """The next acknowledgements of ``command``, one each; after them the usual one again."""
        self._acks[command].extend(acks)

    def commands(self) -> list[str]:
        """What arrived after the subscriptions."""
        return [frame["cmd"] for frame in self.frames if frame["cmd"] != "aibot_subscribe"]

    def bodies(self, command: str) -> list[dict[str, Any]]:
        return [frame["body"] for frame in self.frames if frame["cmd"] == command]

    async def push(self, body: dict[str, Any], req_id: str = "REQ-1") -> None:
        """A callback over the newest connection."""
        kind = "event" if body.get("msgtype") == "event" else "msg"
        headers = {"req_id": req_id} if req_id else {}
        await self.write({"cmd": f"aibot_{kind}_callback", "headers": headers, "body": body})

    async def write(self, frame: object) -> None:
        """Anything over the newest connection; a text goes as it is."""
        await self._sockets[-1].send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def hang_up(self) -> None:
        """Close the newest connection."""
        await self._sockets[-1].close()

    async def _handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        self.pings_at_opening.append(self.pings)
        self._sockets.append(socket)
        async for message in socket:
            frame = json.loads(message.data)
            if frame["cmd"] == "ping":
                self.pings += 1
                if self.answers_ping(self.pings):
                    pong = {"headers": frame["headers"], "errcode": self.ping_errcode}
                    await socket.send_json(pong)
                continue
            self.frames.append(frame)
            task = asyncio.create_task(self._acknowledge(socket, frame))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self.closed += 1
        return socket

    async def _acknowledge(self, socket: web.WebSocketResponse, frame: Frame) -> None:
        if self.gate is not None and frame["cmd"] != "aibot_subscribe":
            await self.gate.wait()
        waiting = self._acks[frame["cmd"]]
        ack = waiting.pop(0) if waiting else self._usual(frame)
        if isinstance(ack, Close):
            await socket.close()
        elif not isinstance(ack, Silent):
            await socket.send_json({"headers": frame["headers"], "errmsg": SECRET, **ack})

    def _usual(self, frame: Frame) -> Frame:
        match frame["cmd"]:
            case "aibot_subscribe" if frame["body"]["secret"] != SECRET:
                return {"errcode": 853000}
            case "aibot_upload_media_init":
                return {"errcode": 0, "body": {"upload_id": "UPLOAD-1"}}
            case "aibot_upload_media_finish":
                return {"errcode": 0, "body": {"type": "file", "media_id": "MEDIA-1"}}
            case _:
                return {"errcode": 0}


class Ears:
    """Takes receipts; fails as often as it is told."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.failures = 0

    async def take(self, receipt: Receipt) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreError("The disk is full.")
        self.receipts.append(receipt)


def make_robot(
    session: aiohttp.ClientSession,
    address: str,
    *,
    secret: str = SECRET,
    clock: Clock | None = None,
    rng: random.Random | None = None,
    directory: Path = Path(),
    patience: Patience = HASTE,
) -> WecomRobotSocket:
    clock = clock or ManualClock(NOW)
    return WecomRobotSocket(
        key=ChannelKey("robot"),
        name="小助手",
        bot_id=BOT_ID,
        secret=secret,
        address=address,
        session=session,
        clock=clock,
        rng=rng or random.Random(7),
        shelf=MediaShelf(directory, clock),
        patience=patience,
    )


@asynccontextmanager
async def listening(robot: WecomRobotSocket, ears: Ears | None = None) -> AsyncIterator[Ears]:
    """The robot at work; what it hears is stored by ``ears``."""
    ears = ears or Ears()
    task = asyncio.create_task(robot.listen(ears.take))
    try:
        yield ears
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def to(kind: TargetKind, address: str, message: Message, chat: str = "") -> Outgoing:
    """A message to a chat, or to an address that came with a callback."""
    return Outgoing("out-1", ChannelKey("robot"), Target(kind, address), message, chat=chat)


def answer(message: Message, part: str = "answer", chat: str = CHAT) -> Outgoing:
    """The answer to the message ``MSGID``, as the pipeline names it."""
    target = Target(TargetKind.CALLBACK, "msg:group:REQ:17")
    return Outgoing(f"robot/{MSGID}/{part}", ChannelKey("robot"), target, message, chat=chat)


def wait(words: str = "正在查询…") -> Outgoing:
    """What stands where the answer will be."""
    return answer(Waiting(words), part="waiting")


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that happens within milliseconds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (any condition, also one of the other end)
            await asyncio.sleep(0.001)
