"""The platform's side of every signature: checks the merchant's, writes its own.

Whatever is wrong with a request's signature is 401 SIGN_ERROR, as on the real platform.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.channels.pay_signatures import SCHEME, is_signed, sign
from bot.core.clock import Clock
from bot.platforms.pay import NOTICE_SECONDS
from bot.simulator.pay.fields import PayRefused
from bot.simulator.pay.keys import PayKeys, rehearsal_keys

_PAIR: Final = re.compile(r'(mchid|nonce_str|signature|timestamp|serial_no)="([^"]*)"')
_NAMES: Final = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}


class Signing:
    """One merchant's signatures."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._nonces: set[str] = set()

    @property
    def _keys(self) -> PayKeys:
        return rehearsal_keys()

    @property
    def merchant_id(self) -> str:
        """Whose they are."""
        return self._keys.merchant.merchant_id

    def check(self, method: str, path: str, headers: Mapping[str, str], body: str) -> None:
        """See that a request is the merchant's, fresh and new. Raises PayRefused."""
        scheme, _, rest = headers.get("Authorization", "").partition(" ")
        pairs = dict(_PAIR.findall(rest))
        if scheme != SCHEME or set(pairs) != _NAMES:
            raise _wrong("Authorization 的格式不对")
        merchant = self._keys.merchant
        if (pairs["mchid"], pairs["serial_no"]) != (merchant.merchant_id, merchant.serial):
            raise _wrong("商户号或证书序列号不对")
        if not pairs["timestamp"].isdigit() or not self._is_fresh(int(pairs["timestamp"])):
            raise _wrong("时间戳过期了")
        lines = (method, path, pairs["timestamp"], pairs["nonce_str"], body)
        if not is_signed(merchant.key.public_key(), pairs["signature"], *lines):
            raise _wrong("签名错误")
        if pairs["nonce_str"] in self._nonces:
            raise _wrong("nonce_str 用过了")
        self._nonces.add(pairs["nonce_str"])
        if (
            headers.get("Wechatpay-Serial", self._keys.platform.key_id)
            != self._keys.platform.key_id
        ):
            raise _wrong("Wechatpay-Serial 不对")

    def headers(self, body: str, *, key: RSAPrivateKey | None = None) -> dict[str, str]:
        """What the platform signs ``body`` with; ``key`` is a forger's."""
        timestamp, nonce = str(int(self._clock.now().timestamp())), secrets.token_hex(16)
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self._keys.platform.key_id,
            "Wechatpay-Signature": sign(key or self._keys.platform_private, timestamp, nonce, body),
            "Wechatpay-Signature-Type": SCHEME,
        }

    def _is_fresh(self, timestamp: int) -> bool:
        return abs(self._clock.now().timestamp() - timestamp) <= NOTICE_SECONDS


def _wrong(message: str) -> PayRefused:
    return PayRefused(401, "SIGN_ERROR", message)
