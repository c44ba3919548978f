"""Seats 报名: a quota of places, a line of those who wait, and a word at the door. Pure.

Who comes first is seated first: a free seat goes to the head of the line before anybody new. A
member has one place in a campaign, in the line or in a seat; whoever gives it up and comes back
stands at the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.core.ids import EventKey, GroupKey, MemberId

SeatId = NewType("SeatId", int)
"""Row id of a place; who came first has the lower one."""


class SeatState(StrEnum):
    """What became of a place."""

    WAITING = "waiting"
    SEATED = "seated"
    CANCELLED = "cancelled"
    LEFT = "left"
    """Its member left the group."""


@dataclass(frozen=True, slots=True)
class SeatTerms:
    """What holds for one run of a campaign: from when to when members sign up, and for how many.

    Seats are filled up from the line until ``moves_until``, when the door closes.
    """

    opens_at: datetime
    closes_at: datetime
    quota: int
    waitlist: int
    moves_until: datetime


@dataclass(frozen=True, slots=True)
class Seat:
    """A member's place. ``number`` is his seat, from 1 within ``quota``; None while he waits.

    ``line`` is his place in the line when he signed up, 0 if there was a seat at once. Places that
    were given up keep what they were.
    """

    seat_id: SeatId
    campaign: str
    member_id: MemberId
    group_key: GroupKey
    key: EventKey
    at: datetime
    state: SeatState
    quota: int
    number: int | None
    line: int
    moved_at: datetime | None = None
    told_at: datetime | None = None
    ended_at: datetime | None = None
    ended_key: EventKey | None = None
    arrived_at: datetime | None = None
    arrived_key: EventKey | None = None
    points: int = 0

    @property
    def is_held(self) -> bool:
        """Whether the place is still his."""
        return self.state in (SeatState.WAITING, SeatState.SEATED)


@dataclass(frozen=True, slots=True)
class Seated:
    """He has seat ``number``; ``already`` when it was his before."""

    number: int
    already: bool = False


@dataclass(frozen=True, slots=True)
class Queued:
    """He is the ``place``-th in the line; ``already`` when he stood there before."""

    place: int
    already: bool = False


@dataclass(frozen=True, slots=True)
class NotOpenYet:
    """Signing up, or the door, opens at ``opens_at``."""

    opens_at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """It was over at ``closed_at``."""

    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Full:
    """All seats and the whole line are taken; a seat that is given up is nobody's to wait for."""

    quota: int


@dataclass(frozen=True, slots=True)
class NotHere:
    """He is not in the group now."""


@dataclass(frozen=True, slots=True)
class NotSignedUp:
    """He has no place."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """His place is free; ``was_seated`` tells that it was a seat."""

    was_seated: bool


SignUpAnswer = Seated | Queued | NotOpenYet | Closed | Full | NotHere
GiveUpAnswer = GivenUp | NotSignedUp | Closed


@dataclass(slots=True)
class Hall:
    """All places of one campaign while a batch is decided, in the order of arrival.

    ``changed`` collects what is to be written.
    """

    campaign: str
    places: dict[SeatId, Seat] = field(default_factory=dict)
    changed: set[SeatId] = field(default_factory=set)

    def of(self, member_id: MemberId) -> Seat | None:
        """The place that a member holds."""
        return next((seat for seat in self.held if seat.member_id == member_id), None)

    @property
    def held(self) -> list[Seat]:
        """The places that are somebody's, the first come first."""
        return [seat for _, seat in sorted(self.places.items()) if seat.is_held]

    @property
    def line(self) -> list[Seat]:
        """Who waits, the first come first."""
        return [seat for seat in self.held if seat.state is SeatState.WAITING]

    def free_number(self, quota: int) -> int | None:
        """The lowest seat that is nobody's; None when as many as the quota are somebody's."""
        taken = {seat.number for seat in self.held if seat.number is not None}
        if len(taken) >= quota:
            return None
        return next((number for number in range(1, quota + 1) if number not in taken), None)

    def put(self, seat: Seat) -> Seat:
        """Let a place stand so from now on."""
        self.places[seat.seat_id] = seat
        self.changed.add(seat.seat_id)
        return seat


def sign_up(
    hall: Hall,
    *,
    seat_id: SeatId,
    member_id: MemberId,
    group_key: GroupKey,
    key: EventKey,
    at: datetime,
    terms: SeatTerms,
    is_here: bool,
) -> SignUpAnswer:
    """Give a member a seat, or a place in the line; ``seat_id`` is his if he gets one.

    The event that signed him up gets its first answer again.
    """
    known = next((seat for seat in hall.places.values() if seat.key == key), None)
    if known is not None:
        return Queued(known.line) if known.line else Seated(_number(known))
    if not is_here:
        return NotHere()
    fill_up(hall, terms, at)
    own = hall.of(member_id)
    if own is not None:
        return standing(hall, own)
    if at < terms.opens_at:
        return NotOpenYet(terms.opens_at)
    if at >= terms.closes_at:
        return Closed(terms.closes_at)
    number = hall.free_number(terms.quota)
    line = 0 if number is not None else len(hall.line) + 1
    if line > terms.waitlist:
        return Full(terms.quota)
    hall.put(
        Seat(
            seat_id=seat_id,
            campaign=hall.campaign,
            member_id=member_id,
            group_key=group_key,
            key=key,
            at=at,
            state=SeatState.WAITING if number is None else SeatState.SEATED,
            quota=terms.quota,
            number=number,
            line=line,
        )
    )
    return Queued(line) if number is None else Seated(number)


def standing(hall: Hall, own: Seat) -> Seated | Queued:
    """How a place that is held stands now."""
    if own.state is SeatState.SEATED:
        return Seated(_number(own), already=True)
    return Queued(place_in_line(hall, own), already=True)


def place_in_line(hall: Hall, own: Seat) -> int:
    """The place of someone who waits, from 1."""
    return 1 + hall.line.index(own)


def give_up(
    hall: Hall, *, member_id: MemberId, key: EventKey, at: datetime, terms: SeatTerms
) -> GiveUpAnswer:
    """Free a member's place, and let the line move up. The same event gets its first answer."""
    known = next((seat for seat in hall.places.values() if seat.ended_key == key), None)
    if known is not None:
        return GivenUp(known.number is not None)
    own = hall.of(member_id)
    if own is None:
        return NotSignedUp()
    if at >= terms.moves_until or own.arrived_at is not None:
        return Closed(terms.moves_until)
    hall.put(replace(own, state=SeatState.CANCELLED, ended_at=at, ended_key=key))
    fill_up(hall, terms, at)
    return GivenUp(own.number is not None)


def free_absent(
    hall: Hall, absent: Iterable[SeatId], *, at: datetime, terms: SeatTerms | None
) -> None:
    """Free the places of those who have left; without ``terms`` the campaign moves nobody up.

    Who was at the door already keeps his seat: what happened, happened.
    """
    for seat_id in absent:
        seat = hall.places[seat_id]
        if seat.is_held and seat.arrived_at is None:
            hall.put(replace(seat, state=SeatState.LEFT, ended_at=at))
    if terms is not None:
        fill_up(hall, terms, at)


def fill_up(hall: Hall, terms: SeatTerms, at: datetime) -> Sequence[Seat]:
    """Give free seats to the head of the line; who moved up is told by the clock."""
    moved: list[Seat] = []
    if at >= terms.moves_until:
        return moved
    for waiting in hall.line:
        number = hall.free_number(terms.quota)
        if number is None:
            break
        moved.append(
            hall.put(
                replace(
                    waiting,
                    state=SeatState.SEATED,
                    quota=terms.quota,
                    number=number,
                    moved_at=at,
                )
            )
        )
    return moved


def _number(seat: Seat) -> int:
    assert seat.number is not None, "who is seated has a number"
    return seat.number
