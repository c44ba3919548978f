"""Signatures and secrets of WeChat Pay v3: who signs what, with which key.

We sign each request with the merchant's RSA key; answers and notices are signed by the platform and
checked with its public key. What a notice says is sealed with AES-256-GCM under the APIv3 key.
Everything here is a function of its arguments: the clock and the nonces are the caller's.

Strings to sign, each part followed by a line feed:

    request           method, path with query, timestamp, nonce, body
    answer, notice    timestamp, nonce, body

RSA is PKCS#1 v1.5 with SHA-256, in Base64.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from bot.core.errors import BadPayload, BadSignature
from bot.platforms.pay import NOTICE_SECONDS

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
"""The one way of signing that we speak."""

_HEADERS: Final = ("timestamp", "nonce", "signature", "serial")


@dataclass(frozen=True, slots=True)
class MerchantKey:
    """The merchant's side: ``serial`` is the number of the certificate that belongs to ``key``."""

    merchant_id: str
    serial: str
    key: RSAPrivateKey


@dataclass(frozen=True, slots=True)
class PlatformKey:
    """The platform's side: its public key under the id by which it signs."""

    key_id: str
    key: RSAPublicKey


@dataclass(frozen=True, slots=True)
class Sealed:
    """The ``resource`` of a notice; ``ciphertext`` is Base64, with the tag at its end."""

    nonce: str
    ciphertext: str
    associated_data: str


def authorization(
    merchant: MerchantKey, *, method: str, path: str, body: str, now: datetime, nonce: str
) -> str:
    """The Authorization header of a request. ``path`` has its query, ``body`` is what is sent."""
    timestamp = str(int(now.timestamp()))
    signature = sign(merchant.key, method, path, timestamp, nonce, body)
    return (
        f'{SCHEME} mchid="{merchant.merchant_id}",nonce_str="{nonce}",signature="{signature}",'
        f'timestamp="{timestamp}",serial_no="{merchant.serial}"'
    )


def sign(key: RSAPrivateKey, *lines: str) -> str:
    """The signature over ``lines``, in Base64."""
    return base64.b64encode(key.sign(_joined(lines), PKCS1v15(), SHA256())).decode()


def is_signed(key: RSAPublicKey, signature: str, *lines: str) -> bool:
    """Whether ``signature`` is the owner of ``key``'s, over exactly ``lines``."""
    try:
        key.verify(base64.b64decode(signature, validate=True), _joined(lines), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def check_signed(
    platform: PlatformKey, headers: Mapping[str, str], body: str, now: datetime
) -> None:
    """See that ``body`` comes from the platform and was signed within five minutes of ``now``.

    Names of headers are taken in any case. Raises BadSignature. The platform now and then sends a
    signature that is wrong on purpose; it fails here like any other.
    """
    given = {name.lower().removeprefix("wechatpay-"): value for name, value in headers.items()}
    timestamp, nonce, signature, serial = (given.get(name, "") for name in _HEADERS)
    if serial != platform.key_id:
        raise BadSignature("WeChat Pay signed with a key that bot.yaml does not name.")
    if not is_signed(platform.key, signature, timestamp, nonce, body):
        raise BadSignature("The signature is not WeChat Pay's.")
    age = now.timestamp() - int(timestamp) if _is_instant(timestamp) else None
    if age is None or abs(age) > timedelta(seconds=NOTICE_SECONDS).total_seconds():
        raise BadSignature("The signature of WeChat Pay is too old, or from the future.")


def unseal(sealed: Sealed, api_v3_key: str) -> bytes:
    """What a notice says. Raises BadPayload when the key does not open it."""
    try:
        ciphertext = base64.b64decode(sealed.ciphertext, validate=True)
        return AESGCM(api_v3_key.encode()).decrypt(
            sealed.nonce.encode(), ciphertext, sealed.associated_data.encode()
        )
    except (InvalidTag, ValueError):
        pass
    raise BadPayload("The notice does not open with the APIv3 key.")


def seal(plaintext: bytes, *, api_v3_key: str, nonce: str, associated_data: str) -> Sealed:
    """The platform's side of ``unseal``; ``nonce`` has 12 characters and is used once."""
    sealed = AESGCM(api_v3_key.encode()).encrypt(
        nonce.encode(), plaintext, associated_data.encode()
    )
    return Sealed(nonce, base64.b64encode(sealed).decode(), associated_data)


def read_private_key(pem: str) -> RSAPrivateKey:
    """A key in PEM, its line ends perhaps written as backslash and n. Raises ValueError."""
    try:
        key = load_pem_private_key(_pem(pem), password=None)
    except (ValueError, TypeError) as error:
        raise ValueError("this is no private key in PEM form") from error
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("this private key is not an RSA key")  # noqa: TRY004 (a wrong text)
    return key


def read_public_key(pem: str) -> RSAPublicKey:
    """A key in PEM, its line ends perhaps written as backslash and n. Raises ValueError."""
    try:
        key = load_pem_public_key(_pem(pem))
    except ValueError as error:
        raise ValueError("this is no public key in PEM form") from error
    if not isinstance(key, RSAPublicKey):
        raise ValueError("this public key is not an RSA key")  # noqa: TRY004 (a wrong text)
    return key


def _pem(text: str) -> bytes:
    return text.replace("\\n", "\n").strip().encode()


def _joined(lines: tuple[str, ...]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _is_instant(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12
