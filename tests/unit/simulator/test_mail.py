"""The simulated mail server: who may send, what it refuses, and what its mailboxes show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtplib import SMTP, SMTPDataError, SMTPServerDisconnected

from bot.channels.email import Email
from bot.core.ids import ChannelKey
from bot.core.messages import Letter, Message, Outgoing, Target, TargetKind, Text
from bot.core.ports import Outcome, Pause, SendResult
from bot.settings.schema.bot import BotFile
from bot.simulator.mail import MAIL_BYTES
from tests.unit.simulator.stub_bot import NINE, Stage, on_stage, settings

ADDRESS = "news@hejian.example"
SENDER = f"禾间 <{ADDRESS}>"
LETTER = Letter("双十一预告", "好东西要来了\n第二行", "https://pond.example/leave?ticket=abc")


def with_mail(*logins: tuple[str, str]) -> BotFile:
    """The brand with one mail channel for each login."""
    mail = {
        f"mail{number}": {
            "kind": "email",
            "host": "simulator",
            "username": username,
            "password": password,
            "sender": SENDER,
        }
        for number, (username, password) in enumerate(logins)
    }
    return settings(channels={**settings().model_dump()["channels"], **mail})


@asynccontextmanager
async def mail_stage(directory: Path, *logins: tuple[str, str]) -> AsyncIterator[Stage]:
    async with on_stage(directory, file=with_mail(*(logins or [("news", "right")]))) as stage:
        yield stage


async def send(
    stage: Stage,
    message: Message = LETTER,
    *,
    to: str = "xiaolu@example.com",
    login: tuple[str, str] = ("news", "right"),
    key: str = "out-1",
) -> SendResult:
    """One attempt by our own channel."""
    host, port = stage.simulator.mail_address
    sender = Email(
        key=ChannelKey("mail0"),
        host=host,
        port=port,
        security="none",
        username=login[0],
        password=login[1],
        sender=SENDER,
        per_minute=60,
        clock=stage.clock,
    )
    target = Target(TargetKind.PERSON, to)
    return await sender.send(Outgoing(key, ChannelKey("mail0"), target, message))


async def send_raw(stage: Stage, document: bytes, *, login: bool = True) -> None:
    """Hand a document over as it is. Raises what aiosmtplib raises."""
    host, port = stage.simulator.mail_address
    client = SMTP(hostname=host, port=port, start_tls=False, timeout=5)
    await client.connect()
    try:
        if login:
            await client.login("news", "right")
        await client.mail(ADDRESS)
        await client.rcpt("xiaolu@example.com")
        await client.data(document)
    finally:
        client.close()


async def mailbox(stage: Stage, to: str = "") -> list[dict[str, Any]]:
    return list((await stage.get("mail", to=to))["mail"])


async def test_a_letter_of_ours_is_in_its_receivers_mailbox(tmp_path: Path) -> None:
    async with mail_stage(tmp_path) as stage:
        assert await send(stage) == SendResult(Outcome.SENT)
        assert await send(stage, Text("早安"), to="momo@example.com", key="out-2") == SendResult(
            Outcome.SENT
        )
        (mail,) = await mailbox(stage, "XIAOLU@example.com")
        assert mail["message_id"].endswith("@hejian.example>")
        del mail["message_id"]
        assert mail == {
            "id": 1,
            "at": NINE.isoformat(),
            "from": SENDER,
            "to": "xiaolu@example.com",
            "subject": "双十一预告",
            "text": "好东西要来了\n第二行\n\n"
            "退订 Unsubscribe: https://pond.example/leave?ticket=abc",
            "leave_url": "https://pond.example/leave?ticket=abc",
            "one_click": "List-Unsubscribe=One-Click",
        }
        assert [mail["to"] for mail in await mailbox(stage)] == [
            "xiaolu@example.com",
            "momo@example.com",
        ]
        lines = (await stage.get("log"))["lines"]
        assert [line["text"] for line in lines if line["what"] == "mail"] == [
            "邮件：双十一预告 → xiaolu@example.com",
            "邮件：禾间 → momo@example.com",
        ]


async def test_a_mail_that_comes_twice_is_there_twice_under_one_id(tmp_path: Path) -> None:
    async with mail_stage(tmp_path) as stage:
        await send(stage)
        await send(stage)
        first, second = await mailbox(stage)
        assert first["message_id"] == second["message_id"]


async def test_mail_survives_a_crash(tmp_path: Path) -> None:
    async with mail_stage(tmp_path) as stage:
        await send(stage)
        before = await mailbox(stage)
    async with mail_stage(tmp_path) as stage:
        assert await mailbox(stage) == before


@pytest.mark.parametrize("login", [("news", "wrong"), ("else", "right"), ("", "")])
async def test_strangers_may_not_send(tmp_path: Path, login: tuple[str, str]) -> None:
    async with mail_stage(tmp_path) as stage:
        result = await send(stage, login=login)
        assert (result.outcome, result.pauses) == (Outcome.RETRY, Pause.CHANNEL)
        assert await mailbox(stage) == []


async def test_each_account_has_its_own_password(tmp_path: Path) -> None:
    async with mail_stage(tmp_path, ("news", "right"), ("care", "other")) as stage:
        assert (await send(stage, login=("care", "other"))).outcome is Outcome.SENT
        assert (await send(stage, login=("care", "right"))).outcome is Outcome.RETRY


async def test_a_server_that_asks_for_no_login_takes_mail_without(tmp_path: Path) -> None:
    async with mail_stage(tmp_path, ("", "")) as stage:
        assert (await send(stage, login=("", ""))).outcome is Outcome.SENT


async def test_nobody_answers_before_the_start(tmp_path: Path) -> None:
    async with mail_stage(tmp_path) as stage:
        await stage.simulator.building.corners.mailroom.stop()
        assert (await send(stage)).outcome is Outcome.RETRY
        await stage.simulator.building.corners.mailroom.start()
        assert (await send(stage)).outcome is Outcome.SENT


async def test_without_a_mail_channel_no_port_is_taken(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert stage.simulator.building.corners.mailroom._socket is None


async def test_stopping_hangs_up(tmp_path: Path) -> None:
    async with mail_stage(tmp_path) as stage:
        host, port = stage.simulator.mail_address
        client = SMTP(hostname=host, port=port, start_tls=False, timeout=5)
        await client.connect()
        await stage.simulator.building.corners.mailroom.stop()
        with pytest.raises(SMTPServerDisconnected):
            await client.noop()


@pytest.mark.parametrize(
    ("code", "outcome"), [(450, Outcome.RETRY), (421, Outcome.RETRY), (550, Outcome.DEAD)]
)
async def test_an_address_can_be_closed_for_a_test(
    tmp_path: Path, code: int, outcome: Outcome
) -> None:
    async with mail_stage(tmp_path) as stage:
        await refuse(stage, {"to": "Xiaolu@example.com", "code": code})
        assert (await send(stage)).outcome is outcome
        assert (await send(stage, to="momo@example.com")).outcome is Outcome.SENT
        await refuse(stage, {"to": "xiaolu@example.com", "code": 0})
        assert (await send(stage)).outcome is Outcome.SENT


@pytest.mark.parametrize("code", [200, 399, 600, "550", None, True])
async def test_only_refusals_refuse(tmp_path: Path, code: Any) -> None:
    async with mail_stage(tmp_path) as stage:
        await refuse(stage, {"to": "xiaolu@example.com", "code": code}, 400)


async def refuse(stage: Stage, body: dict[str, Any], status: int = 200) -> None:
    response = await stage.client.put("/sim/api/mail/refusals", json=body)
    assert response.status == status


GOOD = {
    "From": ADDRESS,
    "To": "xiaolu@example.com",
    "Subject": "hello",
    "Date": "Sun, 22 Nov 2026 01:00:00 +0000",
    "Message-ID": "<1@hejian.example>",
}


def document(*more: str, **headers: str) -> bytes:
    """A mail with these headers in place of good ones; an empty one is left out."""
    fields = GOOD | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    return "\r\n".join([*lines, *more, "", "text", ""]).encode()


async def test_a_plain_document_with_good_headers_is_taken(tmp_path: Path) -> None:
    async with mail_stage(tmp_path) as stage:
        await send_raw(stage, document())
        (mail,) = await mailbox(stage)
        assert (mail["subject"], mail["text"], mail["leave_url"]) == ("hello", "text", "")


@pytest.mark.parametrize(
    "bad",
    [
        *(document(**{name.replace("-", "_"): ""}) for name in GOOD),
        document("From: news@hejian.example"),
        document("Subject: again"),
        document(From="somebody@else.example"),
        document(From=f"{ADDRESS}, somebody@else.example"),
        document(From="news"),
        document(Date="yesterday"),
        document(Subject="裸的中文"),
        document("no header at all"),
        document("List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
        document(
            "List-Unsubscribe: <http://pond.example/leave>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ),
    ],
)
async def test_bad_headers_are_refused_for_good(tmp_path: Path, bad: bytes) -> None:
    async with mail_stage(tmp_path) as stage:
        with pytest.raises(SMTPDataError) as refusal:
            await send_raw(stage, bad)
        assert 550 <= refusal.value.code <= 554
        assert await mailbox(stage) == []
        assert await stage.problems()


async def test_a_mail_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async with mail_stage(tmp_path) as stage:
        with pytest.raises(SMTPDataError) as refusal:
            await send_raw(stage, document() + b"line\r\n" * (MAIL_BYTES // 6))
        assert refusal.value.code == 552
        assert await mailbox(stage) == []
