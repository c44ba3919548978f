"""Decides what the books become: pure, the same for every database.

Items are taken in order and each sees what those before it did. Within an item it is all or
nothing: a refused transfer takes its whole item with it, and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.core.errors import Insufficient, KeyReused, LedgerError
from bot.rewards.ledger.lots import DEBT, NEVER, PLAIN, Parts, add, lot_of, take
from bot.rewards.ledger.transfers import (
    REFERRAL_REWARDS,
    AccountKind,
    AccountRef,
    NotReversible,
    Posted,
    Transfer,
)


class Account(NamedTuple):
    """An account in the books: its row, its balance and the last of its entries."""

    id: int
    balance: int
    last_entry_id: int | None = None

    @property
    def overdraft(self) -> int:
        """How far the account is below zero: exactly what the database is told to allow."""
        return max(0, -self.balance)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A transfer in the books. Balances are those right after it.

    ``given`` and ``received`` tell how it was spread over lots, where an account has lots.
    """

    id: int
    key: str
    digest: str
    transfer: "Sides"
    debit_balance: int
    credit_balance: int
    given: Parts
    received: Parts
    is_reversal: bool
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class Sides:
    """What of a transfer a reversal must mirror, and for which reason it was."""

    debit: AccountRef
    credit: AccountRef
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class Books:
    """What is known before deciding: every account and key that the items name, if it exists.

    ``lots`` holds what is in the lots of every account that gives and has lots.
    ``last_account_id``, ``last_transfer_id`` and ``last_entry_id`` are the highest given so far, 0
    when none.
    """

    accounts: Mapping[AccountRef, Account]
    lots: Mapping[AccountRef, Mapping[str, int]]
    transfers: Mapping[str, Recorded]
    last_account_id: int
    last_transfer_id: int
    last_entry_id: int


class Entered(NamedTuple):
    """A transfer to be written, with its row id and that of the one it reverses."""

    id: int
    transfer: Transfer
    digest: str
    debit_balance: int
    credit_balance: int
    given: Parts
    received: Parts
    reverses_id: int | None


@dataclass(slots=True)
class Decision:
    """One verdict for each item, in order, and what is to be written.

    ``accounts`` are all that changed or are new, with their final balances and the entry that was
    their last; ``lots`` is by how much each lot changes.
    """

    verdicts: list[tuple[Posted, ...] | LedgerError] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)
    accounts: dict[AccountRef, Account] = field(default_factory=dict)
    lots: dict[AccountRef, dict[str, int]] = field(default_factory=dict)


def decide(books: Books, items: Sequence[Sequence[Transfer]]) -> Decision:
    """Post ``items`` to ``books`` in order. Writes nothing and raises nothing."""
    page = _Page(books)
    for item in items:
        try:
            posted = page.post_item(item)
        except LedgerError as refusal:
            page.verdicts.append(refusal)
        else:
            page.verdicts.append(posted)
    return page.decision()


class _Page:
    """The books while they are written: what was loaded, overlaid by what was decided.

    A transfer is checked before anything is noted of it. When a later one of its item is refused,
    what was noted is taken back.
    """

    def __init__(self, books: Books) -> None:
        self.verdicts: list[tuple[Posted, ...] | LedgerError] = []
        self._books = books
        self._balances = {ref: account.balance for ref, account in books.accounts.items()}
        self._lots: dict[AccountRef, dict[str, int]] = {}
        self._entered: dict[str, Entered] = {}
        self._reversed: set[int] = set()

    def post_item(self, item: Sequence[Transfer]) -> tuple[Posted, ...]:
        """Add an item's transfers, or none. Raises LedgerError when the books do not allow one."""
        if len(item) == 1:
            return (self._post(item[0]),)
        entered = len(self._entered)
        try:
            return tuple([self._post(transfer) for transfer in item])
        except LedgerError:
            for key in list(self._entered)[entered:]:
                self._take_back(self._entered.pop(key))
            raise

    def decision(self) -> Decision:
        """What was decided, to be written."""
        entered = list(self._entered.values())
        touched: dict[AccountRef, None] = {}
        for done in entered:
            touched[done.transfer.debit] = None
            touched[done.transfer.credit] = None
        accounts, last_id = {}, self._books.last_account_id
        for ref in touched:
            known = self._books.accounts.get(ref)
            if known is None:
                last_id += 1
                known = Account(last_id, 0)
            accounts[ref] = Account(known.id, self._balances[ref], known.last_entry_id)
        lots = {ref: changes for ref, changes in self._lots.items() if ref in touched}
        return Decision(self.verdicts, entered, accounts, lots)

    def _post(self, transfer: Transfer) -> Posted:
        digest = transfer.digest
        if (known := self._find(transfer.key)) is not None:
            return _replay(known, digest)
        original = None if transfer.reverses is None else self._check_reversal(transfer)
        giver, taker, amount = transfer.debit, transfer.credit, transfer.amount
        debit_balance = self._balances.get(giver, 0) - amount
        _check_funds(transfer, debit_balance)
        balance = self._balances.get(taker, 0)
        given: Parts = ((PLAIN, -amount),)
        received: Parts = ((PLAIN, amount),)
        if giver.has_lots:
            given = self._take(transfer, original)
            self._note_lots(giver, given, 1)
        if taker.has_lots:
            received = _add(transfer, original, balance)
            self._note_lots(taker, received, 1)
        entered = Entered(
            id=self._books.last_transfer_id + len(self._entered) + 1,
            transfer=transfer,
            digest=digest,
            debit_balance=debit_balance,
            credit_balance=balance + amount,
            given=given,
            received=received,
            reverses_id=None if original is None else original.id,
        )
        self._balances[giver] = debit_balance
        self._balances[taker] = balance + amount
        self._entered[transfer.key] = entered
        if original is not None:
            self._reversed.add(original.id)
        return Posted(entered.id, transfer.key, debit_balance, balance + amount, replayed=False)

    def _take_back(self, entered: Entered) -> None:
        transfer = entered.transfer
        self._balances[transfer.debit] += transfer.amount
        self._balances[transfer.credit] -= transfer.amount
        self._note_lots(transfer.debit, entered.given, -1)
        self._note_lots(transfer.credit, entered.received, -1)
        if entered.reverses_id is not None:
            self._reversed.discard(entered.reverses_id)

    def _note_lots(self, ref: AccountRef, parts: Parts, sign: int) -> None:
        for lot, change in parts:
            if lot not in (PLAIN, DEBT):
                changes = self._lots.setdefault(ref, {})
                changes[lot] = changes.get(lot, 0) + sign * change

    def _find(self, key: str) -> Recorded | Entered | None:
        return self._entered.get(key) or self._books.transfers.get(key)

    def _take(self, transfer: Transfer, original: Recorded | None) -> Parts:
        """How what goes out is spread over the lots of the giver."""
        giver = transfer.debit
        lots = dict(self._books.lots.get(giver, {}))
        for lot, change in self._lots.get(giver, {}).items():
            lots[lot] = lots.get(lot, 0) + change
        first = {} if original is None else dict(original.received)
        return take(transfer.amount, lots, first=first)

    def _check_reversal(self, transfer: Transfer) -> Recorded:
        """What ``transfer`` reverses. Raises NotReversible."""
        found = self._find(transfer.reverses or "")
        if found is None:
            raise NotReversible(f"there is no transfer {transfer.reverses} to reverse")
        original = found if isinstance(found, Recorded) else _record(found)
        if original.is_reversed or original.id in self._reversed:
            raise NotReversible(f"{original.key} was reversed already; that happens at most once")
        if original.is_reversal:
            raise NotReversible(f"{original.key} is a reversal: write the transfer anew instead")
        sides = original.transfer
        if (sides.debit, sides.credit, sides.amount) != (
            transfer.credit,
            transfer.debit,
            transfer.amount,
        ):
            raise NotReversible(f"{transfer.key} is not the mirror image of {original.key}")
        if transfer.may_overdraw and sides.reason not in REFERRAL_REWARDS:
            raise NotReversible(f"{original.key} is no referral's reward: it is not clawed back")
        return original


def _add(transfer: Transfer, original: Recorded | None, balance: int) -> Parts:
    """How what comes in is spread over the lots of an account that holds ``balance``."""
    if original is None:
        return add(transfer.amount, balance, lot_of(transfer.expires_on))
    least = "" if transfer.expires_on is None else lot_of(transfer.expires_on)
    return _give_back(original.given, balance, least)


def _give_back(given: Parts, balance: int, least: str) -> Parts:
    """Spread what comes back over the lots it was taken from, the debt first.

    Lots that would end before ``least`` are given until then, so that nobody gets back what he
    can no longer use. What was given as debt (before there were lots) does not end.
    """
    returned: dict[str, int] = {}
    debt = max(0, -balance)
    for lot, part in given:
        amount = -part
        repaid = min(amount, debt)
        if repaid:
            debt -= repaid
            returned[DEBT] = returned.get(DEBT, 0) + repaid
        if amount > repaid:
            kept = NEVER if lot == DEBT else max(lot, least)
            returned[kept] = returned.get(kept, 0) + amount - repaid
    return tuple(returned.items())


def _replay(known: Recorded | Entered, digest: str) -> Posted:
    key = known.key if isinstance(known, Recorded) else known.transfer.key
    if known.digest != digest:
        raise KeyReused(f"the key {key} belongs to another transfer: use a key of its own", key=key)
    return Posted(known.id, key, known.debit_balance, known.credit_balance, replayed=True)


def _check_funds(transfer: Transfer, balance_after: int) -> None:
    giver = transfer.debit
    if balance_after >= 0 or transfer.may_overdraw or giver.kind is AccountKind.ISSUANCE:
        return
    balance = balance_after + transfer.amount
    raise Insufficient(
        f"{giver.name} holds {balance} {giver.currency} and cannot give {transfer.amount}",
        balance=balance,
        amount=transfer.amount,
    )


def _record(entered: Entered) -> Recorded:
    asked = entered.transfer
    return Recorded(
        id=entered.id,
        key=asked.key,
        digest=entered.digest,
        transfer=Sides(asked.debit, asked.credit, asked.amount, asked.reason),
        debit_balance=entered.debit_balance,
        credit_balance=entered.credit_balance,
        given=entered.given,
        received=entered.received,
        is_reversal=asked.reverses is not None,
        is_reversed=False,
    )
