"""Sends that an employee must confirm, as tasks: begun when the platform took the send over.

A task is a row beside its outbox row and ends with it: sent, or dead with the reason. What it ends
with is what the platform says, never what somebody promised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import ChannelKey, GroupKey, UserId
from bot.core.messages import Outgoing
from bot.outbox.enqueue import enqueue, outgoing_of
from bot.outbox.models import OutboxRow, OutboxState, TaskEnd, TaskRow
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros


@dataclass(frozen=True, slots=True)
class Handed:
    """A send that the platform has taken over; ``reference`` asks after it."""

    row_id: int
    outgoing: Outgoing
    reference: str


@dataclass(frozen=True, slots=True)
class Task:
    """A task that has not ended. ``update_code`` changes the card that shows it, once."""

    row_id: int
    outgoing: Outgoing
    reference: str
    group_key: GroupKey
    employee: UserId
    state: TaskEnd
    deadline_at: datetime
    reminded_at: datetime | None
    opened_at: datetime
    update_code: str

    @property
    def channel(self) -> ChannelKey:
        """The channel whose send it is."""
        return self.outgoing.channel


_NEW = (
    "SELECT * FROM outbox AS o WHERE state = 'handed'"
    " AND target_kind <> 'moments'"  # followed by bot/outlets: several employees confirm it
    " AND NOT EXISTS (SELECT 1 FROM task WHERE outbox_id = o.id) ORDER BY id"
)

_OPEN = (
    "SELECT o.*, t.group_key, t.employee, t.state AS task_state, t.deadline_at, t.reminded_at,"
    " t.opened_at, coalesce((SELECT c.update_code FROM outbox AS c"
    " WHERE c.key = 'task/' || o.id || '/card'), '') AS card_code"
    " FROM task AS t JOIN outbox AS o ON o.id = t.outbox_id WHERE o.state = 'handed'"
)


def card_key(row_id: int) -> str:
    """The outbox key of the card that shows a task."""
    return f"task/{row_id}/card"


async def read_handed(store: Store) -> list[Handed]:
    """What was handed over and is no task yet."""
    return [Handed(row["id"], outgoing_of(row), row["reference"]) for row in await store.read(_NEW)]


async def read_tasks(store: Store, looked_before: datetime | None = None) -> list[Task]:
    """Tasks that have not ended; with ``looked_before`` those whose turn it is by then."""
    where, parameters = "", []
    if looked_before is not None:
        where, parameters = " AND t.look_at <= ?", [to_micros(looked_before)]
    rows = await store.read(f"{_OPEN}{where} ORDER BY o.id", parameters)
    return [
        Task(
            row_id=row["id"],
            outgoing=outgoing_of(row),
            reference=row["reference"],
            group_key=GroupKey(row["group_key"]),
            employee=UserId(row["employee"]),
            state=TaskEnd(row["task_state"]),
            deadline_at=from_micros(row["deadline_at"]),
            reminded_at=None if row["reminded_at"] is None else from_micros(row["reminded_at"]),
            opened_at=from_micros(row["opened_at"]),
            update_code=row["card_code"],
        )
        for row in rows
    ]


async def next_look(store: Store) -> datetime | None:
    """When the next task is to be looked at."""
    rows = await store.read(
        "SELECT min(t.look_at) AS at FROM task AS t JOIN outbox AS o ON o.id = t.outbox_id"
        " WHERE o.state = 'handed'"
    )
    return None if rows[0]["at"] is None else from_micros(rows[0]["at"])


async def open_task(store: Store, row: TaskRow, cards: Sequence[Outgoing], now: datetime) -> None:
    """Begin a task together with what shows it to the employee."""

    async def write() -> None:
        if not await TaskRow.filter(outbox_id=row.outbox_id).exists():  # another process was faster
            await row.save(force_create=True)
            await enqueue(cards, now=now)

    await store.transaction(write)


async def look_again(
    store: Store, task: Task, look_at: datetime, reminded_at: datetime | None
) -> None:
    """The task goes on; ask the platform at ``look_at``."""

    async def write() -> None:
        await TaskRow.filter(outbox_id=task.row_id).update(look_at=look_at, reminded_at=reminded_at)

    await store.transaction(write)


async def skip_task(store: Store, task: Task, now: datetime) -> None:
    """The employee will not send it: the platform is to be told now."""

    async def write() -> None:
        await TaskRow.filter(outbox_id=task.row_id, state=TaskEnd.OPEN).update(
            state=TaskEnd.SKIPPED, look_at=now
        )

    await store.transaction(write)


async def end_task(
    store: Store,
    task: Task,
    end: TaskEnd,
    *,
    reason: str,
    news: Sequence[Outgoing],
    now: datetime,
) -> None:
    """The task and its send are over: both rows and what is told of it, in one step."""
    state = OutboxState.SENT if end is TaskEnd.SENT else OutboxState.DEAD

    async def write() -> None:
        changed = await OutboxRow.filter(id=task.row_id, state=OutboxState.HANDED).update(
            state=state, reason=reason, ended_at=now
        )
        if changed:
            await TaskRow.filter(outbox_id=task.row_id).update(state=end, ended_at=now)
            await enqueue(news, now=now)

    await store.transaction(write)
