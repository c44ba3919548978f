"""What the publisher must know of the groups that are awake, in one query for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.ids import GroupKey
from bot.schedules.edits import READ_EDITS_OVER, Edit, edits_of
from bot.store.db import Store
from bot.store.fields import maybe_instant, to_micros
from bot.store.sql import over


@dataclass(frozen=True, slots=True)
class Reading:
    """A group as it is now.

    ``sequence`` is the number of its decisions, ``said`` how many messages its members wrote
    lately; ``edits`` are by slot key.
    """

    sequence: int
    paused_at: datetime | None
    members: int
    said: int
    edits: Mapping[str, Edit]


_READ: Final = over(
    "group_key text, since int",
    "SELECT rows.group_key AS group_key,"
    " (SELECT max(sequence) FROM slot WHERE slot.group_key = rows.group_key) AS sequence,"
    " (SELECT paused_at FROM community_group WHERE key = rows.group_key) AS paused_at,"
    " (SELECT count(*) FROM membership WHERE membership.group_key = rows.group_key"
    " AND left_at IS NULL) AS members,"
    " (SELECT count(*) FROM interaction WHERE interaction.group_key = rows.group_key"
    " AND interaction.at > rows.since AND act IN ('message', 'question', 'answered')) AS said"
    " FROM rows",
)


async def read_groups(
    store: Store, keys: Sequence[GroupKey], now: datetime, *, talk: timedelta
) -> dict[GroupKey, Reading]:
    """How the groups are at ``now``; members' messages are counted over the last ``talk``."""
    since = to_micros(now - talk)
    rows = await store.read_over(_READ, [(key, since) for key in keys])
    edits: dict[str, dict[str, Edit]] = {}
    for row in await store.read_over(READ_EDITS_OVER, [(key,) for key in keys]):
        edits.setdefault(row["group_key"], {}).update(edits_of([row]))
    return {
        GroupKey(row["group_key"]): Reading(
            sequence=row["sequence"] or 0,
            paused_at=maybe_instant(row["paused_at"]),
            members=row["members"],
            said=row["said"],
            edits=edits.get(row["group_key"], {}),
        )
        for row in rows
    }
