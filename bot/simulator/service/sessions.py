"""Who is talking with whom: one session per customer and service account.

A session begins with the customer's words and lives 48 hours from the last of them, unless it is
ended. Source: 94698 (states), 96427 (how much may be sent), 96428 (welcome).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from bot.simulator.cast import Service
from bot.simulator.refusal import Refused
from bot.simulator.service.limits import AFTER_WORDS, SESSION_SECONDS, WELCOME_PAUSE_SECONDS
from bot.simulator.world import World


class State(IntEnum):
    """Who answers the customer."""

    NEW = 0
    ASSISTANT = 1
    QUEUE = 2
    SERVICER = 3
    OVER = 4
    """Ended, or not begun: the customer has not written yet."""


CHANGES: Final[dict[State, frozenset[State]]] = {
    State.NEW: frozenset({State.ASSISTANT, State.QUEUE, State.SERVICER, State.OVER}),
    State.ASSISTANT: frozenset({State.ASSISTANT, State.QUEUE, State.SERVICER, State.OVER}),
    State.QUEUE: frozenset({State.QUEUE, State.SERVICER, State.OVER}),
    State.SERVICER: frozenset({State.SERVICER, State.OVER}),
    State.OVER: frozenset(),
}
"""What the API may change (94698; that a state may follow itself is unverified)."""


@dataclass(slots=True)
class Session:
    """``left`` is how many messages the last words still allow. ``been`` are its states so far."""

    state: State = State.OVER
    servicer: str = ""
    wrote_at: datetime | None = None
    left: int = 0
    welcomed_at: datetime | None = None
    been: set[State] = field(default_factory=set)


class Sessions:
    """The sessions of all service accounts. A part of the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sessions: dict[tuple[str, str], Session] = {}

    # Reading

    def get(self, service: Service, user_id: str) -> Session:
        """The session as it was left; ``state`` tells how it stands now."""
        return self._sessions.get((service.open_kfid, user_id), Session())

    def of(self, service: Service) -> dict[str, Session]:
        """All sessions of an account, by the customer."""
        return {who: it for (kf, who), it in self._sessions.items() if kf == service.open_kfid}

    def state(self, service: Service, user_id: str) -> State:
        """Who answers now."""
        session = self.get(service, user_id)
        return session.state if self._lives(session) else State.OVER

    def may_welcome(self, service: Service, user_id: str) -> bool:
        """Whether somebody who enters now may be greeted."""
        session = self.get(service, user_id)
        lately = self._world.now() - timedelta(seconds=WELCOME_PAUSE_SECONDS)
        return all(it is None or it <= lately for it in (session.wrote_at, session.welcomed_at))

    def check_sending(self, service: Service, user_id: str) -> None:
        """Raises Refused when nothing may be sent now."""
        session = self.get(service, user_id)
        if not self._lives(session):
            raise Refused(95002, "send msg time limit: 48 hours")
        if self.state(service, user_id) not in {State.NEW, State.ASSISTANT}:
            raise Refused(95018, "send msg session status invalid")
        if not session.left:
            raise Refused(95001, f"send msg count limit: {AFTER_WORDS.limit}")

    # Happenings

    def write(self, service: Service, user_id: str) -> None:
        """The customer has written."""
        begins = self.state(service, user_id) is State.OVER
        self._happen("service.wrote", service, user_id, begins=begins)

    def spend(self, service: Service, user_id: str) -> None:
        """One of the messages was sent."""
        self._happen("service.spent", service, user_id)

    def welcome(self, service: Service, user_id: str) -> None:
        """The customer was greeted."""
        self._happen("service.welcomed", service, user_id)

    def change(self, service: Service, user_id: str, state: State, servicer: str = "") -> None:
        """Somebody else answers from now on."""
        self._happen("service.state", service, user_id, state=int(state), servicer=servicer)

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of sessions."""
        if data["t"] not in {"service.wrote", "service.spent", "service.welcomed", "service.state"}:
            return False
        session = self._sessions.setdefault((data["open_kfid"], data["user_id"]), Session())
        match data["t"]:
            case "service.wrote":
                session.wrote_at = datetime.fromisoformat(data["at"])
                session.left = AFTER_WORDS.limit
                if data["begins"]:
                    session.state, session.servicer, session.been = State.NEW, "", set()
            case "service.spent":
                session.left -= 1
            case "service.welcomed":
                session.welcomed_at = datetime.fromisoformat(data["at"])
            case "service.state":
                session.state, session.servicer = State(data["state"]), data["servicer"]
                session.been.add(session.state)
        return True

    def _lives(self, session: Session) -> bool:
        if session.wrote_at is None:
            return False
        return self._world.now() < session.wrote_at + timedelta(seconds=SESSION_SECONDS)

    def _happen(self, kind: str, service: Service, user_id: str, **data: Any) -> None:
        self._world.happen(kind, open_kfid=service.open_kfid, user_id=user_id, **data)
