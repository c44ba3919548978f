"""The end of a lottery and of a claim, decided: pure.

At the end the entrants' prizes are drawn and what nobody won goes back to where it came from. A
gift that was not claimed in time goes once to the next in the order of the drawing; after that, or
where each draw is answered at once, back into stock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.ids import LotteryId
from bot.core.money import Currency
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.lottery.draw import Ticket, entrants_hash, next_winner, ranked, winners
from bot.rewards.lottery.drawing import CURRENCIES, new_win, source_of
from bot.rewards.lottery.rounds import Round, Win
from bot.rewards.lottery.terms import Terms
from bot.settings.schema.rewards.lottery import Prize, PrizeKind


@dataclass(frozen=True, slots=True)
class Settlement:
    """The wish to end what is due at ``at``, an instant of the community day ``on_date``.

    Points that are won now may be used until ``expires_on``.
    """

    at: datetime
    on_date: date
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a round ends: the hash of its draws, and who wins among entrants."""

    lottery_id: LotteryId
    entrants_hash: str
    wins: tuple[Win, ...]


def end_round(
    found: Round, tickets: Sequence[Ticket], settlement: Settlement, last_win_id: int
) -> Ending:
    """End a round whose draws are ``tickets``, in their order."""
    wins: list[Win] = []
    if found.terms.mode.is_drawn_among_entrants:
        order = ranked(found.seed, found.campaign, tickets)
        for ticket, prize in winners(found.terms, order):
            win_id = last_win_id + len(wins) + 1
            wins.append(
                new_win(win_id, found, ticket, prize, at=settlement.at, on_date=settlement.on_date)
            )
    return Ending(found.lottery_id, entrants_hash(tickets), tuple(wins))


def draw_again(
    found: Round,
    lapsed: Win,
    tickets: Iterable[Ticket],
    wins: Iterable[Win],
    settlement: Settlement,
    last_win_id: int,
) -> Win | None:
    """Who gets the gift of ``lapsed``; None when it goes back into stock.

    ``wins`` are all of the round: whoever is among them does not win again.
    """
    if not found.terms.mode.is_drawn_among_entrants or lapsed.follows is not None:
        return None
    had = [win.ticket.member_id for win in wins]
    ticket = next_winner(ranked(found.seed, found.campaign, tickets), had)
    if ticket is None:
        return None
    return new_win(
        last_win_id + 1, found, ticket, lapsed.prize, at=settlement.at,
        on_date=settlement.on_date, follows=lapsed.win_id,
    )  # fmt: skip


def provide(found: Round, before: Terms | None, at: datetime) -> tuple[Transfer, ...]:
    """What a round sets aside when its terms are published: money and pieces for all of its prizes.

    ``before`` are the terms that it has amended, so that only what was added is set aside.
    """
    old = {prize.key: prize.stock for prize in before.real_prizes} if before else {}
    return tuple(
        _between(
            AccountRef.issuance(CURRENCIES[prize.kind]),
            source_of(prize, found.reference),
            pieces * prize.amount,
            key=f"{found.reference}/{prize.key}/v{found.version}",
            found=found,
            at=at,
        )
        for prize in found.terms.real_prizes
        if prize.kind is not PrizeKind.POINTS
        and (pieces := prize.stock - old.get(prize.key, 0)) > 0
    )


def give_back(
    found: Round, prize: Prize, amount: int, *, key: str, at: datetime
) -> tuple[Transfer, ...]:
    """What is left of a prize's money or pieces leaves the round."""
    if not amount:
        return ()
    source = source_of(prize, found.reference)
    issuance = AccountRef.issuance(source.currency)
    return (_between(source, issuance, amount, key=key, found=found, at=at),)


def take_back(found: Round, lapsed: Win, at: datetime) -> Transfer:
    """A gift that was not claimed goes from its member into stock."""
    return Transfer(
        key=f"{found.reference}/{lapsed.ticket.position}/lapsed",
        debit=AccountRef.member(lapsed.ticket.member_id, CURRENCIES[lapsed.prize.kind]),
        credit=source_of(lapsed.prize, found.reference),
        amount=lapsed.prize.amount,
        reason=Reason.LOTTERY_LAPSED,
        reference=found.reference,
        actor="lottery",
        at=at,
    )


def _between(
    debit: AccountRef, credit: AccountRef, amount: int, *, key: str, found: Round, at: datetime
) -> Transfer:
    issued = debit == AccountRef.issuance(debit.currency)
    if debit.currency is Currency.FEN:
        reason = Reason.BUDGET if issued else Reason.BUDGET_RETURN
    else:
        reason = Reason.STOCKED if issued else Reason.UNSTOCKED
    return Transfer(
        key=key,
        debit=debit,
        credit=credit,
        amount=amount,
        reason=reason,
        reference=found.reference,
        actor="lottery",
        at=at,
    )
