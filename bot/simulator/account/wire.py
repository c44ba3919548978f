"""How an account's callbacks travel: as they are, encrypted, or both at once.

The check of the address is never encrypted: it is signed, and the echo comes back as it went.
Source: mp, message encryption (plain, compatible and safe mode); the order of precedence in
compatible answers is unverified.
"""

import hashlib

from bot.channels.xml import parse_xml, write_xml
from bot.simulator.cast import Account
from bot.simulator.wire import Parcel, Stamp, open_xml, read_answer_xml, seal


class AccountWire:
    """XML both ways, in the mode that the console says."""

    content_type = "text/xml"

    def __init__(self, account: Account) -> None:
        self.key = account.key
        self._account = account

    def write_check(self, echo: str, stamp: Stamp) -> dict[str, str]:
        """Signed, with the echo in the open."""
        return {**self._signed(stamp), "echostr": echo}

    def write(self, plaintext: str, stamp: Stamp) -> Parcel:
        """Signed, and sealed as the mode asks."""
        document = parse_xml(plaintext)
        query = {**self._signed(stamp), "openid": document.value("FromUserName")}
        envelope = self._account.envelope
        if envelope is None:
            return Parcel(query, plaintext.encode())
        proof, ciphertext = seal(envelope, plaintext, stamp)
        query = {**query, **proof, "encrypt_type": "aes"}
        encrypted = write_xml((("Encrypt", ciphertext),)).removeprefix("<xml>")
        if self._account.mode == "compatible":
            return Parcel(query, (plaintext.removesuffix("</xml>") + encrypted).encode())
        sealed = (("ToUserName", document.value("ToUserName")), ("Encrypt", ciphertext))
        return Parcel(query, write_xml(sealed).encode())

    def open(self, body: bytes, nonce: str) -> str:  # noqa: ARG002 (the account has its own)
        """The plaintext of a reply. Raises AnswerRejected."""
        answer, envelope = read_answer_xml(body), self._account.envelope
        may_be_plain = self._account.mode != "aes" and not answer.value("Encrypt")
        if envelope is None or may_be_plain:
            return body.decode()
        return open_xml(envelope, answer)

    def _signed(self, stamp: Stamp) -> dict[str, str]:
        values = (self._account.token, stamp.timestamp, stamp.nonce)
        parts = sorted(value.encode() for value in values)
        signature = hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()
        return {"signature": signature, "timestamp": stamp.timestamp, "nonce": stamp.nonce}
