"""Customer messages: how many an act allows and for how long, and what they may hold."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.account.town import (
    AMR,
    LAN,
    MP4,
    PNG,
    PROGRAM_ID,
    QING,
    YUE,
    Town,
    in_town,
    open_id,
)

CHECK_IN = {"type": "click", "name": "签到", "key": "checkin"}
SHOP = {"type": "view", "name": "商城", "url": "https://shop.example.com"}
SCAN = {"type": "scancode_push", "name": "扫码", "key": "scan"}


async def quiet(town: Town) -> None:
    """Let the window of the last act pass."""
    town.stage.clock.advance(timedelta(hours=48))
    await town.token(fresh=True)


async def do(town: Town, act: str) -> None:
    match act:
        case "write":
            await town.say()
        case "follow":
            await town.stage.client.delete(f"/sim/api/accounts/account/followers/{YUE}")
            await town.follow()
        case "scan":
            body = {"customer": YUE, "code": "7"}
            await town.stage.post("accounts/account/scans", body)
        case _:
            body = {"customer": YUE, "button": act}
            await town.stage.post("accounts/account/clicks", body)


async def prepare(town: Town) -> None:
    scene = {"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 7}}}
    await town.post("qrcode/create", scene)
    await town.post("menu/create", {"button": [CHECK_IN, SHOP, SCAN]})
    await quiet(town)


@pytest.mark.parametrize(
    ("act", "most"), [("write", 5), ("follow", 3), ("scan", 3), ("签到", 3), ("扫码", 3)]
)
async def test_an_act_allows_so_many_messages_and_no_more(
    tmp_path: Path, act: str, most: int
) -> None:
    async with in_town(tmp_path) as town:
        await prepare(town)
        assert await town.send_text() == 45015
        await do(town, act)
        assert [await town.send_text() for _ in range(most + 1)] == [0] * most + [45047]


@pytest.mark.parametrize(
    ("act", "seconds"),
    [("write", 48 * 3600), ("follow", 60), ("scan", 60), ("签到", 60), ("扫码", 60)],
)
async def test_an_act_allows_messages_for_so_long_and_no_longer(
    tmp_path: Path, act: str, seconds: int
) -> None:
    async with in_town(tmp_path) as town:
        await prepare(town)
        await do(town, act)
        town.stage.clock.advance(timedelta(seconds=seconds - 1))
        await town.token(fresh=True)
        assert await town.send_text() == 0
        town.stage.clock.advance(timedelta(seconds=1))
        assert await town.send_text() == 45015


async def test_a_tap_that_opens_a_page_allows_nothing(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await prepare(town)
        await do(town, "商城")
        assert await town.send_text() == 45015


async def test_a_new_act_opens_its_own_window_in_place_of_the_one_before(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await prepare(town)
        await do(town, "write")
        assert await town.send_text() == 0
        await do(town, "签到")
        assert [await town.send_text() for _ in range(4)] == [0, 0, 0, 45047]
        await do(town, "write")
        assert [await town.send_text() for _ in range(6)] == [0] * 5 + [45047]
        await do(town, "签到")
        town.stage.clock.advance(timedelta(seconds=60))
        assert await town.send_text() == 45015


async def test_each_follower_has_an_allowance_of_his_own(tmp_path: Path) -> None:
    async with in_town(tmp_path, followers=(YUE, LAN)) as town:
        await quiet(town)
        await town.say(who=LAN)
        assert (await town.send_text(who=LAN), await town.send_text()) == (0, 45015)


async def test_who_has_left_is_not_written_to(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await town.say()
        await town.stage.client.delete(f"/sim/api/accounts/account/followers/{YUE}")
        assert await town.send_text() == 45015


async def test_what_is_refused_costs_nothing(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await town.say()
        for _ in range(6):
            assert await town.send_text(" ") == 44004
        assert [await town.send_text() for _ in range(6)] == [0] * 5 + [45047]


@pytest.mark.parametrize("touser", ["oNOBODY", "", None, open_id(YUE, PROGRAM_ID)])
async def test_an_openid_that_is_not_the_accounts_is_refused(tmp_path: Path, touser: Any) -> None:
    async with in_town(tmp_path) as town:
        body = {"touser": touser, "msgtype": "text", "text": {"content": "在的"}}
        assert await town.code_of("message/custom/send", body) == 40003


async def send(town: Town, kind: str, content: Any) -> int:
    body = {"touser": open_id(), "msgtype": kind, kind: content}
    return await town.code_of("message/custom/send", body)


ARTICLE = {"title": "秋日护肤", "description": "五步", "url": "https://a", "picurl": "https://b"}


@pytest.mark.parametrize(
    ("kind", "content", "errcode"),
    [
        ("text", {"content": "好" * 682 + "ab"}, 0),
        ("text", {"content": "好" * 682 + "abc"}, 45002),
        ("text", {"content": " "}, 44004),
        ("text", {}, 44004),
        ("text", "在的", 40035),
        ("shout", {"content": "a"}, 40008),
        ("news", {"articles": [ARTICLE]}, 0),
        ("news", {"articles": [ARTICLE, ARTICLE]}, 45008),
        ("news", {"articles": []}, 44003),
        ("news", {"articles": ["a"]}, 40035),
        ("news", {"articles": [{**ARTICLE, "url": ""}]}, 40035),
        ("msgmenu", {"head_content": "满意吗", "list": [{"id": "1", "content": "满意"}]}, 0),
        ("msgmenu", {"head_content": "满意吗", "list": []}, 40035),
        ("msgmenu", {"head_content": "满意吗", "list": [{"id": "", "content": "满意"}]}, 40035),
        ("image", {"media_id": "made-up"}, 40007),
        ("voice", {"media_id": "made-up"}, 40007),
        ("video", {"media_id": "made-up", "thumb_media_id": "made-up"}, 40007),
        ("music", {"musicurl": "https://a", "hqmusicurl": "https://b"}, 40007),
        ("miniprogrampage", {"title": "店", "appid": "wx1", "pagepath": "p"}, 40007),
        ("mpnews", {"media_id": "made-up"}, 40007),
        ("mpnewsarticle", {"article_id": "made-up"}, 40007),
        ("wxcard", {"card_id": "made-up"}, 40007),
    ],
)
async def test_content_is_checked(tmp_path: Path, kind: str, content: Any, errcode: int) -> None:
    async with in_town(tmp_path) as town:
        await town.say()
        assert await send(town, kind, content) == errcode
        assert len(await town.room()) == (2 if errcode == 0 else 1)


async def test_media_that_were_uploaded_are_shown(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await town.say()
        thumb = await town.media_id("thumb", PNG)
        image, voice = await town.media_id("image", PNG), await town.media_id("voice", AMR)
        video = await town.media_id("video", MP4)
        assert await send(town, "image", {"media_id": image}) == 0
        assert await send(town, "voice", {"media_id": voice}) == 0
        assert await send(town, "video", {"media_id": video, "thumb_media_id": thumb}) == 0
        assert await send(town, "video", {"media_id": video}) == 0
        await town.say()
        music = {"musicurl": "https://a", "hqmusicurl": "https://b", "thumb_media_id": thumb}
        assert await send(town, "music", music) == 0
        program = {"title": "店", "appid": "wx1", "pagepath": "p", "thumb_media_id": thumb}
        assert await send(town, "miniprogrampage", program) == 0
        kinds = [message["kind"] for message in await town.room()]
        assert kinds == ["text", "image", "voice", "video", "video", "text", "news", "news"]


async def test_a_medium_of_another_kind_does_not_serve(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await town.say()
        image, thumb = await town.media_id("image", PNG), await town.media_id("thumb", PNG)
        assert await send(town, "voice", {"media_id": image}) == 40007
        assert await send(town, "image", {"media_id": thumb}) == 40007
        video = {"media_id": await town.media_id("video", MP4), "thumb_media_id": image}
        assert await send(town, "video", video) == 40007


async def test_an_entry_of_a_menu_message_comes_back_and_counts_as_a_click(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await town.say()
        menu = {
            "head_content": "满意吗",
            "list": [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}],
            "tail_content": "欢迎再来",
        }
        assert await send(town, "msgmenu", menu) == 0
        shown = (await town.room())[-1]
        assert [button["label"] for button in shown["buttons"]] == ["满意", "不满意"]
        body = {"from": YUE, "message_id": shown["id"], "button": "不满意"}
        await town.stage.post("accounts/account/taps", body)
        assert (town.bot.last("Content"), town.bot.last("bizmsgmenuid")) == ("不满意", "102")
        assert [await town.send_text() for _ in range(4)] == [0, 0, 0, 45047]


async def test_typing_is_shown_to_whoever_was_there_just_now(tmp_path: Path) -> None:
    async with in_town(tmp_path, followers=(YUE, LAN)) as town:
        body = {"touser": open_id(), "command": "Typing"}
        await town.say()
        town.stage.clock.advance(timedelta(seconds=30))
        assert await town.code_of("message/custom/typing", body) == 0
        assert await town.code_of("message/custom/typing", {**body, "command": "Sing"}) == 45072
        town.stage.clock.advance(timedelta(seconds=1))
        assert await town.code_of("message/custom/typing", body) == 45080
        stranger = {**body, "touser": open_id(QING)}
        assert await town.code_of("message/custom/typing", stranger) == 45080
        assert await town.code_of("message/custom/typing", {**body, "touser": "o1"}) == 40003
        assert len(await town.room()) == 1
