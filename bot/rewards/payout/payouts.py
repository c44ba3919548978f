"""Payouts 提现: asking for one, following it to its end, and reading how they stand."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.core.money import Currency
from bot.core.payouts import Bill, PayoutOrder, PayoutProvider, Statement
from bot.rewards.days import community_date
from bot.rewards.ledger.models import read_account_balance
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.payout.lane import (
    Errand,
    Look,
    Report,
    Reported,
    apply_looks,
    apply_marks,
    apply_reports,
    apply_requests,
)
from bot.rewards.payout.marking import Mark, MarkRequest, MarkResult
from bot.rewards.payout.payout import Means, Payout, PayoutId, draw_bill_no
from bot.rewards.payout.progress import Source, needs_help
from bot.rewards.payout.requesting import PayoutRequest, Requested, Unpaid
from bot.rewards.payout.rows import PAYOUT, payout_of
from bot.rewards.payout.statements import (
    Difference,
    KeptStatement,
    apply_statements,
    read_differences,
    read_due_statement,
    read_next_statement,
)
from bot.rewards.payout.telling import Told, apply_told
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Lane

_OPEN = f"{PAYOUT} FROM payout WHERE ended_at IS NULL ORDER BY id"
_OF_MEMBER = f"{PAYOUT} FROM payout WHERE member_id = ? ORDER BY id DESC LIMIT ?"
_BY_ID = f"{PAYOUT} FROM payout WHERE id = ?"
_BY_KEY = f"{PAYOUT} FROM payout WHERE key = ?"
_UNTOLD = f"""
{PAYOUT} FROM payout
WHERE told <> state AND (state IN ('held', 'listed', 'paid', 'failed')
    OR (state = 'confirming' AND package <> ''))
ORDER BY id LIMIT 100
"""
_UNREMINDED = f"""
{PAYOUT} FROM payout
WHERE ended_at IS NULL AND state = 'confirming' AND package <> '' AND reminded_at IS NULL
    AND confirm_from <= ?
ORDER BY id LIMIT 100
"""
_UNALARMED = f"{PAYOUT} FROM payout WHERE ended_at IS NULL AND alarmed_at IS NULL ORDER BY id"
_NEXT_DUE = """
SELECT min(due_at) FROM payout
WHERE due_at IS NOT NULL AND means = 'wechat' AND state <> 'held' AND (? = 1 OR state <> 'new')
"""
_PAUSES = "SELECT stop, code, began_at, until FROM payout_pause WHERE until > ? ORDER BY stop"


class NewsKind(StrEnum):
    """What somebody has to be told of a payout."""

    STATE = "state"
    REMINDER = "reminder"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class News:
    """Something that nobody was told yet."""

    kind: NewsKind
    payout: Payout


@dataclass(frozen=True, slots=True)
class Pause:
    """Until when nothing is sent, and the payer's code for why."""

    stop: str
    code: str
    until: datetime


class Payouts:
    """The lanes of payouts. ``rng`` draws their numbers: ``secure()`` in production."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        self._store = store
        self._rng = rng
        self._requests: Lane[PayoutRequest, Requested | Unpaid] = store.lane(
            "payout request", apply_requests
        )
        self._looks: Lane[Look, tuple[Errand, ...]] = store.lane("payout look", apply_looks)
        self._reports: Lane[Report, Reported] = store.lane("payout report", apply_reports)
        self._marks: Lane[MarkRequest, MarkResult] = store.lane("payout mark", apply_marks)
        self._told: Lane[Told, None] = store.lane("payout told", apply_told)
        self._statements: Lane[KeptStatement, bool] = store.lane(
            "payout statement", apply_statements
        )

    async def request(
        self,
        *,
        key: EventKey,
        member_id: MemberId,
        group_key: GroupKey,
        amount: int,
        payee: str,
        payer: PayoutProvider | None,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> Requested | Unpaid:
        """Take ``amount`` fen from the member and put it on its way, in one transaction.

        ``payee`` is his openid; without a ``payer`` an operator sends it by hand. Nobody is asked
        to pay anything yet. The same event gets the same answer. A refusal writes nothing. Raises
        KeyReused when the event asked for something else before.
        """
        on_date = community_date(now, zone, rules.day_starts_at)
        bill_no = draw_bill_no(self._rng, on_date)
        order = PayoutOrder(bill_no, payee, amount, rules.payout.remark)
        return await self._requests.submit(
            PayoutRequest(
                key=key,
                member_id=member_id,
                group_key=group_key,
                amount=amount,
                means=Means.SLIP if payer is None else Means.WECHAT,
                bill_no=bill_no,
                payee=payee,
                request="" if payer is None else payer.write(order),
                on_date=on_date,
                at=now,
                rules=rules.payout,
            )
        )

    async def take_due(self, now: datetime, *, may_send: bool) -> tuple[Errand, ...]:
        """What is to be done now, written as begun: if nobody comes back, it is asked for."""
        return await self._looks.submit(Look(now, may_send))

    async def report(self, report: Report) -> Reported:
        """Learn what the payer answered."""
        return await self._reports.submit(report)

    async def hear(self, bill: Bill, now: datetime) -> Reported:
        """Learn what the payer told us by itself; whoever calls has checked that it was the payer.

        It may be told any number of times.
        """
        return await self.report(Report(bill.bill_no, bill, Source.NOTICE, now, now))

    async def mark(
        self, payout_id: PayoutId, mark: Mark, *, operator_id: MemberId, now: datetime
    ) -> MarkResult:
        """Do what an operator says. That he is one is the caller's to check. May be repeated."""
        return await self._marks.submit(MarkRequest(payout_id, mark, operator_id, now))

    async def keep_statement(self, statement: Statement, now: datetime) -> bool:
        """Keep the payer's statement of a day; False when it was kept before."""
        return await self._statements.submit(KeptStatement(statement, now))

    async def mark_told(self, news: Sequence[News], now: datetime) -> None:
        """Note that people were told. May be repeated."""
        for item in news:
            payout = item.payout
            await self._told.submit(Told(payout.payout_id, item.kind, payout.state, now))

    async def read_news(self, now: datetime, remind_hours: int) -> tuple[News, ...]:
        """What nobody was told yet; ``mark_told`` ends its being returned."""
        since = now - timedelta(hours=remind_hours)
        told = await self._read(_UNTOLD)
        waiting = await self._read(_UNREMINDED, to_micros(since))
        stuck = [payout for payout in await self._read(_UNALARMED) if needs_help(payout, now)]
        return (
            *(News(NewsKind.STATE, payout) for payout in told),
            *(News(NewsKind.REMINDER, payout) for payout in waiting),
            *(News(NewsKind.ALARM, payout) for payout in stuck),
        )

    async def read_of_event(self, key: EventKey) -> Payout | None:
        """The payout that an event asked for."""
        found = await self._read(_BY_KEY, key)
        return found[0] if found else None

    async def read_balance(self, member_id: MemberId) -> int:
        """The member's cash in fen."""
        return await read_account_balance(AccountRef.member(member_id, Currency.FEN))

    async def read_open(self) -> list[Payout]:
        """All that have not ended, the oldest first."""
        return await self._read(_OPEN)

    async def read_of_member(self, member_id: MemberId, most: int) -> list[Payout]:
        """A member's last payouts, the newest first."""
        return await self._read(_OF_MEMBER, member_id, most)

    async def read_payout(self, payout_id: PayoutId) -> Payout | None:
        """One payout."""
        found = await self._read(_BY_ID, payout_id)
        return found[0] if found else None

    async def read_pauses(self, now: datetime) -> tuple[Pause, ...]:
        """Why nothing is sent now; empty when nothing stands in the way."""
        rows = await self._store.read(_PAUSES, (to_micros(now),))
        return tuple(Pause(row["stop"], row["code"], from_micros(row["until"])) for row in rows)

    async def read_differences(self, now: datetime) -> tuple[Difference, ...]:
        """Where the payer's statements and our books do not agree."""
        return await read_differences(self._store, now)

    async def read_due_statement(self, now: datetime) -> date | None:
        """The day whose statement is to be read next, if it should be there by now."""
        return await read_due_statement(self._store, now)

    async def read_next_statement(self, now: datetime) -> datetime:
        """When the next statement should be there; in the past when it is overdue."""
        return await read_next_statement(self._store, now)

    async def next_due(self, now: datetime, *, may_send: bool) -> datetime | None:
        """When something is to be done next."""
        pauses = await self.read_pauses(now)
        free = may_send and not pauses
        ((due,),) = await self._store.read(_NEXT_DUE, (int(free),))
        ends = [pause.until for pause in pauses] if may_send else []
        instants = [*ends, *([] if due is None else [from_micros(due)])]
        return min(instants, default=None)

    async def _read(self, query: str, *parameters: int | str) -> list[Payout]:
        return [payout_of(row) for row in await self._store.read(query, parameters)]
