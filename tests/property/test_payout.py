"""Cash leaves the house once, whatever breaks: calls, answers, notices and the program itself."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import zip_longest
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from bot.core.clock import ManualClock
from bot.core.ids import MemberId
from bot.core.payouts import Answer, Bill, BillState, Refused
from bot.rewards.payout.lane import (
    Errand,
    Look,
    Report,
    apply_looks,
    apply_marks,
    apply_reports,
    apply_requests,
)
from bot.rewards.payout.marking import Mark, MarkRequest
from bot.rewards.payout.payout import Payout, PayoutId, PayoutState
from bot.rewards.payout.progress import Source, Step
from bot.rewards.payout.rows import PAYOUT, payout_of
from bot.rewards.payout.statements import KeptStatement, apply_statements
from bot.settings.schema.rewards.payout import Payout as Rules
from bot.simulator.pay.merchant import Transfer
from bot.store.connection import Connection
from tests.support.pay import (
    START,
    Till,
    assert_payouts_are_right,
    bill_of,
    cash,
    give_cash,
    new_merchant,
    wish,
)
from tests.support.stores import in_transaction, memory_database

MEMBERS = 3
RICH = 1_000_000
RULES = Rules(
    means="wechat",
    member_times_a_day=1000,
    member_fen_a_day=10**9,
    fen_a_day=10**9,
    approval_fen=9_000,
)
ON_THE_WAY = timedelta(seconds=10)
"""A request may arrive so long after it left: then its sender has given it up."""

T = TypeVar("T")


class Fate(StrEnum):
    """What becomes of an errand."""

    DONE = "done"
    LOST = "lost"
    IN_HAND = "in hand"
    """Whoever took it sleeps; it may still go while its lease lasts."""
    SILENT = "silent"
    """It takes effect and nobody hears of it."""
    ANSWERED_LATE = "answered late"
    WRONGLY_REFUSED = "wrongly refused"
    """It takes effect and is answered as if it had not."""


FATES = st.sampled_from(list(Fate))


class Payouts(RuleBasedStateMachine):
    """Random acts of members, operators, payees, the platform, the network and the power supply."""

    def __init__(self) -> None:
        super().__init__()
        self.books: Connection = memory_database()
        self.clock = ManualClock(START)
        self.merchant = new_merchant(self.clock)
        self.till = Till(self.merchant)
        self.errands: list[Errand] = []
        self.answers: list[Report] = []
        self.wishes = 0
        in_transaction(self.books, lambda: give_cash(self.books, MEMBERS, RICH))

    # What people do

    @rule(number=st.integers(1, MEMBERS), amount=st.integers(100, 12_000))
    def ask_for_cash(self, number: int, amount: int) -> None:
        self.wishes += 1
        request = wish(number, amount, bill=self.wishes, at=self.clock.now(), rules=RULES)
        self._run(apply_requests, request, request)  # an event may come twice

    @precondition(lambda self: self.wishes)
    @rule(data=st.data(), mark=st.sampled_from([Mark.APPROVE, Mark.RETURN]))
    def operate(self, data: st.DataObject, mark: Mark) -> None:
        payout_id = PayoutId(data.draw(st.integers(1, self.wishes)))
        self._run(apply_marks, MarkRequest(payout_id, mark, MemberId(MEMBERS), self._now()))

    @precondition(lambda self: self._waiting())
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        self.merchant.confirm(data.draw(st.sampled_from(self._waiting())).package)

    # What the platform does

    @precondition(lambda self: self._waiting())
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        transfer = data.draw(st.sampled_from(self._waiting()))
        self.merchant.fail(transfer.number, "ACCOUNT_FROZEN")

    @precondition(lambda self: self.merchant.ended)
    @rule(data=st.data(), times=st.integers(1, 3))
    def notify(self, data: st.DataObject, times: int) -> None:
        bill, now = bill_of(data.draw(st.sampled_from(self.merchant.ended))), self._now()
        self._run(apply_reports, *[Report(bill.bill_no, bill, Source.NOTICE, now, now)] * times)

    @rule(balance=st.sampled_from([0, 5_000, 10**7]))
    def fill_up(self, balance: int) -> None:
        self.merchant.fill_up(balance)

    @rule(code=st.sampled_from(["", "PARAM_ERROR", "NO_AUTH"]))
    def refuse(self, code: str) -> None:
        self.till.refuses = code

    # What the program does

    @rule(may_send=st.sampled_from([True, True, False]), fates=st.lists(FATES, max_size=6))
    def look(self, may_send: bool, fates: list[Fate]) -> None:
        """The program takes what is due in hand; of each errand something becomes."""
        (errands,) = self._run(apply_looks, Look(self.clock.now(), may_send))
        for errand, fate in zip_longest(errands, fates[: len(errands)], fillvalue=Fate.DONE):
            assert isinstance(errand, Errand)
            if fate is Fate.IN_HAND:
                self.errands.append(errand)
            else:
                self._go(errand, fate)

    @precondition(lambda self: self.errands)
    @rule(data=st.data(), fate=FATES)
    def go_late(self, data: st.DataObject, fate: Fate) -> None:
        errand = data.draw(st.sampled_from(self.errands))
        self.errands.remove(errand)
        assert errand.payout.due_at is not None
        if self._now() < errand.payout.due_at + ON_THE_WAY:
            self._go(errand, fate)

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def hear_late(self, data: st.DataObject) -> None:
        report = data.draw(st.sampled_from(self.answers))
        self.answers.remove(report)
        self._hear(report)

    @rule()
    def crash(self) -> None:
        self.errands.clear()
        self.answers.clear()

    @rule(seconds=st.sampled_from([1, 5, 20, 29, 31, 61, 300, 3_600, 40_000, 90_000]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        self.merchant.end_late()

    # What always holds

    @invariant()
    def every_fen_is_somewhere(self) -> None:
        kinds = ("member", "payout", "paid")
        assert sum(cash(self.books, kind) for kind in kinds) == MEMBERS * RICH
        under_way = sum(p.amount for p in self._payouts() if not p.state.is_final)
        assert cash(self.books, "payout") == under_way

    @invariant()
    def nothing_is_paid_that_the_payer_did_not_pay(self) -> None:
        for payout in self._payouts():
            transfer = self.merchant.transfers.get(payout.bill_no)
            if payout.state is PayoutState.PAID:
                assert transfer is not None
                assert transfer.state is BillState.SUCCESS
            elif payout.state is PayoutState.FAILED and transfer is not None:
                assert transfer.state in (BillState.FAIL, BillState.CANCELLED)

    def teardown(self) -> None:
        """Everybody becomes reasonable; in the end both sides agree to the fen."""
        with closing(self.books):
            self.crash()
            self.till.refuses = ""
            self.merchant.fill_up(10**8)
            self._finish()
            assert all(payout.state.is_final for payout in self._payouts())
            assert cash(self.books, "paid") == self.merchant.paid
            kept = MEMBERS * RICH - self.merchant.paid
            assert cash(self.books, "member") == kept
            self._compare_statements()
            assert_payouts_are_right(self.books)

    def _finish(self) -> None:
        for payout in self._payouts():
            if payout.state is PayoutState.HELD:
                word = MarkRequest(payout.payout_id, Mark.RETURN, MemberId(1), self._now())
                self._run(apply_marks, word)
        for _ in range(400):
            if all(payout.state.is_final for payout in self._payouts()):
                return
            for errand in self._run(apply_looks, Look(self._now(), may_send=True))[0]:
                now, source = self._now(), Source(errand.step.value)
                self._hear(Report(errand.payout.bill_no, self._do(errand), source, now, now))
            self.wait(600)

    def _compare_statements(self) -> None:
        self.clock.advance(timedelta(days=2))
        day = START.date()
        while day < self._now().date():
            self._run(apply_statements, KeptStatement(self.till.statement(day), self._now()))
            day += timedelta(days=1)
        flows = self.books.execute(
            "SELECT bill_no, CAST(sum(amount) AS INTEGER) FROM payout_flow GROUP BY bill_no"
        ).fetchall()
        left = {number: -net for number, net in flows if net}
        paid = {p.bill_no: p.amount for p in self._payouts() if p.state is PayoutState.PAID}
        assert left == paid

    def _do(self, errand: Errand) -> Answer:
        number = errand.payout.bill_no
        match errand.step:
            case Step.SEND:
                return self.till.take(errand.payout.request)
            case Step.ASK:
                return self.till.tell(number)
            case Step.CANCEL:
                return self.till.withdraw(number)

    def _go(self, errand: Errand, fate: Fate) -> None:
        if fate in (Fate.IN_HAND, Fate.LOST):
            return
        answer = self._do(errand)
        if fate is Fate.WRONGLY_REFUSED and errand.step is Step.SEND:
            answer = Refused("PARAM_ERROR")
        assert errand.payout.due_at is not None
        asked_at = min(self._now(), errand.payout.due_at)
        number, source = errand.payout.bill_no, Source(errand.step.value)
        report = Report(number, answer, source, asked_at, self._now())
        match fate:
            case Fate.DONE | Fate.WRONGLY_REFUSED:
                self._hear(report)
            case Fate.ANSWERED_LATE:
                self.answers.append(report)

    def _hear(self, report: Report) -> None:
        (heard,) = self._run(apply_reports, report)
        if isinstance(report.answer, Bill):
            late = heard.payout is not None and heard.payout.state.is_final
            assert late or not heard.doubt, "the payer never contradicts an open payout"

    def _payouts(self) -> list[Payout]:
        return [payout_of(row) for row in self.books.execute(f"{PAYOUT} FROM payout ORDER BY id")]

    def _waiting(self) -> list[Transfer]:
        """Transfers that their payees may confirm."""
        state = BillState.WAIT_USER_CONFIRM
        return [one for one in self.merchant.transfers.values() if one.state is state]

    def _now(self) -> datetime:
        return self.clock.now()

    def _run(self, apply: Callable[[Connection, Sequence[Any]], list[T]], *items: Any) -> list[T]:
        return in_transaction(self.books, lambda: apply(self.books, items))


TestPayouts = Payouts.TestCase
TestPayouts.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
