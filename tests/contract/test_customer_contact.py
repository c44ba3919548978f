"""Customer contact: welcomes are sent, other messages become tasks of employees."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.channels.api import wecom_api
from bot.channels.customer_contact import CustomerContact
from bot.channels.media import MediaShelf
from bot.core.clock import ManualClock
from bot.core.events import MediaKind
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    HandOver,
    Link,
    Markdown,
    Media,
    Message,
    Outgoing,
    Post,
    Recall,
    TagChange,
    Target,
    TargetKind,
    Text,
    Waiting,
)
from bot.core.ports import Outcome, SendResult
from bot.platforms.table import CUSTOMER_CONTACT

from .contact_support import CONTACT, answer, make_contact, refusal
from .support import NOW, FakePlatform, HangUp, Raw, Reply, Request

GROUP = "wrTESTGROUP0001"
CUSTOMER = "wmTESTUSER03"
CODE = "WELCOME-CODE-0001"
PICTURE = Media(MediaKind.IMAGE, "tea.png")
LINK = Link("清明好茶", "三款新茶", "https://hejian.example/t", "https://hejian.example/p.png")
LINK_BODY = {
    "msgtype": "link",
    "link": {
        "title": "清明好茶",
        "picurl": "https://hejian.example/p.png",
        "desc": "三款新茶",
        "url": "https://hejian.example/t",
    },
}


@pytest.fixture
def contact(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock, tmp_path: Path
) -> CustomerContact:
    for name in ("tea.png", "tea.mp4", "tea.pdf", "hello.amr"):
        (tmp_path / name).write_bytes(b"a file of ours")
    platform.serve("media/upload", lambda call: {"media_id": f"media-{call.query['type']}"})
    platform.serve("externalcontact/groupchat/get", lambda _: answer("groupchat_get"))
    platform.serve(
        "externalcontact/add_msg_template", lambda _: {"errcode": 0, "fail_list": [], "msgid": "m1"}
    )
    return make_contact(session, platform.base_url, clock, tmp_path)


def to(kind: TargetKind, address: str, message: Message, **times: Any) -> Outgoing:
    return Outgoing("out-1", CONTACT, Target(kind, address), message, **times)


def to_group(message: Message) -> Outgoing:
    return to(TargetKind.GROUP, GROUP, message)


def to_person(message: Message) -> Outgoing:
    return to(TargetKind.PERSON, CUSTOMER, message)


def welcome(message: Message, **times: Any) -> Outgoing:
    return to(TargetKind.CALLBACK, CODE, message, **times)


CONTENTS: list[tuple[Message, dict[str, Any]]] = [
    (Text("早安"), {"text": {"content": "早安"}}),
    (Markdown("**早安**"), {"text": {"content": "早安"}}),
    (
        Card("抢红包", "", (Button("领取", "claim"),), "p-1"),
        {"text": {"content": "抢红包\n1. 领取"}},
    ),
    (
        PICTURE,
        {"attachments": [{"msgtype": "image", "image": {"media_id": "media-image"}}]},
    ),
    (LINK, {"attachments": [LINK_BODY]}),
    (
        Post(
            "清明", (PICTURE, Media(MediaKind.VIDEO, "tea.mp4"), Media(MediaKind.FILE, "tea.pdf"))
        ),
        {
            "text": {"content": "清明"},
            "attachments": [
                {"msgtype": "image", "image": {"media_id": "media-image"}},
                {"msgtype": "video", "video": {"media_id": "media-video"}},
                {"msgtype": "file", "file": {"media_id": "media-file"}},
            ],
        },
    ),
]


@pytest.mark.parametrize(("message", "content"), CONTENTS)
async def test_a_welcome_says_what_the_documentation_asks_for(
    contact: CustomerContact, platform: FakePlatform, message: Message, content: dict[str, Any]
) -> None:
    assert await contact.send(welcome(message)) == SendResult(Outcome.SENT)
    (call,) = platform.calls("externalcontact/send_welcome_msg")
    assert call.method == "POST"
    assert call.query == {"access_token": "ACCESS-TOKEN-1"}
    assert call.body == {"welcome_code": CODE, **content}


@pytest.mark.parametrize(("message", "content"), CONTENTS)
async def test_a_message_to_a_group_becomes_a_task_of_its_owner(
    contact: CustomerContact, platform: FakePlatform, message: Message, content: dict[str, Any]
) -> None:
    assert await contact.send(to_group(message)) == SendResult(Outcome.HANDED, reference="m1")
    (asked,) = platform.calls("externalcontact/groupchat/get")
    assert asked.body == {"chat_id": GROUP, "need_name": 0}
    (call,) = platform.calls("externalcontact/add_msg_template")
    to_whom = {"chat_type": "group", "sender": "zhangsan", "chat_id_list": [GROUP]}
    assert call.body == {**to_whom, **content}


@pytest.mark.parametrize(("message", "content"), CONTENTS)
async def test_a_message_to_a_customer_becomes_a_task_of_whom_the_platform_picks(
    contact: CustomerContact, platform: FakePlatform, message: Message, content: dict[str, Any]
) -> None:
    assert await contact.send(to_person(message)) == SendResult(Outcome.HANDED, reference="m1")
    (call,) = platform.calls("externalcontact/add_msg_template")
    assert call.body == {"chat_type": "single", "external_userid": [CUSTOMER], **content}


async def test_the_owner_of_the_moment_gets_the_task(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    await contact.send(to_group(Text("早安")))
    handed_on = answer("groupchat_get")
    handed_on["group_chat"]["owner"] = "lisi"
    platform.reply("externalcontact/groupchat/get", handed_on)
    await contact.send(to_group(Text("晚安")))
    senders = [call.body["sender"] for call in platform.calls("externalcontact/add_msg_template")]
    assert senders == ["zhangsan", "lisi"]


async def test_texts_and_links_keep_the_byte_limits(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    await contact.send(to_person(Text("鱼" * 5000)))
    await contact.send(to_person(Link("题" * 100, "话" * 400, "https://a.example/", "")))
    text, link = (call.body for call in platform.calls("externalcontact/add_msg_template"))
    assert 3990 < len(text["text"]["content"].encode()) <= 4000
    (attachment,) = link["attachments"]
    assert set(attachment["link"]) == {"title", "desc", "url"}
    assert 120 < len(attachment["link"]["title"].encode()) <= 128
    assert 500 < len(attachment["link"]["desc"].encode()) <= 512


async def test_a_link_without_a_title_shows_its_address(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    await contact.send(to_person(Link("", "", "https://a.example/")))
    (call,) = platform.calls("externalcontact/add_msg_template")
    shown = {"title": "https://a.example/", "url": "https://a.example/"}
    assert call.body["attachments"] == [{"msgtype": "link", "link": shown}]


NINE = (PICTURE,) * 9


async def test_nine_files_go_with_one_message(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    await contact.send(to_person(Post("茶", NINE)))
    (call,) = platform.calls("externalcontact/add_msg_template")
    assert len(call.body["attachments"]) == 9


@pytest.mark.parametrize("kind", [TargetKind.CALLBACK, TargetKind.GROUP, TargetKind.PERSON])
@pytest.mark.parametrize(
    "message",
    [
        Text(""),
        Post(" \n"),
        Post("茶", (*NINE, PICTURE)),
        Media(MediaKind.VOICE, "hello.amr"),
        Post("茶", (Media(MediaKind.VOICE, "hello.amr"),)),
        Link("茶", "茶", ""),
        Link("茶", "茶", "https://a.example/" + "x" * 2048),
        CardUpdate(UserId("a"), Card("", "", (), "p-1")),
        Waiting("正在查询"),
        HandOver("找人"),
        Recall("m0"),
        TagChange(UserId("zhangsan"), add=("茶",)),
    ],
)
async def test_what_customers_cannot_be_shown_is_dead_before_any_call(
    contact: CustomerContact, platform: FakePlatform, kind: TargetKind, message: Message
) -> None:
    result = await contact.send(to(kind, "x", message))
    assert result.outcome is Outcome.DEAD
    assert result.reason
    assert platform.requests == []


async def test_only_tags_are_noted_about_a_customer(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    result = await contact.send(to(TargetKind.RECORD, CUSTOMER, Text("早安")))
    assert result.outcome is Outcome.DEAD
    assert platform.requests == []


async def test_a_file_is_uploaded_once_for_all_messages_that_show_it(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    await contact.send(to_person(PICTURE))
    await contact.send(to_group(PICTURE))
    (call,) = platform.calls("media/upload")
    assert call.query == {"type": "image", "access_token": "ACCESS-TOKEN-1"}
    assert b"a file of ours" in call.body


async def test_every_channel_uploads_for_itself(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock, tmp_path: Path
) -> None:
    (tmp_path / "tea.png").write_bytes(b"a file of ours")
    platform.serve("media/upload", lambda _: {"media_id": "media-image"})
    shelf, api = MediaShelf(tmp_path, clock), wecom_api(session, platform.base_url, "w", "s", clock)
    for key in (ChannelKey("tea-customers"), ChannelKey("skin-customers")):
        contact = CustomerContact(key=key, api=api, shelf=shelf, clock=clock)
        await contact.send(to_person(PICTURE))
    assert len(platform.calls("media/upload")) == 2


async def test_a_welcome_whose_time_is_over_is_not_sent(
    contact: CustomerContact, platform: FakePlatform, clock: ManualClock
) -> None:
    until = NOW + timedelta(seconds=20)
    clock.advance(timedelta(seconds=19))
    assert (await contact.send(welcome(Text("你好"), expires_at=until))).outcome is Outcome.SENT
    clock.advance(timedelta(seconds=1))
    late = await contact.send(welcome(Text("你好"), expires_at=until))
    assert late.outcome is Outcome.DEAD
    assert late.reason
    assert len(platform.calls("externalcontact/send_welcome_msg")) == 1


async def test_a_welcome_whose_upload_took_its_time_is_not_sent(
    contact: CustomerContact, platform: FakePlatform, clock: ManualClock
) -> None:
    def upload(_: Request) -> Reply:
        clock.advance(timedelta(seconds=20))
        return {"media_id": "media-image"}

    platform.serve("media/upload", upload)
    late = await contact.send(welcome(PICTURE, expires_at=NOW + timedelta(seconds=20)))
    assert late.outcome is Outcome.DEAD
    assert platform.calls("externalcontact/send_welcome_msg") == []


@pytest.mark.parametrize("errcode", [41050, 41051, 41053])
async def test_a_welcome_that_comes_too_late_is_dead_with_a_reason(
    contact: CustomerContact, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("externalcontact/send_welcome_msg", refusal(errcode))
    result = await contact.send(welcome(Text("你好")))
    assert (result.outcome, result.errcode) == (Outcome.DEAD, errcode)
    assert str(errcode) in result.reason
    assert len(platform.calls("externalcontact/send_welcome_msg")) == 1


SILENT: list[Reply] = [HangUp(), Raw(status=502), Raw(b"<html>")]


@pytest.mark.parametrize("silence", SILENT)
@pytest.mark.parametrize(
    ("path", "outgoing"),
    [
        ("send_welcome_msg", welcome(Text("你好"))),
        ("add_msg_template", to_group(Text("早安"))),
        ("add_msg_template", to_person(Text("早安"))),
    ],
)
async def test_the_silence_of_a_welcome_or_a_task_stays_unknown(
    contact: CustomerContact, platform: FakePlatform, silence: Reply, path: str, outgoing: Outgoing
) -> None:
    platform.reply(f"externalcontact/{path}", silence)
    assert (await contact.send(outgoing)).outcome is Outcome.UNKNOWN
    assert len(platform.calls(f"externalcontact/{path}")) == 1


async def test_a_task_that_cannot_be_asked_after_is_unknown(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/add_msg_template", {"errcode": 0, "fail_list": []})
    assert (await contact.send(to_person(Text("早安")))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("silence", SILENT)
async def test_the_silence_about_the_owner_did_no_harm(
    contact: CustomerContact, platform: FakePlatform, silence: Reply
) -> None:
    platform.reply("externalcontact/groupchat/get", silence)
    assert (await contact.send(to_group(Text("早安")))).outcome is Outcome.RETRY
    assert platform.calls("externalcontact/add_msg_template") == []


@pytest.mark.parametrize("errcode", [40050, 86001, 86003])
async def test_a_group_that_is_gone_is_dead(
    contact: CustomerContact, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("externalcontact/groupchat/get", refusal(errcode))
    result = await contact.send(to_group(Text("早安")))
    assert (result.outcome, result.errcode) == (Outcome.DEAD, errcode)


UPLOADS: list[tuple[Reply, Outcome]] = [
    (HangUp(), Outcome.RETRY),
    (refusal(-1), Outcome.RETRY),
    (refusal(45001), Outcome.DEAD),
]


@pytest.mark.parametrize("outgoing", [welcome(PICTURE), to_group(PICTURE), to_person(PICTURE)])
@pytest.mark.parametrize(("reply", "outcome"), UPLOADS)
async def test_a_failed_upload_sends_nothing(
    contact: CustomerContact,
    platform: FakePlatform,
    outgoing: Outgoing,
    reply: Reply,
    outcome: Outcome,
) -> None:
    platform.reply("media/upload", reply)
    assert (await contact.send(outgoing)).outcome is outcome
    assert platform.calls("externalcontact/send_welcome_msg") == []
    assert platform.calls("externalcontact/add_msg_template") == []


async def test_a_file_that_is_not_there_is_dead_with_its_name(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    result = await contact.send(to_person(Media(MediaKind.IMAGE, "coffee.png")))
    assert result.outcome is Outcome.DEAD
    assert "coffee.png" in result.reason
    assert platform.requests == []


@pytest.mark.parametrize("outgoing", [to_group(Text("早安")), to_person(Text("早安"))])
async def test_a_receiver_that_the_platform_does_not_take_is_dead(
    contact: CustomerContact, platform: FakePlatform, outgoing: Outgoing
) -> None:
    failed = {"errcode": 0, "fail_list": [outgoing.target.address], "msgid": "m1"}
    platform.reply("externalcontact/add_msg_template", failed)
    result = await contact.send(outgoing)
    assert result.outcome is Outcome.DEAD
    assert result.reason


def test_the_channel_has_the_abilities_of_its_kind(contact: CustomerContact) -> None:
    assert contact.key == CONTACT
    assert contact.capabilities is CUSTOMER_CONTACT
