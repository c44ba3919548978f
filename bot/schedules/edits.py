"""What is settled about slots that are still to come: by people, or by the clock.

A person may put another item in, keep the one that is planned, skip the slot, write the post
himself, or approve it. The clock locks a slot shortly before its time, and postpones it while
members talk. All of it is kept until the slot is decided, and every change makes a new version of
it: a decision that was made on an older one is not taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from pydantic import TypeAdapter

from bot.core.ids import GroupKey
from bot.schedules.mix import Choice
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.front_matter import ContentFront
from bot.settings.settings import ContentItem
from bot.store.connection import Connection, Row
from bot.store.db import Store
from bot.store.fields import maybe_instant, maybe_micros, to_micros
from bot.store.lane import Lane
from bot.store.sql import over

HAND_PREFIX: Final = "hand/"
"""What the key of a post in somebody's own words begins with; the slot's key follows."""


@dataclass(frozen=True, slots=True)
class Written:
    """A post that somebody wrote for a slot; it counts as ``pillar`` and ``kind`` in the mix."""

    title: str
    text: str
    pillar: Pillar
    kind: Kind

    def as_item(self, slot_key: str) -> ContentItem:
        """The post as an item of the library."""
        front = ContentFront(title=self.title, pillar=self.pillar, kind=self.kind)
        return ContentItem(f"{HAND_PREFIX}{slot_key}", front, self.text)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is settled about one slot so far. ``version`` is 0 when nothing is.

    ``item`` is wished by ``edited_by``, or held because somebody approves it or is asked to;
    ``is_pinned`` when it was planned anyway. ``asked`` is the digest of the post about which people
    were asked last, ``approved`` of the one to which ``approved_by`` said yes. ``locked`` is the
    post whole: files that change afterwards do not change it.
    """

    key: str = ""
    version: int = 0
    item: str = ""
    is_pinned: bool = False
    written: Written | None = None
    is_skipped: bool = False
    edited_by: str = ""
    edited_at: datetime | None = None
    asked: str = ""
    asked_at: datetime | None = None
    approved: str = ""
    approved_by: str = ""
    approved_at: datetime | None = None
    locked: Choice | None = None
    locked_at: datetime | None = None
    delayed_until: datetime | None = None
    delays: int = 0


NOTHING_SETTLED: Final = Edit()


class EditKind(StrEnum):
    """What a person wants with a slot."""

    SWAP = "swap"
    PIN = "pin"
    SKIP = "skip"
    WRITE = "write"
    RESTORE = "restore"
    """Back to what the mix chooses."""

    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class EditWish:
    """A wish for the slot ``key`` that is due at ``due_at`` and locked from ``locks_at`` on.

    ``item`` for swap and pin, and for approve what is held by the yes; ``written`` for write;
    ``approved`` (a digest) for approve, and for the others when whoever wishes may approve as well.
    """

    kind: EditKind
    key: str
    group_key: GroupKey
    due_at: datetime
    locks_at: datetime
    by: str
    at: datetime
    item: str = ""
    written: Written | None = None
    approved: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """The wish is settled."""

    edit: Edit


class TooLate(StrEnum):
    """Why a slot cannot be changed any more."""

    LOCKED = "locked"
    """Shortly before its time it can only be skipped."""

    DECIDED = "decided"


class Edits:
    """Wishes of people about slots to come."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lane: Lane[EditWish, Edited | TooLate] = store.lane("edits", apply_edits)

    async def settle(self, wish: EditWish) -> Edited | TooLate:
        """Write ``wish`` down, unless it comes too late. The last word counts."""
        return await self._lane.submit(wish)

    async def of_group(self, group_key: GroupKey) -> Mapping[str, Edit]:
        """Everything that is settled about the group's slots to come, by slot key."""
        return edits_of(await self._store.read(READ_EDITS, [group_key]))


def digest_of(text: str) -> str:
    """What an approval is bound to."""
    return sha256(text.encode()).hexdigest()[:32]


_WRITTEN: Final = TypeAdapter(Written)
_LOCKED: Final = TypeAdapter(Choice)

READ_EDITS: Final = "SELECT * FROM slot_plan WHERE group_key = ?"

READ_EDITS_OVER: Final = over(
    "group_key text",
    "SELECT slot_plan.* FROM rows CROSS JOIN slot_plan ON slot_plan.group_key = rows.group_key",
)

_READ_KEYS: Final = over(
    "key text", "SELECT slot_plan.* FROM rows CROSS JOIN slot_plan ON slot_plan.key = rows.key"
)

_DECIDED: Final = over(
    "key text", "SELECT slot.key FROM rows CROSS JOIN slot ON slot.key = rows.key"
)

_COLUMNS: Final = (
    "version, item, pinned, written, skipped, edited_by, edited_at, asked, asked_at, approved,"
    " approved_by, approved_at, locked, locked_at, delayed_until, delays"
)

_SAVE: Final = over(
    "key text, group_key text, due_at int, version int, item text, pinned int, written text,"
    " skipped int, edited_by text, edited_at int, asked text, asked_at int, approved text,"
    " approved_by text, approved_at int, locked text, locked_at int, delayed_until int, delays int",
    f"INSERT INTO slot_plan (key, group_key, due_at, {_COLUMNS})"
    f" SELECT key, group_key, due_at, {_COLUMNS} FROM rows WHERE true"
    " ON CONFLICT (key) DO UPDATE SET "
    + ", ".join(f"{name.strip()} = excluded.{name.strip()}" for name in _COLUMNS.split(",")),
)


def edits_of(rows: Sequence[Row]) -> dict[str, Edit]:
    """The edits in rows of slot_plan, by slot key."""
    return {row["key"]: _edit(row) for row in rows}


def load_edits(connection: Connection, keys: Sequence[str]) -> dict[str, Edit]:
    """What is settled about these slots, inside a lane."""
    return edits_of(connection.read(_READ_KEYS, [(key,) for key in keys]))


def decided_among(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Which of these slots are decided, inside a lane."""
    return {row["key"] for row in connection.read(_DECIDED, [(key,) for key in keys])}


def save_edits(connection: Connection, edits: Sequence[tuple[GroupKey, datetime, Edit]]) -> None:
    """Write edits, each with its group and when its slot is due, inside a lane."""
    connection.write(_SAVE, [_values(*one) for one in edits])


def apply_edits(connection: Connection, items: Sequence[EditWish]) -> list[Edited | TooLate]:
    """The edits lane."""
    keys = list(dict.fromkeys(wish.key for wish in items))
    known = load_edits(connection, keys)
    decided = decided_among(connection, keys)
    changed: dict[str, tuple[GroupKey, datetime, Edit]] = {}
    verdicts: list[Edited | TooLate] = []
    for wish in items:
        edit = known.get(wish.key, replace(NOTHING_SETTLED, key=wish.key))
        late = _too_late(wish, edit, decided)
        if late is not None:
            verdicts.append(late)
            continue
        edit = after(edit, wish)
        known[wish.key] = edit
        changed[wish.key] = (wish.group_key, wish.due_at, edit)
        verdicts.append(Edited(edit))
    save_edits(connection, list(changed.values()))
    return verdicts


def _too_late(wish: EditWish, edit: Edit, decided: set[str]) -> TooLate | None:
    if wish.key in decided:
        return TooLate.DECIDED
    return TooLate.LOCKED if comes_after_lock(wish, edit) else None


def comes_after_lock(wish: EditWish, edit: Edit) -> bool:
    """Whether the slot is locked, and the wish is neither to skip it nor to approve it."""
    is_locked = edit.locked is not None or wish.at >= wish.locks_at
    return is_locked and wish.kind not in (EditKind.SKIP, EditKind.APPROVE)


def after(edit: Edit, wish: EditWish) -> Edit:
    """``edit`` with what the wish changes.

    An approval is bound to its post and may stay whatever is put there; a 跳过 takes it back.
    """
    edit = replace(edit, version=edit.version + 1)
    if wish.approved:
        edit = replace(edit, approved=wish.approved, approved_by=wish.by, approved_at=wish.at)
    elif wish.kind is EditKind.SKIP:
        edit = replace(edit, approved="", approved_by="", approved_at=None)
    if wish.kind is EditKind.APPROVE:
        return replace(edit, item=edit.item or wish.item)
    is_settled = wish.kind is not EditKind.RESTORE
    return replace(
        edit,
        item=wish.item,
        is_pinned=wish.kind is EditKind.PIN,
        written=wish.written,
        is_skipped=wish.kind is EditKind.SKIP,
        edited_by=wish.by if is_settled else "",
        edited_at=wish.at if is_settled else None,
    )


def _values(group_key: GroupKey, due_at: datetime, edit: Edit) -> tuple[str | int | None, ...]:
    return (
        edit.key,
        group_key,
        to_micros(due_at),
        edit.version,
        edit.item,
        int(edit.is_pinned),
        "" if edit.written is None else _WRITTEN.dump_json(edit.written).decode(),
        int(edit.is_skipped),
        edit.edited_by,
        maybe_micros(edit.edited_at),
        edit.asked,
        maybe_micros(edit.asked_at),
        edit.approved,
        edit.approved_by,
        maybe_micros(edit.approved_at),
        "" if edit.locked is None else _LOCKED.dump_json(edit.locked).decode(),
        maybe_micros(edit.locked_at),
        maybe_micros(edit.delayed_until),
        edit.delays,
    )


def _edit(row: Row) -> Edit:
    return Edit(
        key=row["key"],
        version=row["version"],
        item=row["item"],
        is_pinned=bool(row["pinned"]),
        written=_WRITTEN.validate_json(row["written"]) if row["written"] else None,
        is_skipped=bool(row["skipped"]),
        edited_by=row["edited_by"],
        edited_at=maybe_instant(row["edited_at"]),
        asked=row["asked"],
        asked_at=maybe_instant(row["asked_at"]),
        approved=row["approved"],
        approved_by=row["approved_by"],
        approved_at=maybe_instant(row["approved_at"]),
        locked=_LOCKED.validate_json(row["locked"]) if row["locked"] else None,
        locked_at=maybe_instant(row["locked_at"]),
        delayed_until=maybe_instant(row["delayed_until"]),
        delays=row["delays"],
    )
