"""The envelope around every callback: signed with SHA-1, encrypted with AES-256-CBC.

The signature is checked before anything is decrypted and the receive id after it, both in
constant time, so whoever does not know the token learns nothing from us.

Source: developer.work.weixin.qq.com/document/path/91144 (algorithm), 101033 (robots: empty
receive id); developers.weixin.qq.com/doc, message encryption (accounts: the appid).
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.core.errors import BadPayload, BadSignature

FRESHNESS_SECONDS = 600
"""How far a callback's timestamp may lie from our clock, either way. The platform names no
window; this one is wide enough for its three deliveries."""

_BLOCK = 16
_PAD_BLOCK = 32
_RANDOM_BYTES = 16
_HEADER_BYTES = _RANDOM_BYTES + 4
_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted answer: ``ciphertext`` is Base64, ``timestamp`` seconds in digits."""

    ciphertext: str
    signature: str
    timestamp: str
    nonce: str


class Envelope:
    """Opens and seals with one pair of token and EncodingAESKey.

    ``receive_id`` is the corp id for self-built apps, the appid for Official Accounts and empty
    for intelligent robots. Raises ValueError when ``encoding_aes_key`` is not 43 characters of
    Base64. The key's last character may carry bits beyond the 256 that count; they are ignored.
    """

    def __init__(self, token: str, encoding_aes_key: str, receive_id: str) -> None:
        if not _AES_KEY.fullmatch(encoding_aes_key):
            raise ValueError("the EncodingAESKey must be 43 letters and digits")
        key = base64.b64decode(encoding_aes_key + "=")
        self._cipher = Cipher(AES256(key), CBC(key[:_BLOCK]))
        self._token = _raw(token)
        self._receive_id = _raw(receive_id)

    def sign(self, timestamp: str, nonce: str, ciphertext: str) -> str:
        """SHA-1 in lower-case hex over token and arguments, sorted by bytes and joined."""
        return _sign(self._token, _raw(timestamp), _raw(nonce), _raw(ciphertext))

    def open(
        self,
        signature: str,
        timestamp: str,
        nonce: str,
        ciphertext: str,
        *,
        now: datetime | None = None,
        window_seconds: int | None = FRESHNESS_SECONDS,
    ) -> str:
        """The plaintext of a genuine callback.

        With ``now`` and ``window_seconds`` the timestamp must lie within the window around now;
        without either its age is not checked. Raises BadSignature when the callback is not the
        platform's, not for us or not fresh, and BadPayload when it cannot be decrypted.
        """
        _check_signature(self.sign(timestamp, nonce, ciphertext), signature)
        if now is not None and window_seconds is not None:
            _check_fresh(timestamp, now, window_seconds)
        content = unpad(self._decrypt(ciphertext))
        if len(content) < _HEADER_BYTES:
            raise BadPayload("The decrypted callback has no header.")
        length = int.from_bytes(content[_RANDOM_BYTES:_HEADER_BYTES], "big")
        if len(content) < _HEADER_BYTES + length:
            raise BadPayload("The decrypted callback is shorter than it says.")
        message = content[_HEADER_BYTES : _HEADER_BYTES + length]
        if not hmac.compare_digest(content[_HEADER_BYTES + length :], self._receive_id):
            raise BadSignature("The callback is meant for another company or app.")
        try:
            return message.decode()
        except UnicodeDecodeError:
            raise BadPayload("The decrypted callback is not UTF-8.") from None

    def seal(
        self, plaintext: str, *, timestamp: str, nonce: str, random16: bytes | None = None
    ) -> Sealed:
        """Encrypt and sign. ``random16`` is 16 bytes, by default from the operating system."""
        random16 = secrets.token_bytes(_RANDOM_BYTES) if random16 is None else random16
        if len(random16) != _RANDOM_BYTES:
            raise ValueError("random16 must be 16 bytes")
        message = plaintext.encode()
        content = random16 + len(message).to_bytes(4, "big") + message + self._receive_id
        pad = _PAD_BLOCK - len(content) % _PAD_BLOCK
        encryptor = self._cipher.encryptor()
        encrypted = encryptor.update(content + bytes([pad]) * pad) + encryptor.finalize()
        ciphertext = base64.b64encode(encrypted).decode()
        return Sealed(ciphertext, self.sign(timestamp, nonce, ciphertext), timestamp, nonce)

    def _decrypt(self, ciphertext: str) -> bytes:
        try:
            encrypted = base64.b64decode(_raw(ciphertext), validate=True)
        except binascii.Error:
            raise BadPayload("The ciphertext is not Base64.") from None
        if not encrypted or len(encrypted) % _BLOCK:
            raise BadPayload("The ciphertext is not whole blocks.")
        decryptor = self._cipher.decryptor()
        return decryptor.update(encrypted) + decryptor.finalize()


def check_plain(token: str, signature: str, timestamp: str, nonce: str, now: datetime) -> None:
    """Check what Official Accounts sign without encryption: token, timestamp and nonce (mp).

    It covers no body, so whoever overhears a callback can send others until it is not fresh any
    more. Raises BadSignature when it is wrong or not fresh.
    """
    _check_signature(_sign(_raw(token), _raw(timestamp), _raw(nonce)), signature)
    _check_fresh(timestamp, now, FRESHNESS_SECONDS)


def unpad(padded: bytes) -> bytes:
    """Without the padding: 1 to 32 bytes, each of which holds their number. Raises BadPayload."""
    pad = padded[-1]
    content = padded[:-pad]
    if not 1 <= pad <= _PAD_BLOCK or padded[len(content) :] != bytes([pad]) * pad:
        raise BadPayload("The padding is wrong: compare the EncodingAESKey with the console's.")
    return content


def _raw(text: str) -> bytes:
    """Bytes of any string, also of one that UTF-8 proper cannot carry."""
    return text.encode("utf-8", "surrogatepass")


def _sign(*parts: bytes) -> str:
    return hashlib.sha1(b"".join(sorted(parts)), usedforsecurity=False).hexdigest()


def _check_signature(expected: str, signature: str) -> None:
    if not hmac.compare_digest(_raw(expected), _raw(signature)):
        raise BadSignature("The signature is wrong: compare the token with the console's.")


def _check_fresh(timestamp: str, now: datetime, window_seconds: int) -> None:
    if not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("The timestamp is not a number of seconds.")
    if abs(now.timestamp() - int(timestamp)) > window_seconds:
        raise BadSignature(
            "The callback is too old or from the future: check this machine's clock.",
            timestamp=int(timestamp),
        )
