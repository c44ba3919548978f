"""The lane of draws: load what a batch needs, decide, write draws, wins and points together."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.core.errors import KeyReused
from bot.core.ids import LotteryId
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.transfers import Transfer
from bot.rewards.lottery.drawing import Made, Ruling, decide_draws, fee_of, prize_of
from bot.rewards.lottery.facts import load_known
from bot.rewards.lottery.rounds import DrawAnswer, Drawn, DrawRequest, Round
from bot.rewards.lottery.rows import write_draws, write_wins, write_wrong_answers
from bot.store.connection import Connection


def apply_draws(
    connection: Connection, requests: Sequence[DrawRequest]
) -> list[DrawAnswer | KeyReused]:
    """Draw, or enter, within the open transaction; one answer for each request, in order."""
    known = load_known(connection, requests)
    rounds = dict(known.rounds)
    decision = decide_draws(known, requests)
    expiries = {request.key: request.expires_on for request in requests}
    post_all(
        connection,
        [
            _transfers(made, rounds[made.draw.lottery_id], expiries[made.draw.key])
            for made in decision.made
        ],
    )
    write_draws(connection, [made.draw for made in decision.made])
    write_wins(connection, [made.win for made in decision.made if made.win is not None])
    write_wrong_answers(connection, decision.wrong_answers)
    return [_answer(ruling, rounds) for ruling in decision.rulings]


def _transfers(made: Made, found: Round, expires_on: date | None) -> tuple[Transfer, ...]:
    fee = fee_of(made.draw, found.reference)
    if made.win is None:
        return fee
    return (*fee, prize_of(made.win, found.reference, expires_on=expires_on))


def _answer(ruling: Ruling, rounds: Mapping[LotteryId, Round]) -> DrawAnswer | KeyReused:
    if not isinstance(ruling, Made):
        return ruling
    return Drawn(ruling.draw, rounds[ruling.draw.lottery_id].terms, ruling.win, ruling.balance)
