"""What the page watches and turns: the whole stage at once, its changes, the clock, the log.

GET  /sim/api/state             everything in one
GET  /sim/api/stream            the same as Server-Sent Events: state, then every change
GET  /sim/api/clock             {"now", "moving_to"}
POST /sim/api/clock             {"advance_seconds"} or {"advance_to": "HH:MM"}, local time
GET  /sim/api/log?after=N       {"lines": [...], "channels": [...]}
POST /sim/api/channels/{key}/check   check a callback address again
"""

import asyncio
import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.simulator.api import answering
from bot.simulator.callbacks import Callbacks
from bot.simulator.feed import Feed, Watcher
from bot.simulator.guard import local_only
from bot.simulator.inputs import BadInput, read_after, read_input
from bot.simulator.platform_log import PlatformLog
from bot.simulator.shapes import message_to_json
from bot.simulator.time_machine import MAX_SECONDS, TimeMachine, TooManySteps
from bot.simulator.world import World

_ROOM_MESSAGES: Final = 300
_LOG_LINES: Final = 200
_HEARTBEAT_SECONDS: Final = 15.0
_TIME_OF_DAY: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Shown(Protocol):
    """A corner of the platform that the page shows."""

    def state_json(self) -> dict[str, Any]:
        """How it looks now, under names of its own."""
        ...


class Stage:
    """The simulator as a whole, for its page. ``corners`` add to what is shown."""

    def __init__(
        self,
        world: World,
        *,
        callbacks: Callbacks,
        time_machine: TimeMachine,
        log: PlatformLog,
        feed: Feed,
        zone: ZoneInfo,
        corners: Iterable[Shown] = (),
    ) -> None:
        self._world = world
        self._callbacks = callbacks
        self._time_machine = time_machine
        self._log = log
        self._feed = feed
        self._zone = zone
        self._corners = tuple(corners)

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        return [
            web.get("/sim/api/state", answering(self._read_state)),
            web.get("/sim/api/stream", local_only(self._stream), allow_head=False),
            web.get("/sim/api/clock", answering(self._read_clock)),
            web.post("/sim/api/clock", answering(self._move_clock)),
            web.get("/sim/api/log", answering(self._read_log)),
            web.post("/sim/api/channels/{key}/check", answering(self._check)),
        ]

    async def _read_state(self, _request: web.Request) -> dict[str, Any]:
        return self._state()

    async def _read_clock(self, _request: web.Request) -> dict[str, Any]:
        return self._time_machine.clock_json()

    async def _move_clock(self, request: web.Request) -> dict[str, Any]:
        body = await read_input(request)
        seconds = self._seconds_until(body) if "advance_to" in body else body.get("advance_seconds")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool):
            raise BadInput("advance_seconds 要写秒数，或者写 advance_to：HH:MM")
        if not 0 <= seconds <= MAX_SECONDS:
            raise BadInput(f"时钟只能往前拨，一次最多 {MAX_SECONDS} 秒")
        try:
            journey = await self._time_machine.advance(seconds)
        except TooManySteps as stuck:
            raise BadInput(f"时钟没有拨完：{stuck}") from None
        moved = (journey.ended_at - journey.began_at).total_seconds()
        clock = self._time_machine.clock_json()
        return {**clock, "advanced_seconds": round(moved), "steps": journey.steps}

    async def _read_log(self, request: web.Request) -> dict[str, Any]:
        lines = self._log.lines(after=read_after(request))
        return {"lines": lines, "channels": self._callbacks.states()}

    async def _check(self, request: web.Request) -> dict[str, Any]:
        key = request.match_info["key"]
        if all(state["channel"] != key for state in self._callbacks.states()):
            raise BadInput(f"没有叫 {key} 的通道", status=404)
        return {"channel": key, "verified": await self._callbacks.check(key)}

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        with self._feed.watch() as watcher:
            await response.prepare(request)
            try:
                await response.write(_sse("state", self._state()))
                await _pass_on(watcher, response)
            except ConnectionResetError:
                return response  # the page was closed
        return response

    def _state(self) -> dict[str, Any]:
        rooms = {
            room: [message_to_json(message) for message in messages[-_ROOM_MESSAGES:]]
            for room, messages in self._world.rooms.items()
        }
        apps = self._world.cast.apps.values()
        groups = self._world.groups.values()
        return {
            "groups": [self._world.group_json(group) for group in groups],
            "apps": [{"key": app.key, "name": app.name} for app in apps],
            "rooms": rooms,
            "clock": self._time_machine.clock_json(),
            "zone": self._zone.key,
            "channels": self._callbacks.states(),
            "log": self._log.lines()[-_LOG_LINES:],
            **{name: it for corner in self._corners for name, it in corner.state_json().items()},
        }

    def _seconds_until(self, body: dict[str, Any]) -> float:
        """Seconds until the next time that the community's clocks show ``advance_to``."""
        match = _TIME_OF_DAY.fullmatch(str(body["advance_to"]))
        if match is None:
            raise BadInput("advance_to 要写一天里的时刻，例如 08:30")
        now = self._world.now()
        goal = self._at(now.astimezone(self._zone), int(match[1]), int(match[2]))
        if goal <= now:
            tomorrow = now.astimezone(self._zone) + timedelta(days=1)
            goal = self._at(tomorrow, int(match[1]), int(match[2]))
        return (goal - now).total_seconds()

    def _at(self, day: datetime, hour: int, minute: int) -> datetime:
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


async def _pass_on(watcher: Watcher, response: web.StreamResponse) -> None:
    """Write changes until the feed ends or the reader is gone."""
    while True:
        try:
            change = await asyncio.wait_for(watcher.get(), timeout=_HEARTBEAT_SECONDS)
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if change is None:
            return
        await response.write(_sse(change.name, change.data))


def _sse(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
