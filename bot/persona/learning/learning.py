"""The open questions of one process: collected, listed, and dropped in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.persona.learning.answering import READ_ANSWERS, answer_of
from bot.persona.learning.asking import (
    Settled,
    Sweep,
    apply_asked,
    apply_digests,
    apply_settled,
    apply_sweeps,
)
from bot.persona.learning.questions import Asked, OfferedAnswer, OpenQuestion
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Lane

_LIST: Final = (
    "SELECT q.id, q.text, q.first_at, q.last_at, count(*) AS times,"
    " count(DISTINCT a.member_id) AS people FROM open_question AS q"
    " JOIN question_asked AS a ON a.question_id = q.id AND a.counts_at <= ?"
    " WHERE q.state = 'open' AND NOT EXISTS (SELECT 1 FROM learned AS l"
    "  WHERE l.question_id = q.id AND l.state = 'waiting')"
    " GROUP BY q.id, q.text, q.first_at, q.last_at"
    " ORDER BY people DESC, times DESC, q.id LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Asker:
    """A member who asked a question, and in which group."""

    member_id: MemberId
    group_key: GroupKey


class Learning:
    """Questions without an answer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: Lane[Asked, int | None] = store.lane("unanswered", apply_asked)
        self._settled: Lane[Settled, None] = store.lane("settled", apply_settled)
        self._sweeps: Lane[Sweep, None] = store.lane("question sweep", apply_sweeps)
        self._digests: Lane[tuple[date, datetime], None] = store.lane("digest", apply_digests)

    async def collect(self, asked: Asked) -> int | None:
        """Note a question that had no answer; returns its number, None where nothing is noted."""
        return await self._asked.submit(asked)

    async def settle(self, member_id: MemberId, *, key: EventKey, now: datetime) -> None:
        """The member found what he meant by a suggestion: his asking does not count.

        ``key`` is the event's by which he found it; what that event itself asks stays.
        """
        rows = await self._store.read(
            "SELECT 1 AS open FROM question_asked WHERE member_id = ? AND counts_at > ? LIMIT 1",
            [member_id, to_micros(now)],
        )
        if rows:
            await self._settled.submit(Settled(member_id, key, now))

    async def read_open(self, now: datetime, most: int) -> tuple[OpenQuestion, ...]:
        """Open questions without an answer that waits, those of most people first."""
        rows = await self._store.read(_LIST, [to_micros(now), most])
        return tuple(
            OpenQuestion(
                number=row["id"],
                text=row["text"],
                people=row["people"],
                times=row["times"],
                first_at=from_micros(row["first_at"]),
                last_at=from_micros(row["last_at"]),
            )
            for row in rows
        )

    async def read_waiting(self) -> tuple[OfferedAnswer, ...]:
        """The answers that wait for an operator, the first offered first."""
        rows = await self._store.read(f"{READ_ANSWERS} WHERE l.state = 'waiting' ORDER BY l.id")
        return tuple(answer_of(row) for row in rows)

    async def read_decided(self, key: EventKey) -> OfferedAnswer | None:
        """The answer that was decided on with an event."""
        rows = await self._store.read(f"{READ_ANSWERS} WHERE l.decided_key = ?", [key])
        return answer_of(rows[0]) if rows else None

    async def read_askers(self, number: int, since: datetime) -> tuple[Asker, ...]:
        """Who asked a question since an instant and is still in the group, each once."""
        rows = await self._store.read(
            "SELECT a.member_id, min(a.group_key) AS group_key FROM question_asked AS a"
            " JOIN membership AS s ON s.member_id = a.member_id AND s.group_key = a.group_key"
            "  AND s.left_at IS NULL"
            " WHERE a.question_id = ? AND a.at >= ? GROUP BY a.member_id ORDER BY a.member_id",
            [number, to_micros(since)],
        )
        return tuple(Asker(MemberId(row["member_id"]), GroupKey(row["group_key"])) for row in rows)

    async def read_holders(self, tags: Sequence[str], now: datetime) -> tuple[MemberId, ...]:
        """Everybody who holds one of these tags at ``now``."""
        if not tags:
            return ()
        marks = ", ".join("?" for _ in tags)
        rows = await self._store.read(
            f"SELECT DISTINCT member_id FROM member_tag WHERE tag IN ({marks})"
            " AND (expires_at IS NULL OR expires_at > ?) ORDER BY member_id",
            [*tags, to_micros(now)],
        )
        return tuple(MemberId(row["member_id"]) for row in rows)

    async def was_sent(self, week: date) -> bool:
        """Whether the weekly letter of the week from ``week`` on was sent."""
        rows = await self._store.read(
            "SELECT 1 AS sent FROM learning_digest WHERE week = ?", [week.isoformat()]
        )
        return bool(rows)

    async def mark_sent(self, week: date, now: datetime) -> None:
        """Note that the weekly letter of the week from ``week`` on was sent."""
        await self._digests.submit((week, now))

    async def sweep(self, now: datetime, dropped_before: datetime) -> None:
        """Drop what nobody asked since ``dropped_before``, forget who asked long ago."""
        await self._sweeps.submit(Sweep(now, dropped_before))
