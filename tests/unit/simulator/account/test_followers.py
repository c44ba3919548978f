"""Following and leaving, and what an account may know and note about people."""

from pathlib import Path
from typing import Any

import pytest

from bot.simulator.account import followers
from tests.unit.simulator.account.town import (
    LAN,
    PROGRAM_ID,
    QING,
    YUE,
    Town,
    in_town,
    open_id,
)
from tests.unit.simulator.stub_bot import NINE


async def test_whoever_follows_by_himself_is_told_with_an_empty_key(tmp_path: Path) -> None:
    async with in_town(tmp_path, followers=()) as town:
        assert await town.follow() == "empty"
        (letter,) = town.bot.letters
        assert [(child.name, child.text) for child in letter.xml.children] == [
            ("ToUserName", "gh_hejian"),
            ("FromUserName", open_id()),
            ("CreateTime", str(int(NINE.timestamp()))),
            ("MsgType", "event"),
            ("Event", "subscribe"),
            ("EventKey", ""),
        ]


async def test_whoever_leaves_is_told_and_known_no_more(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await town.stage.client.delete("/sim/api/accounts/account/followers/月月")
        (letter,) = town.bot.letters
        assert letter.xml.value("Event") == "unsubscribe"
        assert letter.xml.value("FromUserName") == open_id()
        answer = await town.get("user/info", openid=open_id())
        assert answer == {"subscribe": 0, "openid": open_id()}


async def test_an_openid_is_28_characters_and_another_one_in_each_account() -> None:
    assert len({open_id(who, app) for who in (YUE, LAN) for app in ("wx1", "wx2")}) == 4
    assert all(len(open_id(who)) == 28 for who in (YUE, LAN, QING))


async def test_a_profile_tells_no_name_but_the_id_that_joins_the_platforms(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        answer = await town.get("user/info", openid=open_id(), lang="zh_CN")
        union_id = answer.pop("unionid")
        assert len(union_id) == 28
        assert answer == {
            "subscribe": 1,
            "openid": open_id(),
            "language": "zh_CN",
            "subscribe_time": int(NINE.timestamp()),
            "remark": "",
            "groupid": 0,
            "tagid_list": [],
            "subscribe_scene": "ADD_SCENE_SEARCH",
            "qr_scene": 0,
            "qr_scene_str": "",
        }


async def test_a_profile_tells_the_code_by_which_somebody_came(tmp_path: Path) -> None:
    scene = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "ref-7"}}}
    async with in_town(tmp_path) as town:
        await town.post("qrcode/create", scene)
        await town.follow(LAN, code="ref-7")
        answer = await town.get("user/info", openid=open_id(LAN))
        assert answer["subscribe_scene"] == "ADD_SCENE_QR_CODE"
        assert (answer["qr_scene"], answer["qr_scene_str"]) == (0, "ref-7")


@pytest.mark.parametrize(
    ("who", "errcode"),
    [("", 41009), ("oNOBODY", 40003), (open_id(YUE, PROGRAM_ID), 40003)],
)
async def test_an_openid_that_is_not_the_accounts_is_refused(
    tmp_path: Path, who: str, errcode: int
) -> None:
    async with in_town(tmp_path) as town:
        assert (await town.get("user/info", openid=who))["errcode"] == errcode


async def test_profiles_are_read_many_at_once_a_hundred_at_most(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        wanted = [{"openid": open_id(YUE)}, {"openid": open_id(LAN)}]
        answer = await town.post("user/info/batchget", {"user_list": wanted})
        assert [it["subscribe"] for it in answer["user_info_list"]] == [1, 0]
        full = {"user_list": wanted[:1] * 100}
        assert len((await town.post("user/info/batchget", full))["user_info_list"]) == 100
        assert await town.code_of("user/info/batchget", {"user_list": wanted[:1] * 101}) == 40032
        assert await town.code_of("user/info/batchget", {"user_list": [open_id()]}) == 40035


async def test_followers_are_listed_page_by_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "FOLLOWERS_PAGE", 2)
    async with in_town(tmp_path, followers=(QING, YUE, LAN)) as town:
        first = await town.get("user/get")
        assert first == {
            "total": 3,
            "count": 2,
            "data": {"openid": [open_id(QING), open_id(YUE)]},
            "next_openid": open_id(YUE),
        }
        second = await town.get("user/get", next_openid=first["next_openid"])
        assert second["data"] == {"openid": [open_id(LAN)]}
        third = await town.get("user/get", next_openid=second["next_openid"])
        assert third == {"total": 3, "count": 0, "next_openid": ""}


async def test_a_remark_is_noted_and_goes_with_the_follower(tmp_path: Path) -> None:
    async def remark(town: Town) -> Any:
        return (await town.get("user/info", openid=open_id()))["remark"]

    async with in_town(tmp_path) as town:
        body = {"openid": open_id(), "remark": "爱" * 29}
        assert await town.code_of("user/info/updateremark", body) == 0
        assert await remark(town) == "爱" * 29
        body["remark"] += "爱"
        assert await town.code_of("user/info/updateremark", body) == 40035
        assert (
            await town.code_of("user/info/updateremark", {**body, "openid": open_id(LAN)}) == 43004
        )
        await town.stage.client.delete(f"/sim/api/accounts/account/followers/{YUE}")
        await town.follow()
        assert await remark(town) == ""
