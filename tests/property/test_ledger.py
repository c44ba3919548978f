"""The books against a dictionary: any order of transfers, retries, mistakes and claw-backs.

After every step the audit is clean and every balance is the model's.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.core.errors import Insufficient, KeyReused, LedgerError
from bot.rewards.audit.audit import audit
from bot.rewards.ledger.ledger import AccountRef, NotReversible, Posted, Reason, Transfer, post
from tests.support.engines import examples
from tests.unit.rewards.support import NOW, VIP, balance, gift, member, new_books, run

ISSUANCE = AccountRef.issuance()
ACCOUNTS = [ISSUANCE, member(1), member(2), member(3), AccountRef.group_pool(VIP)]
KEYS = [f"key {number}" for number in range(12)]
REWARDS = [20, 50]
"""Amounts of referral rewards: few, so that claw-backs often find their mirror image."""


@dataclass(frozen=True)
class Kept:
    """What the model remembers of a transfer."""

    transfer: Transfer
    debit_balance: int
    credit_balance: int


class Model:
    """Books as anybody would write them down."""

    def __init__(self) -> None:
        self.balances: dict[AccountRef, int] = defaultdict(int)
        self.kept: dict[str, Kept] = {}

    def post(self, item: list[Transfer]) -> list[tuple[int, int, bool]] | type[LedgerError]:
        """Balances and whether it was a replay for each, or the error of the whole item."""
        balances, kept = dict(self.balances), dict(self.kept)
        answers = []
        for transfer in item:
            answer = self._post(transfer)
            if isinstance(answer, type):
                self.balances, self.kept = defaultdict(int, balances), kept
                return answer
            answers.append(answer)
        return answers

    def _post(self, asked: Transfer) -> tuple[int, int, bool] | type[LedgerError]:
        known = self.kept.get(asked.key)
        if known is not None:
            if replace(known.transfer, at=asked.at) != asked:
                return KeyReused
            return known.debit_balance, known.credit_balance, True
        if asked.reverses is not None and not self._may_reverse(asked):
            return NotReversible
        after = self.balances[asked.debit] - asked.amount
        overdraws = after < 0 and asked.debit != ISSUANCE
        if overdraws and asked.reason is not Reason.REFERRAL_CLAWBACK:
            return Insufficient
        self.balances[asked.debit] -= asked.amount
        self.balances[asked.credit] += asked.amount
        kept = Kept(asked, self.balances[asked.debit], self.balances[asked.credit])
        self.kept[asked.key] = kept
        return kept.debit_balance, kept.credit_balance, False

    def _may_reverse(self, asked: Transfer) -> bool:
        original = self.kept.get(asked.reverses or "")
        if original is None or original.transfer.reverses is not None:
            return False
        if any(kept.transfer.reverses == asked.reverses for kept in self.kept.values()):
            return False
        mirrored = original.transfer
        if asked.reason is Reason.REFERRAL_CLAWBACK and (
            mirrored.reason is not Reason.REFERRAL_INVITER
        ):
            return False
        return (mirrored.debit, mirrored.credit, mirrored.amount) == (
            asked.credit,
            asked.debit,
            asked.amount,
        )


def adjustment(key: str, way: list[AccountRef], amount: int) -> Transfer:
    return gift(key, way[1], amount, way[0])


def reward(key: str, number: int, amount: int) -> Transfer:
    return gift(key, member(number), amount, reason=Reason.REFERRAL_INVITER)


def clawback(key: str, number: int, amount: int, original: str) -> Transfer:
    back = Reason.REFERRAL_CLAWBACK
    return gift(key, ISSUANCE, amount, member(number), back, original)


def reversal(key: str, way: list[AccountRef], amount: int, original: str) -> Transfer:
    return gift(key, way[1], amount, way[0], reverses=original)


keys = st.sampled_from(KEYS)
ways = st.permutations(ACCOUNTS).map(lambda order: order[:2])
amounts = st.integers(1, 60)
people = st.integers(1, 3)
transfers = st.one_of(
    st.builds(adjustment, keys, ways, amounts),
    st.builds(adjustment, keys, st.just([ISSUANCE, member(1)]), amounts),
    st.builds(reward, keys, people, st.sampled_from(REWARDS)),
    st.builds(clawback, keys, people, st.sampled_from(REWARDS), keys),
    st.builds(reversal, keys, ways, amounts, keys),
)
batches = st.lists(st.lists(transfers, max_size=4), min_size=1, max_size=5)


class LedgerMachine(RuleBasedStateMachine):
    """Drives the books and the model side by side."""

    @initialize()
    def open_books(self) -> None:
        self.books = new_books()
        self.model = Model()
        self.hours = 0

    @rule(batch=batches)
    def post_a_batch(self, batch: list[list[Transfer]]) -> None:
        self.post(batch)

    @rule(key=keys)
    def retry_later(self, key: str) -> None:
        if key in self.model.kept:
            self.post([[replace(self.model.kept[key].transfer, at=self.later())]])

    @rule(key=keys, amount=amounts)
    def retry_with_another_amount(self, key: str, amount: int) -> None:
        if key in self.model.kept:
            self.post([[replace(self.model.kept[key].transfer, amount=amount)]])

    @rule(key=keys, original=keys, reason=st.sampled_from(["adjustment", "referral_clawback"]))
    def take_back(self, key: str, original: str, reason: str) -> None:
        kept = self.model.kept.get(original)
        if kept is None:
            return
        done = kept.transfer
        is_clawback = done.reason is Reason.REFERRAL_INVITER and reason == "referral_clawback"
        mirrored = gift(
            key,
            done.debit,
            done.amount,
            done.credit,
            Reason.REFERRAL_CLAWBACK if is_clawback else Reason.ADJUSTMENT,
            original,
        )
        self.post([[mirrored]])

    def post(self, batch: list[list[Transfer]]) -> None:
        expected = [self.model.post(item) for item in batch]
        answers = run(self.books, post, *batch)
        seen = [
            type(answer)
            if isinstance(answer, LedgerError)
            else [balances_of(posted) for posted in answer]
            for answer in answers
        ]
        assert seen == expected

    def later(self) -> datetime:
        self.hours += 1
        return NOW + timedelta(hours=self.hours)

    @invariant()
    def books_are_the_models(self) -> None:
        if hasattr(self, "books"):
            broken = {broken.name for broken in audit(self.books).broken}
            assert broken <= {"referral_cause"}  # these rewards have no referral
            for ref in ACCOUNTS:
                assert balance(self.books, ref) == self.model.balances[ref]

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.books.close()


def balances_of(posted: Posted) -> tuple[int, int, bool]:
    return posted.debit_balance, posted.credit_balance, posted.replayed


@pytest.mark.usefixtures("engine")
def test_any_story_of_transfers_leaves_the_books_of_the_model() -> None:
    run_state_machine_as_test(
        LedgerMachine, settings=settings(max_examples=examples(60), stateful_step_count=30)
    )
