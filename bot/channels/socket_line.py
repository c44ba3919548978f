"""Keeps one connection of a robot open, and knows why it is not.

Lost connections are opened again after random pauses that grow. One that was taken over stays
down: coming back would start a kicking loop.

Source: developer.work.weixin.qq.com/document/path/101463.
"""

import asyncio
import random
from typing import Any, Final

import aiohttp

from bot.channels.socket_connection import Hear, Patience, SocketConnection
from bot.core.errors import (
    LimitReached,
    PlatformBusy,
    PlatformError,
    SettingsWrong,
    TransportError,
)
from bot.platforms.limits import CONNECT_SECONDS, SOCKET_FRAME_BYTES

_MOST_DOUBLINGS: Final = 16


class TakenOver(Exception):
    """What a hearer raises when the platform tells that another connection uses the robot."""


class SocketLine:
    """The line to ``address`` (wss, or ws on this machine) in the name of one robot."""

    def __init__(
        self,
        address: str,
        subscription: dict[str, Any],
        *,
        session: aiohttp.ClientSession,
        rng: random.Random,
        patience: Patience,
    ) -> None:
        self._address = address
        self._subscription = subscription
        self._session = session
        self._rng = rng
        self._patience = patience
        self._connection: SocketConnection | None = None
        self._trouble = "The robot's connection is not open yet."
        self._needs_somebody = False

    @property
    def trouble(self) -> str:
        """Why the line is down, as a sentence; empty while it is up."""
        return self._trouble

    def connection(self) -> SocketConnection:
        """The open connection.

        Without one nothing can be sent: raises SettingsWrong when somebody has to act first, else
        TransportError.
        """
        if self._connection is not None:
            return self._connection
        if self._needs_somebody:
            raise SettingsWrong(self._trouble, errcode=0)
        raise TransportError(self._trouble, reached=False)

    async def keep(self, hear: Hear) -> None:
        """Connect, hand callbacks to ``hear``, and connect again. Returns only when cancelled."""
        failures = 0
        while True:
            failures += 1
            repair = None
            try:
                if await self._connect(hear):
                    failures = 1
                self._down("The robot's connection was closed; it is opened again.")
            except TakenOver:
                self._down(
                    "Another connection uses this robot, so the platform closed ours: stop the"
                    " other program, then start this one again.",
                    needs_somebody=True,
                )
                await asyncio.Event().wait()
            except (PlatformBusy, LimitReached, TransportError) as error:
                self._down(error.message)
            except PlatformError as refusal:
                self._down(
                    f"{refusal.message} Compare the robot's bot_id and secret (that of the long"
                    " connection) with the console's.",
                    needs_somebody=True,
                )
                repair = self._patience.repair_seconds
            await asyncio.sleep(self._pause(failures) if repair is None else repair)

    async def _connect(self, hear: Hear) -> bool:
        """One connection from its beginning to its end; tells whether it was a good one."""
        socket = await self._open()
        connection = SocketConnection(socket, self._rng, self._patience)
        try:
            await connection.live(
                self._subscription, opened=lambda: self._up(connection), hear=hear
            )
        finally:
            self._connection = None
            await socket.close()
        return connection.proven

    async def _open(self) -> aiohttp.ClientWebSocketResponse:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await self._session.ws_connect(
                    self._address,
                    max_msg_size=SOCKET_FRAME_BYTES,
                    timeout=aiohttp.ClientWSTimeout(ws_close=self._patience.ack_seconds),
                )
        except (aiohttp.ClientError, OSError) as error:
            kind = type(error).__name__
            raise TransportError(
                f"The robot's connection could not be opened ({kind}).", reached=False, kind=kind
            ) from None

    def _up(self, connection: SocketConnection) -> None:
        self._connection, self._trouble, self._needs_somebody = connection, "", False

    def _down(self, trouble: str, *, needs_somebody: bool = False) -> None:
        self._trouble, self._needs_somebody = trouble, needs_somebody

    def _pause(self, failures: int) -> float:
        """Full jitter: anything up to a bound that doubles with each failure."""
        doubled = self._patience.first_pause_seconds * 2.0 ** min(failures - 1, _MOST_DOUBLINGS)
        return self._rng.uniform(0.0, min(doubled, self._patience.most_pause_seconds))
