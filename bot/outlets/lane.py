"""The lane of Moments: a time is decided once, and what goes out for it is written with it.

A decision carries its number. One that was made on an older history, or for a time that somebody
else has decided meanwhile, is not written, and nothing goes out for it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from bot.core.ids import UserId
from bot.core.messages import Outgoing
from bot.outbox.enqueue import enqueue_all
from bot.outbox.models import OutboxState
from bot.outlets.moments import Draft, Gap
from bot.outlets.records import OUTLET, UnderWay
from bot.outlets.states import MomentState
from bot.settings.schema.outlets import Delivery
from bot.store.connection import Connection, Value
from bot.store.db import Store
from bot.store.fields import maybe_micros, to_micros

_START: Final = (
    "INSERT INTO outlet_start (outlet, started_at) VALUES (?, ?) ON CONFLICT (outlet) DO NOTHING"
)

_DECIDE: Final = (
    "INSERT INTO moment (key, sequence, due_at, on_date, state, item, title, pillar, sells,"
    " company, text, pictures, employees, reason, decided_at, look_at, deadline_at, shown_at)"
    f" VALUES ({', '.join('?' * 18)}) ON CONFLICT DO NOTHING"
)

_LOOK: Final = "UPDATE moment SET look_at = ? WHERE key = ?"

_PROGRESS: Final = (
    "UPDATE moment SET state = ?, reason = ?, look_at = ?, moment_id = ?, shown_at = ?,"
    " published = ?, likes = ?, comments = ? WHERE key = ? AND state = ? AND published = ?"
)

_END_SEND: Final = (
    "UPDATE outbox SET state = ?, reason = ?, ended_at = ? WHERE id = ? AND state = 'handed'"
)


@dataclass(frozen=True, slots=True)
class Start:
    """The outlet is planned from ``at`` on, unless it was before."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """How a draft is given out: to whom, what goes out for it, and until when it is confirmed."""

    employees: tuple[UserId, ...]
    outgoings: tuple[Outgoing, ...]
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """The ``sequence``-th decision; ``given`` goes with a draft."""

    decided: Draft | Gap
    given: Given | None
    sequence: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Nothing has changed; the moment is looked after again ``at`` an instant, None: no more."""

    key: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How a moment stands now; its send ends with it, and ``news`` are told of it.

    A moment that has gone on meanwhile is left alone. Without a ``reason`` the old one stays.
    """

    under_way: UnderWay
    state: MomentState
    at: datetime
    reason: str = ""
    look_at: datetime | None = None
    moment_id: str = ""
    published: int = 0
    reactions: tuple[int, int] | None = None
    news: tuple[Outgoing, ...] = ()


Item = Start | Decision | Look | Progress


class MomentBook:
    """Writes what is decided about Moments, each thing once."""

    def __init__(self, store: Store) -> None:
        self._lane = store.lane("moments", apply)

    async def write(self, item: Item) -> bool:
        """Whether it was written; False when somebody else was faster."""
        return await self._lane.submit(item)


def apply(connection: Connection, items: Sequence[Item]) -> list[bool]:
    """Write each of ``items``, as far as nobody else was faster."""
    return [_apply(connection, item) for item in items]


def _apply(connection: Connection, item: Item) -> bool:
    match item:
        case Start():
            written = connection.execute(_START, (OUTLET, to_micros(item.at))).rowcount
        case Decision():
            written = connection.execute(_DECIDE, _row(item)).rowcount
            if written and item.given is not None:
                enqueue_all(connection, [(one, item.at) for one in item.given.outgoings])
        case Look():
            written = connection.execute(_LOOK, (maybe_micros(item.at), item.key)).rowcount
        case Progress():
            return _go_on(connection, item)
        case _:
            assert_never(item)
    return written > 0


def _go_on(connection: Connection, item: Progress) -> bool:
    before = item.under_way.moment
    likes, comments = item.reactions or (before.likes, before.comments)
    written = connection.execute(
        _PROGRESS,
        (
            item.state,
            item.reason or before.reason,
            maybe_micros(item.look_at),
            item.moment_id or before.moment_id,
            maybe_micros(before.shown_at or (item.at if item.published else None)),
            max(item.published, before.published),
            likes,
            comments,
            before.key,
            before.state,
            before.published,
        ),
    ).rowcount
    if not written:
        return False
    if (ended := _end_of_send(item.state)) is not None:
        sent = (ended, item.reason, to_micros(item.at), item.under_way.row_id)
        connection.execute(_END_SEND, sent)
    enqueue_all(connection, [(one, item.at) for one in item.news])
    return True


def _end_of_send(state: MomentState) -> OutboxState | None:
    """How the send of a moment ends; None while it is still handed over."""
    match state:
        case MomentState.HANDED | MomentState.WAITING | MomentState.SKIPPED | MomentState.COPIED:
            return None
        case MomentState.PUBLISHED:
            return OutboxState.SENT
        case MomentState.EXPIRED | MomentState.FAILED:
            return OutboxState.DEAD
        case MomentState.UNKNOWN:
            return OutboxState.UNKNOWN
    assert_never(state)


def _row(item: Decision) -> tuple[Value, ...]:
    time, decided, given, now = item.decided.time, item.decided, item.given, to_micros(item.at)
    head = (time.key, item.sequence, to_micros(time.due_at), time.on.isoformat())
    if isinstance(decided, Gap) or given is None:
        nothing = ("", "", "", 0, 0, "", "[]", "[]")
        return (*head, MomentState.SKIPPED, *nothing, decided.reason, now, None, None, None)
    company = time.deliver is Delivery.COMPANY
    return (
        *head,
        MomentState.HANDED if company else MomentState.COPIED,
        decided.item.key,
        decided.item.front.title,
        decided.pillar,
        int(decided.sells),
        int(company),
        decided.text,
        json.dumps(decided.pictures),
        json.dumps(given.employees),
        decided.reason,
        now,
        now if company else None,
        to_micros(given.deadline_at) if company else None,
        None if company else now,
    )
