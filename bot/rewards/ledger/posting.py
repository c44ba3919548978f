"""Decides what the books become: pure, the same for every database.

Items are taken in order and each sees what those before it did. Within an item it is all or
nothing: a refused transfer takes its whole item with it, and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.errors import Insufficient, KeyReused, LedgerError
from bot.rewards.ledger.transfers import (
    REFERRAL_REWARDS,
    AccountKind,
    AccountRef,
    NotReversible,
    Posted,
    Reason,
    Transfer,
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account in the books: its row and its balance."""

    id: int
    balance: int

    @property
    def overdraft(self) -> int:
        """How far the account is below zero: exactly what the database is told to allow."""
        return max(0, -self.balance)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A transfer in the books. Balances are those right after it."""

    id: int
    key: str
    digest: str
    debit: AccountRef
    credit: AccountRef
    amount: int
    reason: Reason
    debit_balance: int
    credit_balance: int
    is_reversal: bool
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class Books:
    """What is known before deciding: every account and key that the items name, if it exists.

    ``last_account_id`` and ``last_transfer_id`` are the highest given so far, 0 when none.
    """

    accounts: Mapping[AccountRef, Account]
    transfers: Mapping[str, Recorded]
    last_account_id: int
    last_transfer_id: int


@dataclass(frozen=True, slots=True)
class Entered:
    """A transfer to be written, with its row id and that of the one it reverses."""

    id: int
    transfer: Transfer
    digest: str
    debit_balance: int
    credit_balance: int
    reverses_id: int | None


@dataclass(slots=True)
class Decision:
    """One verdict for each item, in order, and what is to be written.

    ``accounts`` are all that changed or are new, with their final balances.
    """

    verdicts: list[tuple[Posted, ...] | LedgerError] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)
    accounts: dict[AccountRef, Account] = field(default_factory=dict)


def decide(books: Books, items: Sequence[Sequence[Transfer]]) -> Decision:
    """Post ``items`` to ``books`` in order. Writes nothing and raises nothing."""
    page = _Page(books)
    for item in items:
        draft = _Draft(page)
        try:
            posted = tuple([draft.post(transfer) for transfer in item])
        except LedgerError as refusal:
            page.decision.verdicts.append(refusal)
        else:
            page.keep(draft)
            page.decision.verdicts.append(posted)
    return page.decision


class _Page:
    """The books while they are written: what was loaded, overlaid by what was decided."""

    def __init__(self, books: Books) -> None:
        self.decision = Decision()
        self.recorded: dict[str, Recorded] = {}
        self.reversed: set[int] = set()
        self.last_transfer_id = books.last_transfer_id
        self._last_account_id = books.last_account_id
        self._books = books

    def balance(self, ref: AccountRef) -> int:
        account = self.decision.accounts.get(ref) or self._books.accounts.get(ref)
        return 0 if account is None else account.balance

    def find(self, key: str) -> Recorded | None:
        return self.recorded.get(key) or self._books.transfers.get(key)

    def keep(self, draft: "_Draft") -> None:
        """Make an item's transfers part of the page."""
        for ref, balance in draft.balances.items():
            self.decision.accounts[ref] = Account(self._account_id(ref), balance)
        self.decision.entered += draft.entered
        self.recorded |= draft.recorded
        self.reversed |= draft.reversed
        self.last_transfer_id += len(draft.entered)

    def _account_id(self, ref: AccountRef) -> int:
        known = self.decision.accounts.get(ref) or self._books.accounts.get(ref)
        if known is not None:
            return known.id
        self._last_account_id += 1
        return self._last_account_id


class _Draft:
    """One item's transfers, thrown away when one of them is refused."""

    def __init__(self, page: _Page) -> None:
        self.balances: dict[AccountRef, int] = {}
        self.entered: list[Entered] = []
        self.recorded: dict[str, Recorded] = {}
        self.reversed: set[int] = set()
        self._page = page

    def post(self, transfer: Transfer) -> Posted:
        """Add one transfer. Raises LedgerError when the books do not allow it."""
        digest = transfer.digest
        if (known := self._find(transfer.key)) is not None:
            return _replay(known, digest)
        reversed_id = self._check_reversal(transfer)
        debit_balance = self._balance(transfer.debit) - transfer.amount
        _check_funds(transfer, debit_balance)
        credit_balance = self._balance(transfer.credit) + transfer.amount
        self.balances[transfer.debit] = debit_balance
        self.balances[transfer.credit] = credit_balance
        entered = Entered(
            id=self._page.last_transfer_id + len(self.entered) + 1,
            transfer=transfer,
            digest=digest,
            debit_balance=debit_balance,
            credit_balance=credit_balance,
            reverses_id=reversed_id,
        )
        self.entered.append(entered)
        self.recorded[transfer.key] = _record(entered)
        if reversed_id is not None:
            self.reversed.add(reversed_id)
        return Posted(entered.id, transfer.key, debit_balance, credit_balance, replayed=False)

    def _find(self, key: str) -> Recorded | None:
        return self.recorded.get(key) or self._page.find(key)

    def _balance(self, ref: AccountRef) -> int:
        balance = self.balances.get(ref)
        return self._page.balance(ref) if balance is None else balance

    def _check_reversal(self, transfer: Transfer) -> int | None:
        """The row id of what ``transfer`` reverses, if anything. Raises NotReversible."""
        if transfer.reverses is None:
            return None
        original = self._find(transfer.reverses)
        if original is None:
            raise NotReversible(f"there is no transfer {transfer.reverses} to reverse")
        gone = self.reversed | self._page.reversed
        if original.is_reversed or original.id in gone:
            raise NotReversible(f"{original.key} was reversed already; that happens at most once")
        if original.is_reversal:
            raise NotReversible(f"{original.key} is a reversal: write the transfer anew instead")
        if (original.debit, original.credit, original.amount) != (
            transfer.credit,
            transfer.debit,
            transfer.amount,
        ):
            raise NotReversible(f"{transfer.key} is not the mirror image of {original.key}")
        if transfer.may_overdraw and original.reason not in REFERRAL_REWARDS:
            raise NotReversible(f"{original.key} is no referral's reward: it is not clawed back")
        return original.id


def _replay(known: Recorded, digest: str) -> Posted:
    if known.digest != digest:
        raise KeyReused(
            f"the key {known.key} belongs to another transfer: use a key of its own",
            key=known.key,
        )
    return Posted(known.id, known.key, known.debit_balance, known.credit_balance, replayed=True)


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
    transfer = entered.transfer
    return Recorded(
        id=entered.id,
        key=transfer.key,
        digest=entered.digest,
        debit=transfer.debit,
        credit=transfer.credit,
        amount=transfer.amount,
        reason=transfer.reason,
        debit_balance=entered.debit_balance,
        credit_balance=entered.credit_balance,
        is_reversal=transfer.reverses is not None,
        is_reversed=False,
    )
