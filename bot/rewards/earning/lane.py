"""Earnings in the database: load what matters, decide, write rows and points together.

``earn`` runs inside the lane that ends an event, so an event and what it earned are one commit.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from bot.core.ids import EventKey, MemberId
from bot.rewards.boosts import extra_of, load_purses
from bot.rewards.budgets import Spending, load_budgets, write_budgets
from bot.rewards.earning.deciding import (
    DAYS_LOOKED_AT,
    Because,
    Earned,
    History,
    Tally,
    decide_earnings,
)
from bot.rewards.earning.rules import EarningWish
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.lots import expiry_of
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.levels import load_life_sums, write_life_sums
from bot.store.connection import Connection
from bot.store.fields import from_micros, to_micros
from bot.store.sql import over

_COLUMNS: Final = (
    "member_id, rule, event_key, group_key, on_date, at, points, extra, campaign, everyday, sketch"
)

_LOAD_RECENT: Final = over(
    "member_id int, since text",
    "SELECT earning.member_id, earning.rule, earning.event_key, earning.on_date, earning.at,"
    " earning.points, earning.extra, earning.campaign, earning.everyday, earning.sketch FROM rows"
    " CROSS JOIN earning ON earning.member_id = rows.member_id AND earning.on_date >= rows.since"
    " ORDER BY earning.id",
)

_LOAD_IN_ALL: Final = over(
    "member_id int, rule text",
    "SELECT rows.member_id AS member_id, rows.rule AS rule,"
    " CAST(sum(earning.points) AS INTEGER) AS points, count(*) AS times FROM rows"
    " CROSS JOIN earning ON earning.member_id = rows.member_id AND earning.rule = rows.rule"
    " GROUP BY rows.member_id, rows.rule",
)

_WRITE: Final = over(
    "member_id int, rule text, event_key text, group_key text, on_date text, at int, points int,"
    " extra int, campaign text, everyday int, sketch text",
    f"INSERT INTO earning ({_COLUMNS}) SELECT {_COLUMNS} FROM rows",
)


def earn(connection: Connection, wishes: Sequence[EarningWish]) -> list[Earned | Because]:
    """Pay what ``wishes`` earn within the open transaction; one answer for each, in order.

    Each event must come here once; coming again within days changes nothing.
    """
    if not wishes:
        return []
    lives = load_life_sums(connection, [wish.member_id for wish in wishes])
    write_life_sums(connection, lives)
    history = _load(connection, wishes)
    history.life.update({member_id: life.earned for member_id, life in lives.items()})
    answers = decide_earnings(history, wishes)
    paid = [
        (wish, answer)
        for wish, answer in zip(wishes, answers, strict=True)
        if isinstance(answer, Earned)
    ]
    write_budgets(connection, history.budgets)
    post_all(connection, [_transfers(wish, earned) for wish, earned in paid])
    connection.write(_WRITE, [_row(wish, earned) for wish, earned in paid])
    return answers


def _load(connection: Connection, wishes: Sequence[EarningWish]) -> History:
    since: dict[MemberId, date] = {}
    for wish in wishes:
        first = wish.on_date - timedelta(days=DAYS_LOOKED_AT)
        since[wish.member_id] = min(first, since.get(wish.member_id, first))
    recent: dict[MemberId, list[Earned]] = {member_id: [] for member_id in since}
    rows = [(member_id, first.isoformat()) for member_id, first in sorted(since.items())]
    for row in connection.read(_LOAD_RECENT, rows):
        earned = _earned(*row)
        recent[earned.member_id].append(earned)
    return History(
        recent=recent,
        in_all=_load_in_all(connection, wishes),
        life={},
        budgets=load_budgets(connection, [Spending(0, wish.on_date) for wish in wishes]),
        purses=load_purses(connection, {wish.boost.campaign for wish in wishes if wish.boost}),
    )


def _load_in_all(
    connection: Connection, wishes: Sequence[EarningWish]
) -> dict[tuple[MemberId, str], Tally]:
    """What rules with a cap for ever have paid; with that cap there is little to add up."""
    wanted = {
        (wish.member_id, wish.rule.key)
        for wish in wishes
        if wish.rule.most_points.in_all or wish.rule.most_times.in_all
    }
    return {
        (MemberId(member_id), rule): Tally(points, times)
        for member_id, rule, points, times in connection.read(_LOAD_IN_ALL, sorted(wanted))
    }


def _transfers(wish: EarningWish, earned: Earned) -> tuple[Transfer, ...]:
    """What the rule pays, and apart from it what a campaign adds."""
    base = Transfer(
        key=f"earning/{earned.event_key}/{earned.rule}",
        debit=AccountRef.issuance(),
        credit=AccountRef.member(earned.member_id),
        amount=earned.points - earned.extra,
        reason=Reason.EARNING,
        reference=earned.event_key,
        actor=f"member/{earned.member_id}",
        at=earned.at,
        expires_on=expiry_of(wish.file.points, earned.on_date),
    )
    return (base, extra_of(base, earned.campaign, earned.extra)) if earned.extra else (base,)


def _row(wish: EarningWish, earned: Earned) -> tuple[int | str, ...]:
    return (
        earned.member_id,
        earned.rule,
        earned.event_key,
        wish.group_key or "",
        earned.on_date.isoformat(),
        to_micros(earned.at),
        earned.points,
        earned.extra,
        earned.campaign,
        int(earned.everyday),
        earned.sketch,
    )


def _earned(
    member_id: int,
    rule: str,
    event_key: str,
    on_date: str,
    at: int,
    points: int,
    extra: int,
    campaign: str,
    everyday: int,
    sketch: str,
) -> Earned:
    return Earned(
        member_id=MemberId(member_id),
        rule=rule,
        event_key=EventKey(event_key),
        on_date=date.fromisoformat(on_date),
        at=from_micros(at),
        points=points,
        extra=extra,
        campaign=campaign,
        everyday=everyday == 1,
        sketch=sketch,
    )
