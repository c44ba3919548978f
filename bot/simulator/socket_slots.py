"""Places for answers over a robot's connection: each callback's req_id is one (101463).

A message may be answered for a day, in streams and media and with one card; a welcome and a changed
card once, within five seconds of their event. Whatever asks for a place that is not there, or for
another kind of place, gets 846605; a stream that is finished or older than six minutes 846608.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from bot.simulator.acts import Scene
from bot.simulator.cast import Socket
from bot.simulator.limits import SOCKET_EVENT_SECONDS, SOCKET_REPLY_SECONDS, SOCKET_STREAM_SECONDS
from bot.simulator.refusal import Refused
from bot.simulator.world import World


class Occasion(StrEnum):
    """What may be answered."""

    MESSAGE = "message"
    WELCOME = "welcome"
    TAP = "tap"


_SECONDS: Final = {
    Occasion.MESSAGE: SOCKET_REPLY_SECONDS,
    Occasion.WELCOME: SOCKET_EVENT_SECONDS,
    Occasion.TAP: SOCKET_EVENT_SECONDS,
}


@dataclass(slots=True)
class Stream:
    """An answer that is being written; ``feedback`` is the id that its first frame gave it."""

    began_at: datetime
    feedback: str
    finished: bool = False


@dataclass(slots=True)
class Slot:
    """A place for answers. ``message`` and ``task_id`` are those of a tapped card.

    ``answered`` is set by the first answer that was taken; ``refused`` tells that one was not.
    """

    req_id: str
    robot: str
    room: str
    chat_id: str
    user_id: str
    occasion: Occasion
    message: int
    task_id: str
    at: datetime
    used: bool = False
    has_card: bool = False
    streams: dict[str, Stream] = field(default_factory=dict)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    refused: bool = False

    def scene(self, robot: Socket) -> Scene:
        """Where the answer is shown."""
        return Scene(robot, self.room, self.chat_id, self.user_id)


class Slots:
    """All places, by their req_id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._slots: dict[str, Slot] = {}

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of this corner."""
        match data["t"]:
            case "slot":
                self._slots[data["req_id"]] = _slot(data)
            case "slot_used":
                self._slots[data["req_id"]].used = True
            case "slot_card":
                self._slots[data["req_id"]].has_card = True
            case "slot_stream":
                began_at = datetime.fromisoformat(data["at"])
                stream = Stream(began_at, data["feedback"])
                self._slots[data["req_id"]].streams[data["stream"]] = stream
            case "slot_stream_end":
                self._slots[data["req_id"]].streams[data["stream"]].finished = True
            case _:
                return False
        return True

    def open(
        self, scene: Scene, occasion: Occasion, *, message: int = 0, task_id: str = ""
    ) -> Slot:
        """A new place for answering an act of a person."""
        req_id = self._world.new_id()
        self._world.happen(
            "slot",
            req_id=req_id,
            robot=scene.robot.key,
            room=scene.room,
            chat_id=scene.chat_id,
            user_id=scene.user_id,
            occasion=occasion,
            message=message,
            task_id=task_id,
        )
        return self._slots[req_id]

    def find(self, robot: str, req_id: str) -> Slot | None:
        """Whatever place of the robot has this req_id."""
        slot = self._slots.get(req_id)
        return slot if slot is not None and slot.robot == robot else None

    def take(self, robot: str, req_id: str, occasion: Occasion) -> Slot:
        """The place, if it is still one for such an answer. Raises Refused."""
        slot = self.find(robot, req_id)
        if slot is None or slot.occasion is not occasion or slot.used:
            raise Refused(846605, "invalid req_id")
        if self._world.now() >= slot.at + timedelta(seconds=_SECONDS[occasion]):
            raise Refused(846605, "invalid req_id: too late")
        return slot

    def use(self, slot: Slot) -> None:
        """The place is gone: it was for one answer."""
        self._world.happen("slot_used", req_id=slot.req_id)

    def give_card(self, slot: Slot) -> None:
        """The answer has had its card."""
        self._world.happen("slot_card", req_id=slot.req_id)

    def stream(self, slot: Slot, stream_id: str) -> Stream | None:
        """The stream, if it has begun and may go on. Raises Refused."""
        stream = slot.streams.get(stream_id)
        if stream is None:
            return None
        until = stream.began_at + timedelta(seconds=SOCKET_STREAM_SECONDS)
        if stream.finished or self._world.now() >= until:
            raise Refused(846608, "stream message update expired")
        return stream

    def begin_stream(self, slot: Slot, stream_id: str, feedback: str) -> Stream:
        """A stream's first frame came."""
        self._world.happen("slot_stream", req_id=slot.req_id, stream=stream_id, feedback=feedback)
        return slot.streams[stream_id]

    def end_stream(self, slot: Slot, stream_id: str) -> None:
        """A stream's last frame came."""
        self._world.happen("slot_stream_end", req_id=slot.req_id, stream=stream_id)


def _slot(data: dict[str, Any]) -> Slot:
    return Slot(
        req_id=data["req_id"],
        robot=data["robot"],
        room=data["room"],
        chat_id=data["chat_id"],
        user_id=data["user_id"],
        occasion=Occasion(data["occasion"]),
        message=data["message"],
        task_id=data["task_id"],
        at=datetime.fromisoformat(data["at"]),
    )
