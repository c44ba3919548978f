"""Who may ask the model once more: decided from what is written, before it is asked.

A turn is counted under its event's key. The same event again gets the end that it had, and goes on
with the same turn when it had none.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.settings.schema.model import ModelLimits

MUTE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """A wish to ask. ``tokens`` is what the turn may take at most, counted until it has ended.

    Nobody waits for the answer after ``lease_until``.
    """

    key: EventKey
    member_id: MemberId
    group_key: GroupKey
    conversation: str
    on_date: date
    at: datetime
    lease_until: datetime
    tokens: int
    limits: ModelLimits
    prompt_digest: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as it is written. ``lease_until`` is None once it has ended."""

    key: EventKey
    state: str
    verdict: str
    reply: str
    lease_until: datetime | None


@dataclass(frozen=True, slots=True)
class Granted:
    """The model may be asked; ``again`` when an earlier request for the same turn got lost."""

    again: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """The turn had ended before."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Spent:
    """A budget is used up; ``whose`` is member, group or house."""

    whose: str


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Another question of the conversation waits for its answer."""


@dataclass(frozen=True, slots=True)
class MutedUntil:
    """The model does not hear the member."""

    until: datetime


Grant = Granted | Replayed | Spent | UnderWay | MutedUntil


@dataclass(slots=True)
class TurnBook:
    """What a batch of decisions needs to know; it moves with each of them."""

    turns: dict[EventKey, Turn] = field(default_factory=dict)
    of_member: dict[tuple[MemberId, date], int] = field(default_factory=dict)
    of_group: dict[tuple[GroupKey, date], int] = field(default_factory=dict)
    tokens: dict[date, int] = field(default_factory=dict)
    under_way: dict[str, tuple[EventKey, datetime]] = field(default_factory=dict)
    """By conversation: the turn that is asked, and until when somebody waits for it."""
    mutes: dict[MemberId, datetime] = field(default_factory=dict)


def decide_turn(book: TurnBook, request: TurnRequest) -> Grant:
    """Whether the model may be asked; a grant is entered into ``book``."""
    written = book.turns.get(request.key)
    if written is not None and written.lease_until is None:
        return Replayed(written)
    muted = book.mutes.get(request.member_id)
    if muted is not None and request.at < muted:
        return MutedUntil(muted)
    other = book.under_way.get(request.conversation)
    if other is not None and other[0] != request.key and request.at < other[1]:
        return UnderWay()
    mine, ours = (request.member_id, request.on_date), (request.group_key, request.on_date)
    limits, again = request.limits, written is not None
    if not again and book.of_member.get(mine, 0) >= limits.member_turns_a_day:
        return Spent("member")
    if not again and book.of_group.get(ours, 0) >= limits.group_turns_a_day:
        return Spent("group")
    if book.tokens.get(request.on_date, 0) + request.tokens > limits.tokens_a_day:
        return Spent("house")
    if not again:
        book.of_member[mine] = book.of_member.get(mine, 0) + 1
        book.of_group[ours] = book.of_group.get(ours, 0) + 1
    book.tokens[request.on_date] = book.tokens.get(request.on_date, 0) + request.tokens
    book.under_way[request.conversation] = (request.key, request.lease_until)
    book.turns[request.key] = Turn(request.key, "asked", "", "", request.lease_until)
    return Granted(again)


@dataclass(frozen=True, slots=True)
class Strike:
    """An attack to be written down; the member is muted with the ``most``-th of his day."""

    key: EventKey
    member_id: MemberId
    group_key: GroupKey
    conversation: str
    on_date: date
    at: datetime
    most: int
    kinds: str


@dataclass(frozen=True, slots=True)
class Struck:
    """``until`` when the member is heard again, if this attack was one too many."""

    until: datetime | None


def decide_strike(before: int, strike: Strike, muted: datetime | None) -> Struck:
    """What follows from an attack after ``before`` others of the same day.

    Who is muted already stays so until then; the operators are told once.
    """
    if before + 1 < strike.most or (muted is not None and strike.at < muted):
        return Struck(None)
    return Struck(strike.at + MUTE)
