"""The door 活动签到: who has a seat says the word in time, once, and gets his points. Pure.

Width and case of the word do not count. A few wrong words within some minutes, and nobody listens
until the first of them is old. The points come out of the campaign's account; when that is spent he
is let in all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.campaigns.seats import (
    Closed,
    Hall,
    NotHere,
    NotOpenYet,
    NotSignedUp,
    Queued,
    SeatState,
    place_in_line,
)
from bot.core.ids import EventKey, MemberId
from bot.rewards.boosts import Purses
from bot.rewards.packets.gate import bare


@dataclass(frozen=True, slots=True)
class DoorTerms:
    """When the door is open, the word, what it pays, and how many wrong words within ``window``."""

    opens_at: datetime
    closes_at: datetime
    code: str
    points: int
    tries: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class WrongTry:
    """A wrong word; which one is not kept.

    ``left`` tries were left after it, none of them before ``paused_until``.
    """

    key: EventKey
    campaign: str
    member_id: MemberId
    at: datetime
    left: int
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """He was there and has got ``points`` of the ``promised``; ``already``: in before."""

    points: int
    promised: int
    already: bool = False


@dataclass(frozen=True, slots=True)
class WrongCode:
    """Not the word; ``left`` more tries."""

    left: int


@dataclass(frozen=True, slots=True)
class Paused:
    """Too many wrong words; it works again at ``until``."""

    until: datetime


DoorAnswer = Arrived | WrongCode | Paused | NotOpenYet | Closed | NotSignedUp | Queued | NotHere


def arrive(
    hall: Hall,
    tries: list[WrongTry],
    purses: Purses,
    *,
    member_id: MemberId,
    key: EventKey,
    at: datetime,
    word: str,
    terms: DoorTerms,
    is_here: bool,
) -> DoorAnswer:
    """Let a member in, or say why not; a wrong word is added to ``tries``.

    The event that let him in, or was wrong, gets its first answer again.
    """
    repeated = _repeat(hall, tries, key, terms)
    if repeated is not None:
        return repeated
    if not is_here:
        return NotHere()
    own = hall.of(member_id)
    if own is None:
        return NotSignedUp()
    if own.arrived_at is not None:
        return Arrived(own.points, terms.points, already=True)
    if at < terms.opens_at:
        return NotOpenYet(terms.opens_at)
    if at >= terms.closes_at:
        return Closed(terms.closes_at)
    if own.state is SeatState.WAITING:
        return Queued(place_in_line(hall, own), already=True)
    refused = _refuse_word(hall.campaign, tries, member_id, key, at=at, word=word, terms=terms)
    if refused is not None:
        return refused
    paid = terms.points > 0 and purses.take(hall.campaign, terms.points)
    points = terms.points if paid else 0
    hall.put(replace(own, arrived_at=at, arrived_key=key, points=points))
    return Arrived(points, terms.points)


def is_right(word: str, code: str) -> bool:
    """Whether ``word`` is the code; width, case and marks around it do not count."""
    return bare(word) == bare(code)


def _repeat(
    hall: Hall, tries: Sequence[WrongTry], key: EventKey, terms: DoorTerms
) -> DoorAnswer | None:
    for seat in hall.places.values():
        if seat.arrived_key == key:
            return Arrived(seat.points, terms.points)
    for wrong in tries:
        if wrong.key == key:
            return _answer(wrong)
    return None


def _refuse_word(
    campaign: str,
    tries: list[WrongTry],
    member_id: MemberId,
    key: EventKey,
    *,
    at: datetime,
    word: str,
    terms: DoorTerms,
) -> WrongCode | Paused | None:
    """Whether the word is wrong, or not listened to because too many were."""
    recent = sorted(
        wrong.at for wrong in tries if wrong.member_id == member_id and wrong.at > at - terms.window
    )
    if len(recent) >= terms.tries:
        return Paused(recent[-terms.tries] + terms.window)
    if is_right(word, terms.code):
        return None
    left = terms.tries - len(recent) - 1
    until = None if left else min([*recent, at]) + terms.window
    wrong = WrongTry(key, campaign, member_id, at, left, until)
    tries.append(wrong)
    return _answer(wrong)


def _answer(wrong: WrongTry) -> WrongCode | Paused:
    return WrongCode(wrong.left) if wrong.paused_until is None else Paused(wrong.paused_until)
