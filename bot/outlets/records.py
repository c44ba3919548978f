"""What was decided about Moments so far, read from the database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.core.ids import UserId
from bot.outbox.models import OutboxState
from bot.outlets.moments import Past
from bot.outlets.states import NOT_SHOWN, MomentState
from bot.store.connection import Connection, Row
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros

OUTLET: Final = "moments"
"""The name of this outlet in outlet_start."""

_PAST: Final = (
    "SELECT on_date, item, pillar, sells, company FROM moment"
    f" WHERE state NOT IN {tuple(map(str, NOT_SHOWN))} ORDER BY due_at, sequence"
)

_HEAD: Final = (
    "SELECT coalesce(max(sequence), 0) AS sequence, max(due_at) AS decided_until,"
    " (SELECT started_at FROM outlet_start WHERE outlet = ?) AS started_at FROM moment"
)

_BETWEEN: Final = "SELECT * FROM moment WHERE on_date BETWEEN ? AND ? ORDER BY due_at, key"

_UNDER_WAY: Final = (
    "SELECT m.*, o.id AS row_id, o.state AS send_state, o.reason AS send_reason,"
    " o.reference AS job, o.channel AS channel, o.attempted_at AS attempted_at"
    " FROM moment AS m JOIN outbox AS o ON o.key = 'moment/' || m.key WHERE m.look_at <= ?"
    " ORDER BY m.look_at, m.key"
)


@dataclass(frozen=True, slots=True)
class History:
    """What happened so far. ``since`` is None when the outlet was never planned.

    ``sequence`` is the number of decisions.
    """

    past: tuple[Past, ...] = ()
    since: datetime | None = None
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """A decided time of the plan. ``look_at`` is when it is looked after next."""

    key: str
    due_at: datetime
    on: date
    state: MomentState
    item: str
    title: str
    pillar: str
    text: str
    pictures: tuple[str, ...]
    employees: tuple[UserId, ...]
    company: bool
    reason: str
    moment_id: str
    look_at: datetime | None
    deadline_at: datetime | None
    shown_at: datetime | None
    published: int
    likes: int | None
    comments: int | None


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A moment that is looked after, with its send.

    ``job`` is what the platform called it, ``attempted_at`` when it was asked for.
    """

    moment: Moment
    row_id: int
    channel: str
    send_state: OutboxState
    send_reason: str
    job: str
    attempted_at: datetime | None


def outbox_key(key: str) -> str:
    """The key of the send of a draft."""
    return f"moment/{key}"


async def read_history(store: Store) -> History:
    """Everything that the next decision depends on besides the settings.

    The number is read first: a decision made meanwhile takes the next one, so whoever builds on
    the older one is refused when he writes.
    """
    head = await store.read(_HEAD, [OUTLET])
    return _history(head, await store.read(_PAST))


def read_history_from(connection: Connection) -> History:
    """The same for commands."""
    head = connection.execute(_HEAD, (OUTLET,)).fetchall()
    return _history(head, connection.execute(_PAST).fetchall())


async def read_between(store: Store, first: date, last: date) -> list[Moment]:
    """What was decided for the days from ``first`` to ``last``."""
    rows = await store.read(_BETWEEN, [first.isoformat(), last.isoformat()])
    return [moment_of(row) for row in rows]


async def read_under_way(store: Store, now: datetime) -> list[UnderWay]:
    """The moments whose turn it is to be looked after."""
    return [
        UnderWay(
            moment=moment_of(row),
            row_id=row["row_id"],
            channel=row["channel"],
            send_state=OutboxState(row["send_state"]),
            send_reason=row["send_reason"],
            job=row["job"],
            attempted_at=_maybe(row["attempted_at"]),
        )
        for row in await store.read(_UNDER_WAY, [to_micros(now)])
    ]


async def next_look(store: Store) -> datetime | None:
    """When the next moment is to be looked after."""
    rows = await store.read("SELECT min(look_at) AS at FROM moment")
    return _maybe(rows[0]["at"])


def moment_of(row: Row) -> Moment:
    """A row of the table."""
    return Moment(
        key=row["key"],
        due_at=from_micros(row["due_at"]),
        on=date.fromisoformat(row["on_date"]),
        state=MomentState(row["state"]),
        item=row["item"],
        title=row["title"],
        pillar=row["pillar"],
        text=row["text"],
        pictures=tuple(json.loads(row["pictures"])),
        employees=tuple(map(UserId, json.loads(row["employees"]))),
        company=bool(row["company"]),
        reason=row["reason"],
        moment_id=row["moment_id"],
        look_at=_maybe(row["look_at"]),
        deadline_at=_maybe(row["deadline_at"]),
        shown_at=_maybe(row["shown_at"]),
        published=row["published"],
        likes=row["likes"],
        comments=row["comments"],
    )


def _history(head: Sequence[Row], rows: Sequence[Row]) -> History:
    started, decided = head[0]["started_at"], head[0]["decided_until"]
    instants = [instant for instant in (started, decided) if instant is not None]
    return History(
        past=tuple(
            Past(
                date.fromisoformat(row["on_date"]),
                row["item"],
                row["pillar"],
                bool(row["sells"]),
                bool(row["company"]),
            )
            for row in rows
        ),
        since=from_micros(max(instants)) if instants else None,
        sequence=head[0]["sequence"],
    )


def _maybe(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
