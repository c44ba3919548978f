"""The intelligent robot speaks unasked; and what becomes of a frame, whatever it says."""

import asyncio
import base64
import hashlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.channels.wecom_robot_socket import WecomRobotSocket
from bot.core.errors import BadPayload, TransportError
from bot.core.events import MediaKind, MediaRef
from bot.core.ids import UserId
from bot.core.messages import (
    CardUpdate,
    HandOver,
    Markdown,
    Media,
    Message,
    Outgoing,
    Post,
    Recall,
    TagChange,
    TargetKind,
    Text,
    Waiting,
)
from bot.core.ports import Outcome, Pause, SendResult
from bot.platforms.limits import ROBOT_CONTENT_BYTES, SOCKET_CHUNK_BYTES, SOCKET_CHUNKS

from .support import AES_KEY, FakePlatform, Raw, encrypt_padded
from .wecom_robot_socket_support import (
    CHAT,
    CURT,
    SECRET,
    Close,
    FakeSocketPlatform,
    Silent,
    answer,
    make_robot,
    to,
    until,
    wait,
)
from .wecom_robot_support import CARD, CARD_BODY

SENT = SendResult(Outcome.SENT)
DISCONNECTED = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
CARD_SHOWN = {"msgtype": "template_card", "template_card": CARD_BODY}

curt = pytest.mark.parametrize("patience", [CURT], ids=["curt"])


@pytest.mark.parametrize(("kind", "chat_type"), [(TargetKind.GROUP, 2), (TargetKind.PERSON, 1)])
@pytest.mark.parametrize(
    ("message", "content"),
    [
        (Text("早安"), {"msgtype": "markdown", "markdown": {"content": "早安"}}),
        (Markdown("**早安**"), {"msgtype": "markdown", "markdown": {"content": "**早安**"}}),
        (CARD, CARD_SHOWN),
    ],
)
async def test_a_push_says_what_the_documentation_asks_for(
    online: WecomRobotSocket,
    line: FakeSocketPlatform,
    kind: TargetKind,
    chat_type: int,
    message: Message,
    content: dict[str, Any],
) -> None:
    for _ in range(2):
        assert await online.send(to(kind, "CHAT", message)) == SENT
    first, second = line.frames[-2:]
    assert first["cmd"] == second["cmd"] == "aibot_send_msg"
    assert first["body"] == second["body"] == {"chatid": "CHAT", "chat_type": chat_type, **content}
    assert first["headers"]["req_id"] != second["headers"]["req_id"]


@pytest.mark.parametrize("kind", MediaKind)
async def test_a_file_is_uploaded_in_chunks_that_are_counted_from_0_and_shown_by_its_id(
    online: WecomRobotSocket, line: FakeSocketPlatform, tmp_path: Path, kind: MediaKind
) -> None:
    body = bytes(range(256)) * (2 * SOCKET_CHUNK_BYTES // 256) + b"the rest"
    (tmp_path / "手册.bin").write_bytes(body)
    for _ in range(2):
        assert await online.send(to(TargetKind.GROUP, CHAT, Media(kind, "手册.bin"))) == SENT
    (begun,) = line.bodies("aibot_upload_media_init")
    assert begun == {
        "type": kind,
        "filename": "手册.bin",
        "total_size": len(body),
        "total_chunks": 3,
        "md5": hashlib.md5(body).hexdigest(),
    }
    chunks = line.bodies("aibot_upload_media_chunk")
    assert [(c["upload_id"], c["chunk_index"]) for c in chunks] == [
        ("UPLOAD-1", 0),
        ("UPLOAD-1", 1),
        ("UPLOAD-1", 2),
    ]
    parts = [base64.b64decode(chunk["base64_data"]) for chunk in chunks]
    assert b"".join(parts) == body
    assert max(len(part) for part in parts) == SOCKET_CHUNK_BYTES
    assert line.bodies("aibot_upload_media_finish") == [{"upload_id": "UPLOAD-1"}]
    shown = {"chatid": CHAT, "chat_type": 2, "msgtype": kind, kind: {"media_id": "MEDIA-1"}}
    assert line.bodies("aibot_send_msg") == [shown] * 2


def test_a_chunk_is_half_a_megabyte_at_most() -> None:
    assert (SOCKET_CHUNK_BYTES, SOCKET_CHUNKS) == (512 * 1024, 100)


async def test_a_file_whose_upload_was_refused_or_lost_is_not_shown(
    online: WecomRobotSocket, line: FakeSocketPlatform, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"a file of ours")
    outgoing = to(TargetKind.GROUP, CHAT, Media(MediaKind.FILE, "a.pdf"))
    line.ack("aibot_upload_media_chunk", {"errcode": 45009})
    line.ack("aibot_upload_media_finish", {"errcode": 0}, Close())
    outcomes = [(await online.send(outgoing)).outcome for _ in range(3)]
    assert outcomes == [Outcome.RETRY] * 3
    assert line.bodies("aibot_send_msg") == []


async def test_words_with_media_go_without_them_and_the_result_says_so(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    post = Post("今天的桌面", (Media(MediaKind.IMAGE, "a.png"),))
    for outgoing in (to(TargetKind.GROUP, CHAT, post), answer(post)):
        result = await online.send(outgoing)
        assert result.outcome is Outcome.SENT
        assert "without its 1 media" in result.reason


@pytest.mark.parametrize("length", [ROBOT_CONTENT_BYTES // 3, 30_000])
async def test_words_keep_the_byte_limit(
    online: WecomRobotSocket, line: FakeSocketPlatform, length: int
) -> None:
    await online.send(answer(Text("鱼" * length)))
    await online.send(to(TargetKind.GROUP, CHAT, Text("鱼" * length)))
    shown = line.frames[-2]["body"]["stream"]["content"], line.frames[-1]["body"]["markdown"]
    for content in (shown[0], shown[1]["content"]):
        size = len(content.encode())
        assert size == length * 3 or ROBOT_CONTENT_BYTES - 6 < size <= ROBOT_CONTENT_BYTES


async def test_a_text_that_no_encoding_can_carry_is_sent_all_the_same(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    assert await online.send(to(TargetKind.GROUP, "a\ud83d", Text("a\ud83d"))) == SENT
    body = line.frames[-1]["body"]
    assert (body["chatid"], body["markdown"]) == ("a?", {"content": "a?"})


@pytest.mark.parametrize(
    "outgoing",
    [
        to(TargetKind.RECORD, "zhangsan", Text("hi")),
        to(TargetKind.CALLBACK, "REQ-1", Text("hi"), chat=CHAT),
        to(TargetKind.CALLBACK, "", Text("hi"), chat=CHAT),
        to(TargetKind.CALLBACK, "msg:room:REQ-1", Text("hi"), chat=CHAT),
        to(TargetKind.CALLBACK, "msg:group:", Text("hi"), chat=CHAT),
        to(TargetKind.CALLBACK, "url:group:https://qyapi.weixin.qq.com/x", Text("hi"), chat=CHAT),
        to(TargetKind.CALLBACK, "update:group:REQ-1", Text("hi")),
        to(TargetKind.CALLBACK, "update:group:REQ-1", Waiting("…"), chat=CHAT),
        to(TargetKind.CALLBACK, "welcome:private:REQ-1", Waiting("…"), chat=CHAT),
        to(TargetKind.GROUP, CHAT, Waiting("…")),
        to(TargetKind.GROUP, "", Text("hi")),
        answer(CardUpdate(UserId("zhangsan"), CARD)),
        answer(HandOver("急")),
        to(TargetKind.GROUP, CHAT, Recall("m-1")),
        to(TargetKind.PERSON, "zhangsan", TagChange(UserId("lisi"), add=("老客",))),
        to(TargetKind.GROUP, CHAT, Media(MediaKind.IMAGE, "nowhere.png")),
    ],
)
async def test_what_this_channel_cannot_send_dies_without_a_frame(
    online: WecomRobotSocket, line: FakeSocketPlatform, outgoing: Outgoing
) -> None:
    result = await online.send(outgoing)
    assert result.outcome is Outcome.DEAD
    assert result.reason
    assert line.commands() == []


# What becomes of a frame


@pytest.mark.parametrize(
    ("errcode", "outcome", "pauses"),
    [
        (93001, Outcome.DEAD, Pause.ROW),
        (93008, Outcome.DEAD, Pause.ROW),
        (40008, Outcome.DEAD, Pause.ROW),
        (-1, Outcome.RETRY, Pause.ROW),
        (45009, Outcome.RETRY, Pause.LIMIT),
    ],
)
async def test_a_refusal_says_what_it_means_and_shows_nothing_of_the_platforms_words(
    online: WecomRobotSocket,
    line: FakeSocketPlatform,
    errcode: int,
    outcome: Outcome,
    pauses: Pause,
) -> None:
    line.ack("aibot_send_msg", {"errcode": errcode})
    result = await online.send(to(TargetKind.GROUP, CHAT, Text("早安")))
    assert (result.outcome, result.errcode, result.pauses) == (outcome, errcode, pauses)
    assert f"aibot_send_msg with errcode {errcode}" in result.reason
    assert SECRET not in result.reason


async def test_an_acknowledgement_without_an_errcode_is_one(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    line.ack("aibot_send_msg", {})
    assert await online.send(to(TargetKind.GROUP, CHAT, Text("早安"))) == SENT


@curt
@pytest.mark.parametrize("ack", [Silent(), Close(), {"errcode": "0"}, {"errcode": None}])
async def test_a_frame_that_was_not_acknowledged_may_have_been_shown(
    online: WecomRobotSocket, line: FakeSocketPlatform, ack: Any
) -> None:
    line.ack("aibot_send_msg", ack)
    result = await online.send(to(TargetKind.GROUP, CHAT, Text("早安")))
    assert result.outcome is Outcome.UNKNOWN
    assert "aibot_send_msg was not acknowledged" in result.reason
    assert len(line.bodies("aibot_send_msg")) == 1


async def test_a_lost_connection_ends_the_wait_for_its_acknowledgements_at_once(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    line.gate = asyncio.Event()
    async with asyncio.timeout(0.5):  # below the second that an acknowledgement may take
        send = asyncio.create_task(online.send(to(TargetKind.GROUP, CHAT, Text("早安"))))
        await until(line.commands)
        await line.hang_up()
        assert (await send).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("taken_over", [False, True])
async def test_what_was_never_written_is_tried_again(
    online: WecomRobotSocket, line: FakeSocketPlatform, taken_over: bool
) -> None:
    line.gate = asyncio.Event()
    first = asyncio.create_task(online.send(wait()))
    await until(line.commands)
    second = asyncio.create_task(online.send(answer(Text("30 分"))))
    await asyncio.sleep(0)
    await (line.push(DISCONNECTED) if taken_over else line.hang_up())
    outcomes = [(await send).outcome for send in (first, second)]
    assert outcomes == [Outcome.UNKNOWN, Outcome.RETRY]
    assert line.commands() == ["aibot_respond_msg"]


async def test_frames_of_one_request_id_go_one_after_the_other_and_others_side_by_side(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    line.gate = asyncio.Event()
    sends = [asyncio.create_task(online.send(wait(words))) for words in ("一", "二", "三")]
    other = asyncio.create_task(online.send(to(TargetKind.GROUP, CHAT, Text("早安"))))
    await until(lambda: len(line.commands()) == 2)
    await asyncio.sleep(0.02)
    assert line.commands() == ["aibot_respond_msg", "aibot_send_msg"]
    line.gate.set()
    assert await asyncio.gather(*sends, other) == [SENT] * 4
    shown = [body["stream"]["content"] for body in line.bodies("aibot_respond_msg")]
    assert shown == ["一", "二", "三"]


@curt
async def test_an_acknowledgement_that_comes_too_late_harms_nobody(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    line.gate = asyncio.Event()
    result = await online.send(to(TargetKind.GROUP, CHAT, Text("早安")))
    assert result.outcome is Outcome.UNKNOWN
    line.gate.set()
    assert await online.send(to(TargetKind.GROUP, CHAT, Text("早安"))) == SENT
    assert line.connections == 1


# Files of people


async def test_what_a_person_sent_is_fetched_and_decrypted_with_its_own_key(
    online: WecomRobotSocket, platform: FakePlatform
) -> None:
    body = base64.b64decode(encrypt_padded(AES_KEY, b"a picture" + bytes([23]) * 23))
    platform.reply("/file", Raw(body), Raw(b"plain"))
    url = f"{platform.base_url}/file?sign=x"
    assert await online.read_media(MediaRef(MediaKind.IMAGE, url, AES_KEY)) == b"a picture"
    assert await online.read_media(MediaRef(MediaKind.IMAGE, url)) == b"plain"
    with pytest.raises(BadPayload, match="32 bytes"):
        await online.read_media(MediaRef(MediaKind.IMAGE, url, "c2hvcnQ="))


async def test_over_the_platforms_own_line_files_are_fetched_over_https_only(
    session: aiohttp.ClientSession, unused_base_url: str
) -> None:
    robot = make_robot(session, "wss://openws.work.weixin.qq.com")
    with pytest.raises(BadPayload, match="not the platform's"):
        await robot.read_media(MediaRef(MediaKind.FILE, f"{unused_base_url}/file"))
    secure = unused_base_url.replace("http:", "https:")
    with pytest.raises(TransportError):
        await robot.read_media(MediaRef(MediaKind.FILE, f"{secure}/file"))
