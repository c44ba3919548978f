"""The keys of both sides, made when the simulator begins: nothing secret is written anywhere."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from bot.channels.pay_signatures import MerchantKey, PlatformKey

MERCHANT_ID: Final = "1900000001"
API_V3_KEY: Final = "rehearsalrehearsalrehearsal00000"
_SERIAL: Final = "5157F09EFDC096DE15EBE81A47057A7200000000"
_KEY_ID: Final = "PUB_KEY_ID_0119000000012026112200000000000001"


@dataclass(frozen=True, slots=True)
class PayKeys:
    """What a merchant's console shows beside API_V3_KEY, and the platform's own private key."""

    merchant: MerchantKey
    platform: PlatformKey
    platform_private: RSAPrivateKey


@lru_cache(maxsize=1)
def rehearsal_keys() -> PayKeys:
    """The keys of this process."""
    merchant, platform = _new_key(), _new_key()
    return PayKeys(
        MerchantKey(MERCHANT_ID, _SERIAL, merchant),
        PlatformKey(_KEY_ID, platform.public_key()),
        platform,
    )


def _new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)
