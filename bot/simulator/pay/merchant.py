"""One merchant's account: what is in it, its transfers, and what their payees did.

The rules of the platform without its wires. An amount leaves the account when a transfer is taken
and comes back when it fails; so what left under a number is its amount or nothing. Every change is
a happening, so that the account survives a crash of the program that rehearses with it.

Source: pay.weixin.qq.com, transfer-to-user, get-transfer-bill-by-out-no, 4012716458.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from bot.core.clock import Clock
from bot.core.payouts import BillState
from bot.platforms.pay import CONFIRM_HOURS, QUERY_DAYS
from bot.simulator.pay.fields import PayRefused

FIRST_BALANCE: Final = 1_000_000
"""Fen in the account at the beginning."""


class Happen(Protocol):
    """Writes a happening down and has it applied."""

    def __call__(self, kind: str, **data: Any) -> None: ...


@dataclass(slots=True)
class Transfer:
    """A transfer as the platform keeps it; ``fields`` are what the merchant sent."""

    fields: dict[str, Any]
    reference: str
    package: str
    state: BillState
    made_at: datetime
    changed_at: datetime
    reason: str = ""

    @property
    def number(self) -> str:
        """The merchant's number."""
        return str(self.fields["out_bill_no"])

    @property
    def amount(self) -> int:
        """In fen."""
        return int(self.fields["transfer_amount"])

    @property
    def openid(self) -> str:
        """Who gets it."""
        return str(self.fields["openid"])


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of the statement; ``amount`` is negative when money left."""

    at: datetime
    number: str
    reference: str
    amount: int
    balance: int


class Merchant:
    """The account. ``new_id`` gives 32 digits that nobody can guess."""

    def __init__(self, clock: Clock, happen: Happen, new_id: Callable[[], str]) -> None:
        self._clock = clock
        self._happen = happen
        self._new_id = new_id
        self.balance = FIRST_BALANCE
        self.transfers: dict[str, Transfer] = {}
        self.movements: list[Movement] = []
        self.ended: list[Transfer] = []
        """Those that reached their end, in that order: each is to be told."""

    @property
    def paid(self) -> int:
        """Fen that payees have got."""
        done = (one for one in self.transfers.values() if one.state is BillState.SUCCESS)
        return sum(one.amount for one in done)

    def transfer(self, fields: dict[str, Any]) -> Transfer:
        """Take a transfer, or find it: the same number with the same fields is the same transfer.

        Raises PayRefused.
        """
        self.end_late()
        known = self.transfers.get(fields["out_bill_no"])
        if known is not None:
            if known.fields != fields:
                raise PayRefused(400, "PARAM_ERROR", "商户单号已用于另一笔转账")
            return known
        if fields["transfer_amount"] > self.balance:
            raise PayRefused(403, "NOT_ENOUGH", "商户账户余额不足")
        self._happen(
            "pay_transfer",
            fields=fields,
            reference=f"13300{self._new_id()}",
            package=self._new_id(),
        )
        return self.transfers[fields["out_bill_no"]]

    def find(self, number: str) -> Transfer:
        """A transfer of the last 30 days, by the merchant's number. Raises PayRefused."""
        self.end_late()
        return self._recent(self.transfers.get(number))

    def find_by_reference(self, reference: str) -> Transfer:
        """The same by the platform's number. Raises PayRefused."""
        self.end_late()
        found = (one for one in self.transfers.values() if one.reference == reference)
        return self._recent(next(found, None))

    def cancel(self, number: str) -> Transfer:
        """Begin to withdraw what the payee has not confirmed; ``end_late`` ends it."""
        transfer = self.find(number)
        if transfer.state in (BillState.CANCELING, BillState.CANCELLED):
            return transfer
        if transfer.state is not BillState.WAIT_USER_CONFIRM:
            raise PayRefused(400, "INVALID_REQUEST", "这笔转账现在不能撤销")
        self._change(transfer, BillState.CANCELING)
        return transfer

    def confirm(self, package: str) -> Transfer:
        """The payee takes the money, on the page that ``package`` opens. Raises PayRefused."""
        self.end_late()
        found = (one for one in self.transfers.values() if one.package == package)
        transfer = next(found, None)
        if transfer is None or transfer.state is not BillState.WAIT_USER_CONFIRM:
            raise PayRefused(400, "INVALID_REQUEST", "这笔转账现在不能收款")
        self._change(transfer, BillState.SUCCESS)
        return transfer

    def fail(self, number: str, reason: str) -> Transfer:
        """The platform refuses the payee after all."""
        transfer = self.find(number)
        if not transfer.state.is_final:
            self._change(transfer, BillState.FAIL, reason)
        return transfer

    def fill_up(self, balance: int) -> None:
        """Put money into the account, or take it out: what is in it from now on."""
        self._happen("pay_balance", balance=balance)

    def end_late(self) -> None:
        """End what was not confirmed in time, and what is being cancelled."""
        now = self._clock.now()
        for transfer in list(self.transfers.values()):
            if transfer.state is BillState.CANCELING:
                self._change(transfer, BillState.CANCELLED)
            elif not transfer.state.is_final and now >= _end_of(transfer):
                self._change(transfer, BillState.FAIL, "OVERDUE_CLOSE")

    def next_end(self) -> datetime | None:
        """When something ends by itself next."""
        waiting = [one for one in self.transfers.values() if not one.state.is_final]
        if any(one.state is BillState.CANCELING for one in waiting):
            return self._clock.now()
        return min(map(_end_of, waiting), default=None)

    def apply(self, data: dict[str, Any]) -> bool:
        """A happening of the account; False for one of another corner."""
        at = datetime.fromisoformat(data["at"])
        match data["t"]:
            case "pay_transfer":
                transfer = Transfer(
                    fields=data["fields"],
                    reference=data["reference"],
                    package=data["package"],
                    state=BillState.WAIT_USER_CONFIRM,
                    made_at=at,
                    changed_at=at,
                )
                self.transfers[transfer.number] = transfer
                self._move(transfer, -transfer.amount, at)
            case "pay_state":
                self._apply_state(data, at)
            case "pay_balance":
                self.balance = data["balance"]
            case _:
                return False
        return True

    def _apply_state(self, data: dict[str, Any], at: datetime) -> None:
        transfer = self.transfers[data["number"]]
        transfer.state = BillState(data["state"])
        transfer.reason, transfer.changed_at = data["reason"], at
        if not transfer.state.is_final:
            return
        self.ended.append(transfer)
        if transfer.state is not BillState.SUCCESS:
            self._move(transfer, transfer.amount, at)

    def _move(self, transfer: Transfer, amount: int, at: datetime) -> None:
        self.balance += amount
        self.movements.append(
            Movement(at, transfer.number, transfer.reference, amount, self.balance)
        )

    def _change(self, transfer: Transfer, state: BillState, reason: str = "") -> None:
        self._happen("pay_state", number=transfer.number, state=state, reason=reason)

    def _recent(self, transfer: Transfer | None) -> Transfer:
        oldest = self._clock.now() - timedelta(days=QUERY_DAYS)
        if transfer is None or transfer.made_at < oldest:
            raise PayRefused(404, "NOT_FOUND", "记录不存在")
        return transfer


def _end_of(transfer: Transfer) -> datetime:
    return transfer.made_at + timedelta(hours=CONFIRM_HOURS)
