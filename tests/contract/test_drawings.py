"""Drawings: stored as facts, drawn where they are sent, words where no picture can be shown."""

import asyncio
import base64
import hashlib
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.channels import media as media_module
from bot.channels.contact_content import content_of
from bot.channels.http import File
from bot.channels.media import MediaShelf
from bot.channels.render import as_plain
from bot.channels.wecom_robot_socket import WecomRobotSocket
from bot.core.clock import ManualClock
from bot.core.events import MediaKind
from bot.core.ids import ChannelKey
from bot.core.messages import Attachment, Drawing, Outgoing, Target, TargetKind
from bot.core.pictures import PacketPicture
from bot.core.ports import Answer, Outcome
from bot.drawing.draw import draw

from .account_support import OPEN_ID, make_account, make_api, to_follower
from .support import NOW, FakePlatform, uploaded_file
from .test_group_webhook import make_webhook
from .test_wecom_robot_answers import read_answer
from .wecom_app_support import APP, deliver, make_app, payload
from .wecom_robot_socket_support import CHAT, FakeSocketPlatform, answer, to, wait
from .wecom_robot_support import make_robot

PICTURE = PacketPicture("红包抢完啦", 200, 20, 23)
DRAWING = Drawing(PICTURE, "抢完啦，用了 23 秒")
PNG = draw(PICTURE)


def outgoing(kind: TargetKind, address: str) -> Outgoing:
    return Outgoing("out-1", ChannelKey("c"), Target(kind, address), DRAWING)


@pytest.mark.parametrize("kind", [TargetKind.PERSON, TargetKind.GROUP])
async def test_an_app_draws_uploads_and_shows_it(
    session: aiohttp.ClientSession, platform: FakePlatform, kind: TargetKind
) -> None:
    platform.reply("media/upload", {"errcode": 0, "media_id": "MEDIA-1"})
    sent = await make_app(session, platform.base_url).send(outgoing(kind, "zhangsan"))
    assert sent.outcome is Outcome.SENT
    (upload,) = platform.calls("media/upload")
    assert uploaded_file(upload.body)[0] == "packet.png"
    assert uploaded_file(upload.body)[2] == PNG
    shown = {"msgtype": "image", "image": {"media_id": "MEDIA-1"}}
    assert platform.requests[-1].body.items() >= shown.items()


def test_an_app_cannot_show_it_in_the_open_request() -> None:
    assert APP.write_answer(deliver(payload("text")), DRAWING, NOW) == Answer()


async def test_a_webhook_carries_it_in_the_message(
    session: aiohttp.ClientSession, platform: FakePlatform
) -> None:
    await make_webhook(session, platform.base_url).send(outgoing(TargetKind.GROUP, "g"))
    (call,) = platform.requests
    assert base64.b64decode(call.body["image"]["base64"]) == PNG
    assert call.body["image"]["md5"] == hashlib.md5(PNG).hexdigest()


def test_a_robots_answer_shows_it_beneath_its_words() -> None:
    stream = read_answer(DRAWING)["stream"]
    assert (stream["content"], stream["finish"]) == (DRAWING.text, True)
    (item,) = stream["msg_item"]
    assert item["msgtype"] == "image"
    assert base64.b64decode(item["image"]["base64"]) == PNG


async def test_a_robots_later_answer_is_its_words(
    session: aiohttp.ClientSession, platform: FakePlatform
) -> None:
    robot = make_robot(session, api_base=platform.base_url)
    address = f"url:group:{platform.base_url}/cgi-bin/aibot/response?response_code=ONE-USE-CODE"
    await robot.send(outgoing(TargetKind.CALLBACK, address))
    (call,) = platform.requests
    assert call.body == {"msgtype": "markdown", "markdown": {"content": DRAWING.text}}


async def test_a_robot_on_a_line_shows_it_where_its_waiting_stood(
    online: WecomRobotSocket, line: FakeSocketPlatform
) -> None:
    await online.send(wait())
    await online.send(answer(DRAWING))
    await online.send(to(TargetKind.GROUP, CHAT, DRAWING))
    assert line.bodies("aibot_upload_media_init")[0]["md5"] == hashlib.md5(PNG).hexdigest()
    _, ended, shown = line.bodies("aibot_respond_msg")
    assert (ended["stream"]["content"], ended["stream"]["finish"]) == (DRAWING.text, True)
    assert (shown["msgtype"], line.bodies("aibot_send_msg")[0]["msgtype"]) == ("image", "image")


async def test_an_account_shows_it_by_its_media_id(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock
) -> None:
    platform.reply("media/upload", {"media_id": "MEDIA-1"})
    account = make_account(make_api(session, platform.base_url, clock), clock=clock)
    await account.send(to_follower(DRAWING))
    (call,) = platform.calls("message/custom/send")
    assert call.body == {
        "touser": OPEN_ID,
        "msgtype": "image",
        "image": {"media_id": "MEDIA-1"},
    }


async def test_customers_are_sent_its_words_with_the_picture_beneath() -> None:
    async def find(attachment: Attachment) -> str:
        return f"media-{attachment.kind}"

    assert await content_of(DRAWING, find) == {
        "text": {"content": "抢完啦，用了 23 秒"},
        "attachments": [{"msgtype": "image", "image": {"media_id": "media-image"}}],
    }


def test_a_letter_and_a_text_message_have_its_words() -> None:
    assert as_plain(DRAWING, 2048) == "抢完啦，用了 23 秒"


# The shelf


async def test_whoever_tries_again_sends_the_same_media_id(clock: ManualClock) -> None:
    shelf, brought = MediaShelf(Path("/nonexistent"), clock), []

    async def upload(_: MediaKind, file: File) -> str:
        brought.append(file)
        return f"MEDIA-{len(brought)}"

    ids = [await shelf.media_id(DRAWING, upload, "app") for _ in range(2)]
    assert ids == ["MEDIA-1"] * 2
    assert brought == [File("packet.png", PNG, "image/png")]


async def test_of_pictures_without_end_the_oldest_media_ids_are_forgotten(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_module, "_PLACES", 2)
    shelf, brought = MediaShelf(Path("/nonexistent"), clock), []

    async def upload(_: MediaKind, file: File) -> str:
        brought.append(file)
        return f"MEDIA-{len(brought)}"

    first, second, third = (Drawing(replace(PICTURE, points=n), "") for n in range(3))
    for drawing in (first, second, third, third, first):
        await shelf.media_id(drawing, upload, "app")
    assert len(brought) == 4


async def test_drawing_does_not_hold_the_loop(clock: ManualClock) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    draw.cache_clear()
    counting = asyncio.create_task(count())
    await MediaShelf(Path("/nonexistent"), clock).file(DRAWING)
    counting.cancel()
    assert turns > 2
