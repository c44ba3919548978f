"""A merchant at the simulated WeChat Pay without its wires, for tests of what is decided."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from bot.channels.pay_statement import read_flows
from bot.core.clock import ManualClock
from bot.core.ids import EventKey, GroupKey, MemberId
from bot.core.money import Currency
from bot.core.payouts import (
    Answer,
    Bill,
    BillNo,
    BillState,
    NotFound,
    PayoutOrder,
    Refused,
    Silent,
    Statement,
    Stop,
    Stopped,
)
from bot.rewards.audit.audit import audit
from bot.rewards.audit.checks import Span
from bot.rewards.audit.payout import PAYOUT
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.payout.payout import Means
from bot.rewards.payout.requesting import PayoutRequest
from bot.settings.schema.rewards.payout import Payout as Rules
from bot.simulator.pay.fields import PayRefused
from bot.simulator.pay.merchant import Merchant
from bot.simulator.pay.merchant import Transfer as PlatformTransfer
from bot.simulator.pay.statement import write_statement
from bot.store.connection import Connection

START: Final = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""A Sunday noon in Shanghai."""

RICH: Final = 1_000_000
"""Fen that each member has at the beginning."""


def new_merchant(clock: ManualClock) -> Merchant:
    """A merchant whose account lives in memory."""
    counter = itertools.count(1)

    def happen(kind: str, **data: Any) -> None:
        merchant.apply({"t": kind, "at": clock.now().isoformat(), **data})

    merchant = Merchant(clock, happen, lambda: f"{next(counter):032d}")
    return merchant


class Till:
    """A payer that does what it is asked at once, unless the test says what goes wrong."""

    def __init__(self, merchant: Merchant) -> None:
        self.merchant = merchant
        self.refuses = ""
        """The code with which orders are turned down; empty takes them."""

    def write(self, order: PayoutOrder) -> str:
        """Only what the merchant looks at."""
        return json.dumps(
            {
                "out_bill_no": order.bill_no,
                "openid": order.payee,
                "transfer_amount": order.amount,
                "transfer_remark": order.remark,
            }
        )

    def take(self, request: str) -> Answer:
        """An order arrives."""
        if self.refuses:
            return Refused(self.refuses)

        def call() -> Bill:
            transfer = self.merchant.transfer(json.loads(request))
            waits = transfer.state is BillState.WAIT_USER_CONFIRM
            return bill_of(transfer, package=transfer.package if waits else "")

        return _answer(call)

    def tell(self, bill_no: BillNo) -> Answer:
        """A question arrives."""
        return _answer(lambda: bill_of(self.merchant.find(bill_no)))

    def withdraw(self, bill_no: BillNo) -> Answer:
        """A wish to cancel arrives."""
        return _answer(lambda: bill_of(self.merchant.cancel(bill_no)))

    def statement(self, on_date: date) -> Statement:
        """The statement of a day, through the file."""
        file = write_statement(on_date, self.merchant.movements)
        flows = () if file is None else read_flows(file)
        assert not isinstance(flows, str), flows
        return Statement(on_date, flows)

    async def send(self, bill_no: BillNo, request: str) -> Answer:
        """See ``bot.core.payouts.PayoutProvider``."""
        assert json.loads(request)["out_bill_no"] == bill_no
        return self.take(request)

    async def ask(self, bill_no: BillNo) -> Answer:
        """See ``bot.core.payouts.PayoutProvider``."""
        return self.tell(bill_no)

    async def cancel(self, bill_no: BillNo) -> Answer:
        """See ``bot.core.payouts.PayoutProvider``."""
        return self.withdraw(bill_no)

    async def read_statement(self, on_date: date) -> Statement:
        """See ``bot.core.payouts.PayoutProvider``."""
        return self.statement(on_date)


def bill_of(transfer: PlatformTransfer, *, package: str = "") -> Bill:
    """What the platform says about a transfer."""
    return Bill(
        bill_no=BillNo(transfer.number),
        state=transfer.state,
        reference=transfer.reference,
        amount=transfer.amount,
        payee=transfer.openid,
        package=package,
        reason=transfer.reason,
    )


def wish(
    number: int,
    amount: int,
    key: str = "",
    *,
    at: datetime = START,
    means: Means = Means.WECHAT,
    rules: Rules | None = None,
    bill: int = 0,
) -> PayoutRequest:
    """A member's wish for cash; ``bill`` makes its number."""
    key = key or f"ask-{number}-{bill}"
    bill_no = BillNo(f"YT261122{bill or abs(hash(key)) % 2**90:024X}")
    order = PayoutOrder(bill_no, f"openid{number}", amount, "福利")
    request = json.dumps(
        {
            "out_bill_no": order.bill_no,
            "openid": order.payee,
            "transfer_amount": order.amount,
            "transfer_remark": order.remark,
        }
    )
    return PayoutRequest(
        key=EventKey(key),
        member_id=MemberId(number),
        group_key=GroupKey("vip"),
        amount=amount,
        means=means,
        bill_no=bill_no,
        payee=order.payee,
        request="" if means is Means.SLIP else request,
        on_date=(at + timedelta(hours=4)).date(),
        at=at,
        rules=rules or Rules(means="wechat"),
    )


def give_cash(connection: Connection, members: int, fen: int = RICH) -> None:
    """Members 1 to ``members`` exist and have so much cash each."""
    for number in range(1, members + 1):
        connection.execute(
            "INSERT INTO member (id, created_at) VALUES (?, 0) ON CONFLICT (id) DO NOTHING",
            (number,),
        )
    post_all(
        connection,
        [
            (
                Transfer(
                    key=f"cash/{number}",
                    debit=AccountRef.issuance(Currency.FEN),
                    credit=AccountRef.member(MemberId(number), Currency.FEN),
                    amount=fen,
                    reason=Reason.ADJUSTMENT,
                    reference="a test",
                    actor="tester",
                    at=START,
                ),
            )
            for number in range(1, members + 1)
        ],
    )


def assert_payouts_are_right(connection: Connection) -> None:
    """The audit finds nothing, neither in the books nor in payouts."""
    assert broken_payouts(connection) == []
    assert audit(connection).broken == ()


def broken_payouts(connection: Connection) -> list[str]:
    """The names of the checks of payouts that find something."""
    return [
        check.name
        for check in PAYOUT
        if connection.execute(
            check.exceptions, (0,) if check.span is Span.TRANSFERS else ()
        ).fetchall()
    ]


def cash(connection: Connection, kind: str) -> int:
    """Fen in all accounts of a kind."""
    row = connection.execute(
        "SELECT CAST(coalesce(sum(balance), 0) AS INTEGER) FROM account"
        " WHERE currency = 'fen' AND kind = ?",
        (kind,),
    ).fetchone()
    return int(row[0])


def _answer(call: Callable[[], Bill]) -> Answer:
    try:
        return call()
    except PayRefused as refused:
        match refused.code:
            case "NOT_FOUND":
                return NotFound()
            case "NOT_ENOUGH":
                return Stopped(Stop.NOT_ENOUGH, refused.code)
            case "PARAM_ERROR":
                return Refused(refused.code)
        return Silent(refused.code)
