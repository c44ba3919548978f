"""Codes that let a service account say something at an event: one message each, and not for long.

Source: 96428. But for the welcome, a code is good only while the session is in the state for
which it was given; how a bad code is refused (40058) is unverified.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.simulator.cast import Service
from bot.simulator.refusal import bad_parameter
from bot.simulator.service.limits import (
    END_SECONDS,
    QUEUE_SECONDS,
    TAKEN_SECONDS,
    WELCOME_SECONDS,
)
from bot.simulator.service.sessions import Sessions, State
from bot.simulator.world import World

_SECONDS: Final[dict[State | None, int]] = {
    None: WELCOME_SECONDS,
    State.QUEUE: QUEUE_SECONDS,
    State.SERVICER: TAKEN_SECONDS,
    State.OVER: END_SECONDS,
}
_WITH_MENU: Final = frozenset({None, State.OVER})


@dataclass(slots=True)
class EventCode:
    """``state`` is the one for which it was given, None for the welcome."""

    open_kfid: str
    user_id: str
    state: State | None
    until: datetime
    used: bool = False

    @property
    def types(self) -> frozenset[str]:
        """What may be sent with it."""
        return frozenset({"text", "msgmenu"} if self.state in _WITH_MENU else {"text"})


class EventCodes:
    """The codes of all service accounts. A part of the world."""

    def __init__(self, world: World, sessions: Sessions) -> None:
        self._world = world
        self._sessions = sessions
        self._codes: dict[str, EventCode] = {}

    def give(self, service: Service, user_id: str, state: State | None) -> str:
        """A code for the welcome (None) or for a session that is now in ``state``."""
        value = self._world.new_id()
        until = self._world.now() + timedelta(seconds=_SECONDS[state])
        self._world.happen(
            "service.code",
            value=value,
            open_kfid=service.open_kfid,
            user_id=user_id,
            state=None if state is None else int(state),
            until=until.isoformat(),
        )
        return value

    def find(self, value: object, services: list[Service]) -> tuple[EventCode, Service]:
        """A code that can be used now by whoever manages ``services``. Raises Refused."""
        code = self._codes.get(value) if isinstance(value, str) else None
        service = next((it for it in services if code and it.open_kfid == code.open_kfid), None)
        if code is None or service is None or code.used or self._world.now() >= code.until:
            raise bad_parameter("code: unknown, used or expired")
        if code.state not in {None, self._sessions.state(service, code.user_id)}:
            raise bad_parameter("code: the session is in another state")
        return code, service

    def use(self, value: str) -> None:
        """A code was used."""
        self._world.happen("service.code_used", value=value)

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of codes."""
        match data["t"]:
            case "service.code":
                state = None if data["state"] is None else State(data["state"])
                until = datetime.fromisoformat(data["until"])
                code = EventCode(data["open_kfid"], data["user_id"], state, until)
                self._codes[data["value"]] = code
            case "service.code_used":
                self._codes[data["value"]].used = True
            case _:
                return False
        return True
