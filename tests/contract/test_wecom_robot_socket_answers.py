"""The intelligent robot answers over its line: in streams, with cards and files, or too late."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from bot.channels.wecom_robot_socket import WecomRobotSocket
from bot.core.events import MediaKind
from bot.core.ids import UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    Link,
    Markdown,
    Media,
    Message,
    Outgoing,
    TargetKind,
    Text,
)
from bot.core.ports import Outcome, SendResult

from .wecom_robot_socket_support import (
    CHAT,
    CURT,
    MSGID,
    FakeSocketPlatform,
    Silent,
    answer,
    to,
    until,
    wait,
)
from .wecom_robot_support import CARD, CARD_BODY

STREAM = hashlib.sha256(f"robot/{MSGID}".encode()).hexdigest()[:32]
SENT = SendResult(Outcome.SENT)
CARD_SHOWN = {"msgtype": "template_card", "template_card": CARD_BODY}


def stream(content: str, *, finish: bool = True, rated: bool = False) -> dict[str, Any]:
    state: dict[str, Any] = {"id": STREAM, "finish": finish, "content": content}
    if rated:
        state["feedback"] = {"id": MSGID}
    return {"msgtype": "stream", "stream": state}


@pytest.mark.parametrize(
    ("message", "content"),
    [
        (Text("**30** 分"), "**30** 分"),
        (Markdown("**30** 分"), "**30** 分"),
        (Link("护手霜", "", "https://hejian.example"), "[护手霜](https://hejian.example)"),
        (
            Card("红包", "", (Button("领取", "claim"),) * 7, "x"),
            "**红包**" + "".join(f"\n{n}. 领取" for n in range(1, 8)),
        ),
    ],
)
async def test_words_are_answered_with_a_finished_stream_that_can_be_rated(
    online: WecomRobotSocket, line: FakeSocketPlatform, message: Message, content: str
) -> None:
    assert await online.send(answer(message)) == SENT
    frame = line.frames[-1]
    assert frame == {
        "cmd": "aibot_respond_msg",
        "headers": {"req_id": "REQ:17"},
        "body": stream(content, rated=True),
    }


async def test_a_waiting_begins_the_stream_that_its_answer_ends(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    assert await online.send(wait()) == SENT
    assert await online.send(answer(Text("30 分"))) == SENT
    assert line.bodies("aibot_respond_msg") == [
        stream("正在查询…", finish=False, rated=True),
        stream("30 分"),
    ]


async def test_a_stream_is_ended_once(online: WecomRobotSocket, line: FakeSocketPlatform) -> None:
    for outgoing in (wait(), answer(Text("30 分")), answer(CARD)):
        assert await online.send(outgoing) == SENT
    assert line.bodies("aibot_respond_msg")[1:] == [stream("30 分"), CARD_SHOWN]


async def test_a_card_is_answered_as_a_card(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    assert await online.send(answer(CARD)) == SENT
    assert line.bodies("aibot_respond_msg") == [CARD_SHOWN]


async def test_a_card_after_a_waiting_ends_the_stream_with_its_title_first(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    await online.send(wait())
    assert await online.send(answer(CARD)) == SENT
    assert line.bodies("aibot_respond_msg")[1:] == [stream("抢红包"), CARD_SHOWN]


@pytest.mark.parametrize("patience", [CURT], ids=["curt"])
async def test_a_waiting_of_which_nobody_knows_whether_it_was_shown_is_ended_all_the_same(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    line.ack("aibot_respond_msg", Silent())
    assert (await online.send(wait())).outcome is Outcome.UNKNOWN
    assert await online.send(answer(CARD)) == SENT
    assert line.bodies("aibot_respond_msg")[1:] == [stream("抢红包"), CARD_SHOWN]


async def test_a_file_after_a_waiting_ends_the_stream_with_its_name_first(
    online: WecomRobotSocket, line: FakeSocketPlatform, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"a file of ours")
    await online.send(wait())
    assert await online.send(answer(Media(MediaKind.FILE, "a.pdf"))) == SENT
    assert line.bodies("aibot_respond_msg")[1:] == [
        stream("a.pdf"),
        {"msgtype": "file", "file": {"media_id": "MEDIA-1"}},
    ]


async def test_a_stream_that_was_begun_over_a_connection_that_is_gone_is_a_new_one(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    await online.send(wait())
    await line.hang_up()
    await until(lambda: line.connections == 2 and not online.trouble)
    assert await online.send(answer(Text("30 分"))) == SENT
    assert line.bodies("aibot_respond_msg")[-1] == stream("30 分", rated=True)


@pytest.mark.parametrize("errcode", [846605, 846608])
@pytest.mark.parametrize(("place", "chat_type"), [("group", 2), ("private", 1)])
@pytest.mark.parametrize(
    ("message", "content"),
    [
        (Text("30 分"), {"msgtype": "markdown", "markdown": {"content": "30 分"}}),
        (CARD, CARD_SHOWN),
    ],
)
async def test_an_answer_that_comes_too_late_is_a_new_message_in_the_chat(
    online: WecomRobotSocket,
    line: FakeSocketPlatform,
    errcode: int,
    place: str,
    chat_type: int,
    message: Message,
    content: dict[str, Any],
) -> None:
    line.ack("aibot_respond_msg", {"errcode": errcode})
    outgoing = to(TargetKind.CALLBACK, f"msg:{place}:REQ", message, chat="CHAT")
    assert await online.send(outgoing) == SENT
    assert line.bodies("aibot_send_msg") == [
        {"chatid": "CHAT", "chat_type": chat_type, **content},
    ]


async def test_a_file_that_comes_too_late_is_not_uploaded_twice(
    online: WecomRobotSocket, line: FakeSocketPlatform, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"a file of ours")
    line.ack("aibot_respond_msg", {"errcode": 846605})
    assert await online.send(answer(Media(MediaKind.FILE, "a.pdf"))) == SENT
    assert line.commands() == [
        "aibot_upload_media_init",
        "aibot_upload_media_chunk",
        "aibot_upload_media_finish",
        "aibot_respond_msg",
        "aibot_send_msg",
    ]


@pytest.mark.parametrize("outgoing", [wait(), answer(Text("30 分"), chat="")])
async def test_a_waiting_and_an_answer_without_a_chat_are_too_late_for_good(
    online: WecomRobotSocket, line: FakeSocketPlatform, outgoing: Outgoing
) -> None:
    line.ack("aibot_respond_msg", {"errcode": 846605})
    result = await online.send(outgoing)
    assert (result.outcome, result.errcode) == (Outcome.DEAD, 846605)
    assert line.commands() == ["aibot_respond_msg"]


# Greetings and changed cards


@pytest.mark.parametrize(
    ("message", "body"),
    [
        (Markdown("**欢迎**"), {"msgtype": "text", "text": {"content": "欢迎"}}),
        (CARD, CARD_SHOWN),
    ],
)
async def test_a_greeting_is_plain_text_or_a_card(
    online: WecomRobotSocket, line: FakeSocketPlatform, message: Message, body: dict[str, Any]
) -> None:
    outgoing = to(TargetKind.CALLBACK, "welcome:private:REQ-1", message, chat="wangwu")
    assert await online.send(outgoing) == SENT
    assert line.frames[-1] == {
        "cmd": "aibot_respond_welcome_msg",
        "headers": {"req_id": "REQ-1"},
        "body": body,
    }


async def test_a_greeting_that_comes_too_late_is_not_sent_at_all(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    line.ack("aibot_respond_welcome_msg", {"errcode": 846605})
    result = await online.send(
        to(TargetKind.CALLBACK, "welcome:private:REQ-1", Text("欢迎"), chat="wangwu")
    )
    assert (result.outcome, result.errcode) == (Outcome.DEAD, 846605)
    assert line.commands() == ["aibot_respond_welcome_msg"]


async def test_a_tapped_card_is_changed_for_one_person(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    update = CardUpdate(UserId("zhangsan"), CARD)
    outgoing = to(TargetKind.CALLBACK, "update:group:REQ-1", update, chat=CHAT)
    assert await online.send(outgoing) == SENT
    assert line.frames[-1] == {
        "cmd": "aibot_respond_update_msg",
        "headers": {"req_id": "REQ-1"},
        "body": {
            "response_type": "update_template_card",
            "userids": ["zhangsan"],
            "template_card": CARD_BODY,
        },
    }


async def test_words_after_a_tap_are_a_new_message_since_a_tap_takes_none(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    outgoing = to(TargetKind.CALLBACK, "update:group:REQ-1", Text("抢到 5 分"), chat=CHAT)
    assert await online.send(outgoing) == SENT
    assert line.commands() == ["aibot_send_msg"]
    assert line.frames[-1]["body"] == {
        "chatid": CHAT,
        "chat_type": 2,
        "msgtype": "markdown",
        "markdown": {"content": "抢到 5 分"},
    }
