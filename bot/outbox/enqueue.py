"""Putting messages into the outbox, together with the change that causes them.

A key is enqueued once: enqueuing it again, after a crash or by a second process, does nothing.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from bot.core.ids import ChannelKey
from bot.core.messages import Outgoing, Target, TargetKind, message_from_json, message_to_json
from bot.outbox.models import OutboxRow
from bot.store.connection import Connection, Row
from bot.store.db import Store
from bot.store.fields import from_micros, maybe_micros, to_micros
from bot.store.sql import over

_ENQUEUE: Final = over(
    "key text, channel text, target_kind text, target text, conversation text, urgent int,"
    " message text, due_at int, expires_at int, created_at int",
    "INSERT INTO outbox (key, channel, target_kind, target, conversation, urgent, message,"
    " due_at, expires_at, created_at)"
    " SELECT key, channel, target_kind, target, conversation, urgent, message,"
    " due_at, expires_at, created_at FROM rows WHERE true ORDER BY number"
    " ON CONFLICT (key) DO NOTHING",
)


async def enqueue(outgoings: Sequence[Outgoing], *, now: datetime) -> None:
    """Write ``outgoings``; to be called inside ``Store.transaction`` beside what caused them."""
    rows = [
        OutboxRow(
            key=outgoing.key,
            channel=outgoing.channel,
            target_kind=outgoing.target.kind,
            target=outgoing.target.address,
            conversation=outgoing.conversation,
            urgent=int(outgoing.urgent),
            message=_message_text(outgoing),
            due_at=outgoing.not_before or now,
            expires_at=outgoing.expires_at,
            created_at=now,
        )
        for outgoing in outgoings
    ]
    await OutboxRow.bulk_create(rows, ignore_conflicts=True)


async def post(store: Store, outgoings: Sequence[Outgoing], *, now: datetime) -> None:
    """Enqueue ``outgoings`` in a transaction of their own."""
    await store.transaction(lambda: enqueue(outgoings, now=now))


def enqueue_all(connection: Connection, outgoings: Iterable[tuple[Outgoing, datetime]]) -> None:
    """Write ``outgoings`` with the instant of each, inside a lane's transaction."""
    connection.write(
        _ENQUEUE,
        [
            (
                outgoing.key,
                outgoing.channel,
                outgoing.target.kind,
                outgoing.target.address,
                outgoing.conversation,
                int(outgoing.urgent),
                _message_text(outgoing),
                to_micros(outgoing.not_before or now),
                maybe_micros(outgoing.expires_at),
                to_micros(now),
            )
            for outgoing, now in outgoings
        ],
    )


def outgoing_of(row: Row) -> Outgoing:
    """The message of a row of the outbox table."""
    expires_at = row["expires_at"]
    return Outgoing(
        key=row["key"],
        channel=ChannelKey(row["channel"]),
        target=Target(TargetKind(row["target_kind"]), row["target"]),
        message=message_from_json(json.loads(row["message"])),
        expires_at=None if expires_at is None else from_micros(expires_at),
        chat="" if row["conversation"] == row["target"] else row["conversation"],
        urgent=bool(row["urgent"]),
    )


def _message_text(outgoing: Outgoing) -> str:
    return json.dumps(message_to_json(outgoing.message), ensure_ascii=False)
