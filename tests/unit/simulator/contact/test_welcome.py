"""A welcome code greets once, within twenty seconds, for the first app that calls."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.contact.support import SECOND_SECRET, Pond, at_the_pond

HELLO: dict[str, Any] = {"text": {"content": "你好，我是汤圆"}}
MP4 = bytes(4) + b"ftypisom" + bytes(8)


async def code_of(pond: Pond) -> str:
    """The code of a new friend's event."""
    await pond.act("POST", "customers/wmNANA/friends", {"employee": "tangyuan"})
    return (await pond.event()).value("WelcomeCode")


async def welcome(pond: Pond, code: str, **content: Any) -> int:
    answer = await pond.call("send_welcome_msg", welcome_code=code, **(content or HELLO))
    return int(answer["errcode"])


async def shown(pond: Pond) -> list[dict[str, Any]]:
    answer = await pond.act("GET", "customers/wmNANA/messages?employee=tangyuan")
    return list(answer["messages"])


async def test_a_welcome_stands_in_the_private_chat_as_the_employees(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        assert await welcome(pond, await code_of(pond)) == 0
        (message,) = await shown(pond)
        assert (message["from"], message["from_kind"]) == ("tangyuan", "user")
        assert message["text"] == "你好，我是汤圆"


async def test_a_code_greets_once(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        code = await code_of(pond)
        assert [await welcome(pond, code), await welcome(pond, code)] == [0, 41051]
        assert len(await shown(pond)) == 1


async def test_of_two_apps_the_first_greets(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        code = await code_of(pond)
        body = {"welcome_code": code, **HELLO}
        assert (await pond.call_as(SECOND_SECRET, "send_welcome_msg", **body))["errcode"] == 0
        assert await welcome(pond, code) == 41051


@pytest.mark.parametrize(("seconds", "errcode"), [(19, 0), (20, 41050), (3600, 41050)])
async def test_a_code_is_good_for_twenty_seconds_of_the_simulators_clock(
    tmp_path: Path, seconds: int, errcode: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        code = await code_of(pond)
        await pond.later(seconds)
        assert await welcome(pond, code) == errcode


@pytest.mark.parametrize("speaker", ["娜娜", "汤圆"])
async def test_a_chat_that_has_begun_takes_no_welcome(tmp_path: Path, speaker: str) -> None:
    async with at_the_pond(tmp_path) as pond:
        code = await code_of(pond)
        said = {"employee": "tangyuan", "from": speaker, "text": "嗨"}
        await pond.act("POST", "customers/wmNANA/messages", said)
        assert await welcome(pond, code) == 41051


async def test_whoever_is_gone_already_is_not_greeted(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        code = await code_of(pond)
        await pond.act("DELETE", "customers/wmNANA/friends/tangyuan")
        assert await welcome(pond, code) == 84061
        assert await shown(pond) == []


async def test_codes_that_are_none(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        assert await welcome(pond, "") == 41049
        assert await welcome(pond, "made-up") == 41050


async def test_every_attachment_is_a_message_of_its_own(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        picture, film = await pond.upload(), await pond.upload("video", MP4)
        paper = await pond.upload("file", b"a long paper")
        link = {"title": "看看", "desc": "新品", "url": "https://example.com/new"}
        program = {"title": "小店", "pic_media_id": picture, "appid": "wx1", "page": "/index"}
        attachments = [
            {"msgtype": "image", "image": {"media_id": picture}},
            {"msgtype": "link", "link": link},
            {"msgtype": "miniprogram", "miniprogram": program},
            {"msgtype": "video", "video": {"media_id": film}},
            {"msgtype": "file", "file": {"media_id": paper}},
        ]
        code = await code_of(pond)
        assert await welcome(pond, code, **HELLO, attachments=attachments) == 0
        messages = await shown(pond)
        assert [message["kind"] for message in messages] == [
            *("text", "image", "news", "news", "video", "file"),
        ]
        assert messages[2]["text"] == "看看\n新品\nhttps://example.com/new"
        assert messages[1]["media"][0]["id"] == picture


async def test_a_picture_may_be_one_of_uploadimg(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        image = {"msgtype": "image", "image": {"pic_url": await pond.upload_picture()}}
        assert await welcome(pond, await code_of(pond), attachments=[image]) == 0
        assert [message["kind"] for message in await shown(pond)] == ["image"]


LINK = {"title": "看看", "url": "https://example.com/new"}


def one(kind: str, **part: str) -> dict[str, Any]:
    return {"attachments": [{"msgtype": kind, kind: part}]}


@pytest.mark.parametrize(
    ("content", "errcode"),
    [
        ({"text": {"content": "a" * 4001}}, 45002),
        ({"text": {"content": "一" * 1334}}, 45002),
        ({"text": {"content": " "}}, 44004),
        ({"text": {}}, 44004),
        ({"text": "你好"}, 40058),
        ({"text": {"content": "a"}, "attachments": [one("link", **LINK)] * 10}, 40058),
        ({"attachments": {}}, 40058),
        ({"attachments": ["a"]}, 40058),
        (one("voice", media_id="x"), 40008),
        ({"attachments": [{"msgtype": 1}]}, 40008),
        ({"attachments": [{"msgtype": "image"}]}, 40063),
        (one("image", media_id="none"), 40007),
        (one("image", pic_url="https://example.com/a.png"), 40058),
        (one("image", other="a"), 40063),
        (one("video", media_id="IMAGE"), 40007),
        (one("file", media_id="IMAGE"), 40007),
        (one("link", url=LINK["url"]), 40063),
        (one("link", title="a"), 40063),
        (one("link", url=LINK["url"], title="a" * 129), 40058),
        (one("link", **LINK, desc="a" * 513), 40058),
        (one("link", title="a", url="https://example.com/" + "a" * 2048), 40058),
        (one("link", **LINK, picurl="https://example.com/" + "a" * 2048), 40058),
        (one("miniprogram", title="a" * 65, pic_media_id="IMAGE", appid="w", page="p"), 40058),
        (one("miniprogram", title="a", pic_media_id="none", appid="w", page="p"), 40007),
        (one("miniprogram", title="a", pic_media_id="IMAGE", page="p"), 40063),
        (one("miniprogram", title="a", pic_media_id="IMAGE", appid="w"), 40063),
    ],
)
async def test_bad_content_is_refused_and_does_not_use_the_code_up(
    tmp_path: Path, content: dict[str, Any], errcode: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        content = json.loads(json.dumps(content).replace("IMAGE", await pond.upload()))
        code = await code_of(pond)
        assert await welcome(pond, code, **content) == errcode
        assert await shown(pond) == []
        nine = [{"msgtype": "link", "link": LINK}] * 9
        text = {"content": "一" * 1333 + "a"}
        assert await welcome(pond, code, text=text, attachments=nine) == 0
        assert len(await shown(pond)) == 10


async def test_media_that_are_too_old_are_refused(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        image = {"msgtype": "image", "image": {"media_id": await pond.upload()}}
        await pond.later(3 * 86_400)
        assert await welcome(pond, await code_of(pond), attachments=[image]) == 40007
