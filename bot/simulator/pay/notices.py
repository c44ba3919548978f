"""Tells the merchant that a transfer has ended, until he has taken it: up to 15 times in a day.

A notice is sealed with the APIv3 key and signed by the platform. In a drill some never come, some
come twice, and before some comes a forged one that tells of another end.

Source: pay.weixin.qq.com, callback-notice (2025-03-07); the pauses are those of payments.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import aiohttp
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from bot.channels.pay_signatures import seal
from bot.channels.wechat_pay import FINISHED
from bot.core.clock import Clock
from bot.core.payouts import BillState
from bot.simulator.pay.faults import FaultDice, NoticeFault
from bot.simulator.pay.keys import API_V3_KEY
from bot.simulator.pay.merchant import Merchant, Transfer
from bot.simulator.pay.signing import Signing
from bot.simulator.platform_log import Level, PlatformLog

PAUSES: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (
        *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800),
        *(3600, 10800, 10800, 10800, 21600),
    )
)
"""Between one try and the next; after the fifteenth the platform gives up."""

_PATIENCE: Final = aiohttp.ClientTimeout(total=5)


@dataclass(slots=True)
class _Notice:
    """What is still to be told. ``body`` is sealed once, the signature is new each time."""

    url: str
    body: str
    due_at: datetime
    tries: int = 0


class PayNotices:
    """The notices of one merchant. It looks when it is asked to; see ``deliver_due``."""

    def __init__(
        self,
        merchant: Merchant,
        *,
        signing: Signing,
        faults: FaultDice,
        clock: Clock,
        log: PlatformLog,
    ) -> None:
        self._merchant = merchant
        self._signing = signing
        self._faults = faults
        self._clock = clock
        self._log = log
        self._waiting: list[_Notice] = []
        self._seen = 0
        self.answers: list[int] = []
        """The HTTP statuses by which notices were answered, 0 for none."""

    def begin_here(self) -> None:
        """What ended until now was told by an earlier run, or never will be."""
        self._seen = len(self._merchant.ended)

    def next_due(self) -> datetime | None:
        """When something is to be told next."""
        if self._seen < len(self._merchant.ended):
            return self._clock.now()
        return min((notice.due_at for notice in self._waiting), default=None)

    async def deliver_due(self) -> None:
        """Tell what is due by now."""
        self._gather()
        now = self._clock.now()
        due = [notice for notice in self._waiting if notice.due_at <= now]
        for notice in due:
            self._waiting.remove(notice)
            status = await self._post(notice.url, notice.body, None)
            if status not in (200, 204) and notice.tries < len(PAUSES):
                notice.due_at = now + PAUSES[notice.tries]
                notice.tries += 1
                self._waiting.append(notice)

    async def forge(self, transfer: Transfer, state: BillState, key: RSAPrivateKey) -> int:
        """A notice of an end that never was, signed by ``key``; the status it is answered with."""
        return await self._post(_url(transfer), self._body(transfer, state), key)

    def _gather(self) -> None:
        """Write the notices of what has ended since."""
        fresh = self._merchant.ended[self._seen :]
        self._seen = len(self._merchant.ended)
        now = self._clock.now()
        for transfer in fresh:
            faults = self._faults.of_notice()
            if not _url(transfer) or NoticeFault.NEVER in faults:
                continue
            if NoticeFault.FORGED in faults:
                self._waiting.append(_Notice(_url(transfer), self._forged(transfer), now))
            times = 2 if NoticeFault.REPEATED in faults else 1
            body = self._body(transfer, transfer.state)
            self._waiting += [_Notice(_url(transfer), body, now) for _ in range(times)]

    def _forged(self, transfer: Transfer) -> str:
        """A body that tells of another end, sealed with a key that is not the merchant's."""
        paid = transfer.state is BillState.SUCCESS
        other = BillState.FAIL if paid else BillState.SUCCESS
        return self._body(transfer, other, api_v3_key="f" * 32)

    def _body(self, transfer: Transfer, state: BillState, api_v3_key: str = "") -> str:
        told = {
            "out_bill_no": transfer.number,
            "transfer_bill_no": transfer.reference,
            "state": state,
            "mch_id": self._signing.merchant_id,
            "transfer_amount": transfer.amount,
            "openid": transfer.openid,
            "fail_reason": transfer.reason,
        }
        sealed = seal(
            json.dumps(told).encode(),
            api_v3_key=api_v3_key or API_V3_KEY,
            nonce=f"{len(self.answers) % 10**12:012d}",
            associated_data="mch_payment",
        )
        return json.dumps(
            {
                "id": f"EV-{transfer.reference}",
                "create_time": self._clock.now().isoformat(),
                "resource_type": "encrypt-resource",
                "event_type": FINISHED,
                "summary": "商家转账单据终态通知",
                "resource": {
                    "original_type": "mch_payment",
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": sealed.ciphertext,
                    "associated_data": sealed.associated_data,
                    "nonce": sealed.nonce,
                },
            },
            ensure_ascii=False,
        )

    async def _post(self, url: str, body: str, key: RSAPrivateKey | None) -> int:
        headers = {"Content-Type": "application/json", **self._signing.headers(body, key=key)}
        try:
            async with (
                aiohttp.ClientSession(timeout=_PATIENCE) as session,
                session.post(url, data=body.encode(), headers=headers) as response,
            ):
                status = response.status
        except (aiohttp.ClientError, OSError):
            status = 0
        self.answers.append(status)
        self._log.write(Level.INFO, "pay", f"微信支付通知：{status or '没有回应'}")
        return status


@lru_cache(maxsize=1)
def forger() -> RSAPrivateKey:
    """Somebody else's key."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def _url(transfer: Transfer) -> str:
    return str(transfer.fields.get("notify_url", ""))
