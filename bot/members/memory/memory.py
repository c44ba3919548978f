"""The memory of one process: what is remembered of a member, until he or time takes it back."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import EventKey, MemberId
from bot.members.memory.facts import Statement
from bot.members.memory.lane import Forget, apply_forgets, apply_sweeps, statement_of
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Lane


@dataclass(frozen=True, slots=True)
class Remembered:
    """A fact with the number by which its member names it."""

    place: int
    statement: Statement


class Memory:
    """Reads and deletes; statements are written with the end of their event."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._forgets: Lane[Forget, tuple[str, ...]] = store.lane("forget", apply_forgets)
        self._sweeps: Lane[datetime, None] = store.lane("memory sweep", apply_sweeps)

    async def read(self, member_id: MemberId, now: datetime) -> tuple[Remembered, ...]:
        """What is remembered of a member, in the order of the numbers."""
        rows = await self._store.read(
            "SELECT f.* FROM memory_fact AS f"
            " JOIN member AS m ON m.id = f.member_id AND m.impersonal_since IS NULL"
            " WHERE f.member_id = ? AND f.expires_at > ? ORDER BY f.place",
            [member_id, to_micros(now)],
        )
        return tuple(Remembered(row["place"], statement_of(row)) for row in rows)

    async def forget(
        self, member_id: MemberId, *, key: EventKey, at: datetime, place: int | None = None
    ) -> tuple[str, ...]:
        """Delete the fact at ``place``, or with None all; returns the types of what was deleted.

        ``key`` is the event's: the same again gets the same answer and deletes nothing more.
        """
        return await self._forgets.submit(Forget(member_id, key, at, place))

    async def next_end(self) -> datetime | None:
        """When the next fact has been kept for long enough."""
        rows = await self._store.read("SELECT min(expires_at) AS first FROM memory_fact")
        first = rows[0]["first"]
        return None if first is None else from_micros(first)

    async def sweep(self, now: datetime) -> None:
        """Delete what has been kept for long enough."""
        await self._sweeps.submit(now)
