"""Short messages (短信) through a provider's gateway: plain text to telephone numbers.

Gateways promise no protection against repeats, so an attempt that ended in silence is not repeated.
Numbers stand in bodies only, never in addresses or reasons.
"""

import hashlib
import re
import secrets
from dataclasses import replace
from typing import Final

import aiohttp

from bot.channels.http import exchange, send_result
from bot.channels.render import as_short_plain, what_is_lost, why_unsaid
from bot.channels.sms_signatures import Provider, ShortMessage
from bot.core.clock import Clock
from bot.core.errors import TransportError
from bot.core.ids import ChannelKey
from bot.core.messages import Outgoing, TargetKind
from bot.core.ports import Capabilities, Outcome, Rate, SendResult
from bot.platforms.limits import SMS_CHARACTERS
from bot.platforms.table import SMS

_MAINLAND: Final = re.compile(r"(?:\+86)?(1[3-9][0-9]{9})")
_ABROAD: Final = re.compile(r"\+(?!86)[1-9][0-9]{6,14}")  # E.164


class Sms:
    """Sender of one account with a provider."""

    def __init__(
        self,
        *,
        key: ChannelKey,
        provider: Provider,
        per_minute: int,
        session: aiohttp.ClientSession,
        clock: Clock,
    ) -> None:
        self._key = key
        self._provider = provider
        self._session = session
        self._clock = clock
        self._capabilities = replace(SMS, rates=(Rate(per_minute, 60, per_chat=False),))

    @property
    def key(self) -> ChannelKey:
        """Its key in bot.yaml."""
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        """What short messages can do, at the rate agreed with the provider."""
        return self._capabilities

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Send any message as plain text of at most 500 characters, the signature's name included.

        The address is a mobile number of the mainland, with or without +86, or another one with +
        and its country's code.
        """
        if outgoing.target.kind is not TargetKind.PERSON:
            return SendResult(Outcome.DEAD, "Short messages go to people only.")
        if reason := why_unsaid(outgoing.message):
            return SendResult(Outcome.DEAD, reason)
        phone = read_phone(outgoing.target.address)
        if not phone:
            return SendResult(Outcome.DEAD, "The receiver's address is not a mobile number.")
        text = as_short_plain(outgoing.message, SMS_CHARACTERS - len(self._provider.signature) - 2)
        if not text.strip():
            return SendResult(Outcome.DEAD, "The message has no words.")
        result = await self._post(ShortMessage(_id(outgoing.key), phone, text))
        lost = what_is_lost(outgoing.message) if result.outcome is Outcome.SENT else ""
        return replace(result, reason=lost) if lost else result

    async def close(self) -> None:
        """Nothing to give back: the session is the caller's."""

    async def _post(self, message: ShortMessage) -> SendResult:
        request = self._provider.request(
            message, now=self._clock.now(), nonce=secrets.token_hex(16)
        )
        try:
            status, body = await exchange(
                self._session,
                request.url,
                name="The short message gateway",
                headers=request.headers,
                body=request.body,
            )
        except TransportError as error:
            return send_result(error, repeat_is_safe=False)
        return self._provider.read(status, body)


def read_phone(text: str) -> str:
    """A mobile number with + and its country's code; empty when it is none."""
    mainland = _MAINLAND.fullmatch(text)
    if mainland is not None:
        return f"+86{mainland[1]}"
    return text if _ABROAD.fullmatch(text) else ""


def _id(key: str) -> str:
    """What the gateway may know a message by: our keys may name people."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
