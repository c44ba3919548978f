"""One open connection of a robot: frames out, each with its acknowledgement; callbacks in.

A frame that could not be written surely had no effect. One that was written and is not
acknowledged in time, or not before the connection ends, may have had one.

Source: developer.work.weixin.qq.com/document/path/101463 (one frame of a req_id at a time, as the
platform's own client does it).
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.core.errors import PlatformError, TransportError
from bot.platforms.errcodes import WECOM, refused
from bot.platforms.limits import (
    SECRET_REPAIR_SECONDS,
    SOCKET_ACK_SECONDS,
    SOCKET_BACKOFF_MOST_SECONDS,
    SOCKET_BACKOFF_SECONDS,
    SOCKET_PING_SECONDS,
    SOCKET_SILENT_PINGS,
)

_CALLBACKS: Final = frozenset({"aibot_msg_callback", "aibot_event_callback"})

Hear = Callable[[str, dict[str, Any]], Awaitable[None]]
"""Takes a callback: its req_id and its body. What it raises ends the connection."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection waits for what, in seconds.

    After ``silent_pings`` without an answer it is given up. The pauses before connecting again are
    drawn between nothing and a bound that doubles from ``first_pause_seconds`` to
    ``most_pause_seconds``; after a refusal that somebody must mend it is ``repair_seconds``.
    ``store_seconds`` is the pause before what could not be stored is handed over again.
    """

    ping_seconds: float = SOCKET_PING_SECONDS
    silent_pings: int = SOCKET_SILENT_PINGS
    ack_seconds: float = SOCKET_ACK_SECONDS
    first_pause_seconds: float = SOCKET_BACKOFF_SECONDS
    most_pause_seconds: float = SOCKET_BACKOFF_MOST_SECONDS
    repair_seconds: float = SECRET_REPAIR_SECONDS
    store_seconds: float = 1.0


class SocketConnection:
    """Lives as long as ``live`` runs. The socket is closed by whoever opened it."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        rng: random.Random,
        patience: Patience,
    ) -> None:
        self._socket = socket
        self._rng = rng
        self._patience = patience
        self._waiting: dict[str, asyncio.Future[dict[str, Any] | None]] = {}
        self._over = False
        self.proven = False
        """Whether a ping was answered, so that this is more than an open door."""
        self.unfinished: set[str] = set()
        """Names of streams that were begun over it, kept for whoever ends them."""

    async def live(
        self, subscription: dict[str, Any], *, opened: Callable[[], None], hear: Hear
    ) -> None:
        """Subscribe, call ``opened``, then hand callbacks to ``hear`` until the connection ends.

        Returns when the platform has closed it or has not answered pings any more. Raises
        PlatformError when it refuses the subscription, TransportError when it does not answer it,
        and what ``hear`` raises.
        """
        reading = asyncio.create_task(self._read(hear))
        keeping = asyncio.create_task(self._keep(subscription, opened))
        try:
            ended, _ = await asyncio.wait({reading, keeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._over = True
            reading.cancel()
            keeping.cancel()
            await asyncio.gather(reading, keeping, return_exceptions=True)
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_result(None)
        for task in (reading, keeping):
            if task in ended:
                task.result()

    async def request(
        self, command: str, body: dict[str, Any] | None = None, *, req_id: str = ""
    ) -> dict[str, Any]:
        """Write a frame and wait for its acknowledgement, whose body comes back.

        ``req_id`` is a callback's for answers to it; frames of one req_id go one after the other.
        Raises PlatformError when it is refused, and TransportError when it was not written
        (``reached=False``) or not acknowledged (``reached=True``).
        """
        req_id = req_id or f"{command}-{self._rng.getrandbits(64):016x}"
        while (before := self._waiting.get(req_id)) is not None:
            await asyncio.wait([before])
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[req_id] = waiting
        try:
            async with asyncio.timeout(self._patience.ack_seconds):
                await self._write(command, req_id, body)
                answer = await waiting
        except TimeoutError:
            answer = None
        finally:
            waiting.cancel()
            del self._waiting[req_id]
        errcode = None if answer is None else answer.get("errcode", 0)
        if answer is None or not isinstance(errcode, int):
            raise TransportError(f"{command} was not acknowledged.", reached=True, call=command)
        if errcode != 0:
            raise refused(command, errcode, WECOM)
        given = answer.get("body")
        return given if isinstance(given, dict) else {}

    async def _write(self, command: str, req_id: str, body: dict[str, Any] | None) -> None:
        frame: dict[str, Any] = {"cmd": command, "headers": {"req_id": req_id}}
        if body is not None:
            frame["body"] = body
        text = json.dumps(frame, ensure_ascii=False).encode("utf-8", "replace").decode()
        unwritten = TransportError(
            f"{command} found the connection closed.", reached=False, call=command
        )
        if self._over:
            raise unwritten
        try:
            await self._socket.send_str(text)
        except ConnectionError:
            raise unwritten from None

    async def _keep(self, subscription: dict[str, Any], opened: Callable[[], None]) -> None:
        """Subscribe, then ping for as long as there are answers."""
        await self.request("aibot_subscribe", subscription)
        opened()
        silent = 0
        while silent < self._patience.silent_pings:
            await asyncio.sleep(self._patience.ping_seconds)
            try:
                await self.request("ping")
            except TransportError:
                silent += 1
            except PlatformError:
                silent = 0  # a refusal is an answer too
            else:
                silent, self.proven = 0, True

    async def _read(self, hear: Hear) -> None:
        async for message in self._socket:
            frame = _object(message.data) if message.type is aiohttp.WSMsgType.TEXT else {}
            req_id = _text(_member(frame, "headers"), "req_id")
            if _text(frame, "cmd") in _CALLBACKS:
                await hear(req_id, _member(frame, "body"))
                continue
            waiting = self._waiting.get(req_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(frame)


def _object(text: str) -> dict[str, Any]:
    """The frame, empty when it is none: what cannot be read has no effect here."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


def _text(frame: dict[str, Any], name: str) -> str:
    text = frame.get(name)
    return text if isinstance(text, str) else ""


def _member(frame: dict[str, Any], name: str) -> dict[str, Any]:
    member = frame.get(name)
    return member if isinstance(member, dict) else {}
