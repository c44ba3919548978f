"""The outbox lanes: leasing rows within the limits, keeping what became of them.

A row is leased in the same step that counts its attempt, so no limit is passed by two workers at
once, and a restart forgets nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.events import EventKind
from bot.core.ids import ChannelKey
from bot.core.messages import TargetKind
from bot.core.ports import Capabilities, Rate
from bot.outbox.models import OutboxState
from bot.outbox.pacing import day_end, next_step, pause_end
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, maybe_micros, to_micros
from bot.store.sql import over

_FREE: Final = """
  o.state = 'queued'
  AND NOT EXISTS (
    SELECT 1 FROM outbox AS s WHERE s.state = 'sending'
    AND s.channel = o.channel AND s.conversation = o.conversation
  )
  AND NOT EXISTS (
    SELECT 1 FROM outbox AS e WHERE e.state = 'queued' AND e.id < o.id AND e.attempts > 0
    AND e.channel = o.channel AND e.conversation = o.conversation
  )
"""
"""Messages to one chat go one after the other, and a row that waits for its next attempt holds
back later ones: a group reads its posts in order."""

DUE = f"""
SELECT * FROM (
  SELECT o.*, row_number() OVER (PARTITION BY channel, conversation ORDER BY id) AS place
  FROM outbox AS o WHERE {_FREE} AND o.due_at <= ?1 AND o.urgent = ?2
    AND NOT EXISTS (SELECT 1 FROM channel_pause AS p WHERE p.channel = o.channel AND p.until > ?1)
) AS first_of_chat WHERE place = 1
ORDER BY due_at, id LIMIT ?3
"""
"""The next row of each chat, so that a long queue of one does not hide the others."""

NEXT_DUE = f"""
SELECT min(greatest(o.due_at, coalesce(
  (SELECT p.until FROM channel_pause AS p WHERE p.channel = o.channel), 0))) AS due_at
FROM outbox AS o WHERE {_FREE}
"""

STRANDED = "SELECT * FROM outbox WHERE state = 'sending' AND attempted_at <= ?"
"""Rows whose sender has surely died: no attempt lasts that long."""

_RESULTS: Final = over(
    "row_id int, found text, attempt int, state text, errcode int, reason text, due_at int,"
    " ended_at int, uncounted int, reference text, update_code text",
    "UPDATE outbox SET state = rows.state, errcode = rows.errcode, reason = rows.reason,"
    " due_at = coalesce(rows.due_at, outbox.due_at), ended_at = rows.ended_at,"
    " attempts = outbox.attempts - rows.uncounted, reference = rows.reference,"
    " update_code = rows.update_code FROM rows WHERE outbox.id = rows.row_id"
    " AND outbox.state = rows.found AND outbox.attempts = rows.attempt",
)

_HEARD: Final = over(
    "channel text, chat_id text, kind text, at int",
    "INSERT INTO last_heard (channel, chat_id, kind, at)"
    " SELECT channel, chat_id, kind, at FROM rows WHERE true"
    " ON CONFLICT (channel, chat_id) DO UPDATE SET kind = excluded.kind, at = excluded.at"
    " WHERE excluded.at >= last_heard.at",
)

_FREED: Final = over(
    "channel text, chat_id text, at int",
    "UPDATE outbox SET due_at = rows.at, held = 0 FROM rows"
    " WHERE outbox.state = 'queued' AND outbox.held = 1"
    " AND outbox.channel = rows.channel AND outbox.conversation = rows.chat_id",
)

_TAKE: Final = (
    "UPDATE outbox SET state = 'sending', attempts = attempts + 1, attempted_at = ?"
    " WHERE id = ? AND state = 'queued' AND NOT EXISTS (SELECT 1 FROM outbox AS s"
    " WHERE s.state = 'sending' AND s.channel = ? AND s.conversation = ?)"
)

LONGEST_WINDOW: Final = timedelta(days=1)
"""Attempts that are older count for no limit."""

_NEVER: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Lease:
    """Take this row for one attempt at ``at``, if ``table`` allows it then."""

    row_id: int
    channel: ChannelKey
    conversation: str
    target_kind: TargetKind
    table: Capabilities
    at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row that was ``found`` in a state, after so many attempts.

    A row that has gone on meanwhile is left alone: another process has judged it. ``due_at`` is
    the next attempt, for rows that go on. ``counts`` is False for a refusal that is the whole
    channel's and no attempt of the row's.
    """

    row_id: int
    found: OutboxState
    attempt: int
    state: OutboxState
    at: datetime
    errcode: int = 0
    reason: str = ""
    due_at: datetime | None = None
    counts: bool = True
    reference: str = ""
    update_code: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """The channel has had enough: nothing before ``until``, or (None) as its limits say."""

    channel: ChannelKey
    at: datetime
    until: datetime | None


def lease(connection: Connection, items: Sequence[Lease]) -> list[bool]:
    """True for each row that was still waiting, may go now, and is ours.

    One that may not go yet waits until it may: its due instant says when.
    """
    return [_lease(connection, item) for item in items]


def write_results(connection: Connection, items: Sequence[Result]) -> list[None]:
    """Write down what became of each attempt."""
    connection.write(
        _RESULTS,
        [
            (
                item.row_id,
                item.found,
                item.attempt,
                item.state,
                item.errcode,
                item.reason,
                maybe_micros(item.due_at),
                None
                if item.state in (OutboxState.QUEUED, OutboxState.HANDED)
                else to_micros(item.at),
                0 if item.counts else 1,
                item.reference,
                item.update_code,
            )
            for item in items
        ],
    )
    return [None] * len(items)


def close_channels(connection: Connection, items: Sequence[Closing]) -> list[None]:
    """Keep what the platform has closed. What is closed longer stays so."""
    for item in items:
        row = connection.execute(
            "SELECT until, limit_step FROM channel_pause WHERE channel = ?", (item.channel,)
        ).fetchone()
        until, step = item.until, 0
        if row is not None and from_micros(row["until"]) > item.at:
            step = row["limit_step"]  # the answer to a call that was under way already
            until = max(until or item.at, from_micros(row["until"]))
        elif until is None:
            step = 0 if row is None else next_step(*_closed(row), item.at)
            until = pause_end(step, item.at)
        connection.execute(
            "INSERT INTO channel_pause (channel, until, limit_step) VALUES (?, ?, ?)"
            " ON CONFLICT (channel)"
            " DO UPDATE SET until = excluded.until, limit_step = excluded.limit_step",
            (item.channel, to_micros(until), step),
        )
    return [None] * len(items)


def hear(
    connection: Connection, heard: Sequence[tuple[ChannelKey, str, EventKind, datetime]]
) -> None:
    """Somebody wrote: what waited for that may be looked at again."""
    last: dict[tuple[ChannelKey, str], tuple[EventKind, datetime]] = {}
    for channel, chat, kind, at in heard:
        if (channel, chat) not in last or at >= last[channel, chat][1]:
            last[channel, chat] = (kind, at)
    connection.write(_HEARD, [(*where, kind, to_micros(at)) for where, (kind, at) in last.items()])
    connection.write(_FREED, [(*where, to_micros(at)) for where, (_, at) in last.items()])


def forget_attempts(connection: Connection, items: Sequence[datetime]) -> list[None]:
    """Attempts that no limit counts any more."""
    connection.execute(
        "DELETE FROM send_attempt WHERE at < ?", (to_micros(items[-1] - LONGEST_WINDOW),)
    )
    return [None] * len(items)


def _lease(connection: Connection, item: Lease) -> bool:
    if not _window_is_open(connection, item):
        connection.execute(
            "UPDATE outbox SET held = 1, due_at = coalesce(expires_at, ?)"
            " WHERE id = ? AND state = 'queued'",
            (to_micros(item.at + _NEVER), item.row_id),
        )
        return False
    opens = [_rate_opens(connection, item, rate) for rate in item.table.rates]
    earliest = max(opens, default=item.at)
    if earliest > item.at:
        connection.execute(
            "UPDATE outbox SET due_at = least(?, coalesce(expires_at, ?))"
            " WHERE id = ? AND state = 'queued'",
            (to_micros(earliest), to_micros(earliest), item.row_id),
        )
        return False
    return _take(connection, item)


def _take(connection: Connection, item: Lease) -> bool:
    taken = connection.execute(
        _TAKE, (to_micros(item.at), item.row_id, item.channel, item.conversation)
    )
    if not taken.rowcount:
        return False
    connection.execute(
        "INSERT INTO send_attempt (channel, conversation, target_kind, at) VALUES (?, ?, ?, ?)",
        (item.channel, item.conversation, item.target_kind, to_micros(item.at)),
    )
    return True


def _rate_opens(connection: Connection, item: Lease, rate: Rate) -> datetime:
    """The first instant at which ``rate`` allows one more: when the limit-th last one is over."""
    if rate.kinds is not None and item.target_kind not in rate.kinds:
        return item.at
    where, parameters = "channel = ?", [str(item.channel)]
    if rate.per_chat:
        where, parameters = f"{where} AND conversation = ?", [*parameters, item.conversation]
    if rate.kinds is not None:
        where += f" AND target_kind IN ({', '.join('?' * len(rate.kinds))})"
        parameters = [*parameters, *sorted(rate.kinds)]
    span = timedelta(seconds=rate.seconds)
    since = item.at - span
    if rate.daily:
        since = day_end(item.at) - timedelta(days=1, microseconds=1)
    row = connection.execute(
        f"SELECT at FROM send_attempt WHERE {where} AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?",
        (*parameters, to_micros(since), rate.limit - 1),
    ).fetchone()
    if row is None:
        return item.at
    return day_end(item.at) if rate.daily else from_micros(row["at"]) + span


def _window_is_open(connection: Connection, item: Lease) -> bool:
    """Whether the person's last act (or, in a group, anybody's first word) lets us write."""
    table = item.table
    bound = item.target_kind is TargetKind.PERSON and bool(table.windows)
    if item.target_kind is TargetKind.CALLBACK or not (bound or table.first_word):
        return True
    row = connection.execute(
        "SELECT kind, at FROM last_heard WHERE channel = ? AND chat_id = ?",
        (item.channel, item.conversation),
    ).fetchone()
    if row is None:
        return False
    if not bound:
        return True
    window = table.windows.get(EventKind(row["kind"]))
    if window is None or item.at >= from_micros(row["at"]) + timedelta(seconds=window.seconds):
        return False
    (used,) = connection.execute(
        "SELECT count(*) FROM outbox WHERE channel = ? AND conversation = ? AND attempted_at >= ?"
        " AND state IN ('sending', 'sent', 'unknown')",
        (item.channel, item.conversation, row["at"]),
    ).fetchone()
    return bool(used < window.limit)


def _closed(row: Row) -> tuple[int, datetime]:
    return row["limit_step"], from_micros(row["until"])
