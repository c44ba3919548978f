"""How a draw falls: a sealed seed, the member and the number of the draw decide it, nothing else.

    HMAC-SHA256(key = the seed's 64 hex digits, message = "campaign:member:number")

is a whole number below 2^256. A lottery with weights takes it modulo the total weight; a lottery
among entrants puts their tickets in the order of their numbers. Nobody can name a winner, because
nothing here takes a name: who knows the seed can recompute every result, and does afterwards.
"""

import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from bot.core.ids import MemberId
from bot.rewards.lottery.terms import Terms, hash_of
from bot.settings.schema.rewards.lottery import Pity, Prize, WhenEmpty

SPAN: Final = 1 << 256
"""An HMAC is a whole number below this."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A member's ``number``-th draw (from 1), the ``position``-th of the lottery (from 0)."""

    position: int
    member_id: MemberId
    number: int


@dataclass(slots=True)
class Tally:
    """What a lottery has given so far, as far as it bears on the next draw.

    ``misses`` counts a member's draws since he last won here.
    """

    won: Counter[str] = field(default_factory=Counter)
    won_by: Counter[tuple[str, MemberId]] = field(default_factory=Counter)
    won_on: Counter[tuple[str, date]] = field(default_factory=Counter)
    won_in: Counter[tuple[str, int]] = field(default_factory=Counter)
    misses: Counter[MemberId] = field(default_factory=Counter)

    def count(
        self, terms: Terms, prize: Prize | None, member_id: MemberId, at: datetime, on_date: date
    ) -> None:
        """Note what a draw gave."""
        if prize is None:
            self.misses[member_id] += 1
            return
        self.misses[member_id] = 0
        self.won[prize.key] += 1
        self.won_by[prize.key, member_id] += 1
        self.won_on[prize.key, on_date] += 1
        self.won_in[prize.key, slice_of(terms, prize, at)] += 1


@dataclass(frozen=True, slots=True)
class Fall:
    """How a draw fell: ``roll`` in [0, ``total``), and the prize there; None is no win."""

    roll: int
    total: int
    prize: Prize | None


def fall(
    terms: Terms, tally: Tally, *, seed: str, campaign: str, member_id: MemberId, number: int,
    at: datetime, on_date: date,
) -> Fall:  # fmt: skip
    """The result of a member's ``number``-th draw, at ``at`` of the community day ``on_date``."""
    winnable = winnable_prizes(terms, tally, member_id=member_id, at=at, on_date=on_date)
    table = odds(terms, winnable, tally.misses[member_id])
    total = sum(weight for _, weight in table)
    if total == 0:
        return Fall(0, 0, None)
    roll = uniform(numbers(seed, campaign, member_id, number), total)
    rest = roll
    for prize, weight in table:
        if rest < weight:
            return Fall(roll, total, prize)
        rest -= weight
    raise AssertionError("a roll lies below the total weight")


def odds(terms: Terms, winnable: Iterable[Prize], misses: int) -> list[tuple[Prize | None, int]]:
    """The weight of each prize for somebody who has missed ``misses`` times, and of no win.

    A prize that cannot be won gives its weight to no win, or to nobody (renormalised). Pity moves
    weight from no win to its prize, never from another prize; the hard one gives it everything.
    """
    able = {prize.key for prize in winnable}
    lost = sum(prize.weight for prize in terms.real_prizes if prize.key not in able)
    blank = terms.blank_weight + (lost if terms.when_empty is WhenEmpty.NO_WIN else 0)
    weights = {prize.key: prize.weight for prize in terms.real_prizes if prize.key in able}
    pity = terms.pity
    if pity is not None and pity.prize in able:
        if pity.hard and misses + 1 >= pity.hard:
            return [(terms.prize(pity.prize), max(1, sum(weights.values()) + blank))]
        given = min(soft_weight(pity, misses), blank)
        weights[pity.prize] += given
        blank -= given
    return [(terms.prize(key), weight) for key, weight in weights.items()] + [(None, blank)]


def soft_weight(pity: Pity, misses: int) -> int:
    """By how much soft pity raises its prize after so many misses in a row."""
    if not pity.soft_from or misses + 1 < pity.soft_from:
        return 0
    return pity.soft_weight * (misses + 2 - pity.soft_from)


def winnable_prizes(
    terms: Terms, tally: Tally, *, member_id: MemberId, at: datetime, on_date: date
) -> tuple[Prize, ...]:
    """The prizes that this member can win now: in stock, let out, and within their caps."""
    return tuple(
        prize
        for prize in terms.real_prizes
        if tally.won[prize.key] < prize.stock
        and _is_let_out(terms, tally, prize, at)
        and _below(prize.most_a_member, tally.won_by[prize.key, member_id])
        and _below(prize.most_a_day, tally.won_on[prize.key, on_date])
    )


def _below(most: int, count: int) -> bool:
    return not most or count < most


def _is_let_out(terms: Terms, tally: Tally, prize: Prize, at: datetime) -> bool:
    if not prize.slice_hours:
        return True
    present = slice_of(terms, prize, at)
    if prize.roll_over:
        return tally.won[prize.key] < let_out(terms, prize, present)
    part = let_out(terms, prize, present) - let_out(terms, prize, present - 1)
    return tally.won_in[prize.key, present] < part


def slice_of(terms: Terms, prize: Prize, at: datetime) -> int:
    """Which slice of a prize's stock ``at`` lies in, from 0; 0 where there are no slices."""
    if not prize.slice_hours:
        return 0
    passed = (at - terms.starts_at) // timedelta(hours=prize.slice_hours)
    return min(max(passed, 0), slices(terms, prize) - 1)


def slices(terms: Terms, prize: Prize) -> int:
    """Into how many slices a prize's stock is cut; the last one may be shorter."""
    return -((terms.starts_at - terms.ends_at) // timedelta(hours=prize.slice_hours))


def let_out(terms: Terms, prize: Prize, through: int) -> int:
    """How much of the stock is let out by the slices 0 to ``through``; 0 for -1."""
    return prize.stock * (through + 1) // slices(terms, prize)


def numbers(seed: str, campaign: str, member_id: MemberId, number: int) -> Iterator[int]:
    """What the seed says to a draw: the HMAC of ``campaign:member:number``.

    After it come those of ``campaign:member:number:1``, ``:2`` and so on, for ``uniform``.
    """
    message = f"{campaign}:{member_id}:{number}"
    yield _hmac(seed, message)
    attempt = 1
    while True:
        yield _hmac(seed, f"{message}:{attempt}")
        attempt += 1


def _hmac(seed: str, message: str) -> int:
    return int.from_bytes(hmac.digest(seed.encode(), message.encode(), "sha256"))


def uniform(values: Iterator[int], total: int, span: int = SPAN) -> int:
    """The first of ``values`` that is fair, modulo ``total``.

    Values are uniform below ``span``. Those in the incomplete last stretch of ``span`` would make
    small remainders likelier than large ones (modulo bias), so they are passed over: every
    remainder is left with exactly ``span // total`` values.
    """
    fair = span - span % total
    return next(value for value in values if value < fair) % total


def ranked(seed: str, campaign: str, tickets: Iterable[Ticket]) -> list[Ticket]:
    """Tickets in the order in which they win: that of their HMACs, the smallest first."""
    return sorted(
        tickets,
        key=lambda ticket: (
            next(numbers(seed, campaign, ticket.member_id, ticket.number)), ticket.position,
        ),
    )  # fmt: skip


def winners(terms: Terms, order: Iterable[Ticket]) -> list[tuple[Ticket, Prize]]:
    """Who wins what among entrants: the prizes in the order of the table, a member wins once."""
    units = (prize for prize in terms.real_prizes for _ in range(prize.stock))
    return list(zip(_first_of_each(order, ()), units, strict=False))


def next_winner(order: Iterable[Ticket], had: Iterable[MemberId]) -> Ticket | None:
    """Who gets what somebody did not claim: the next in the order who has not won here yet."""
    return next(_first_of_each(order, had), None)


def _first_of_each(order: Iterable[Ticket], had: Iterable[MemberId]) -> Iterator[Ticket]:
    seen = set(had)
    for ticket in order:
        if ticket.member_id not in seen:
            seen.add(ticket.member_id)
            yield ticket


def entrants_text(tickets: Iterable[Ticket]) -> str:
    """The list of all draws as it is hashed: a line ``member:number`` each, in their order."""
    return "".join(f"{ticket.member_id}:{ticket.number}\n" for ticket in tickets)


def entrants_hash(tickets: Iterable[Ticket]) -> str:
    """SHA-256 of ``entrants_text``."""
    return hash_of(entrants_text(tickets))


def chances(terms: Terms) -> Mapping[str, tuple[int, int]]:
    """For each prize with a weight: its weight and the total, as they are published."""
    return {prize.key: (prize.weight, terms.total_weight) for prize in terms.prizes if prize.weight}
