"""The lane of seats: who signs up, gives up, leaves and arrives, in the order of the words.

The points of an arrival are written with it; that somebody moved up is told by the clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from bot.campaigns.door import Arrived, DoorAnswer, DoorTerms, WrongTry, arrive
from bot.campaigns.seat_rows import (
    last_seat_id,
    load_halls,
    load_present,
    load_tries,
    write_halls,
    write_tries,
)
from bot.campaigns.seats import (
    GiveUpAnswer,
    Hall,
    SeatId,
    SeatTerms,
    SignUpAnswer,
    free_absent,
    give_up,
    sign_up,
)
from bot.core.ids import EventKey, GroupKey, MemberId
from bot.rewards.boosts import Purses, load_purses
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True)
class SignUp:
    """A member of ``group_key`` wants a seat in a run of a campaign."""

    key: EventKey
    campaign: str
    member_id: MemberId
    group_key: GroupKey
    at: datetime
    terms: SeatTerms


@dataclass(frozen=True, slots=True)
class GiveUp:
    """A member gives his place back."""

    key: EventKey
    campaign: str
    member_id: MemberId
    at: datetime
    terms: SeatTerms


@dataclass(frozen=True, slots=True)
class Arrival:
    """A member says the word at the door; points that he gets may be used until ``expires_on``."""

    key: EventKey
    campaign: str
    member_id: MemberId
    group_key: GroupKey
    at: datetime
    word: str
    terms: DoorTerms
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """Free the places of those who have left their group, and fill seats from the line.

    ``terms`` is None for a campaign that is over.
    """

    campaign: str
    at: datetime
    terms: SeatTerms | None


@dataclass(frozen=True, slots=True)
class Told:
    """Those who moved up were told at ``at``; the first note stays."""

    campaign: str
    seat_ids: tuple[SeatId, ...]
    at: datetime


Wish = SignUp | GiveUp | Arrival | Sweep | Told
Answer = SignUpAnswer | GiveUpAnswer | DoorAnswer | None


class _Desk:
    """What a batch is about, while it is worked on."""

    def __init__(self, connection: Connection, wishes: Sequence[Wish]) -> None:
        arrivals = [wish for wish in wishes if isinstance(wish, Arrival)]
        self.halls = load_halls(connection, [wish.campaign for wish in wishes])
        self.tries = load_tries(
            connection, [(wish.campaign, wish.at - wish.terms.window) for wish in arrivals]
        )
        self.known_tries = {wrong.key for tries in self.tries.values() for wrong in tries}
        self.purses: Purses = load_purses(connection, {wish.campaign for wish in arrivals})
        self.here = load_present(connection, _whereabouts(self.halls, wishes))
        self.last_id = last_seat_id(connection)
        self.payments: list[tuple[Transfer]] = []

    def new_tries(self) -> list[WrongTry]:
        """Wrong words that are not in the database yet."""
        found = [wrong for tries in self.tries.values() for wrong in tries]
        return [wrong for wrong in found if wrong.key not in self.known_tries]


def apply_seats(connection: Connection, wishes: Sequence[Wish]) -> list[Answer]:
    """The lane of seats."""
    desk = _Desk(connection, wishes)
    answers = [_apply(desk, wish) for wish in wishes]
    write_halls(connection, desk.halls.values())
    write_tries(connection, desk.new_tries())
    post_all(connection, desk.payments)
    return answers


def _whereabouts(halls: dict[str, Hall], wishes: Sequence[Wish]) -> list[tuple[GroupKey, MemberId]]:
    """Members about whom it matters whether they are in their group."""
    coming = [
        (wish.group_key, wish.member_id) for wish in wishes if isinstance(wish, SignUp | Arrival)
    ]
    swept = {wish.campaign for wish in wishes if isinstance(wish, Sweep)}
    staying = [
        (seat.group_key, seat.member_id) for campaign in swept for seat in halls[campaign].held
    ]
    return coming + staying


def _apply(desk: _Desk, wish: Wish) -> Answer:
    hall = desk.halls[wish.campaign]
    match wish:
        case SignUp():
            return _sign_up(desk, hall, wish)
        case GiveUp():
            return give_up(
                hall, member_id=wish.member_id, key=wish.key, at=wish.at, terms=wish.terms
            )
        case Arrival():
            return _arrive(desk, hall, wish)
        case Sweep():
            absent = [
                seat.seat_id
                for seat in hall.held
                if (seat.group_key, seat.member_id) not in desk.here
            ]
            free_absent(hall, absent, at=wish.at, terms=wish.terms)
            return None
        case Told():
            for seat_id in wish.seat_ids:
                seat = hall.places[seat_id]
                if seat.told_at is None:
                    hall.put(replace(seat, told_at=wish.at))
            return None
    assert_never(wish)


def _sign_up(desk: _Desk, hall: Hall, wish: SignUp) -> SignUpAnswer:
    seat_id = SeatId(desk.last_id + 1)
    answer = sign_up(
        hall,
        seat_id=seat_id,
        member_id=wish.member_id,
        group_key=wish.group_key,
        key=wish.key,
        at=wish.at,
        terms=wish.terms,
        is_here=(wish.group_key, wish.member_id) in desk.here,
    )
    desk.last_id += seat_id in hall.places
    return answer


def _arrive(desk: _Desk, hall: Hall, wish: Arrival) -> DoorAnswer:
    before = hall.of(wish.member_id)
    answer = arrive(
        hall,
        desk.tries[wish.campaign],
        desk.purses,
        member_id=wish.member_id,
        key=wish.key,
        at=wish.at,
        word=wish.word,
        terms=wish.terms,
        is_here=(wish.group_key, wish.member_id) in desk.here,
    )
    first = before is not None and before.arrived_at is None
    if first and isinstance(answer, Arrived) and answer.points:
        desk.payments.append((_payment(wish, answer.points),))
    return answer


def _payment(wish: Arrival, points: int) -> Transfer:
    return Transfer(
        key=f"arrival/{wish.campaign}/{wish.member_id}",
        debit=AccountRef.campaign(wish.campaign),
        credit=AccountRef.member(wish.member_id),
        amount=points,
        reason=Reason.CAMPAIGN_ARRIVAL,
        reference=wish.key,
        actor=f"member/{wish.member_id}",
        at=wish.at,
        expires_on=wish.expires_on,
    )
