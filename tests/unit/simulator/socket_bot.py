"""A robot in WebSocket mode: settings for it, and a client that speaks frames."""

import asyncio
import base64
import hashlib
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType

from bot.core.clock import ManualClock, ShiftableClock
from bot.settings.schema.bot import BotFile
from tests.unit.simulator.stub_bot import CORP_ID, Stage, on_stage, settings

BOT_ID, BOT_SECRET = "aibGARDEN", "socket-secret"
CHUNK = 512 * 1024


def socket_settings() -> BotFile:
    """The brand of ``settings`` with its robot in WebSocket mode, and another one in no group."""
    data = settings().model_dump()
    for channel in data["channels"].values():
        for name in ("secret", "token", "encoding_aes_key", "webhook_key"):
            if name in channel:
                channel[name] = channel[name].get_secret_value()
    data["channels"]["robot"] = {
        "kind": "wecom_robot_socket",
        "name": "小禾",
        "corp_id": CORP_ID,
        "bot_id": BOT_ID,
        "secret": BOT_SECRET,
        "api_base": "simulator",
    }
    other = {"name": "小苗", "bot_id": "aibOTHER"}
    data["channels"]["other"] = {**data["channels"]["robot"], **other}
    return BotFile.model_validate(data)


class SocketBot:
    """Sends frames and keeps what comes: acks by their req_id, callbacks in their order."""

    def __init__(self, connection: ClientWebSocketResponse) -> None:
        self.connection = connection
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.closed = asyncio.Event()
        self._acks: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self._reader = asyncio.create_task(self._read())

    async def call(
        self, cmd: str, body: dict[str, Any] | None = None, *, req_id: str = ""
    ) -> dict[str, Any]:
        """Send a frame and wait for its ack."""
        req_id = req_id or f"{cmd}-{next(self._numbers)}"
        ack = self._acks[req_id] = asyncio.get_running_loop().create_future()
        frame = {"cmd": cmd, "headers": {"req_id": req_id}, "body": body or {}}
        await self.connection.send_str(json.dumps(frame))
        return await asyncio.wait_for(ack, 5)

    async def errcode(
        self, cmd: str, body: dict[str, Any] | None = None, *, req_id: str = ""
    ) -> int:
        """The errcode of the ack."""
        return int((await self.call(cmd, body, req_id=req_id))["errcode"])

    async def next(self) -> dict[str, Any]:
        """The next callback."""
        return await asyncio.wait_for(self.heard.get(), 5)

    async def upload(self, kind: str, content: bytes, *, name: str = "a.bin") -> str:
        """The media id of a file, sent as the platform wants it."""
        chunks = [content[at : at + CHUNK] for at in range(0, len(content), CHUNK)]
        upload_id = (await self.announce(kind, content, name=name))["body"]["upload_id"]
        for index, chunk in enumerate(chunks):
            assert (await self.chunk(upload_id, index, chunk))["errcode"] == 0
        ack = await self.call("aibot_upload_media_finish", {"upload_id": upload_id})
        assert ack["errcode"] == 0, ack
        return str(ack["body"]["media_id"])

    async def announce(
        self, kind: str, content: bytes, *, name: str = "a.bin", **changes: Any
    ) -> dict[str, Any]:
        """The ack of an announcement of ``content``."""
        body = {
            "type": kind,
            "filename": name,
            "total_size": len(content),
            "total_chunks": max(1, -(-len(content) // CHUNK)),
            "md5": hashlib.md5(content).hexdigest(),
        }
        return await self.call("aibot_upload_media_init", {**body, **changes})

    async def chunk(self, upload_id: str, index: Any, chunk: bytes) -> dict[str, Any]:
        """The ack of a chunk."""
        data = base64.b64encode(chunk).decode()
        body = {"upload_id": upload_id, "chunk_index": index, "base64_data": data}
        return await self.call("aibot_upload_media_chunk", body)

    async def close(self) -> None:
        await self.connection.close()
        await self._reader

    async def _read(self) -> None:
        async for message in self.connection:
            if message.type is not WSMsgType.TEXT:
                continue
            frame = json.loads(message.data)
            if "cmd" in frame:
                self.heard.put_nowait(frame)
            elif ack := self._acks.get(frame["headers"]["req_id"]):
                ack.set_result(frame)
        self.closed.set()


@asynccontextmanager
async def dialled(stage: Stage) -> AsyncIterator[SocketBot]:
    """A connection that has not subscribed yet."""
    connection = await stage.client.ws_connect("/sim/openws", max_msg_size=0)
    bot = SocketBot(connection)
    try:
        yield bot
    finally:
        await bot.close()


@asynccontextmanager
async def connected(stage: Stage, bot_id: str = BOT_ID) -> AsyncIterator[SocketBot]:
    """A robot that is listening."""
    async with dialled(stage) as bot:
        body = {"bot_id": bot_id, "secret": BOT_SECRET}
        assert await bot.errcode("aibot_subscribe", body) == 0
        yield bot


@asynccontextmanager
async def on_socket_stage(
    directory: Path,
    *,
    clock: ManualClock | ShiftableClock | None = None,
    answer_seconds: float = 0.05,
) -> AsyncIterator[Stage]:
    """A simulator with a robot in WebSocket mode; nobody is connected yet."""
    async with on_stage(
        directory, file=socket_settings(), clock=clock, answer_seconds=answer_seconds
    ) as stage:
        yield stage


def stream(content: str, *, finish: bool = True, id_: str = "s1", **more: Any) -> dict[str, Any]:
    """A frame of a stream."""
    inner = {"id": id_, "finish": finish, "content": content, **more}
    return {"msgtype": "stream", "stream": inner}


def markdown(content: str = "**早安**") -> dict[str, Any]:
    """The content of a push."""
    return {"msgtype": "markdown", "markdown": {"content": content}}
