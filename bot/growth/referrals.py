"""Invites: who brought whom, when it counts, and when it is taken back.

A newcomer enters a code; the referral waits until he stayed and acted; then both sides are paid
in the same transaction in which it is settled. Leaving early takes it back. There is one inviter
for each person, and being new is judged on stays that are never deleted.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.core.text import normalise

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters of codes; without 0 O 1 I L, which people confuse."""

CODE_LENGTH = 6

_LETTER = f"[{CODE_LETTERS}]"
_CODE = re.compile(rf"(?<![0-9A-Z]){_LETTER}(?:[\s-]?{_LETTER}){{{CODE_LENGTH - 1}}}(?![0-9A-Z])")

HELD_HOURS = 72
"""A referral that was held and not released by a person within so many hours is not paid."""

INACTIVE_DAYS = 7
"""A friend who never acted within so many days after entering the code does not count."""


class ReferralState(StrEnum):
    """pending → settled; the exits are rejected and reversed; held waits for a person."""

    PENDING = "pending"
    HELD = "held"
    SETTLED = "settled"
    REJECTED = "rejected"
    REVERSED = "reversed"


class Rejection(StrEnum):
    """Why a code does not count for somebody; the names end the templates' names."""

    UNKNOWN_CODE = "unknown_code"
    SELF = "self"
    STAFF = "staff"
    NOT_NEW = "not_new"
    LATE = "late"
    INVITER_GONE = "inviter_gone"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """A newcomer typed a code. ``staff`` is True for owners and operators."""

    event_key: EventKey
    friend_id: MemberId
    staff: bool
    group_key: GroupKey
    code: str
    now: datetime
    code_minutes: int
    qualify_hours: int
    hold_joins_a_minute: int
    hold_joins_an_hour: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The code counts; ``held`` when a person must look at it first."""

    inviter_id: MemberId
    held: bool


@dataclass(frozen=True, slots=True)
class Again:
    """This person has an inviter already."""

    inviter_id: MemberId


@dataclass(frozen=True, slots=True)
class Rejected:
    """The code does not count."""

    reason: Rejection


EntryVerdict = Accepted | Again | Rejected


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What the database knows about a code entry, for the decision.

    ``own_inviter_id`` is the inviter that the friend has already; ``replayed`` tells that this
    same event made that referral. ``joined_at`` is None when he is not in the group or was there
    before the bot. ``stays`` counts all his stays in any group. ``ancestors`` are the inviter, his
    inviter and so on. The counts are of entries with this code.
    """

    own_inviter_id: MemberId | None
    replayed: bool
    held: bool
    inviter_id: MemberId | None
    inviter_present: bool
    joined_at: datetime | None
    stays: int
    ancestors: frozenset[MemberId]
    entries_last_minute: int
    entries_last_hour: int


def judge_entry(entry: CodeEntry, facts: EntryFacts) -> EntryVerdict:
    """Whether the code counts. Pure; the order of the checks is the order of the answers."""
    if facts.own_inviter_id is not None:
        if facts.replayed:
            return Accepted(facts.own_inviter_id, facts.held)
        return Again(facts.own_inviter_id)
    if facts.inviter_id is None:
        return Rejected(Rejection.UNKNOWN_CODE)
    rejection = _rejection(entry, facts, facts.inviter_id)
    if rejection is not None:
        return Rejected(rejection)
    held = (
        facts.entries_last_minute >= entry.hold_joins_a_minute
        or facts.entries_last_hour >= entry.hold_joins_an_hour
    )
    return Accepted(facts.inviter_id, held)


def _rejection(entry: CodeEntry, facts: EntryFacts, inviter_id: MemberId) -> Rejection | None:
    """The first reason against, in the order in which it is best explained."""
    joined_at = facts.joined_at
    is_new = joined_at is not None and facts.stays == 1
    limit = timedelta(minutes=entry.code_minutes)
    reasons = (
        (inviter_id == entry.friend_id, Rejection.SELF),
        (entry.staff, Rejection.STAFF),
        (not is_new, Rejection.NOT_NEW),
        (joined_at is not None and entry.now - joined_at > limit, Rejection.LATE),
        (not facts.inviter_present, Rejection.INVITER_GONE),
        (entry.friend_id in facts.ancestors, Rejection.LOOP),
    )
    return next((reason for applies, reason in reasons if applies), None)


@dataclass(frozen=True, slots=True)
class Due:
    """A referral whose waiting time is over, with what decides about it."""

    referral_id: int
    friend_id: MemberId
    inviter_id: MemberId
    entered_at: datetime
    friend_acted: bool
    inviter_settled_today: int
    inviter_settled_this_month: int


class Ending(StrEnum):
    """What happens with a due referral."""

    SETTLE = "settle"
    WAIT = "wait"
    """He has not acted yet."""
    POSTPONE = "postpone"
    """The inviter's cap is reached; it is looked at again when the day has turned."""
    REJECT = "reject"


def judge_due(due: Due, *, now: datetime, most_a_day: int, most_a_month: int) -> Ending:
    """What to do with a referral whose friend stayed long enough. Pure."""
    if not due.friend_acted:
        idle = (now - due.entered_at).total_seconds() / 86_400
        return Ending.REJECT if idle >= INACTIVE_DAYS else Ending.WAIT
    if due.inviter_settled_today >= most_a_day or due.inviter_settled_this_month >= most_a_month:
        return Ending.POSTPONE
    return Ending.SETTLE


class News(StrEnum):
    """What the two people of a referral have still to be told."""

    SETTLED = "settled"
    CAPPED = "capped"
    REVERSED = "reversed"
    INACTIVE = "inactive"
    UNREVIEWED = "unreviewed"


@dataclass(frozen=True, slots=True)
class Progress:
    """An inviter's referrals: how many wait, how many were paid."""

    pending: int
    settled: int


def draw_code(rng: random.Random) -> str:
    """A fresh code, about 29 bits; uniqueness is the table's."""
    return "".join(rng.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def read_code(words: str) -> str:
    """The code in what a member typed, in capitals; empty when there is none.

    Full-width letters, lower case and a gap within the code are understood.
    """
    found = _CODE.search(normalise(words).upper())
    return re.sub(r"[\s-]", "", found[0]) if found else ""


def progress_of(states: Sequence[tuple[str, int]]) -> Progress:
    """Progress from counts by state; what is held also waits."""
    counts = dict(states)
    return Progress(
        pending=counts.get("pending", 0) + counts.get("held", 0), settled=counts.get("settled", 0)
    )
