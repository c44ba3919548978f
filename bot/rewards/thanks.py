"""Peer thanks 感谢: so many a day, use or lose, and few to the same person in a week.

The one who is thanked gets points that are issued for it; the giver gives none of his own. Who
has thanked each other is a pair, and what a pair gives each other is no merit of either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, GroupKey, MemberId
from bot.rewards.budgets import BudgetBook, BudgetSpent, Spending, load_budgets, write_budgets
from bot.rewards.days import community_date
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.lots import expiry_of
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.levels import load_life_sums, rank_of
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import to_micros
from bot.store.lane import Lane
from bot.store.sql import over

_LOAD: Final = over(
    "giver_id int, since text, event_key text",
    "SELECT thanks.giver_id, thanks.receiver_id, thanks.event_key, thanks.on_date, thanks.points,"
    " thanks.left_today FROM rows"
    " CROSS JOIN thanks ON thanks.giver_id = rows.giver_id AND thanks.on_date >= rows.since"
    " UNION"
    " SELECT thanks.giver_id, thanks.receiver_id, thanks.event_key, thanks.on_date, thanks.points,"
    " thanks.left_today FROM rows CROSS JOIN thanks ON thanks.event_key = rows.event_key",
)

_WRITE: Final = over(
    "giver_id int, receiver_id int, group_key text, event_key text, on_date text, at int,"
    " points int, left_today int",
    "INSERT INTO thanks (giver_id, receiver_id, group_key, event_key, on_date, at, points,"
    " left_today) SELECT giver_id, receiver_id, group_key, event_key, on_date, at, points,"
    " left_today FROM rows",
)

_WRITE_PAIR: Final = over(
    "first_id int, second_id int, giver_id int, receiver_id int, at int",
    "INSERT INTO thanks_pair (first_id, second_id, since)"
    " SELECT rows.first_id, rows.second_id, min(rows.at) FROM rows"
    " WHERE EXISTS (SELECT 1 FROM thanks WHERE thanks.giver_id = rows.receiver_id"
    " AND thanks.receiver_id = rows.giver_id)"
    " GROUP BY rows.first_id, rows.second_id ON CONFLICT (first_id, second_id) DO NOTHING",
)


@dataclass(frozen=True, slots=True)
class ThanksWish:
    """``giver_id`` thanks ``receiver_id`` on a community's day; ``key`` is the event's."""

    key: EventKey
    giver_id: MemberId
    receiver_id: MemberId
    group_key: GroupKey
    on_date: date
    at: datetime
    file: RewardsFile


@dataclass(frozen=True, slots=True)
class Thanked:
    """The receiver got ``points``; the giver may thank ``left_today`` times more today."""

    points: int
    left_today: int


@dataclass(frozen=True, slots=True)
class ThanksToSelf:
    """Nobody thanks himself; it works with anybody else, at once."""


@dataclass(frozen=True, slots=True)
class NoThanksLeft:
    """All ``a_day`` of the day are used; ``opens_on`` brings new ones."""

    a_day: int
    opens_on: date


@dataclass(frozen=True, slots=True)
class ThankedEnough:
    """The same person was thanked ``a_week`` times since Monday; ``opens_on`` is the next one."""

    a_week: int
    opens_on: date


ThanksResult = Thanked | ThanksToSelf | NoThanksLeft | ThankedEnough | BudgetSpent


@dataclass(frozen=True, slots=True)
class Given:
    """Thanks that were given, as they are kept."""

    giver_id: MemberId
    receiver_id: MemberId
    key: EventKey
    on_date: date
    points: int
    left_today: int


class PeerThanks:
    """The lane on which members thank each other."""

    def __init__(self, store: Store) -> None:
        self._lane: Lane[ThanksWish, ThanksResult] = store.lane("thanks", apply_thanks)

    async def thank(
        self,
        *,
        giver_id: MemberId,
        receiver_id: MemberId,
        group_key: GroupKey,
        key: EventKey,
        now: datetime,
        file: RewardsFile,
        zone: tzinfo,
    ) -> ThanksResult:
        """Thank somebody, or say why not; the same event again gets its first answer.

        ``now`` should be the instant of the event. Raises KeyReused for another member's key.
        """
        on_date = community_date(now, zone, file.day_starts_at)
        return await self._lane.submit(
            ThanksWish(key, giver_id, receiver_id, group_key, on_date, now, file)
        )


def decide_thanks(
    given: list[Given], places: dict[MemberId, int], book: BudgetBook, wish: ThanksWish
) -> Given | ThanksResult | KeyReused:
    """What becomes of one wish. Given is new and has to be written; Thanked is a repeat.

    ``given`` are the giver's thanks of this week and of this event, ``places`` the levels of
    members, counted from 0. Both budgets and ``given`` are changed by what is new.
    """
    repeat = next((old for old in given if old.key == wish.key), None)
    if repeat is not None:
        if (repeat.giver_id, repeat.receiver_id) != (wish.giver_id, wish.receiver_id):
            return KeyReused("other thanks were given with this event", key=wish.key)
        return Thanked(repeat.points, repeat.left_today)
    if wish.giver_id == wish.receiver_id:
        return ThanksToSelf()
    rules = wish.file.thanks
    a_day = rules.a_day + wish.file.levels[places[wish.giver_id]].more_thanks
    own = [old for old in given if old.giver_id == wish.giver_id]
    used = sum(old.on_date == wish.on_date for old in own)
    if used >= a_day:
        return NoThanksLeft(a_day, wish.on_date + timedelta(days=1))
    monday = monday_of(wish.on_date)
    same = [old for old in own if old.receiver_id == wish.receiver_id and old.on_date >= monday]
    if len(same) >= rules.to_one_a_week:
        return ThankedEnough(rules.to_one_a_week, monday + timedelta(days=7))
    taken = book.take(wish.file.budgets, Spending(rules.points, wish.on_date))
    if isinstance(taken, BudgetSpent):
        return taken
    new = Given(
        giver_id=wish.giver_id,
        receiver_id=wish.receiver_id,
        key=wish.key,
        on_date=wish.on_date,
        points=rules.points,
        left_today=a_day - used - 1,
    )
    given.append(new)
    return new


def apply_thanks(
    connection: Connection, wishes: Sequence[ThanksWish]
) -> list[ThanksResult | KeyReused]:
    """Thank within the open transaction; one answer for each wish, in order."""
    given = _load(connection, wishes)
    lives = load_life_sums(connection, [wish.giver_id for wish in wishes])
    book = load_budgets(connection, [Spending(0, wish.on_date) for wish in wishes])
    answers: list[ThanksResult | KeyReused] = []
    new: list[tuple[ThanksWish, Given]] = []
    for wish in wishes:
        place = rank_of(wish.file.levels, lives[wish.giver_id].earned).place
        answer = decide_thanks(given, {wish.giver_id: place}, book, wish)
        if isinstance(answer, Given):
            new.append((wish, answer))
            answer = Thanked(answer.points, answer.left_today)
        answers.append(answer)
    write_budgets(connection, book)
    post_all(connection, [[_transfer(wish, thanks)] for wish, thanks in new])
    _write(connection, new)
    return answers


def monday_of(day: date) -> date:
    """The first day of a day's week."""
    return day - timedelta(days=day.weekday())


def _load(connection: Connection, wishes: Sequence[ThanksWish]) -> list[Given]:
    rows = [(wish.giver_id, monday_of(wish.on_date).isoformat(), wish.key) for wish in wishes]
    return [
        Given(
            giver_id=MemberId(row["giver_id"]),
            receiver_id=MemberId(row["receiver_id"]),
            key=EventKey(row["event_key"]),
            on_date=date.fromisoformat(row["on_date"]),
            points=row["points"],
            left_today=row["left_today"],
        )
        for row in connection.read(_LOAD, rows)
    ]


def _transfer(wish: ThanksWish, thanks: Given) -> Transfer:
    return Transfer(
        key=f"thanks/{wish.key}",
        debit=AccountRef.issuance(),
        credit=AccountRef.member(thanks.receiver_id),
        amount=thanks.points,
        reason=Reason.THANKS,
        reference=wish.key,
        actor=f"member/{thanks.giver_id}",
        at=wish.at,
        expires_on=expiry_of(wish.file.points, wish.on_date),
    )


def _write(connection: Connection, new: Sequence[tuple[ThanksWish, Given]]) -> None:
    connection.write(
        _WRITE,
        [
            (
                wish.giver_id,
                wish.receiver_id,
                wish.group_key,
                wish.key,
                wish.on_date.isoformat(),
                to_micros(wish.at),
                thanks.points,
                thanks.left_today,
            )
            for wish, thanks in new
        ],
    )
    connection.write(
        _WRITE_PAIR,
        [
            (
                *sorted((wish.giver_id, wish.receiver_id)),
                wish.giver_id,
                wish.receiver_id,
                to_micros(wish.at),
            )
            for wish, _ in new
        ],
    )
