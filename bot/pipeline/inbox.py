"""The inbox: an event is stored once, and only then acknowledged.

A record is leased from the moment it is stored, so the process that took it in handles it without
another look at the table; when that process dies, the lease runs out and another one takes over.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.core.events import FORGOTTEN, Event, event_from_json, event_to_json
from bot.core.ids import EventKey, GroupKey, RecordId
from bot.core.messages import Message, message_from_json
from bot.members.lane import Sighting, sight
from bot.members.people import PersonRef, Standing
from bot.outbox.lane import hear
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.sql import over

LEASE = timedelta(seconds=30)
"""How long a process may work on a record before another one takes it over."""

_FIND: Final = over(
    "event_key text",
    "SELECT i.event_key, i.id, i.event, i.state, i.answer"
    " FROM rows CROSS JOIN inbox AS i ON i.event_key = rows.event_key",
)

_INSERT: Final = over(
    "id int, event_key text, event text, ordering_key text, received_at int, leased_until int",
    "INSERT INTO inbox (id, event_key, event, ordering_key, received_at, leased_until, attempts)"
    " SELECT id, event_key, event, ordering_key, received_at, leased_until, 1 FROM rows",
)

_RELEASE: Final = over(
    "id int, leased_until int",
    "UPDATE inbox SET leased_until = rows.leased_until FROM rows"
    " WHERE inbox.id = rows.id AND inbox.state = 'waiting'",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event on its way in.

    ``present`` tells that it proves the person is in the group, ``opens`` that it lets us write to
    the chat: what waited for that may be sent.
    """

    event: Event
    realm: str
    group_key: GroupKey | None
    present: bool
    now: datetime
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A stored event.

    ``fresh`` is True for whoever brought it first. For a repeat, ``done`` tells whether it was
    handled already, and ``answer`` what was answered in the request then. ``conflict`` is True
    when the platform used one key for two different events; the first one stands.
    """

    record_id: RecordId
    event: Event
    standing: Standing
    fresh: bool
    done: bool
    answer: Message | None
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Stranded:
    """A record to be handled again; ``attempts`` includes the coming one."""

    record_id: RecordId
    event: Event
    received_at: datetime
    attempts: int


class Inbox:
    """Takes events in and leases what was left behind."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._arrivals = store.lane("inbox", accept)
        self._takeovers = store.lane("inbox takeover", take_over)
        self._releases = store.lane("inbox release", release)
        self._adoptions = store.lane("inbox adoption", adopt)

    async def accept(self, arrival: Arrival) -> Accepted:
        """Store an event durably, or find it stored already."""
        return await self._arrivals.submit(arrival)

    async def take_over(self, now: datetime) -> list[Stranded]:
        """Lease the records whose lease ran out: their process died, or handling them failed."""
        return await self._takeovers.submit(now)

    async def adopt(self, now: datetime) -> None:
        """Let every lease end now.

        For the start of a program: where no other process can be using the database, whatever is
        leased was leased by a dead predecessor. Elsewhere leases run out by themselves.
        """
        if self._store.alone:
            await self._adoptions.submit(now)

    async def retry_at(self, record_id: RecordId, instant: datetime) -> None:
        """Give a record back, to be taken over at ``instant``."""
        await self._releases.submit((record_id, instant))

    async def count_waiting(self) -> int:
        """Records that are stored and not handled yet."""
        rows = await self._store.read("SELECT count(*) AS n FROM inbox WHERE state = 'waiting'")
        return int(rows[0]["n"])


def accept(connection: Connection, arrivals: Sequence[Arrival]) -> list[Accepted]:
    """The inbox lane. A repeat proves nothing about who is in the group now."""
    stored = _find(connection, arrivals)
    standings = sight(
        connection,
        [
            Sighting(
                PersonRef(item.realm, item.event.user_id),
                item.group_key,
                item.present and item.event.key not in stored,
                item.now,
            )
            for item in arrivals
        ],
    )
    fresh: dict[EventKey, Arrival] = {}
    for item in arrivals:
        if item.event.key not in stored:
            fresh.setdefault(item.event.key, item)
    ids = _insert(connection, list(fresh.values()))
    hear(
        connection,
        [
            (item.event.channel, item.event.conversation.chat_id, item.event.kind, item.event.at)
            for item in fresh.values()
            if item.opens
        ],
    )
    accepted = []
    for item, standing in zip(arrivals, standings, strict=True):
        key = item.event.key
        if fresh.get(key) is item:
            event = item.event
            new = Accepted(ids[key], event, standing, fresh=True, done=False, answer=None)
            accepted.append(new)
        else:
            first = stored.get(key) or _Stored(ids[key], event_to_json(fresh[key].event))
            accepted.append(_repeat(item, standing, first))
    return accepted


@dataclass(frozen=True, slots=True)
class _Stored:
    """A record as it is in the table; ``event`` and ``answer`` are JSON."""

    record_id: RecordId
    event: str
    state: str = "waiting"
    answer: str | None = None


def _find(connection: Connection, arrivals: Sequence[Arrival]) -> dict[EventKey, _Stored]:
    """What is stored already."""
    return {
        EventKey(key): _Stored(RecordId(record_id), event, state, answer)
        for key, record_id, event, state, answer in connection.read(
            _FIND, [(item.event.key,) for item in arrivals]
        )
    }


def _insert(connection: Connection, arrivals: Sequence[Arrival]) -> dict[EventKey, RecordId]:
    """Store new events; their record ids by event key. The lane is the table's only writer."""
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM inbox").fetchone()
    ids = {item.event.key: RecordId(last + number) for number, item in enumerate(arrivals, start=1)}
    connection.write(
        _INSERT,
        [
            (
                ids[item.event.key],
                item.event.key,
                event_to_json(item.event),
                item.event.ordering_key,
                to_micros(item.now),
                to_micros(item.now + LEASE),
            )
            for item in arrivals
        ],
    )
    return ids


def _repeat(arrival: Arrival, standing: Standing, stored: _Stored) -> Accepted:
    first = event_from_json(stored.event)
    return Accepted(
        record_id=stored.record_id,
        event=first,
        standing=standing,
        fresh=False,
        done=stored.state != "waiting",
        answer=None if stored.answer is None else message_from_json(json.loads(stored.answer)),
        conflict=_says(first) != _says(_as_kept(arrival.event, first)),
    )


def _as_kept(event: Event, first: Event) -> Event:
    """A repeat of an event whose words were not kept, without its words."""
    return replace(event, text=FORGOTTEN) if first.text == FORGOTTEN else event


def _says(event: Event) -> tuple[str, ...]:
    """What must be equal in a repeat; the platform may stamp a new time and a new address."""
    return (event.kind, event.conversation.chat_id, event.user_id, event.text, event.button)


def take_over(connection: Connection, items: Sequence[datetime]) -> list[list[Stranded]]:
    """The takeover lane: the first caller gets the stranded records, others get none."""
    rows = connection.execute(
        "UPDATE inbox SET leased_until = ?, attempts = attempts + 1"
        " WHERE state = 'waiting' AND leased_until <= ?"
        " RETURNING id, event, received_at, attempts",
        (to_micros(items[0] + LEASE), to_micros(items[0])),
    ).fetchall()
    stranded = [
        Stranded(
            RecordId(row["id"]),
            event_from_json(row["event"]),
            from_micros(row["received_at"]),
            row["attempts"],
        )
        for row in rows
    ]
    stranded.sort(key=lambda item: item.record_id)
    return [stranded] + [[] for _ in items[1:]]


def release(connection: Connection, items: Sequence[tuple[RecordId, datetime]]) -> list[None]:
    """The release lane: a failed record waits until its instant."""
    connection.write(_RELEASE, [(record_id, to_micros(instant)) for record_id, instant in items])
    return [None] * len(items)


def adopt(connection: Connection, items: Sequence[datetime]) -> list[None]:
    """The adoption lane: every record that waits may be taken over at once."""
    connection.execute(
        "UPDATE inbox SET leased_until = ? WHERE state = 'waiting'", (to_micros(items[-1]),)
    )
    return [None] * len(items)
