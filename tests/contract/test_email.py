"""E-mail over real sockets: what a mail looks like, and what each way to fail means for it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import unused_port
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import email as channel
from bot.channels.email import Email
from bot.core.clock import ManualClock
from bot.core.errors import ConfigurationRefused
from bot.core.events import MediaKind
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    HandOver,
    Letter,
    Link,
    Markdown,
    Media,
    Menu,
    MenuItem,
    Message,
    Notice,
    Outgoing,
    Post,
    Recall,
    TagChange,
    Target,
    TargetKind,
    Text,
    Waiting,
)
from bot.core.ports import Outcome, Pause, Rate, Sender, SendResult
from bot.platforms.limits import MAIL_BYTES, SECRET_REPAIR_SECONDS

from .support import NOW

SENDER = "禾间 <news@hejian.example>"
CARD = Card("抢红包", "手快有", (Button("领取", "claim:17"), Button("规则", "rules")), "packet-17")
LETTER = Letter("双十一预告", "好东西要来了", "https://pond.example/leave?ticket=abc")


@dataclass
class FakeServer:
    """A mail server: says what ``answers`` tells by command, and 250 to the rest."""

    answers: dict[str, str] = field(default_factory=dict)
    login: tuple[bytes, bytes] | None = None
    tls: ssl.SSLContext | None = None
    mails: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    host_names: list[str] = field(default_factory=list)
    port: int = 0

    def make_session(self, *, starttls: bool) -> SMTP:
        return SMTP(
            self,
            hostname="mx.example",
            loop=asyncio.get_running_loop(),
            auth_require_tls=False,
            authenticator=self.log_in,
            tls_context=self.tls if starttls else None,
        )

    def log_in(self, *given: Any) -> AuthResult:
        data = given[-1]
        good = (data.login, data.password) == self.login
        return AuthResult(success=good, handled=False, message=self.answers.get("AUTH"))

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        self.host_names.append(str(session.host_name))
        return await self._answer("MAIL", server)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", server)

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content
        assert isinstance(content, bytes)
        self.mails.append(content)
        self.envelopes.append((str(envelope.mail_from), envelope.rcpt_tos))
        return await self._answer("DATA", server)

    async def _answer(self, command: str, server: SMTP) -> str:
        answer = self.answers.get(command, "250 OK")
        if answer == "hang up":
            assert server.transport is not None
            server.transport.close()
        if answer in {"hang up", "silence"}:
            await asyncio.Event().wait()
        return answer


@asynccontextmanager
async def listening(server: FakeServer, *, starttls: bool = False) -> AsyncIterator[FakeServer]:
    """The server on loopback; in TLS from the first byte when it has a certificate."""
    sessions: list[SMTP] = []

    def connect() -> SMTP:
        sessions.append(server.make_session(starttls=starttls))
        return sessions[-1]

    listener = await asyncio.get_running_loop().create_server(
        connect, "127.0.0.1", 0, ssl=None if starttls else server.tls
    )
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for session in sessions:
            if session.transport is not None:
                session.transport.close()
        await asyncio.sleep(0)


def mailbox(port: int, **changes: Any) -> Email:
    settings: dict[str, Any] = {
        "key": ChannelKey("mail"),
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "",
        "password": "",
        "sender": SENDER,
        "per_minute": 60,
        "clock": ManualClock(NOW),
    }
    return Email(**(settings | changes))


def mail(
    message: Message, *, to: str = "xiaolu@example.com", key: str = "out-1", **target: Any
) -> Outgoing:
    kind = target.get("kind", TargetKind.PERSON)
    return Outgoing(key, ChannelKey("mail"), Target(kind, to), message)


async def attempt(message: Message, server: FakeServer | None = None, **changes: Any) -> SendResult:
    """One attempt to mail ``message`` to a server with these answers."""
    async with listening(server or FakeServer()) as ready:
        return await mailbox(ready.port, **changes).send(mail(message))


async def mailed(message: Message, **changes: Any) -> EmailMessage:
    """The mail that arrives."""
    server = FakeServer()
    result = await attempt(message, server, **changes)
    assert result == SendResult(Outcome.SENT)
    return read(server.mails[0])


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)


def text_of(arrived: EmailMessage) -> str:
    return str(arrived.get_content()).replace("\r\n", "\n").rstrip("\n")


def written(outgoing: Outgoing, **changes: Any) -> bytes:
    """The document of a mail, without sending it."""
    return mailbox(1, **changes)._write(outgoing)


async def test_it_offers_what_the_ports_ask() -> None:
    sender: Sender = mailbox(25, per_minute=90)
    assert sender.key == "mail"
    assert sender.capabilities.pushes_to == {TargetKind.PERSON}
    assert sender.capabilities.rates == (Rate(90, 60, per_chat=False),)
    await sender.close()


@pytest.mark.parametrize(
    "sender", ["禾间", "禾间 <hejian>", "a@b, c@d", "禾间\n<a@b.example>", "", "a b@c.example"]
)
def test_a_sender_that_is_no_address_is_refused_at_the_start(sender: str) -> None:
    with pytest.raises(ConfigurationRefused, match="one mail address"):
        mailbox(25, sender=sender)


# What a mail looks like


async def test_a_letter_arrives_with_proper_headers() -> None:
    server = FakeServer()
    async with listening(server) as ready:
        assert await mailbox(ready.port).send(mail(LETTER)) == SendResult(Outcome.SENT)
    arrived = read(server.mails[0])
    assert server.envelopes == [("news@hejian.example", ["xiaolu@example.com"])]
    assert server.host_names == ["hejian.example"]
    assert arrived["From"] == SENDER
    assert arrived["To"] == "xiaolu@example.com"
    assert arrived["Subject"] == "双十一预告"
    assert arrived["Date"].datetime == NOW
    assert arrived["List-Unsubscribe"] == "<https://pond.example/leave?ticket=abc>"
    assert arrived["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert text_of(arrived) == (
        "好东西要来了\n\n退订 Unsubscribe: https://pond.example/leave?ticket=abc"
    )
    assert server.mails[0].isascii()
    assert max(len(line) for line in server.mails[0].split(b"\r\n")) <= 78


async def test_a_letter_without_a_list_has_no_way_to_leave_one() -> None:
    arrived = await mailed(Letter("回执", "收到"))
    assert arrived["List-Unsubscribe"] is arrived["List-Unsubscribe-Post"] is None
    assert text_of(arrived) == "收到"


def test_a_long_address_for_leaving_stays_in_one_piece() -> None:
    address = "https://pond.example/leave?ticket=" + "a" * 400
    document = written(mail(Letter("预告", "来了", address)))
    assert f"List-Unsubscribe: <{address}>\r\n".encode() in document


def test_one_click_is_offered_by_https_only() -> None:
    arrived = read(written(mail(Letter("预告", "来了", "http://127.0.0.1:8080/leave"))))
    assert arrived["List-Unsubscribe"] == "<http://127.0.0.1:8080/leave>"
    assert arrived["List-Unsubscribe-Post"] is None


def test_the_message_id_hangs_on_the_key_alone() -> None:
    first = read(written(mail(LETTER, key="out-1")))["Message-ID"]
    later = ManualClock(NOW + timedelta(hours=1))
    again = read(written(mail(Text("另一封"), key="out-1"), clock=later))["Message-ID"]
    other = read(written(mail(LETTER, key="out-2")))["Message-ID"]
    assert first == again != other
    assert str(first).endswith("@hejian.example>")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (Text("早安"), "早安"),
        (Markdown("**早安**"), "早安"),
        (CARD, "抢红包\n手快有\n1. 领取\n2. 规则"),
        (Link("商城", "上新了", "https://shop.example/1"), "商城\n上新了\nhttps://shop.example/1"),
        (Post("看图"), "看图"),
        (Media(MediaKind.FILE, "a.pdf", "手册.pdf"), "手册.pdf"),
        (Notice("points", (("text", "+5"),), "积分 +5", "https://p.example"), None),
        (Notice("points", (), "积分 +5", "pages/points"), "积分 +5"),
        (Waiting("稍等"), "稍等"),
        (Menu("想做什么", (MenuItem("商城", "https://s.example"),)), None),
    ],
)
async def test_other_messages_become_plain_text_under_the_brands_name(
    message: Message, text: str | None
) -> None:
    arrived = await mailed(message)
    assert arrived["Subject"] == "禾间"
    assert arrived.get_content_type() == "text/plain"
    if text is not None:
        assert text_of(arrived) == text


async def test_a_notice_and_a_menu_show_where_they_lead() -> None:
    notice = await mailed(Notice("points", (), "积分 +5", "https://p.example"))
    assert text_of(notice) == "积分 +5\nhttps://p.example"
    entries = (MenuItem("商城", "https://s.example"), MenuItem("会员", "", (MenuItem("签到"),)))
    menu = await mailed(Menu("想做什么", entries))
    assert text_of(menu) == "想做什么\n1. 商城 https://s.example\n2. 会员\n2.1 签到"


async def test_a_sender_without_a_name_signs_with_his_address() -> None:
    arrived = await mailed(Text("早安"), sender="news@hejian.example")
    assert arrived["Subject"] == arrived["From"] == "news@hejian.example"


async def test_a_post_tells_that_its_media_stayed_behind() -> None:
    result = await attempt(Post("看图", (Media(MediaKind.IMAGE, "a.png"),)))
    assert result.outcome is Outcome.SENT
    assert "without its 1 media" in result.reason


def test_the_text_keeps_the_limit() -> None:
    for message in (Text("鱼" * MAIL_BYTES), Letter("长", "鱼" * MAIL_BYTES)):
        text = text_of(read(written(mail(message))))
        assert MAIL_BYTES - 6 < len(text.encode()) <= MAIL_BYTES


async def test_dots_and_half_characters_arrive_as_text() -> None:
    arrived = await mailed(Text(".\n..\nFrom here\n\ud83d 半个"))
    assert text_of(arrived) == ".\n..\nFrom here\n? 半个"


async def test_a_line_of_any_length_arrives_in_one_piece() -> None:
    server = FakeServer()
    assert (await attempt(Text("x" * 5000), server)).outcome is Outcome.SENT
    assert text_of(read(server.mails[0])) == "x" * 5000
    assert max(len(line) for line in server.mails[0].split(b"\r\n")) <= 78


# What can never be mailed


@pytest.mark.parametrize(
    "message",
    [
        CardUpdate(UserId("xiaolu"), CARD),
        TagChange(UserId("tangyuan"), add=("会员",)),
        Recall("r-1"),
        HandOver("他问退货"),
        Media(MediaKind.IMAGE, "a.png"),
        Text(" \n"),
        Letter("预告\nBcc: everybody@example.com", "来了"),
        Letter("预告\r\n\r\n正文", "来了"),
        Letter("预告\u2028", "来了"),
        Letter("预告", "来了", "https://pond.example/\r\nBcc: a@b.example"),
        Letter("预告", "来了", "https://pond.example/> <https://evil.example"),
        Letter("预告", "来了", "javascript:alert(1)"),
        Letter("预告", "来了", "https://pond.example/离开"),
    ],
)
async def test_what_mail_cannot_do_dies_without_a_connection(message: Message) -> None:
    result = await mailbox(unused_port()).send(mail(message))
    assert result.outcome is Outcome.DEAD
    assert result.reason


@pytest.mark.parametrize(
    "address",
    [
        "xiaolu",
        "a@b.example, c@d.example",
        "小鹿@example.com",
        "x y@example.com",
        "a@b.example\r\nRCPT TO:<c@d.example>",
        "<a@b.example>",
        "a..b@c.example",
        "a@" + "b" * 300,
        "",
    ],
)
async def test_an_address_that_is_none_is_a_dead_end(address: str) -> None:
    result = await mailbox(unused_port()).send(mail(LETTER, to=address))
    assert result == SendResult(Outcome.DEAD, "The receiver's address is not a mail address.")


async def test_groups_get_no_mail() -> None:
    for kind in (TargetKind.GROUP, TargetKind.CALLBACK, TargetKind.RECORD):
        result = await mailbox(unused_port()).send(mail(LETTER, kind=kind))
        assert result.outcome is Outcome.DEAD


ANY_TEXT = st.text(st.characters(), max_size=300)


@given(subject=ANY_TEXT, text=ANY_TEXT, url=ANY_TEXT, key=ANY_TEXT)
def test_no_text_can_add_or_break_a_header(subject: str, text: str, url: str, key: str) -> None:
    for message in (
        Letter(subject, text, url),
        Letter(subject, text, f"https://pond.example/{url}"),
        Letter("预告", text),
        Text(text),
    ):
        outgoing = mail(message, key=key)
        if channel._impossible(outgoing):
            continue
        document = written(outgoing)
        arrived = read(document)
        names = [name for name in arrived if not name.startswith("List-")]
        assert names == [
            *("From", "To", "Subject", "Date", "Message-ID"),
            *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
        ]
        assert not arrived.defects
        assert document.isascii()
        assert all(len(line) <= 998 for line in document.split(b"\r\n"))
        assert arrived["Subject"]
        if isinstance(message, Letter) and message.subject.strip():
            assert str(arrived["Subject"]).split() == message.subject.split()


# What became of it


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
@pytest.mark.parametrize("code", ["421", "450", "452"])
async def test_a_refusal_for_now_is_tried_again(command: str, code: str) -> None:
    result = await attempt(LETTER, FakeServer({command: f"{code} later, xiaolu@example.com"}))
    assert (result.outcome, result.pauses) == (Outcome.RETRY, Pause.ROW)
    assert code in result.reason
    assert "xiaolu" not in result.reason


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
@pytest.mark.parametrize("code", ["550", "552", "554"])
async def test_a_refusal_for_good_is_a_dead_end(command: str, code: str) -> None:
    result = await attempt(LETTER, FakeServer({command: f"{code} no, xiaolu@example.com"}))
    assert (result.outcome, result.errcode) == (Outcome.DEAD, int(code))
    assert code in result.reason
    assert "xiaolu" not in result.reason


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    result = await mailbox(unused_port()).send(mail(LETTER))
    assert result.outcome is Outcome.RETRY


async def test_a_host_that_is_no_name_is_tried_again() -> None:
    result = await mailbox(25, host="x" * 70 + ".example").send(mail(LETTER))
    assert result.outcome is Outcome.RETRY


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
@pytest.mark.parametrize("trouble", ["hang up", "silence"])
async def test_silence_before_the_mail_was_sent_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, command: str, trouble: str
) -> None:
    monkeypatch.setattr(channel, "MAIL_SECONDS", 0.2)
    server = FakeServer({command: trouble})
    assert (await attempt(LETTER, server)).outcome is Outcome.RETRY
    assert server.mails == []


@pytest.mark.parametrize("trouble", ["hang up", "silence", "nonsense", "299 what", "650 what"])
async def test_silence_after_the_mail_was_sent_is_unknown(
    monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(channel, "MAIL_SECONDS", 0.2)
    server = FakeServer({"DATA": trouble})
    assert (await attempt(LETTER, server)).outcome is Outcome.UNKNOWN
    assert len(server.mails) == 1


async def test_a_mail_that_was_taken_is_sent_whatever_follows() -> None:
    server = FakeServer()
    server.handle_QUIT = hang_up  # type: ignore[attr-defined]
    assert await attempt(LETTER, server) == SendResult(Outcome.SENT)


async def hang_up(server: SMTP, _session: Session, _envelope: Envelope) -> str:
    assert server.transport is not None
    server.transport.close()
    return "421 gone"


# Who may send


async def test_it_logs_in() -> None:
    server = FakeServer(login=(b"news", "口令".encode()))
    result = await attempt(LETTER, server, username="news", password="口令")
    assert result == SendResult(Outcome.SENT)


@pytest.mark.parametrize(
    ("server", "login"),
    [
        (FakeServer(login=(b"news", b"right")), ("news", "wrong")),
        (FakeServer(login=(b"news", b"right")), ("", "")),
        (FakeServer({"MAIL": "553 5.7.1 sender not owned by user"}), ("", "")),
        (FakeServer({"RCPT": "530 5.7.0 log in first"}), ("", "")),
        (FakeServer({"DATA": "535 5.7.8 no"}), ("", "")),
    ],
)
async def test_who_may_not_send_waits_for_better_settings_with_the_whole_channel(
    server: FakeServer, login: tuple[str, str]
) -> None:
    result = await attempt(LETTER, server, username=login[0], password=login[1])
    assert (result.outcome, result.pauses) == (Outcome.RETRY, Pause.CHANNEL)
    assert result.retry_after_seconds == SECRET_REPAIR_SECONDS
    assert "wrong" not in result.reason


async def test_a_login_that_fails_for_now_is_tried_again_soon() -> None:
    server = FakeServer({"AUTH": "454 4.7.0 try later"}, login=(b"news", b"right"))
    result = await attempt(LETTER, server, username="news", password="wrong")
    assert (result.outcome, result.pauses) == (Outcome.RETRY, Pause.ROW)


# Privacy of the connection


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    loopback = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=36_500))
        .add_extension(loopback, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return path


def in_tls(certificate: Path) -> FakeServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return FakeServer(tls=context)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_trusted_server_is_spoken_to_in_private(
    monkeypatch: pytest.MonkeyPatch, certificate: Path, security: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with listening(in_tls(certificate), starttls=security == "starttls") as server:
        result = await mailbox(server.port, security=security).send(mail(LETTER))
    assert result == SendResult(Outcome.SENT)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_server_that_nobody_vouches_for_gets_nothing(
    certificate: Path, security: str
) -> None:
    async with listening(in_tls(certificate), starttls=security == "starttls") as server:
        result = await mailbox(server.port, security=security).send(mail(LETTER))
    assert result.outcome is Outcome.RETRY
    assert server.mails == []


async def test_a_server_that_offers_no_privacy_gets_nothing() -> None:
    server = FakeServer(login=(b"news", b"right"))
    result = await attempt(LETTER, server, security="starttls", username="news", password="right")
    assert (result.outcome, result.pauses) == (Outcome.RETRY, Pause.CHANNEL)
    assert server.mails == []
