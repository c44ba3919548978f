"""Cash on paper: what members asked for, and what the payer really did with it."""

from dataclasses import dataclass, field

from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.core.payouts import Answer, Bill, BillNo, BillState, NotFound, Silent
from bot.rewards.ledger.transfers import AccountKind, AccountRef
from bot.rewards.payout.lane import (
    Errand,
    Look,
    Report,
    apply_looks,
    apply_marks,
    apply_reports,
    apply_requests,
)
from bot.rewards.payout.marking import Mark, Marked, MarkRequest, OneselfNot
from bot.rewards.payout.payout import PayoutId, PayoutState
from bot.rewards.payout.progress import Source, Step
from bot.rewards.payout.requesting import PayoutRequest, Requested, TooLittleCash
from bot.rewards.payout.rows import PAYOUT, payout_of
from bot.settings.schema.rewards.payout import Payout as Rules
from bot.store.connection import Connection
from tests.property.rewards_machine.area import MEMBERS, Act, Lane, Pairs, World, pick
from tests.support.pay import give_cash, wish

FEN = 3000
RULES = Rules(means="wechat", least_fen=100, approval_fen=900, member_times_a_day=5)


def give_everybody_cash(books: Connection) -> None:
    """So many fen for each."""
    give_cash(books, MEMBERS, FEN)


@dataclass
class Order:
    """A payout: what the payer knows of it (None: nothing), and how it ended in our books."""

    request: PayoutRequest
    at_payer: BillState | None = None
    ended: PayoutState | None = None


@dataclass
class Cash:
    """All orders by their number. The payer never errs; the way to him and back loses things."""

    world: World
    orders: dict[BillNo, Order] = field(default_factory=dict)
    numbers: dict[int, BillNo] = field(default_factory=dict)
    answers: list[Report] = field(default_factory=list)

    @property
    def lanes(self) -> list[Lane]:
        """In the order in which they write."""
        return [
            Lane(
                "payout",
                apply_requests,
                self._ask,
                self._asked,
                lambda item: item.key,
                lambda it: (it.payout_id, it.amount) if isinstance(it, Requested) else None,
            ),
            Lane("look", apply_looks, self._look, self._looked),
            Lane("report", apply_reports, self._report, self._reported),
            Lane("mark", apply_marks, self._mark, self._marked),
        ]

    def _ask(self, act: Act) -> PayoutRequest:
        key = self.world.key("cash")
        return wish(
            act.who,
            100 + 100 * (act.much % 11),
            key,
            at=self.world.now,
            rules=RULES,
            bill=int(key.partition("-")[2]),
        )

    def _asked(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            fen = AccountRef.member(item.member_id, Currency.FEN)
            match answer:
                case Requested():
                    self.world.books.move(
                        fen, AccountRef.payout(str(answer.payout_id)), item.amount
                    )
                    assert self.world.books.has(fen) >= 0
                    assert answer.held == (item.amount > RULES.approval_fen)
                    assert answer.payout_id not in self.numbers
                    self.orders[item.bill_no] = Order(item)
                    self.numbers[answer.payout_id] = item.bill_no
                case TooLittleCash():
                    assert self.world.books.has(fen) < item.amount

    def _look(self, act: Act) -> Look:
        return Look(self.world.now, may_send=act.much % 4 > 0)

    def _looked(self, pairs: Pairs) -> None:
        """Errands are run at once; what becomes of each hangs on its number and the attempt."""
        for item, errands in pairs:
            for errand in errands:
                payout = errand.payout
                fate = (payout.payout_id + payout.attempts + payout.asks) % 4
                answer = Silent("lost on the way") if fate == 0 else self._run(errand)
                if fate == 1:
                    answer = Silent("lost on the way back")
                if fate != 2:  # else the program was gone before the answer came
                    source = Source(errand.step.value)
                    at = max(item.now, self.world.now)
                    self.answers.append(Report(payout.bill_no, answer, source, item.now, at))

    def _run(self, errand: Errand) -> Answer:
        order = self.orders[errand.payout.bill_no]
        assert errand.payout.request == order.request.request
        match errand.step:
            case Step.SEND:
                order.at_payer = order.at_payer or BillState.WAIT_USER_CONFIRM
            case Step.CANCEL if order.at_payer is BillState.WAIT_USER_CONFIRM:
                order.at_payer = BillState.CANCELLED
        return self._tell(order)

    def _tell(self, order: Order) -> Answer:
        if order.at_payer is None:
            return NotFound()
        request = order.request
        package = "p" if order.at_payer is BillState.WAIT_USER_CONFIRM else ""
        return Bill(request.bill_no, order.at_payer, "ref", request.amount, request.payee, package)

    def _report(self, act: Act) -> Report | None:
        """An answer arrives, or the payee decides and the payer tells it, or tells it again."""
        if act.much % 2 and self.answers:
            return self.answers.pop(act.which % len(self.answers))
        known = [order for order in self.orders.values() if order.at_payer is not None]
        order = pick(known, act.which)
        if order is None:
            return None
        if order.at_payer is BillState.WAIT_USER_CONFIRM and act.much % 3:
            ends = (BillState.SUCCESS, BillState.SUCCESS, BillState.FAIL)
            order.at_payer = ends[act.who % 3]
        now = self.world.now
        return Report(order.request.bill_no, self._tell(order), Source.NOTICE, now, now)

    def _reported(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            is_late = self.orders[item.bill_no].ended is not None
            assert is_late or not answer.doubt, "the payer never contradicts an open payout"
            self._end(item.bill_no, answer.payout.state)

    def _mark(self, act: Act) -> MarkRequest | None:
        payout_id = pick(list(self.numbers), act.which)
        if payout_id is None:
            return None
        mark = (Mark.APPROVE, Mark.RETURN)[act.much % 2]
        return MarkRequest(PayoutId(payout_id), mark, MemberId(act.who), self.world.now)

    def _marked(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            bill_no = self.numbers[item.payout_id]
            if isinstance(answer, Marked):
                self._end(bill_no, answer.payout.state)
            elif isinstance(answer, OneselfNot):
                assert self.orders[bill_no].request.member_id == item.operator_id

    def _end(self, bill_no: BillNo, state: PayoutState) -> None:
        order = self.orders[bill_no]
        if not state.is_final or order.ended is not None:
            assert order.ended in (None, state), "an end is for ever"
            return
        order.ended = state
        at_payer = order.at_payer
        assert (at_payer is BillState.SUCCESS) == (state is PayoutState.PAID)
        assert at_payer is not BillState.WAIT_USER_CONFIRM, "he could still be paid"
        (payout_id,) = (number for number, kept in self.numbers.items() if kept == bill_no)
        account, amount = AccountRef.payout(str(payout_id)), order.request.amount
        back = AccountRef.member(order.request.member_id, Currency.FEN)
        paid = AccountRef.house(AccountKind.PAID, Currency.FEN)
        self.world.books.move(account, paid if state is PayoutState.PAID else back, amount)

    def check(self, connection: Connection) -> None:
        """Every payout is there once, and those have ended that we heard of."""
        rows = connection.execute(f"{PAYOUT} FROM payout ORDER BY id").fetchall()
        payouts = [payout_of(row) for row in rows]
        assert {one.payout_id: one.bill_no for one in payouts} == self.numbers
        assert {one.bill_no: one.state for one in payouts if one.state.is_final} == {
            number: order.ended for number, order in self.orders.items() if order.ended is not None
        }
