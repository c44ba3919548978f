"""The inbox: an event is stored once, and only then acknowledged.

A record is leased from the moment it is stored, so the process that took it in handles it without
another look at the table; when that process dies, the lease runs out and another one takes over.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.events import Event, event_from_json, event_to_json
from bot.core.ids import GroupKey, RecordId
from bot.core.messages import Message, message_from_json
from bot.members.people import PersonRef, Standing
from bot.members.sqlite import Sighting, sight
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros

LEASE = timedelta(seconds=30)
"""How long a process may work on a record before another one takes it over."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event on its way in. ``present`` tells that it proves the person is in the group."""

    event: Event
    realm: str
    group_key: GroupKey | None
    present: bool
    now: datetime


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

    async def accept(self, arrival: Arrival) -> Accepted:
        """Store an event durably, or find it stored already."""
        return await self._arrivals.submit(arrival)

    async def take_over(self, now: datetime) -> list[Stranded]:
        """Lease the records whose lease ran out: their process died, or handling them failed."""
        return await self._takeovers.submit(now)

    async def retry_at(self, record_id: RecordId, instant: datetime) -> None:
        """Give a record back, to be taken over at ``instant``."""
        await self._releases.submit((record_id, instant))

    async def count_waiting(self) -> int:
        """Records that are stored and not handled yet."""
        rows = await self._store.read("SELECT count(*) AS n FROM inbox WHERE state = 'waiting'")
        return int(rows[0]["n"])


def accept(connection: sqlite3.Connection, arrivals: Sequence[Arrival]) -> list[Accepted]:
    """The inbox lane in SQLite's SQL."""
    standings = sight(
        connection,
        [
            Sighting(
                PersonRef(item.realm, item.event.user_id), item.group_key, item.present, item.now
            )
            for item in arrivals
        ],
    )
    return [
        _accept_one(connection, item, standing)
        for item, standing in zip(arrivals, standings, strict=True)
    ]


def _accept_one(connection: sqlite3.Connection, arrival: Arrival, standing: Standing) -> Accepted:
    event = arrival.event
    inserted = connection.execute(
        "INSERT INTO inbox (event_key, event, ordering_key, received_at, leased_until, attempts)"
        " VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (event_key) DO NOTHING RETURNING id",
        (
            event.key,
            event_to_json(event),
            event.ordering_key,
            to_micros(arrival.now),
            to_micros(arrival.now + LEASE),
        ),
    ).fetchone()
    if inserted is not None:
        record_id = RecordId(inserted["id"])
        return Accepted(record_id, event, standing, fresh=True, done=False, answer=None)
    row = connection.execute(
        "SELECT id, event, state, answer FROM inbox WHERE event_key = ?", (event.key,)
    ).fetchone()
    first = event_from_json(row["event"])
    answer = row["answer"]
    return Accepted(
        record_id=RecordId(row["id"]),
        event=first,
        standing=standing,
        fresh=False,
        done=row["state"] != "waiting",
        answer=None if answer is None else message_from_json(json.loads(answer)),
        conflict=_says(first) != _says(event),
    )


def _says(event: Event) -> tuple[str, ...]:
    """What must be equal in a repeat; the platform may stamp a new time and a new address."""
    return (event.kind, event.conversation.chat_id, event.user_id, event.text, event.button)


def take_over(connection: sqlite3.Connection, items: Sequence[datetime]) -> list[list[Stranded]]:
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


def release(
    connection: sqlite3.Connection, items: Sequence[tuple[RecordId, datetime]]
) -> list[None]:
    """The release lane: a failed record waits until its instant."""
    connection.executemany(
        "UPDATE inbox SET leased_until = ? WHERE id = ? AND state = 'waiting'",
        [(to_micros(instant), record_id) for record_id, instant in items],
    )
    return [None] * len(items)
