"""Payouts in the books: what is refused, what is asked twice, and where each fen is meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from bot.core.clock import ManualClock
from bot.core.errors import KeyReused
from bot.core.ids import EventKey, GroupKey, MemberId
from bot.core.payouts import (
    Answer,
    Bill,
    BillNo,
    BillState,
    NotFound,
    Refused,
    Silent,
    Stop,
    Stopped,
)
from bot.rewards.ledger.lane import post_all
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
from bot.rewards.payout.marking import (
    Cancelling,
    Mark,
    Marked,
    MarkRequest,
    MarkResult,
    NoSuchPayout,
    NotNow,
    OneselfNot,
    OtherOperator,
)
from bot.rewards.payout.payout import Means, Payout, PayoutId, PayoutState, reservation
from bot.rewards.payout.progress import SETTLE, Source, Step, is_in_time
from bot.rewards.payout.requesting import (
    DayLimit,
    HouseLimit,
    NeedsRealName,
    Paused,
    Requested,
    TooLittleCash,
    TooMuch,
    TooOften,
    TooSmall,
    Unpaid,
)
from bot.settings.schema.rewards.payout import Payout as Rules
from bot.store.connection import Connection
from tests.support.pay import (
    RICH,
    START,
    assert_payouts_are_right,
    broken_payouts,
    cash,
    give_cash,
    wish,
)
from tests.support.stores import in_transaction, memory_database

T = TypeVar("T")
FREE = Rules(
    means="wechat",
    most_fen=10**6,
    member_fen_a_day=10**7,
    member_times_a_day=100,
    fen_a_day=10**7,
)
ONE = PayoutId(1)


class Desk:
    """The lanes' functions on a database of the test's own."""

    def __init__(self, books: Connection) -> None:
        self.books = books
        self.clock = ManualClock(START)
        self.run(lambda connection, items: _given(connection), 0)

    def run(self, apply: Callable[[Connection, Sequence[Any]], list[T]], *items: Any) -> list[T]:
        return in_transaction(self.books, lambda: apply(self.books, items))

    def ask(self, amount: int = 888, number: int = 1, **more: Any) -> Any:
        return self.run(apply_requests, wish(number, amount, at=self.clock.now(), **more))[0]

    def look(self, *, may_send: bool = True) -> tuple[Errand, ...]:
        return self.run(apply_looks, Look(self.clock.now(), may_send))[0]

    def hear(self, answer: Answer, source: Source = Source.SEND, *, bill: int = 0) -> Reported:
        number = wish(1, 1, bill=bill, key=f"ask-1-{bill}").bill_no
        now = self.clock.now()
        return self.run(apply_reports, Report(number, answer, source, now, now))[0]

    def mark(self, mark: Mark, operator: int = 9) -> MarkResult:
        word = MarkRequest(ONE, mark, MemberId(operator), self.clock.now())
        return self.run(apply_marks, word)[0]

    def wait(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    def bill(self, state: BillState, **more: Any) -> Bill:
        return Bill(wish(1, 1, key="ask-1-0").bill_no, state, **more)


def _given(connection: Connection) -> list[None]:
    give_cash(connection, 10)
    return [None]


@pytest.fixture
def desk(engine: object) -> Iterator[Desk]:
    with closing(memory_database()) as books:
        yield Desk(books)
        assert_payouts_are_right(books)


def test_a_request_takes_the_amount_before_anybody_is_asked(desk: Desk) -> None:
    assert desk.ask() == Requested(ONE, 888, RICH - 888, Means.WECHAT, held=False)
    assert cash(desk.books, "payout") == 888


def test_the_same_event_asks_once_also_within_a_batch(desk: Desk) -> None:
    request = wish(1, 888)
    answers = desk.run(apply_requests, request, request)
    assert answers == [*desk.run(apply_requests, request)] * 2
    assert cash(desk.books, "payout") == 888


def test_an_event_cannot_ask_for_something_else_later(desk: Desk) -> None:
    desk.ask(key="tap")
    (answer,) = desk.run(apply_requests, wish(1, 900, key="tap"))
    assert isinstance(answer, KeyReused)


@pytest.mark.parametrize(
    ("rules", "amount", "refusal"),
    [
        ({}, 99, TooSmall(100)),
        ({}, 20_001, TooMuch(20_000)),
        ({"most_fen": 10**6}, 200_000, NeedsRealName(200_000)),
        ({"member_fen_a_day": 500}, 501, DayLimit(500, 500)),
        ({"fen_a_day": 500}, 501, HouseLimit()),
    ],
)
def test_a_refusal_says_what_stood_in_the_way(
    desk: Desk, rules: dict[str, int], amount: int, refusal: Unpaid
) -> None:
    assert desk.ask(amount, rules=Rules(means="wechat", **rules)) == refusal
    assert cash(desk.books, "payout") == 0


def test_a_batch_takes_no_more_than_the_member_has(desk: Desk) -> None:
    wishes = [wish(1, 190_000, bill=place, rules=FREE) for place in range(6)]
    *taken, last = desk.run(apply_requests, *wishes)
    assert all(isinstance(answer, Requested) for answer in taken)
    assert last == TooLittleCash(RICH - 5 * 190_000)
    assert cash(desk.books, "payout") == 5 * 190_000


def test_a_day_counts_all_but_what_failed(desk: Desk) -> None:
    rules = Rules(means="wechat", member_times_a_day=1)
    desk.ask(bill=0, key="ask-1-0", rules=rules)
    assert desk.ask(bill=1, rules=rules) == TooOften(1)
    desk.mark(Mark.RETURN)
    assert isinstance(desk.ask(bill=2, rules=rules), Requested)


def test_what_is_sent_is_written_as_unknown_before(desk: Desk) -> None:
    desk.ask(key="ask-1-0")
    (errand,) = desk.look()
    assert (errand.step, errand.payout.state) == (Step.SEND, PayoutState.UNKNOWN)
    assert desk.look() == (), "nobody else takes it in hand meanwhile"
    assert not is_in_time(errand.payout, START + timedelta(seconds=30))


def test_switched_off_nothing_new_is_sent_and_what_was_sent_is_followed(desk: Desk) -> None:
    desk.ask(key="ask-1-0")
    assert desk.look(may_send=False) == ()
    desk.look()
    desk.wait(seconds=31)
    assert [errand.step for errand in desk.look(may_send=False)] == [Step.ASK]


def test_silence_is_asked_about_and_not_sent_again_before_the_wait_is_over(desk: Desk) -> None:
    desk.ask(key="ask-1-0")
    desk.look()
    desk.hear(Silent("nothing"))
    desk.wait(seconds=6)
    assert [errand.step for errand in desk.look()] == [Step.ASK]
    desk.hear(NotFound(), Source.ASK)
    assert desk.look() == ()
    desk.wait(seconds=55)
    assert [errand.step for errand in desk.look()] == [Step.ASK]
    desk.hear(NotFound(), Source.ASK)
    (again,) = desk.look()
    assert (again.step, again.payout.attempts) == (Step.SEND, 2)


def test_a_second_send_is_the_first_to_the_letter(desk: Desk) -> None:
    desk.ask(key="ask-1-0")
    (first,) = desk.look()
    desk.hear(Silent("nothing"))
    desk.wait(seconds=61)
    desk.look()
    desk.hear(NotFound(), Source.ASK)
    (second,) = desk.look()
    assert (second.payout.request, second.payout.bill_no) == (
        first.payout.request,
        first.payout.bill_no,
    )


def test_a_refusal_frees_the_money_only_when_the_number_is_not_found(desk: Desk) -> None:
    desk.ask(key="ask-1-0")
    desk.look()
    desk.hear(Refused("PARAM_ERROR"))
    assert cash(desk.books, "payout") == 888
    desk.wait(seconds=SETTLE.total_seconds())
    assert [errand.step for errand in desk.look()] == [Step.ASK]
    heard = desk.hear(NotFound(), Source.ASK)
    assert heard.payout is not None
    assert (heard.payout.state, heard.payout.reason) == (PayoutState.FAILED, "PARAM_ERROR")
    assert cash(desk.books, "payout") == 0


def test_a_refused_order_that_was_taken_all_the_same_is_paid(desk: Desk) -> None:
    desk.ask(key="ask-1-0")
    desk.look()
    desk.hear(Refused("PARAM_ERROR"))
    desk.wait(seconds=61)
    desk.look()
    desk.hear(desk.bill(BillState.SUCCESS), Source.ASK)
    assert cash(desk.books, "paid") == 888


def test_what_has_ended_never_changes_and_a_contradiction_is_told(desk: Desk) -> None:
    desk.ask(key="ask-1-0")
    desk.look()
    desk.hear(desk.bill(BillState.SUCCESS))
    for _ in range(2):
        heard = desk.hear(desk.bill(BillState.FAIL), Source.NOTICE)
        assert heard.doubt
    assert not desk.hear(desk.bill(BillState.SUCCESS), Source.NOTICE).doubt
    assert cash(desk.books, "paid") == 888


@pytest.mark.parametrize("lie", [{"amount": 889}, {"payee": "another"}])
def test_a_bill_of_another_amount_or_payee_ends_nothing(desk: Desk, lie: dict[str, Any]) -> None:
    desk.ask(key="ask-1-0")
    desk.look()
    assert desk.hear(desk.bill(BillState.SUCCESS, **lie), Source.NOTICE).doubt
    assert cash(desk.books, "paid") == 0


def test_an_answer_about_a_number_that_is_not_ours_changes_nothing(desk: Desk) -> None:
    assert desk.hear(desk.bill(BillState.SUCCESS)) == Reported(None)


def test_a_bill_without_its_package_is_ordered_again_for_it(desk: Desk) -> None:
    desk.ask(key="ask-1-0")
    desk.look()
    desk.hear(Silent("nothing"))
    desk.wait(seconds=6)
    desk.look()
    desk.hear(desk.bill(BillState.WAIT_USER_CONFIRM), Source.ASK)
    desk.wait(seconds=6)
    assert [errand.step for errand in desk.look()] == [Step.SEND]
    heard = desk.hear(desk.bill(BillState.WAIT_USER_CONFIRM, package="opens it"))
    assert heard.payout is not None
    assert heard.payout.package == "opens it"


def test_an_empty_account_stops_all_sends_and_new_wishes_for_a_while(desk: Desk) -> None:
    desk.ask(key="ask-1-0")
    desk.look()
    desk.hear(Stopped(Stop.NOT_ENOUGH, "NOT_ENOUGH"))
    assert desk.ask(bill=1) == Paused(START + timedelta(minutes=30))
    desk.wait(minutes=31)
    assert [errand.step for errand in desk.look()] == [Step.ASK]
    assert isinstance(desk.ask(bill=2), Requested)


def test_above_the_amount_it_takes_two_operators(desk: Desk) -> None:
    rules = Rules(means="slip", approval_fen=500)
    desk.ask(key="ask-1-0", means=Means.SLIP, rules=rules)
    assert desk.mark(Mark.SENT) == NotNow(PayoutState.HELD)
    assert desk.mark(Mark.APPROVE, operator=1) == OneselfNot()
    assert isinstance(desk.mark(Mark.APPROVE, operator=8), Marked)
    assert desk.mark(Mark.SENT, operator=8) == OtherOperator()
    assert desk.mark(Mark.SENT, operator=1) == OneselfNot()
    for _ in range(2):
        assert isinstance(desk.mark(Mark.SENT, operator=9), Marked)
    assert cash(desk.books, "paid") == 888


def test_a_slip_is_never_sent_to_the_payer(desk: Desk) -> None:
    desk.ask(key="ask-1-0", means=Means.SLIP)
    assert desk.look() == ()


def test_nobody_returns_what_the_payer_may_have_in_hand(desk: Desk) -> None:
    desk.ask(key="ask-1-0")
    desk.look()
    assert desk.mark(Mark.RETURN) == NotNow(PayoutState.UNKNOWN)
    desk.hear(desk.bill(BillState.WAIT_USER_CONFIRM, package="x"))
    assert isinstance(desk.mark(Mark.RETURN), Cancelling)
    assert [errand.step for errand in desk.look()] == [Step.CANCEL]
    assert cash(desk.books, "payout") == 888
    desk.hear(desk.bill(BillState.CANCELLED), Source.CANCEL)
    assert cash(desk.books, "payout") == 0
    assert cash(desk.books, "paid") == 0


def test_there_is_no_payout_that_nobody_asked_for(desk: Desk) -> None:
    assert desk.mark(Mark.SENT) == NoSuchPayout()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE payout SET amount = 1",
        "UPDATE payout SET bill_no = 'YT261122000000000000000000000009'",
        "UPDATE payout SET request = ''",
        "DELETE FROM payout",
        "UPDATE payout_step SET state = 'paid'",
        "UPDATE payout SET state = 'paid'",
    ],
)
def test_the_database_itself_keeps_orders_and_their_history(desk: Desk, damage: str) -> None:
    desk.ask()
    desk.books.begin()
    with pytest.raises(Exception, match=r"(?i)keep|kept|append-only|constraint"):
        desk.books.execute(damage)
    desk.books.rollback()


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        (
            "UPDATE payout SET state = 'failed', ended_at = 1, due_at = NULL",
            ["payout_ended", "payout_balance", "payout_steps"],
        ),
        (
            "UPDATE account SET holder = '2' WHERE kind = 'payout'",
            ["payout_reserved", "payout_balance"],
        ),
    ],
)
def test_the_audit_finds_what_was_changed_by_hand(
    desk: Desk, damage: str, names: list[str]
) -> None:
    desk.ask()
    desk.books.begin()
    desk.books.execute(damage)
    assert broken_payouts(desk.books) == names
    desk.books.rollback()


def test_the_audit_finds_cash_that_left_without_a_payout(desk: Desk) -> None:
    desk.books.begin()
    payout = Payout(
        payout_id=PayoutId(7),
        key=EventKey("nobody"),
        member_id=MemberId(1),
        group_key=GroupKey("vip"),
        means=Means.WECHAT,
        bill_no=BillNo("none"),
        payee="",
        amount=5,
        request="",
        on_date=START.date(),
        made_at=START,
        state=PayoutState.NEW,
        due_at=None,
    )
    post_all(desk.books, [(reservation(payout),)])
    assert broken_payouts(desk.books) == ["payout_cause"]
    desk.books.rollback()
