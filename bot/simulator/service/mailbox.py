"""What there is to be read: messages and events in their order, page by page.

A cursor belongs to what was asked for (one service account, or all of an app) and to a place in
it; whoever begins anew gets the last three days. Reading takes nothing away. Source: 94699.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.simulator.refusal import Refused, bad_parameter
from bot.simulator.service.limits import CURSOR_BYTES, KEPT_SECONDS, PAGE, TICKET_SECONDS
from bot.simulator.world import World

_MARK_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """``place`` counts from 1 over all service accounts; ``body`` is what readers get."""

    place: int
    open_kfid: str
    at: datetime
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, where the next ones begin, and whether there are any."""

    entries: tuple[Entry, ...]
    cursor: str
    has_more: bool


class Mailbox:
    """Everything that was written or happened. A part of the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._entries: list[Entry] = []
        self._tickets: dict[str, tuple[str, datetime]] = {}

    def put(self, open_kfid: str, body: dict[str, Any]) -> None:
        """Add an entry; the platform names it and notes the second."""
        head = {"msgid": self._world.new_id(), "send_time": int(self._world.now().timestamp())}
        self._world.happen("service.entry", open_kfid=open_kfid, body={**head, **body})

    def read(self, scope: str, accounts: frozenset[str], cursor: str, limit: int) -> Page:
        """At most ``limit`` entries of ``accounts`` after ``cursor``. Raises Refused.

        ``scope`` names what is asked for: cursors of another scope are not valid.
        """
        start = _place(scope, cursor) if cursor else 0
        if start > len(self._entries):
            raise bad_parameter("cursor")
        oldest = self._world.now() - timedelta(seconds=KEPT_SECONDS)
        waiting = [
            entry
            for entry in self._entries[start:]
            if entry.open_kfid in accounts and entry.at > oldest
        ]
        page = tuple(waiting[:limit])
        end = page[-1].place if page else start
        return Page(page, _cursor(scope, end), has_more=len(waiting) > len(page))

    def give_ticket(self, app: str) -> str:
        """A token for reading, told to ``app`` (a channel's key) with an event."""
        value = f"ENC{self._world.new_id()}"
        until = self._world.now() + timedelta(seconds=TICKET_SECONDS)
        self._world.happen("service.ticket", value=value, app=app, until=until.isoformat())
        return value

    def check_ticket(self, app: str, value: str) -> None:
        """Raises Refused for a token that is not the app's, or too old."""
        owner, until = self._tickets.get(value, ("", self._world.now()))
        if owner != app or self._world.now() >= until:
            raise Refused(95007, "invalid msgtoken")

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of the mailbox."""
        match data["t"]:
            case "service.entry":
                place, at = len(self._entries) + 1, datetime.fromisoformat(data["at"])
                self._entries.append(Entry(place, data["open_kfid"], at, data["body"]))
            case "service.ticket":
                until = datetime.fromisoformat(data["until"])
                self._tickets[data["value"]] = (data["app"], until)
            case _:
                return False
        return True


def read_limit(value: object) -> int:
    """How many entries a reader wants, 1000 by default. Raises Refused."""
    if value is None:
        return PAGE
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= PAGE:
        raise bad_parameter(f"limit: 1 to {PAGE}")
    return value


def _cursor(scope: str, place: int) -> str:
    return f"{_mark(scope, place)}{place:x}"


def _place(scope: str, cursor: str) -> int:
    """Where a cursor points. Raises Refused for what was not handed out for this scope."""
    digits = cursor[_MARK_DIGITS:]
    try:
        place = int(digits, 16)
    except ValueError:
        raise bad_parameter("cursor") from None
    if len(cursor.encode()) > CURSOR_BYTES or cursor != _cursor(scope, place):
        raise bad_parameter("cursor")
    return place


def _mark(scope: str, place: int) -> str:
    return hashlib.sha256(f"{scope}/{place}".encode()).hexdigest()[:_MARK_DIGITS]
