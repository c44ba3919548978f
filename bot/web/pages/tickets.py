"""Signed tickets: who a visitor is, as his platform told us, and until when we believe it.

A page never takes a person from the address or the body of a request; it takes him from here.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.core.ids import UserId
from bot.settings.pages import Pages

TICKET_COOKIE: Final = "pond"
"""The cookie that holds a visitor's ticket, for ``cookie_name``."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """``user_id`` is within the realm of the stamp that signs it. ``until`` has whole seconds."""

    user_id: UserId
    until: datetime


class Stamp:
    """Signs for the people of one realm with a secret of at least 32 characters.

    User ids are unique within a realm only, so a ticket of another one is refused.
    """

    def __init__(self, secret: str, realm: str) -> None:
        self._secret = secret.encode()
        self._realm = realm

    def write(self, ticket: Ticket) -> str:
        """The ticket as text for a cookie."""
        content = json.dumps([ticket.user_id, int(ticket.until.timestamp())])
        words = base64.urlsafe_b64encode(content.encode()).decode()
        return f"{words}.{self._sign(words)}"

    def read(self, text: str, now: datetime) -> Ticket | None:
        """The ticket behind ``text``; None when it is not ours or its time is over."""
        words, _, signature = text.partition(".")
        if not are_equal(self._sign(words), signature):
            return None
        user_id, until = json.loads(base64.urlsafe_b64decode(words))  # ours: it is well-formed
        ticket = Ticket(UserId(user_id), datetime.fromtimestamp(until, UTC))
        return ticket if now < ticket.until else None

    def _sign(self, words: str) -> str:
        message = f"ticket\0{self._realm}\0{words}".encode(errors="surrogatepass")
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()


def cookie_name(name: str, pages: Pages) -> str:
    """A cookie's name; the prefix lets no neighbouring host of the domain plant one of ours."""
    return f"__Host-{name}" if pages.are_public else name


def are_equal(expected: str, given: str) -> bool:
    """Whether a visitor brought what was expected, in a time that does not tell how much of it."""
    return hmac.compare_digest(
        expected.encode(errors="surrogatepass"), given.encode(errors="surrogatepass")
    )
