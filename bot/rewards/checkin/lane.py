"""The lanes of check-ins: load the days that matter, decide, write rows and points together.

Check-ins come by the hundreds and are written as one batch. Make-up cards are rare and hang on
what their buyer has, so they are looked at one by one.
"""

from collections.abc import Sequence

from bot.core.errors import Insufficient, KeyReused, LedgerError
from bot.core.ids import MemberId
from bot.rewards.boosts import load_purses
from bot.rewards.budgets import Spending, load_budgets, write_budgets
from bot.rewards.checkin.days import MemberDays, StreakDay
from bot.rewards.checkin.makeup import (
    Card,
    MadeUp,
    MakeUpRequest,
    MakeUpResult,
    TooFewPoints,
    decide_make_up,
    payment_of,
)
from bot.rewards.checkin.rows import count_cards, find_card, load_days, write_card, write_days
from bot.rewards.checkin.streaks import (
    CheckedIn,
    CheckInRequest,
    CheckInRuling,
    Till,
    Turn,
    decide_check_ins,
    transfers_of,
)
from bot.rewards.ledger.lane import load_accounts, post, post_all
from bot.rewards.ledger.transfers import AccountRef, Posted, Transfer
from bot.store.connection import Connection


def apply_check_ins(
    connection: Connection, requests: Sequence[CheckInRequest]
) -> list[CheckedIn | KeyReused]:
    """Check in within the open transaction; one answer for each request, in order."""
    wanted = [(request.member_id, request.on_date, request.key) for request in requests]
    till = Till(
        load_budgets(connection, [Spending(0, request.on_date) for request in requests]),
        load_purses(connection, {request.boost.campaign for request in requests if request.boost}),
    )
    rulings = decide_check_ins(load_days(connection, wanted), till, requests)
    write_budgets(connection, till.budgets)
    present = _load_balances(connection, rulings)
    posted = post_all(
        connection,
        [_transfers(ruling, request) for ruling, request in zip(rulings, requests, strict=True)],
    )
    write_days(connection, _new_days(rulings))
    answers: list[CheckedIn | KeyReused] = []
    for ruling, entries in zip(rulings, posted, strict=True):
        if isinstance(ruling, KeyReused):
            answers.append(ruling)
            continue
        member_id = ruling.day.member_id
        if entries and ruling.turn is Turn.FIRST:
            present[member_id] = entries[-1].credit_balance
        balance = entries[-1].credit_balance if entries else present.get(member_id, 0)
        answers.append(_answer(ruling, balance))
    return answers


def _transfers(ruling: CheckInRuling | KeyReused, request: CheckInRequest) -> tuple[Transfer, ...]:
    """What a ruling posts; a replayed one posts the same again, to get its first balances."""
    if isinstance(ruling, KeyReused) or ruling.turn is Turn.REPEATED:
        return ()
    return transfers_of(ruling.day, request)


def _new_days(rulings: Sequence[CheckInRuling | KeyReused]) -> list[StreakDay]:
    return [
        day
        for ruling in rulings
        if isinstance(ruling, CheckInRuling) and ruling.turn is Turn.FIRST
        for day in (*ruling.frozen, ruling.day)
    ]


def _load_balances(
    connection: Connection, rulings: Sequence[CheckInRuling | KeyReused]
) -> dict[MemberId, int]:
    """What those have to whom nothing is paid now; the others' come with their transfers."""
    refs = {
        AccountRef.member(ruling.day.member_id): ruling.day.member_id
        for ruling in rulings
        if isinstance(ruling, CheckInRuling)
        and (ruling.turn is Turn.REPEATED or not ruling.day.points)
    }
    if not refs:
        return {}
    return {refs[ref]: account.balance for ref, account in load_accounts(connection, refs).items()}


def _answer(ruling: CheckInRuling, balance: int) -> CheckedIn:
    day = ruling.day
    repeated = ruling.turn is Turn.REPEATED
    return CheckedIn(
        on_date=day.on_date,
        streak=day.standing if repeated else day.streak,
        points=day.points,
        bonus=day.bonus,
        balance=balance,
        repeated=repeated,
        saved=ruling.saved,
        freezes=day.freezes,
        earned_freeze=ruling.earned_freeze,
        extra=day.extra,
    )


def apply_make_ups(
    connection: Connection, requests: Sequence[MakeUpRequest]
) -> list[MakeUpResult | LedgerError]:
    """Sell cards within the open transaction; one answer for each request, in order."""
    return [_make_up(connection, request) for request in requests]


def _make_up(connection: Connection, request: MakeUpRequest) -> MakeUpResult | LedgerError:
    days = load_days(connection, [(request.member_id, request.on_date, request.key)])
    written = next((day for day in days if day.key == request.key), None)
    if written is not None:
        return _replay(connection, written, request)
    decided = decide_make_up(
        MemberDays(days),
        cards_used=count_cards(connection, request.member_id, request.month),
        request=request,
    )
    if not isinstance(decided, Card):
        return decided
    (paid,) = post(connection, [[payment_of(decided, request.at)]])
    match paid:
        case Insufficient():
            (account,) = load_accounts(connection, [AccountRef.member(request.member_id)]).values()
            return TooFewPoints(account.balance, request.price)
        case LedgerError():
            return paid
    write_days(connection, [decided.day])
    write_card(connection, decided)
    return _made_up(decided, paid, request)


def _replay(connection: Connection, day: StreakDay, request: MakeUpRequest) -> MadeUp | LedgerError:
    """The first answer to an event that bought a card before."""
    card = find_card(connection, day)
    if card is None or day.member_id != request.member_id:
        return KeyReused("this event did something else before", key=request.key)
    return _made_up(card, post_all(connection, [[payment_of(card, request.at)]])[0], request)


def _made_up(card: Card, paid: tuple[Posted, ...], request: MakeUpRequest) -> MadeUp:
    day = card.day
    return MadeUp(
        on_date=day.on_date,
        streak=day.streak if day.raises is None else day.raises.streak,
        price=card.price,
        balance=paid[0].debit_balance,
        cards_left=max(0, request.most_a_month - card.number),
    )
