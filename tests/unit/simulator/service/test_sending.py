"""send_msg: five messages in 48 hours, while nobody else answers, each under an id of its own."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.simulator.account.town import AMR, KF, LAN, MP4, PNG, YUE
from tests.unit.simulator.service.desk import Desk, at_desk


async def test_the_customers_words_allow_five_messages(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        assert await desk.send() == 95002
        await desk.write()
        assert [await desk.send() for _ in range(6)] == [0] * 5 + [95001]
        await desk.write("还在吗")
        assert [await desk.send() for _ in range(6)] == [0] * 5 + [95001]


async def test_they_may_be_sent_for_48_hours(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        desk.stage.clock.advance(timedelta(hours=48, seconds=-1))
        assert await desk.send() == 0
        desk.stage.clock.advance(timedelta(seconds=1))
        assert await desk.send() == 95002
        await desk.write()
        assert await desk.send() == 0


async def test_entering_alone_allows_nothing(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.enter()
        assert await desk.send() == 95002


async def test_each_customer_and_each_account_count_by_themselves(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        assert await desk.send(LAN) == 95002
        assert await desk.send(open_kfid="wkHEJIAN0002") == 95002
        assert await desk.send() == 0


async def test_an_id_is_good_for_one_message_of_an_account(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        body = {
            "touser": YUE,
            "open_kfid": KF,
            "msgtype": "text",
            "text": {"content": "在的"},
            "msgid": "own_id-1",
        }
        answer = await desk.kf("send_msg", body)
        assert (answer["errcode"], answer["msgid"]) == (0, "own_id-1")
        again = await desk.kf("send_msg", body)
        assert again["errcode"] != 0
        assert "msgid was used" in again["errmsg"]
        assert await desk.words() == ["你好", "在的"]
        assert await desk.send(msgid="own_id-2") == 0
        await desk.do("messages", {"from": YUE, "text": "你好"}, key="second_service")
        assert await desk.send(msgid="own_id-1", open_kfid="wkHEJIAN0002") == 0


async def test_a_repeat_uses_none_of_the_five(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        await desk.send(msgid="a")
        for _ in range(5):
            await desk.send(msgid="a")
        assert [await desk.send() for _ in range(5)] == [0] * 4 + [95001]


@pytest.mark.parametrize("msgid", ["i" * 33, "编号", "a b", 7])
async def test_an_id_is_32_of_a_few_characters(tmp_path: Path, msgid: Any) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        assert await desk.send(msgid=msgid) == 40058
        assert await desk.send(msgid="i" * 32) == 0


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"open_kfid": ""}, 95000),
        ({"open_kfid": "wkNOBODY"}, 95004),
        ({"touser": "wmNOBODY"}, 40096),
        ({"touser": None}, 40096),
        ({"touser": "ayun"}, 40096),
    ],
)
async def test_who_writes_to_whom_is_checked(
    tmp_path: Path, changes: dict[str, Any], errcode: int
) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        assert await desk.send(**changes) == errcode


async def test_only_the_managing_app_sends(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        other = await desk.token_of("other-secret")
        body = {"touser": YUE, "open_kfid": KF, "msgtype": "text", "text": {"content": "在的"}}
        assert (await desk.kf("send_msg", body, access_token=other))["errcode"] == 48002
        code = {"open_kfid": KF, "external_userid": YUE}
        for path in ("service_state/get", "service_state/trans"):
            assert (await desk.kf(path, code, access_token=other))["errcode"] == 48002
        listed = await desk.kf("account/list", {}, access_token=other)
        assert listed["account_list"] == []


async def upload(desk: Desk, kind: str, body: bytes) -> str:
    params = {"access_token": await desk.stage.token(), "type": kind}
    form = FormData()
    form.add_field("media", io.BytesIO(body), filename="file")
    response = await desk.stage.client.post(
        "/sim/platform/cgi-bin/media/upload", params=params, data=form
    )
    return str((await response.json())["media_id"])


LINK = {"title": "秋日护肤", "desc": "五步", "url": "https://a.example.com"}
CLICK = {"type": "click", "click": {"id": "101", "content": "满意"}}


def menu(*items: Any, **more: str) -> dict[str, Any]:
    return {"head_content": "满意吗", "list": list(items), "tail_content": "谢谢", **more}


@pytest.mark.parametrize(
    ("kind", "content", "errcode"),
    [
        ("text", {"content": "好" * 682 + "ab"}, 0),
        ("text", {"content": "好" * 682 + "abc"}, 45002),
        ("text", {"content": ""}, 44004),
        ("text", "在的", 40063),
        ("markdown", {"content": "a"}, 40008),
        ("image", {"media_id": "IMAGE"}, 0),
        ("image", {"media_id": "VOICE"}, 40007),
        ("voice", {"media_id": "VOICE"}, 0),
        ("video", {"media_id": "VIDEO"}, 0),
        ("file", {"media_id": "FILE"}, 0),
        ("file", {"media_id": "made-up"}, 40007),
        ("link", {**LINK, "thumb_media_id": "IMAGE"}, 0),
        ("link", {**LINK, "thumb_media_id": "made-up"}, 40007),
        ("link", {**LINK, "thumb_media_id": "IMAGE", "url": ""}, 40063),
        ("link", {**LINK, "thumb_media_id": "IMAGE", "title": "a" * 129}, 40058),
        ("link", {**LINK, "thumb_media_id": "IMAGE", "desc": "a" * 513}, 40058),
        ("link", {**LINK, "thumb_media_id": "IMAGE", "url": "a" * 2049}, 40058),
        ("miniprogram", {"appid": "wx1", "pagepath": "p", "thumb_media_id": "IMAGE"}, 0),
        ("miniprogram", {"appid": "wx1", "thumb_media_id": "IMAGE"}, 40063),
        ("location", {"latitude": 30.2, "longitude": 120.1, "name": "西湖"}, 0),
        ("location", {"latitude": "30.2", "longitude": 120.1}, 40058),
        ("msgmenu", menu(*[CLICK] * 10), 0),
        ("msgmenu", menu(*[CLICK] * 11), 95008),
        ("msgmenu", menu({"type": "sing"}), 95009),
        ("msgmenu", menu("满意"), 95009),
        ("msgmenu", menu({"type": "click", "click": {"id": "", "content": "a"}}), 40063),
        ("msgmenu", menu({"type": "click", "click": {"id": "a" * 65, "content": "a"}}), 40058),
        ("msgmenu", menu({"type": "click", "click": {"id": "a", "content": "a" * 129}}), 40058),
        ("msgmenu", menu({"type": "view", "view": {"url": "https://a", "content": "看"}}), 0),
        ("msgmenu", menu({"type": "view", "view": {"content": "看"}}), 40063),
        ("msgmenu", menu({"type": "text", "text": {"content": "说明"}}), 0),
        ("msgmenu", menu(head_content="a" * 1025), 40058),
        ("msgmenu", {}, 44004),
    ],
)
async def test_content_is_checked(tmp_path: Path, kind: str, content: Any, errcode: int) -> None:
    async with at_desk(tmp_path) as desk:
        ids = {
            "IMAGE": await upload(desk, "image", PNG),
            "VOICE": await upload(desk, "voice", AMR),
            "VIDEO": await upload(desk, "video", MP4),
            "FILE": await upload(desk, "file", b"any file at all"),
        }
        if isinstance(content, dict):
            content = {name: ids.get(str(it), it) for name, it in content.items()}
        await desk.write()
        body = {"touser": YUE, "open_kfid": KF, "msgtype": kind, kind: content}
        assert (await desk.kf("send_msg", body))["errcode"] == errcode
        assert len(await desk.room()) == (2 if errcode == 0 else 1)


async def test_an_entry_of_a_menu_message_comes_back_as_words_with_its_id(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        body = {"touser": YUE, "open_kfid": KF, "msgtype": "msgmenu", "msgmenu": menu(CLICK)}
        await desk.kf("send_msg", body)
        shown = (await desk.room())[-1]
        assert (shown["title"], shown["text"]) == ("满意吗", "谢谢")
        await desk.do("taps", {"from": YUE, "message_id": shown["id"], "button": "满意"})
        assert (await desk.sync())["msg_list"][-1]["text"] == {"content": "满意", "menu_id": "101"}
        assert [await desk.send() for _ in range(6)] == [0] * 5 + [95001]


async def test_only_menu_messages_have_entries(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        for number in (1, 2, "1"):
            body = {"from": YUE, "message_id": number, "button": "满意"}
            assert "error" in await desk.do("taps", body, status=400)


@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_an_app_lists_the_accounts_that_it_manages(tmp_path: Path, verb: str) -> None:
    async with at_desk(tmp_path) as desk:
        call = desk.stage.client.get if verb == "GET" else desk.stage.client.post
        params = {"access_token": await desk.stage.token()}
        response = await call("/sim/platform/cgi-bin/kf/account/list", params=params)
        listed = (await response.json())["account_list"]
        assert [it["open_kfid"] for it in listed] == [KF, "wkHEJIAN0002"]
        assert listed[0]["name"] == "禾间"


async def test_names_are_told_of_whoever_exists(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        body = {"external_userid_list": [YUE, "wmNOBODY", LAN]}
        answer = await desk.kf("customer/batchget", body)
        names = [(it["external_userid"], it["nickname"]) for it in answer["customer_list"]]
        assert names == [(YUE, "月月"), (LAN, "兰兰")]
        assert len({it["unionid"] for it in answer["customer_list"]}) == 2
        assert answer["invalid_external_userid"] == ["wmNOBODY"]
        for wrong in ([], [YUE] * 101, YUE, [7]):
            answer = await desk.kf("customer/batchget", {"external_userid_list": wrong})
            assert answer["errcode"] == 40058


@given(steps=st.lists(st.sampled_from(["write", "send", "hour", "two days"]), max_size=25))
async def test_never_more_than_five_after_the_last_words(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    async with at_desk(tmp_path_factory.mktemp("desk")) as desk:
        hours, wrote_at, sent = 0, -48, 0
        for step in steps:
            match step:
                case "write":
                    await desk.write()
                    wrote_at, sent = hours, 0
                case "send":
                    expected = 95002 if hours - wrote_at >= 48 else 95001 if sent >= 5 else 0
                    assert await desk.send() == expected
                    sent += expected == 0
                case _:
                    more = 1 if step == "hour" else 47
                    hours += more
                    desk.stage.clock.advance(timedelta(hours=more))
