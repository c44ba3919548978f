"""Calls our callbacks as the platform does: checks the address first, then posts, cuts and repeats.

A message is tried three times with the same content and a new signature; whatever is not HTTP 200
within five seconds counts as failed (91116). Patience is real seconds: the network does not know
the simulated hour.

In a drill the answer to a callback may get lost on its way back: the platform then tells the same
once more, and only the answer to that counts.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.core.clock import Clock
from bot.simulator.faults import Fault, FaultPlan
from bot.simulator.feed import Feed
from bot.simulator.limits import (
    ANSWER_BODY_BYTES,
    ANSWER_SECONDS,
    CHECK_SECONDS,
    STREAM_PAUSE_SECONDS,
)
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.wire import Stamp, Wire

_START_TRIES: Final = 100
_START_PAUSE_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the platform waits, in real seconds."""

    check_seconds: float = CHECK_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    stream_pause_seconds: float = STREAM_PAUSE_SECONDS


@dataclass(frozen=True, slots=True)
class Reply:
    """A callback that was answered with 200; ``nonce`` is the one of its URL."""

    body: bytes
    nonce: str


@dataclass(frozen=True, slots=True)
class _Try:
    """What became of one request; status 0 means that no answer came."""

    status: int
    body: bytes
    milliseconds: int
    trouble: str


class Callbacks:
    """Delivers to the callback addresses of all channels in ``wires``."""

    def __init__(
        self,
        wires: dict[str, Wire],
        *,
        clock: Clock,
        log: PlatformLog,
        feed: Feed,
        dice: random.Random,
        callback_base: Callable[[], str],
        patience: Patience,
        faults: FaultPlan,
    ) -> None:
        self._wires = wires
        self._clock = clock
        self._log = log
        self._feed = feed
        self._dice = dice
        self._callback_base = callback_base
        self._patience = patience
        self._faults = faults
        self._session: aiohttp.ClientSession | None = None
        self._checks: list[asyncio.Task[None]] = []
        self._states = dict.fromkeys(wires, (False, "还没有验证"))
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self) -> None:
        """Begin to check the addresses; waits for none, for our server may not listen yet."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True)
        )
        self._checks = [asyncio.create_task(self._check_at_start(key)) for key in self._wires]

    async def stop(self) -> None:
        """End what is under way."""
        for task in self._checks:
            task.cancel()
        await asyncio.gather(*self._checks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def states(self) -> list[dict[str, Any]]:
        """Each channel's address check: ``verified`` and a sentence."""
        return [
            {"channel": key, "verified": good, "text": text}
            for key, (good, text) in self._states.items()
        ]

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Marks work that the clock must not jump over."""
        self._busy += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._busy -= 1
            if not self._busy:
                self._idle.set()

    async def idle(self) -> None:
        """Return when nothing is marked busy."""
        while self._busy:
            await self._idle.wait()

    async def check(self, key: str) -> bool:
        """Check an address: GET, and the decrypted echo must come back bare within a second."""
        wire, echo = self._wires[key], str(self._dice.randrange(10**18, 9 * 10**18))
        query = wire.write_check(echo, self._stamp())
        result = await self._request("GET", key, query, seconds=self._patience.check_seconds)
        good = result.status == 200 and result.body == echo.encode()
        trouble = "回显的明文不对" if result.status == 200 else result.trouble
        text = "回调地址验证通过" if good else f"回调地址验证失败：{trouble}"
        if self._states[key] != (good, text):
            self._states[key] = (good, text)
            self._feed.publish("channels", self.states())
            level = Level.INFO if good else Level.ERROR
            self._log.write(level, "check", f"{key} {text}", channel=key, ms=result.milliseconds)
        return good

    async def deliver(
        self, key: str, plaintext: str, *, what: str, tries: int, may_double: bool = True
    ) -> Reply | None:
        """Post a callback until it is answered with 200, at most ``tries`` times.

        A channel whose address does not pass the check gets nothing. None means: given up.
        ``may_double`` leaves it to the drill whether a good answer gets lost, which gives the
        callback one more try.
        """
        if not self._states[key][0] and not await self.check(key):
            self._log.write(Level.ERROR, "callback", f"{key} 没有投递：地址未通过验证", channel=key)
            return None
        loses_answer = may_double and self._faults.doubles_callback(key)
        number, left = 0, tries
        while left:
            number, left = number + 1, left - 1
            reply = await self._try(key, plaintext, what=what, number=number)
            if reply is None:
                continue
            if not loses_answer:
                return reply
            loses_answer, left = False, max(left, 1)
            self._faults.happened(Fault.DOUBLED)
            self._log.write(
                Level.INFO, "fault", f"演习：{key} {what}的应答丢失，重新投递", channel=key
            )
        return None

    async def _try(self, key: str, plaintext: str, *, what: str, number: int) -> Reply | None:
        """One try; None when it was not answered with 200 in time."""
        wire = self._wires[key]
        parcel = wire.write(plaintext, self._stamp())
        result = await self._request(
            "POST",
            key,
            parcel.query,
            body=parcel.body,
            content_type=wire.content_type,
            seconds=self._patience.answer_seconds,
        )
        good = result.status == 200 and not result.trouble
        outcome = "200" if good else result.trouble
        self._log.write(
            Level.INFO if good else Level.ERROR,
            "callback",
            f"{key} {what}，第 {number} 次：{outcome}，{result.milliseconds} ms",
            channel=key,
            attempt=number,
            status=result.status,
            ms=result.milliseconds,
        )
        return Reply(result.body, parcel.query["nonce"]) if good else None

    async def _check_at_start(self, key: str) -> None:
        for _ in range(_START_TRIES):
            if await self.check(key):
                return
            await asyncio.sleep(_START_PAUSE_SECONDS)

    def _stamp(self) -> Stamp:
        timestamp = str(int(self._clock.now().timestamp()))
        return Stamp(timestamp, str(self._dice.randrange(10**9, 10**10)))

    async def _request(
        self,
        method: str,
        key: str,
        query: dict[str, str],
        *,
        seconds: float,
        body: bytes | None = None,
        content_type: str = "",
    ) -> _Try:
        assert self._session is not None, "start() was not called"
        loop = asyncio.get_running_loop()
        began, status, raw, trouble = loop.time(), 0, b"", ""
        try:
            async with self._session.request(
                method,
                f"{self._callback_base()}/callback/{key}",
                params=query,
                data=body,
                headers={"Content-Type": content_type} if content_type else None,
                timeout=aiohttp.ClientTimeout(total=seconds),
                allow_redirects=False,
            ) as response:
                raw = await _read_bounded(response)
                status = response.status
        except TimeoutError:
            trouble = f"{seconds:g} 秒内没有应答，连接已断开"
        except (aiohttp.ClientError, OSError) as error:
            trouble = f"连接失败（{type(error).__name__}）"
        else:
            trouble = "" if status == 200 else f"HTTP {status}"
            trouble = "回包太长" if len(raw) > ANSWER_BODY_BYTES else trouble
        return _Try(status, raw, round((loop.time() - began) * 1000), trouble)


async def _read_bounded(response: aiohttp.ClientResponse) -> bytes:
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > ANSWER_BODY_BYTES:
            break
    return bytes(raw)
