"""The lanes that are not draws: publishing and amending, ending, telling.

They are rare, so each item is looked at by itself. Every step is found done when it is asked for
again, so a crash between two of them repeats nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.ids import LotteryId
from bot.rewards.ledger.lane import load_accounts, post_all
from bot.rewards.lottery.changes import unfair_changes
from bot.rewards.lottery.drawing import prize_of, source_of
from bot.rewards.lottery.facts import load_rounds
from bot.rewards.lottery.rounds import Round, RoundState, WinState
from bot.rewards.lottery.rows import (
    ROUND,
    load_last_win_id,
    load_tickets,
    load_wins,
    read_round,
    write_published,
    write_wins,
)
from bot.rewards.lottery.settling import (
    Settlement,
    draw_again,
    end_round,
    give_back,
    provide,
    take_back,
)
from bot.rewards.lottery.terms import Terms, hash_of, write_terms
from bot.settings.schema.rewards.lottery import LotteryMode, PrizeKind
from bot.store.connection import Connection
from bot.store.fields import to_micros

_LOAD_OPEN = f"{ROUND} WHERE lottery.key = ? AND lottery.state = 'open'"

_LOAD_NEXT = """
SELECT (SELECT coalesce(max(id), 0) + 1 FROM lottery),
    (SELECT coalesce(max(round), 0) + 1 FROM lottery WHERE key = ?)
"""

_WRITE_ROUND = """
INSERT INTO lottery (id, key, round, seed, seed_hash, state, published_at, starts_at, ends_at,
    most_entrants)
VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?)
"""

_PROLONG = "UPDATE lottery SET ends_at = ? WHERE id = ?"

_LOAD_DUE = """
SELECT id FROM lottery
WHERE state = 'open' AND (ends_at <= ? OR (most_entrants > 0 AND draw_count >= most_entrants))
ORDER BY id
"""

_END = """
UPDATE lottery SET state = 'ended', ended_at = ?, entrants_hash = ? WHERE id = ? AND state = 'open'
"""

_LOAD_OVERDUE = """
SELECT id, lottery_id FROM lottery_win WHERE state = 'open' AND claim_until <= ? ORDER BY id
"""

_SET_STATE = "UPDATE lottery_win SET state = ?, state_at = ? WHERE id = ? AND state = 'open'"

_TELL_START = "UPDATE lottery SET announced_at = ? WHERE id = ? AND announced_at IS NULL"
_TELL_END = """
UPDATE lottery SET announced_at = coalesce(announced_at, ?), told_at = ?
WHERE id = ? AND told_at IS NULL
"""
_TELL_WIN = "UPDATE lottery_win SET told_at = ? WHERE id = ? AND told_at IS NULL"


@dataclass(frozen=True, slots=True)
class Publication:
    """The wish that a lottery be published with these terms, or its open round be amended.

    ``seed`` is for a new round only: 64 hex digits that nobody has seen.
    """

    terms: Terms
    seed: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Rounds whose start or end, and second winners, that the groups were told of at ``at``."""

    at: datetime
    started: tuple[LotteryId, ...] = ()
    ended: tuple[LotteryId, ...] = ()
    wins: tuple[int, ...] = ()


def apply_publications(connection: Connection, publications: Sequence[Publication]) -> list[Round]:
    """Publish or amend; the answer is the round as it is in force."""
    return [_publish(connection, publication) for publication in publications]


def apply_settlements(connection: Connection, settlements: Sequence[Settlement]) -> list[None]:
    """End what is due at each instant, and give away or put back what was not claimed."""
    for settlement in settlements:
        due = connection.execute(_LOAD_DUE, (to_micros(settlement.at),)).fetchall()
        for found in load_rounds(connection, [LotteryId(row["id"]) for row in due]).values():
            _end(connection, found, settlement)
        overdue = connection.execute(_LOAD_OVERDUE, (to_micros(settlement.at),)).fetchall()
        for win_id, lottery_id in overdue:
            found = load_rounds(connection, [LotteryId(lottery_id)])[LotteryId(lottery_id)]
            _lapse(connection, found, win_id, settlement)
    return [None] * len(settlements)


def apply_told(connection: Connection, items: Sequence[Told]) -> list[None]:
    """Note what was told; the first note stays."""
    for told in items:
        at = to_micros(told.at)
        for lottery_id in told.started:
            connection.execute(_TELL_START, (at, lottery_id))
        for lottery_id in told.ended:
            connection.execute(_TELL_END, (at, at, lottery_id))
        for win_id in told.wins:
            connection.execute(_TELL_WIN, (at, win_id))
    return [None] * len(items)


def _publish(connection: Connection, publication: Publication) -> Round:
    terms, at = publication.terms, publication.at
    row = connection.execute(_LOAD_OPEN, (terms.key,)).fetchone()
    if row is not None:
        return _amend(connection, read_round(row), publication)
    lottery_id, number = connection.execute(_LOAD_NEXT, (terms.key,)).fetchone()
    found = Round(
        lottery_id=LotteryId(lottery_id),
        key=terms.key,
        number=number,
        seed=publication.seed,
        seed_hash=hash_of(publication.seed),
        state=RoundState.OPEN,
        terms=terms,
        version=1,
        published_at=at,
    )
    connection.execute(
        _WRITE_ROUND,
        (
            found.lottery_id, found.key, found.number, found.seed, found.seed_hash, to_micros(at),
            to_micros(terms.starts_at), to_micros(terms.ends_at), _most_entrants(terms),
        ),
    )  # fmt: skip
    write_published(connection, found, at)
    post_all(connection, [provide(found, None, at)])
    return found


def _most_entrants(terms: Terms) -> int:
    return terms.entrants if terms.mode is LotteryMode.FULL else 0


def _amend(connection: Connection, found: Round, publication: Publication) -> Round:
    """A change that is unfair is not taken, whoever asks for it."""
    terms = publication.terms
    same = write_terms(terms) == write_terms(found.terms)
    if same or unfair_changes(found.terms, terms) or publication.at >= found.terms.ends_at:
        return found
    amended = replace(found, terms=terms, version=found.version + 1)
    write_published(connection, amended, publication.at)
    connection.execute(_PROLONG, (to_micros(terms.ends_at), found.lottery_id))
    post_all(connection, [provide(amended, found.terms, publication.at)])
    return amended


def _end(connection: Connection, found: Round, settlement: Settlement) -> None:
    tickets = load_tickets(connection, found.lottery_id)
    ending = end_round(found, tickets, settlement, load_last_win_id(connection))
    connection.execute(_END, (to_micros(settlement.at), ending.entrants_hash, found.lottery_id))
    write_wins(connection, ending.wins)
    prizes = [
        (prize_of(win, found.reference, expires_on=settlement.expires_on),) for win in ending.wins
    ]
    post_all(connection, prizes)
    _return_rests(connection, found, settlement.at)


def _return_rests(connection: Connection, found: Round, at: datetime) -> None:
    """What nobody has won leaves the round's budget and stock."""
    prizes = [p for p in found.terms.real_prizes if p.kind is not PrizeKind.POINTS]
    sources = {prize.key: source_of(prize, found.reference) for prize in prizes}
    held = load_accounts(connection, sources.values())
    post_all(
        connection,
        [
            give_back(
                found,
                prize,
                held[sources[prize.key]].balance,
                key=f"{found.reference}/{prize.key}/rest",
                at=at,
            )
            for prize in prizes
        ],
    )


def _lapse(connection: Connection, found: Round, win_id: int, settlement: Settlement) -> None:
    wins = load_wins(connection, found)
    lapsed = next(win for win in wins if win.win_id == win_id)
    connection.execute(_SET_STATE, (WinState.LAPSED, to_micros(settlement.at), win_id))
    post_all(connection, [(take_back(found, lapsed, settlement.at),)])
    tickets = load_tickets(connection, found.lottery_id)
    second = draw_again(found, lapsed, tickets, wins, settlement, load_last_win_id(connection))
    if second is not None:
        write_wins(connection, [second])
        prize = prize_of(second, found.reference, expires_on=settlement.expires_on)
        post_all(connection, [(prize,)])
    elif found.state is RoundState.ENDED:
        key = f"{found.reference}/{lapsed.ticket.position}/rest"
        amount = lapsed.prize.amount
        rest = give_back(found, lapsed.prize, amount, key=key, at=settlement.at)
        post_all(connection, [rest])
