"""E-mail by SMTP: one connection and one receiver for each attempt.

What is known of an attempt hangs on DATA. Before it nothing has left, so every failure may be tried
again; after it only the server's answer tells, and silence is silence. The Message-ID is made from
the key of the outgoing message, so that receivers can drop what reaches them twice.

Source: RFC 5321 (SMTP), 5322 (headers), 2369 and 8058 (leaving a list with one click).
"""

import asyncio
import hashlib
import re
import unicodedata
from contextlib import suppress
from dataclasses import replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import getaddresses
from typing import Any, Final, Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from bot.channels.render import as_plain, fit, what_is_lost, why_unsaid
from bot.core.clock import Clock
from bot.core.errors import ConfigurationRefused
from bot.core.ids import ChannelKey
from bot.core.messages import Letter, Outgoing, TargetKind
from bot.core.ports import Capabilities, Outcome, Pause, Rate, SendResult
from bot.platforms.limits import CONNECT_SECONDS, MAIL_BYTES, MAIL_SECONDS, SECRET_REPAIR_SECONDS
from bot.platforms.table import EMAIL

LEAVE_LINE: Final = "退订 Unsubscribe: {url}"
"""The last line of a mail from a list, for readers whose program shows no button."""

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_ADDRESS_CHARACTERS: Final = 254  # RFC 5321
_WEB_ADDRESS: Final = re.compile(r"https?://[!-;=?-~]{1,900}")
_NO_HEADER: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters that would end a header's line, or cannot be written."""

_LOGIN_WRONG: Final = frozenset({530, 534, 535, 538})


class Email:
    """Sender of one mailbox. ``sender`` is its From, as 禾间 <news@hejian.example>.

    Raises ConfigurationRefused for a sender that is not a mail address.
    """

    def __init__(
        self,
        *,
        key: ChannelKey,
        host: str,
        port: int,
        security: Literal["tls", "starttls", "none"],
        username: str,
        password: str,
        sender: str,
        per_minute: int,
        clock: Clock,
    ) -> None:
        self._key = key
        self._host = host
        self._port = port
        self._security = security
        self._username = username
        self._password = password
        (self._brand, self._address), *others = getaddresses([sender]) or [("", "")]
        if others or not _is_address(self._address) or not _fits_header(sender):
            raise ConfigurationRefused(
                f"The sender of {key} is not one mail address: write 禾间 <news@hejian.example>."
            )
        self._clock = clock
        self._capabilities = replace(EMAIL, rates=(Rate(per_minute, 60, per_chat=False),))

    @property
    def key(self) -> ChannelKey:
        """Its key in bot.yaml."""
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        """What mail can do, at the rate agreed with the provider."""
        return self._capabilities

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Mail a letter as it is, and whatever else has words as plain text under the brand's name.

        A refusal with 4xx is RETRY, with 5xx DEAD, silence after DATA is UNKNOWN. Whoever may not
        log in, or not under this sender, waits for somebody to mend the settings.
        """
        if reason := _impossible(outgoing):
            return SendResult(Outcome.DEAD, reason)
        result = await self._deliver(outgoing.target.address, self._write(outgoing))
        lost = what_is_lost(outgoing.message) if result.outcome is Outcome.SENT else ""
        return replace(result, reason=lost) if lost else result

    async def close(self) -> None:
        """Nothing to give back: connections last for one attempt."""

    def _write(self, outgoing: Outgoing) -> bytes:
        letter = outgoing.message
        if not isinstance(letter, Letter):
            letter = Letter("", as_plain(letter, MAIL_BYTES))
        digest = hashlib.sha256(outgoing.key.encode("utf-8", "replace")).hexdigest()[:40]
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = Address(self._brand, addr_spec=self._address)
        mail["To"] = Address(addr_spec=outgoing.target.address)
        mail["Subject"] = letter.subject.strip() or self._brand or self._address
        mail["Date"] = self._clock.now()
        mail["Message-ID"] = f"<{digest}@{self._domain}>"
        text = fit(letter.text, MAIL_BYTES)
        if letter.leave_url:
            mail["List-Unsubscribe"] = f"<{letter.leave_url}>"
            if letter.leave_url.startswith("https://"):  # RFC 8058 knows no other
                mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            text = f"{text}\n\n{LEAVE_LINE.format(url=letter.leave_url)}"
        mail.set_content(text, cte="base64")
        return mail.as_bytes()

    async def _deliver(self, receiver: str, document: bytes) -> SendResult:
        connection = SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username or None,
            password=self._password or None,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            timeout=MAIL_SECONDS,
            local_hostname=self._domain,
        )
        try:
            async with asyncio.timeout(MAIL_SECONDS):
                await connection.connect()
                await connection.mail(self._address)
                await connection.rcpt(receiver)
        except (SMTPException, OSError, UnicodeError) as error:
            connection.close()
            return _before_data(error)
        try:
            async with asyncio.timeout(MAIL_SECONDS):
                await connection.data(document)
        except (SMTPException, OSError) as error:
            return _after_data(error)
        else:
            with suppress(SMTPException, OSError):
                await connection.quit(timeout=CONNECT_SECONDS)
            return SendResult(Outcome.SENT)
        finally:
            connection.close()

    @property
    def _domain(self) -> str:
        return self._address.rpartition("@")[2]


class _Policy(EmailPolicy):
    """Headers in 7 bits; an address of the web stays whole, or mail programs do not find it."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.startswith("List-"):
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_POLICY: Final = _Policy(linesep="\r\n", cte_type="7bit")


def _impossible(outgoing: Outgoing) -> str:
    """Why this can never be mailed; empty when it can."""
    message = outgoing.message
    if outgoing.target.kind is not TargetKind.PERSON:
        return "Mail goes to people only."
    if not _is_address(outgoing.target.address):
        return "The receiver's address is not a mail address."
    if reason := why_unsaid(message):
        return reason
    if isinstance(message, Letter):
        if not _fits_header(message.subject):
            return "The subject has a line break, or a character that no header can carry."
        if message.leave_url and not _WEB_ADDRESS.fullmatch(message.leave_url):
            return "The address for leaving the list is not one of the web."
    return "" if as_plain(message, MAIL_BYTES).strip() else "The message has no words."


def _is_address(text: str) -> bool:
    return len(text) <= _ADDRESS_CHARACTERS and _ADDRESS.fullmatch(text) is not None


def _fits_header(text: str) -> bool:
    return all(unicodedata.category(character) not in _NO_HEADER for character in text)


def _before_data(error: Exception) -> SendResult:
    """What a failure means before the mail was handed over: it surely was not sent."""
    code = error.code if isinstance(error, SMTPResponseException) else 0
    refused = 500 <= code <= 599
    match error:
        case SMTPAuthenticationError() | SMTPSenderRefused() if refused:
            return _wait_for_settings(f"{code}", code)
        case SMTPRecipientRefused() if refused:
            known = code in _LOGIN_WRONG
            return _wait_for_settings(f"{code}", code) if known else _refuse(code)
        case _ if type(error) is SMTPException:
            return _wait_for_settings("it offers no login, or no STARTTLS")
        case _:
            what = code or type(error).__name__
            return SendResult(Outcome.RETRY, f"The mail server took nothing ({what}).", code)


def _after_data(error: Exception) -> SendResult:
    """What a failure means after DATA: only an answer tells."""
    code = error.code if isinstance(error, SMTPDataError) else 0
    if 400 <= code <= 499:
        return SendResult(Outcome.RETRY, f"The mail server put the mail off with {code}.", code)
    if code in _LOGIN_WRONG:
        return _wait_for_settings(f"{code}", code)
    if 500 <= code <= 599:
        return _refuse(code)
    kind = type(error).__name__
    return SendResult(Outcome.UNKNOWN, f"The mail server did not say whether it took it ({kind}).")


def _refuse(code: int) -> SendResult:
    return SendResult(Outcome.DEAD, f"The mail server refused the mail with {code}.", code)


def _wait_for_settings(why: str, code: int = 0) -> SendResult:
    reason = (
        f"The mail server does not let this account send ({why}): correct the channel's"
        " username, password, security or sender."
    )
    return SendResult(Outcome.RETRY, reason, code, SECRET_REPAIR_SECONDS, Pause.CHANNEL)
