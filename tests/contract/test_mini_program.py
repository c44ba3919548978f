"""The mini program sends subscription messages."""

import aiohttp
import pytest

from bot.channels.api import account_api
from bot.channels.mini_program import MiniProgram
from bot.core.clock import ManualClock
from bot.core.ids import ChannelKey
from bot.core.messages import Message, Notice, Outgoing, Target, TargetKind, Text
from bot.core.ports import Outcome, Sender
from bot.platforms.table import MINI_PROGRAM
from bot.settings.schema.channels import NoticeTemplate

from .account_support import Recorder
from .support import SECRET, FakePlatform, HangUp

APP_ID = "wx00000000000mini1"
OPEN_ID = "oYutangMini_00000000000000001"
PATH = "message/subscribe/send"
TEMPLATES = {"packet": NoticeTemplate(id="TPL-1", fields={"thing1": "title", "amount2": "points"})}
NOTICE = Notice(
    "packet", (("title", "红包\n已到账"), ("points", "88")), "红包已到账", "pages/packet?id=17"
)


@pytest.fixture
def program(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock
) -> MiniProgram:
    api = account_api(session, platform.base_url, APP_ID, SECRET, clock)
    return MiniProgram(key=ChannelKey("program"), templates=TEMPLATES, api=api)


def outgoing(message: Message = NOTICE, kind: TargetKind = TargetKind.PERSON) -> Outgoing:
    return Outgoing("k", ChannelKey("program"), Target(kind, OPEN_ID), message)


async def test_it_offers_what_the_port_asks(program: MiniProgram) -> None:
    sender: Sender = program
    assert (sender.key, sender.capabilities) == ("program", MINI_PROGRAM)
    await sender.close()


async def test_a_notice_is_posted_as_wechatpy_would(
    program: MiniProgram, platform: FakePlatform
) -> None:
    assert (await program.send(outgoing())).outcome is Outcome.SENT
    (request,) = platform.calls(PATH)
    ours = dict(request.body)
    assert (ours.pop("miniprogram_state"), ours.pop("lang")) == ("formal", "zh_CN")
    recorder = Recorder()
    recorder.wxa.send_subscribe_message(
        OPEN_ID,
        "TPL-1",
        {"thing1": {"value": "红包 已到账"}, "amount2": {"value": "88"}},
        page="pages/packet?id=17",
    )
    assert recorder.posted == [(f"cgi-bin/{PATH}", ours)]


async def test_a_notice_that_leads_nowhere_names_no_page(
    program: MiniProgram, platform: FakePlatform
) -> None:
    await program.send(outgoing(Notice("packet", NOTICE.values, "红包已到账")))
    (request,) = platform.calls(PATH)
    assert "page" not in request.body


async def test_a_consent_that_is_used_up_is_a_dead_end_with_that_reason(
    program: MiniProgram, platform: FakePlatform
) -> None:
    platform.reply(PATH, {"errcode": 43101, "errmsg": "user refuse to accept the msg"})
    result = await program.send(outgoing())
    assert (result.outcome, result.errcode) == (Outcome.DEAD, 43101)
    assert "used up" in result.reason


async def test_silence_is_unknown(program: MiniProgram, platform: FakePlatform) -> None:
    platform.reply(PATH, HangUp())
    assert (await program.send(outgoing())).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("out", "reason"),
    [
        (outgoing(Text("红包已到账")), "notices to persons only"),
        (outgoing(kind=TargetKind.GROUP), "notices to persons only"),
        (outgoing(Notice("unheard", (), "好")), "no template unheard"),
    ],
)
async def test_what_a_mini_program_cannot_send_dies_without_a_call(
    program: MiniProgram, platform: FakePlatform, out: Outgoing, reason: str
) -> None:
    result = await program.send(out)
    assert result.outcome is Outcome.DEAD
    assert reason in result.reason
    assert not platform.requests
