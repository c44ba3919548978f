"""Recomputes a lottery from its seed: every roll, every winner. Pure, and in no way clever.

It knows the published rules, the seed and the list of draws, and compares what follows from them
with what was recorded. Anyone with the published page can do the same by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.ids import MemberId
from bot.rewards.lottery.changes import unfair_changes
from bot.rewards.lottery.draw import (
    Fall,
    Tally,
    Ticket,
    entrants_hash,
    fall,
    next_winner,
    ranked,
    winners,
)
from bot.rewards.lottery.rounds import Draw, Round, RoundState, Win
from bot.rewards.lottery.terms import Terms, hash_of, read_terms

SHOWN = 10
"""Most differences of one kind that are told."""


@dataclass(frozen=True, slots=True)
class Published:
    """One version of the published terms, as text with its hash."""

    version: int
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was checked; ``holds`` tells whether it is true."""

    holds: bool
    text: str


def verify_round(
    found: Round, published: Sequence[Published], draws: Sequence[Draw], wins: Sequence[Win]
) -> tuple[Line, ...]:
    """Everything that can be checked about a round; all of it holds in an honest one."""
    texts = {it.version: read_terms(it.text) for it in published}
    lines = [
        *_seed(found),
        *_terms(published, texts),
        *_numbering(found, draws),
        *_stock(found.terms, wins),
    ]
    if found.terms.mode.is_drawn_among_entrants:
        lines += _drawing(found, draws, wins)
    else:
        lines += _draws(found, texts, draws, wins)
    return tuple(lines)


def _seed(found: Round) -> Iterator[Line]:
    holds = hash_of(found.seed) == found.seed_hash
    yield Line(holds, f"the seed is the one whose SHA-256 was published: {found.seed_hash}")


def _terms(published: Sequence[Published], texts: Mapping[int, Terms]) -> Iterator[Line]:
    changed = [it.version for it in published if hash_of(it.text) != it.digest]
    what = f"the rules are as published ({_count(published, 'version')})"
    yield _line(what, [f"version {version} was altered" for version in changed])
    unfair = [
        f"version {later}: {'.'.join(map(str, change.field))} {change.what}"
        for earlier, later in zip(sorted(texts), sorted(texts)[1:], strict=False)
        for change in unfair_changes(texts[earlier], texts[later])
    ]
    if len(texts) > 1:
        yield _line("the rules changed in the members' favour only", unfair)


def _numbering(found: Round, draws: Sequence[Draw]) -> Iterator[Line]:
    wrong = []
    counts: dict[MemberId, int] = {}
    for position, draw in enumerate(draws):
        ticket = draw.ticket
        counts[ticket.member_id] = counts.get(ticket.member_id, 0) + 1
        if ticket.position != position or ticket.number != counts[ticket.member_id]:
            wrong.append(f"draw {ticket.position}: member {ticket.member_id}, {ticket.number}")
    yield _line(f"{_count(draws, 'draw')}, numbered without gaps", wrong)
    if found.state is RoundState.ENDED:
        digest = entrants_hash(draw.ticket for draw in draws)
        told = f"the list of draws is the published one: {found.entrants_hash}"
        yield Line(digest == found.entrants_hash, told)


def _stock(terms: Terms, wins: Sequence[Win]) -> Iterator[Line]:
    wrong = []
    for prize in terms.real_prizes:
        won = sum(win.prize.key == prize.key and win.follows is None for win in wins)
        if won > prize.stock:
            wrong.append(f"{prize.key}: {won} won of {prize.stock}")
    yield _line("no prize was won more often than it was there", wrong)


def _draws(
    found: Round, texts: Mapping[int, Terms], draws: Sequence[Draw], wins: Sequence[Win]
) -> Iterator[Line]:
    won = {win.ticket.position: win.prize.key for win in wins}
    tally, wrong = Tally(), []
    for draw in draws:
        terms, ticket = texts[draw.version], draw.ticket
        result = fall(
            terms, tally, seed=found.seed, campaign=found.campaign, member_id=ticket.member_id,
            number=ticket.number, at=draw.at, on_date=draw.on_date,
        )  # fmt: skip
        tally.count(terms, result.prize, ticket.member_id, draw.at, draw.on_date)
        recorded = (draw.roll, draw.total, won.pop(ticket.position, None))
        if recorded != _shown(result):
            wrong.append(f"draw {ticket.position}: {recorded} instead of {_shown(result)}")
    wrong += [f"draw {position} won {prize}, but was not made" for position, prize in won.items()]
    yield _line(f"{_count(draws, 'draw')} recomputed, all as recorded", wrong)


def _shown(result: Fall) -> tuple[int, int, str | None]:
    return result.roll, result.total, result.prize.key if result.prize else None


def _drawing(found: Round, draws: Sequence[Draw], wins: Sequence[Win]) -> Iterator[Line]:
    order = ranked(found.seed, found.campaign, [draw.ticket for draw in draws])
    due: dict[int, str] = {}
    if found.state is RoundState.ENDED:
        due = {ticket.position: prize.key for ticket, prize in winners(found.terms, order)}
    first = {win.ticket.position: win.prize.key for win in wins if win.follows is None}
    wrong = [
        f"draw {position}: {first.get(position)} instead of {due.get(position)}"
        for position in sorted({*due, *first})
        if due.get(position) != first.get(position)
    ]
    yield _line(f"{_count(due, 'winner')} recomputed, all as recorded", wrong)
    again = [win for win in wins if win.follows is not None]
    if again:
        what = f"{_count(again, 'unclaimed gift')} went to the next in the order"
        yield _line(what, list(_second_winners(order, wins)))


def _second_winners(order: Sequence[Ticket], wins: Sequence[Win]) -> Iterator[str]:
    had = [win.ticket.member_id for win in wins if win.follows is None]
    for win in wins:
        if win.follows is None:
            continue
        expected = next_winner(order, had)
        if expected != win.ticket:
            yield f"win {win.win_id}: draw {win.ticket.position} instead of {expected}"
        had.append(win.ticket.member_id)


def _line(text: str, wrong: Sequence[str]) -> Line:
    if not wrong:
        return Line(holds=True, text=text)
    more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return Line(holds=False, text=f"not true: {text}: {'; '.join(wrong[:SHOWN])}{more}")


def _count(things: Sequence[object] | Mapping[int, str], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
