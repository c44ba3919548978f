"""Answers that began before they were known: the platform asks again until they are finished.

The finished answer is kept with its event, and waits in the outbox as well, for the platform may
have stopped asking. Whoever is first shows it: the refresh takes the outbox row away, or finds that
it went.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.ids import EventKey
from bot.core.messages import Message, message_from_json
from bot.store.connection import Connection
from bot.store.fields import to_micros

GRACE = timedelta(seconds=15)
"""How long a finished answer waits to be asked for before it goes by another road."""


class StreamState(StrEnum):
    """How an answer stands that the platform asks for."""

    PENDING = "pending"
    READY = "ready"
    GONE = "gone"
    """It was sent by another road meanwhile, or there is none."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """The platform asks at ``at`` how the answer to ``event_key`` goes on."""

    event_key: EventKey
    at: datetime


@dataclass(frozen=True, slots=True)
class StreamView:
    """``answer`` comes with READY."""

    state: StreamState
    answer: Message | None = None


def answer_key(event_key: EventKey) -> str:
    """The key of an event's answer in the outbox."""
    return f"{event_key}/answer"


def refresh(connection: Connection, items: Sequence[Refresh]) -> list[StreamView]:
    """The refresh lane: shows what is ready, and takes the other road away."""
    return [_refresh(connection, item) for item in items]


def _refresh(connection: Connection, item: Refresh) -> StreamView:
    record = connection.execute(
        "SELECT state, answer FROM inbox WHERE event_key = ?", (item.event_key,)
    ).fetchone()
    if record is None:
        return StreamView(StreamState.GONE)
    if record["state"] == "waiting":
        return StreamView(StreamState.PENDING)
    if record["answer"] is None:
        return StreamView(StreamState.GONE)
    connection.execute(
        "UPDATE outbox SET state = 'sent', ended_at = ?, reason = 'shown in the stream'"
        " WHERE key = ? AND state = 'queued'",
        (to_micros(item.at), answer_key(item.event_key)),
    )
    row = connection.execute(
        "SELECT reason FROM outbox WHERE key = ?", (answer_key(item.event_key),)
    ).fetchone()
    if row is not None and row["reason"] != "shown in the stream":
        return StreamView(StreamState.GONE)
    return StreamView(StreamState.READY, message_from_json(json.loads(record["answer"])))
