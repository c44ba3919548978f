"""The socket for cash that leaves the house: what is ordered, what may come back, who does it.

An order keeps its number and its fields for ever. An answer tells what is known about the number;
when nothing is known it says so, and nobody may conclude that nothing happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, Protocol

BillNo = NewType("BillNo", str)
"""Our number of a payout at the provider: at most 32 letters and digits, unique for ever."""


class BillState(StrEnum):
    """Where a merchant transfer stands, in the platform's own words (and spelling).

    Source: pay.weixin.qq.com, get-transfer-bill-by-out-no.
    """

    ACCEPTED = "ACCEPTED"
    PROCESSING = "PROCESSING"
    WAIT_USER_CONFIRM = "WAIT_USER_CONFIRM"
    TRANSFERING = "TRANSFERING"
    CANCELING = "CANCELING"
    SUCCESS = "SUCCESS"
    FAIL = "FAIL"
    CANCELLED = "CANCELLED"

    @property
    def is_final(self) -> bool:
        """Whether it never changes again."""
        return self in (BillState.SUCCESS, BillState.FAIL, BillState.CANCELLED)


@dataclass(frozen=True, slots=True)
class PayoutOrder:
    """What the provider is asked for: ``amount`` fen to ``payee`` (an openid).

    ``remark`` is what the payee reads, in as many characters as the provider takes.
    """

    bill_no: BillNo
    payee: str
    amount: int
    remark: str


@dataclass(frozen=True, slots=True)
class Bill:
    """What the provider says about a number.

    ``reference`` is its own number of the bill. ``package`` opens the page on which the payee
    confirms, in WAIT_USER_CONFIRM only. ``reason`` tells why it failed. ``amount`` and ``payee``
    are None where the answer leaves them out.
    """

    bill_no: BillNo
    state: BillState
    reference: str = ""
    amount: int | None = None
    payee: str | None = None
    package: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NotFound:
    """The provider does not know the number, now."""


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing is known: no answer, one that cannot be read, or one that decides nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The request was turned down for good. It says nothing about an earlier one of the number."""

    code: str


class Stop(StrEnum):
    """Why nothing more can be sent for a while, whatever the order."""

    TOO_OFTEN = "too_often"
    NOT_ENOUGH = "not_enough"
    """The merchant's account is short of money."""
    SETTINGS = "settings"
    """A key, a certificate or a permission has to be mended."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """This request was not taken, and no other would be."""

    stop: Stop
    code: str


Answer = Bill | NotFound | Silent | Refused | Stopped
"""Every end of a request; match with ``assert_never``."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A line of the account's statement: ``amount`` fen, negative when money left the account.

    ``voucher`` is our number and ``reference`` the provider's, as far as the line names them.
    """

    voucher: str
    reference: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """What moved in the account on a day of the platform's."""

    on_date: date
    flows: Sequence[Flow]


@dataclass(frozen=True, slots=True)
class NoStatement:
    """There is none yet, or it could not be had: ask again later."""

    reason: str


class PayoutProvider(Protocol):
    """Whoever moves the money. No call raises for what the platform or the network does."""

    def write(self, order: PayoutOrder) -> str:
        """The order as it is sent. Keep it: a retry sends the same text, whatever the settings."""
        ...

    async def send(self, bill_no: BillNo, request: str) -> Answer:
        """Ask for the payout ``bill_no`` in the words of ``write``. May be repeated as it is."""
        ...

    async def ask(self, bill_no: BillNo) -> Answer:
        """What became of a number."""
        ...

    async def cancel(self, bill_no: BillNo) -> Answer:
        """Ask for the end of a bill that the payee has not confirmed; it ends later, if it does."""
        ...

    async def read_statement(self, on_date: date) -> Statement | NoStatement:
        """The account's statement of a day that is over."""
        ...


class Notices(Protocol):
    """Reads what the provider tells us by itself."""

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Bill:
        """A notice about a bill that has ended.

        Raises BadSignature for what is not the provider's or too old, BadPayload for what cannot
        be understood.
        """
        ...


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a web page hands to WeChat so that the payee is asked, beside the bill's package."""

    merchant_id: str
    app_id: str
