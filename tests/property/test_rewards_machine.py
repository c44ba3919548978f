"""The whole of rewards against books on paper: any acts, in any batches, with any interruption.

Members check in, open packets, take shares, draw, buy, thank, ask for cash; owners and staff do
their part; clocks run and are set back; the payer's answers are lost; events come twice, in one
batch and days later; and before any batch is taken, the program dies somewhere in the middle of
it. After every step every account and every lot holds what the paper says, and the audit is clean.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.core.money import Currency
from bot.rewards.audit.audit import Mark, audit
from bot.rewards.ledger.lane import post
from bot.rewards.ledger.transfers import AccountRef
from bot.store.connection import Connection
from bot.store.sql import Dialect
from tests.property.rewards_machine.area import MEMBERS, Act, Lane, World
from tests.property.rewards_machine.books import (
    differences,
    read_balances,
    read_lots,
    without_nothing,
)
from tests.property.rewards_machine.cash import Cash, give_everybody_cash
from tests.property.rewards_machine.checkins import Merits
from tests.property.rewards_machine.lotteries import Lotteries, publish_lotteries
from tests.property.rewards_machine.packets import CAMPAIGN, Packets
from tests.property.rewards_machine.shop import Shop, stock_shop
from tests.property.rewards_machine.transfers import Transfers
from tests.support.stores import in_transaction
from tests.unit.rewards.support import Watched, gift, member, new_books, run, with_members

EXAMPLES: Final = {Dialect.SQLITE: 120, Dialect.POSTGRES: 20}
STEPS: Final = 25
LANES: Final = (
    *("ledger", "referral", "claw-back", "points expiry"),
    *("check-in", "check-in", "make-up", "thanks", "earning"),
    *("open", "open", "claim", "claim", "claim", "claim", "packet expiry"),
    *("draw", "draw", "lottery end", "gift"),
    *("redeem", "redeem", "address", "step", "step", "shop time"),
    *("payout", "look", "report", "report", "mark"),
)
"""Where something is done, some more often than others."""


class Died(BaseException):
    """The program ends here."""


class Death:
    """Comes before the n-th statement of a batch, or else before its commit."""

    def __init__(self, after: int) -> None:
        self._left = after

    def before(self, statement: str) -> None:
        """Told of every statement."""
        del statement
        if self._left == 0:
            raise Died
        self._left -= 1


def open_town(books: Connection) -> None:
    """Members with some points and cash, a shop, two lotteries and a campaign's budgets."""
    with_members(books)
    give_everybody_cash(books)
    for number in range(1, MEMBERS + 1):
        run(books, post, (gift(f"start {number}", member(number), 12),))
    for currency, amount in ((Currency.POINTS, 80), (Currency.FEN, 4000)):
        budget = AccountRef.campaign(CAMPAIGN, currency)
        start = gift(f"budget {currency}", budget, amount, AccountRef.issuance(currency))
        run(books, post, (start,))
    stock_shop(books)
    publish_lotteries(books)


hours = st.sampled_from([0, 0, 0, 0, 0, 0.02, 0.6, 3, 13, 25, 50, -0.2, -1])
"""By how much the clock has moved, most often not at all."""

acts = st.builds(
    Act,
    lane=st.sampled_from(LANES),
    who=st.integers(1, MEMBERS),
    which=st.integers(0, 7),
    much=st.integers(0, 99),
    comes_twice=st.integers(0, 5).map(lambda number: number == 5),
    comes_again=st.integers(0, 5).map(lambda number: number == 5),
)


Work = list[tuple[Lane, list[Any]]]
"""Items by lane."""

Answered = dict[str, tuple[Any, Any]]
"""Items that had an answer for ever, and the answer, by their key."""


def apply(connection: Connection, work: Work) -> list[Sequence[Any]]:
    """Everything shares one transaction, as in the program."""
    return [lane.apply(connection, items) for lane, items in work]


def apply_and_die(connection: Connection, work: Work) -> None:
    """The transaction never reaches its commit."""
    apply(connection, work)
    raise Died


class RewardsMachine(RuleBasedStateMachine):
    """Drives all lanes and writes down what they answer."""

    @initialize()
    def begin(self) -> None:
        self.connection = new_books(open_town)
        self.world = World(self.connection)
        self.packets, self.shop = Packets(self.world), Shop(self.world)
        self.lotteries, self.cash = Lotteries(self.world, self.shop), Cash(self.world)
        lanes: list[Lane] = [
            *Transfers(self.world).lanes,
            *Merits(self.world).lanes,
            *self.packets.lanes,
            *self.lotteries.lanes,
            *self.shop.lanes,
            *self.cash.lanes,
        ]
        self.lanes = {lane.name: lane for lane in lanes}
        assert self.lanes.keys() == set(LANES)
        self.answered: dict[str, Answered] = {name: {} for name in self.lanes}
        self.mark = audit(self.connection).mark

    @rule(
        hours=hours,
        batch=st.lists(acts, min_size=1, max_size=8),
        dies_after=st.none() | st.integers(0, 60),
    )
    def a_batch_is_written(self, hours: float, batch: list[Act], dies_after: int | None) -> None:
        """What comes after a death is what the platform brings again: the same batch."""
        self.world.now += timedelta(hours=hours)
        work = self.work_of(batch)
        if dies_after is not None:
            doomed = Watched(self.connection, Death(dies_after).before)
            with suppress(Died):
                in_transaction(self.connection, lambda: apply_and_die(doomed, work))
            self.books_are_the_papers()
        answers = in_transaction(self.connection, lambda: apply(self.connection, work))
        for (lane, items), given in zip(work, answers, strict=True):
            self.learn(lane, list(zip(items, given, strict=True)))

    def work_of(self, batch: Sequence[Act]) -> Work:
        """What goes into each lane, in the order in which they write."""
        work: dict[str, list[Any]] = {name: [] for name in self.lanes}
        for act in batch:
            known = list(self.answered[act.lane].values())
            if act.comes_again and known:
                item = known[act.much % len(known)][0]
            else:
                item = self.lanes[act.lane].make(act)
            if item is not None:
                work[act.lane] += [item] * (2 if act.comes_twice else 1)
        return [(self.lanes[name], items) for name, items in work.items() if items]

    def learn(self, lane: Lane, pairs: list[tuple[Any, Any]]) -> None:
        """Hold what came again against its first answer, and write down the rest."""
        answered = self.answered[lane.name]
        new, again = [], []
        for item, answer in pairs:
            key = None if lane.key is None else lane.key(item)
            if key is not None and key in answered:
                again.append((key, lane.first(answer)))
                continue
            new.append((item, answer))
            first = lane.first(answer)
            if key is not None and first is not None:
                answered[key] = (item, first)
        lane.learn(new)
        for key, answer in again:
            first = answered[key][1]
            assert answer == first, f"{lane.name} {key}: first {first}, then {answer}"

    @invariant()
    def books_are_the_papers(self) -> None:
        if not hasattr(self, "world"):
            return
        balances, lots = without_nothing(self.world.books)
        unlike = differences(read_balances(self.connection), balances)
        assert not unlike, f"balances (found, on paper): {unlike}"
        unlike = differences(read_lots(self.connection), lots)
        assert not unlike, f"lots (found, on paper): {unlike}"
        for paper in (self.packets, self.lotteries, self.shop, self.cash):
            paper.check(self.connection)

    @invariant()
    def the_audit_is_clean(self) -> None:
        if hasattr(self, "world"):
            report = audit(self.connection, self.mark)
            assert report.broken == ()
            self.mark = report.mark

    def teardown(self) -> None:
        if hasattr(self, "world"):
            assert audit(self.connection, Mark()).broken == ()
            self.connection.close()


def test_rewards_are_what_the_paper_says_whatever_happens(engine: Dialect) -> None:
    run_state_machine_as_test(
        RewardsMachine,
        settings=settings(max_examples=EXAMPLES[engine], stateful_step_count=STEPS),
    )
