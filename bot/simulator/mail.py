"""A mail server on loopback: as strict as a large provider, and everybody's mailbox in one.

It knows the accounts of all simulated mail channels. Without a login it takes mail only if one of
them asks for none. What it refuses it refuses with the codes of RFC 5321 and 3463.

GET /sim/api/mail?to=ADDRESS   {"mail": [...]}, oldest first; without ``to`` everybody's
PUT /sim/api/mail/refusals     {"to", "code"}: refuse an address with 4xx or 5xx; 0 ends that
"""

import asyncio
import socket
from collections.abc import Iterable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Final, cast

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from bot.simulator.api import answering
from bot.simulator.cast import MailServer
from bot.simulator.feed import Feed
from bot.simulator.inputs import BadInput, read_input, read_text
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.world import World

MAIL_BYTES: Final = 1024 * 1024
_IDLE_SECONDS: Final = 60.0
_HEADERS: Final = ("From", "To", "Subject", "Date", "Message-ID")
"""Each of them exactly once: RFC 5322, and what large providers ask for beyond it."""


class Mailroom:
    """Takes mail in and keeps it. A part of the world: mail survives a crash."""

    def __init__(
        self, world: World, servers: Iterable[MailServer], *, log: PlatformLog, feed: Feed
    ) -> None:
        self._world = world
        self._log = log
        self._feed = feed
        self._passwords = {server.username: server.password for server in servers}
        self._mail: list[dict[str, Any]] = []
        self._refusals: dict[str, int] = {}
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._sessions: set[_Session] = set()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, taken when first asked for; nobody answers there before the start."""
        host, port = self._bound().getsockname()
        return host, port

    async def start(self) -> None:
        """Begin to answer, if any channel sends mail."""
        if not self._passwords:
            return
        loop, (host, _port) = asyncio.get_running_loop(), self.address
        self._server = await loop.create_server(
            lambda: _Session(self, self._sessions, host, loop), sock=self._bound()
        )

    async def stop(self) -> None:
        """Hang up and give the port back."""
        if self._server is not None:
            self._server.close()
            self._server = None
        elif self._socket is not None:
            self._socket.close()
        self._socket = None
        for session in list(self._sessions):
            session.hang_up()

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        return [
            web.get("/sim/api/mail", answering(self._read)),
            web.put("/sim/api/mail/refusals", answering(self._change_refusals)),
        ]

    def apply(self, data: dict[str, Any]) -> bool:
        """A mail was taken."""
        if data["t"] != "mail":
            return False
        self._mail.append({"id": len(self._mail) + 1, "at": data["at"], **data["mail"]})
        return True

    def may_log_in(self, username: bytes, password: bytes) -> bool:
        """Whether this is one of the accounts."""
        known = self._passwords.get(username.decode("utf-8", "replace"))
        return bool(username) and known is not None and known.encode() == password

    # The hooks of aiosmtpd; each returns the answer to a command

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Who sends: somebody who has logged in, unless an account needs no login."""
        if not session.authenticated and "" not in self._passwords:
            return self._answer(530, "5.7.0 Authentication required")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Who receives: one address for each mail, and none that a test has closed."""
        code = self._refusals.get(address.casefold(), 0)
        if code:
            return self._answer(code, f"{code // 100}.1.1 refused")
        if envelope.rcpt_tos:
            return self._answer(452, "4.5.3 one recipient at a time")
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take the mail, if its headers are in order."""
        content = cast("bytes", envelope.original_content)
        mail = message_from_bytes(content, policy=default)
        fault = _fault_of(content, mail, str(envelope.mail_from))
        if fault is not None:
            return self._answer(*fault)
        self._world.happen("mail", mail=_mail_to_json(mail, envelope.rcpt_tos[0]))
        taken = self._mail[-1]
        self._feed.publish("mail", taken)
        self._log.write(Level.INFO, "mail", f"邮件：{taken['subject']} → {taken['to']}")
        return f"250 2.0.0 OK {taken['id']}"

    def _bound(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.socket()
            self._socket.bind(("127.0.0.1", 0))
        return self._socket

    def _answer(self, code: int, text: str) -> str:
        self._log.write(Level.ERROR, "mail", f"邮件被拒收：{code} {text}", errcode=code)
        return f"{code} {text}"

    async def _read(self, request: web.Request) -> dict[str, Any]:
        to = request.query.get("to", "").casefold()
        return {"mail": [mail for mail in self._mail if to in {"", mail["to"].casefold()}]}

    async def _change_refusals(self, request: web.Request) -> dict[str, Any]:
        body = await read_input(request)
        to, code = read_text(body, "to").casefold(), body.get("code")
        if not isinstance(code, int) or code not in {0, *range(400, 600)}:
            raise BadInput("code 要写 400 到 599，或者写 0 恢复")
        self._refusals[to] = code
        return {"to": to, "code": code}


class _Session(SMTP):
    """One connection. It may log in without TLS, for nobody else can listen on loopback."""

    def __init__(
        self,
        mailroom: Mailroom,
        sessions: set["_Session"],
        host: str,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(
            mailroom,
            data_size_limit=MAIL_BYTES,
            hostname=host,
            ident="ESMTP",
            auth_require_tls=False,
            authenticator=self._log_in,
            timeout=_IDLE_SECONDS,
            loop=loop,
        )
        self._mailroom = mailroom
        self._sessions = sessions

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sessions.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        """Close the connection."""
        if self.transport is not None:
            self.transport.close()

    def _log_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        login = cast("LoginPassword", data)
        good = self._mailroom.may_log_in(login.login, login.password)
        return AuthResult(success=good, handled=False)


def _fault_of(content: bytes, mail: EmailMessage, sender: str) -> tuple[int, str] | None:
    """What is wrong with a mail's headers: the code and the text of the answer."""
    head = content.partition(b"\r\n\r\n")[0]
    if not head.isascii() or mail.defects:
        return 554, "5.6.0 malformed message"
    for name in _HEADERS:
        values = mail.get_all(name, [])
        if len(values) != 1 or not str(values[0]).strip() or values[0].defects:
            return 554, f"5.6.0 exactly one good {name} is needed"
    addresses = mail["From"].addresses
    if [address.addr_spec for address in addresses] != [sender]:
        return 550, "5.7.1 From is not who sends"
    one_click, leave = mail["List-Unsubscribe-Post"], str(mail["List-Unsubscribe"] or "")
    if one_click is not None and not leave.startswith("<https://"):
        return 554, "5.6.0 List-Unsubscribe-Post needs a List-Unsubscribe by https"
    return None


def _mail_to_json(mail: EmailMessage, to: str) -> dict[str, Any]:
    body = mail.get_body(("plain",))
    text = "" if body is None else str(body.get_content())
    return {
        "from": str(mail["From"]),
        "to": to,
        "subject": str(mail["Subject"]),
        "text": text.replace("\r\n", "\n").rstrip("\n"),
        "message_id": str(mail["Message-ID"]).strip(),
        "leave_url": str(mail["List-Unsubscribe"] or "").strip("<>"),
        "one_click": str(mail["List-Unsubscribe-Post"] or ""),
    }
