"""An account's menu: what may stand in it, who sees which, and what a tap does."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.account.town import LAN, YUE, Town, in_town, open_id

CHECK_IN = {"type": "click", "name": "签到", "key": "checkin"}
SHOP = {"type": "view", "name": "商城", "url": "https://shop.example.com"}


async def create(town: Town, *buttons: dict[str, Any]) -> int:
    return await town.code_of("menu/create", {"button": list(buttons)})


async def click(town: Town, button: str, status: int = 200, **more: str) -> Any:
    body = {"customer": YUE, "button": button, **more}
    return await town.stage.post("accounts/account/clicks", body, status)


async def test_a_menu_is_made_read_and_deleted(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        assert (await town.get("menu/get"))["errcode"] == 46003
        assert await create(town, CHECK_IN, {"name": "更多", "sub_button": [SHOP]}) == 0
        assert await town.get("menu/get") == {
            "menu": {
                "button": [
                    {**CHECK_IN, "sub_button": []},
                    {"name": "更多", "sub_button": [{**SHOP, "sub_button": []}]},
                ]
            }
        }
        assert (await town.get("menu/delete"))["errcode"] == 0
        assert (await town.get("menu/get"))["errcode"] == 46003


def sub(**changes: Any) -> dict[str, Any]:
    return {"name": "更多", "sub_button": [{**CHECK_IN, **changes}]}


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([], 40016),
        ([CHECK_IN] * 4, 40016),
        ([{**CHECK_IN, "type": "tap"}], 40015),
        ([{"name": "签到"}], 40015),
        (["签到"], 40015),
        ([{**CHECK_IN, "name": "签到签到签a"}], 0),
        ([{**CHECK_IN, "name": "签到签到签ab"}], 40018),
        ([{**CHECK_IN, "name": ""}], 40018),
        ([{**CHECK_IN, "key": "k" * 128}], 0),
        ([{**CHECK_IN, "key": "k" * 129}], 40019),
        ([{**SHOP, "url": "https://" + "u" * 1016}], 0),
        ([{**SHOP, "url": "https://" + "u" * 1017}], 40020),
        ([{"type": "miniprogram", "name": "小程序", "url": "https://a", "appid": "wx1"}], 40019),
        ([{"name": "更多", "sub_button": [CHECK_IN] * 5}], 0),
        ([{"name": "更多", "sub_button": [CHECK_IN] * 6}], 40023),
        ([sub(type="tap")], 40024),
        ([sub(name="签" * 20)], 0),
        ([sub(name="签" * 20 + "a")], 40025),
        ([sub(key="")], 40026),
        ([sub(type="view", url="u" * 1025)], 40027),
        ([sub(sub_button=[CHECK_IN])], 40022),
    ],
)
async def test_what_does_not_fit_is_refused(
    tmp_path: Path, buttons: list[Any], errcode: int
) -> None:
    async with in_town(tmp_path) as town:
        assert await create(town, *buttons) == errcode


async def test_followers_with_a_tag_see_the_newest_menu_that_fits_them(tmp_path: Path) -> None:
    async def seen() -> list[str]:
        answer = await town.stage.get("accounts")
        people = answer["accounts"][0]["followers"]
        return [person["menu"][0]["name"] for person in people]

    async with in_town(tmp_path, followers=(YUE, LAN)) as town:
        tag = (await town.post("tags/create", {"tag": {"name": "老友"}}))["tag"]["id"]
        body = {"tagid": tag, "openid_list": [open_id(LAN)]}
        await town.post("tags/members/batchtagging", body)
        rule = {"button": [SHOP], "matchrule": {"tag_id": str(tag)}}
        assert await town.code_of("menu/addconditional", rule) == 65303
        await create(town, CHECK_IN)
        assert await seen() == ["签到", "签到"]
        menu_id = (await town.post("menu/addconditional", rule))["menuid"]
        assert await seen() == ["签到", "商城"]
        answer = await town.get("menu/get")
        assert [menu["menuid"] for menu in answer["conditionalmenu"]] == [menu_id]
        newer = {"button": [{**SHOP, "name": "新店"}], "matchrule": {"tag_id": tag}}
        await town.post("menu/addconditional", newer)
        assert await seen() == ["签到", "新店"]
        await town.get("menu/delete")
        assert "conditionalmenu" not in await town.get("menu/get")


@pytest.mark.parametrize("rule", [None, {}, {"tag_id": ""}])
async def test_a_menu_for_some_says_for_whom(tmp_path: Path, rule: Any) -> None:
    async with in_town(tmp_path) as town:
        await create(town, CHECK_IN)
        body = {"button": [SHOP], "matchrule": rule}
        assert await town.code_of("menu/addconditional", body) == 65304


async def test_a_rule_about_what_nobody_knows_here_fits_nobody(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await create(town, CHECK_IN)
        rule = {"button": [SHOP], "matchrule": {"client_platform_type": "2"}}
        await town.post("menu/addconditional", rule)
        answer = await town.stage.get("accounts")
        assert answer["accounts"][0]["followers"][0]["menu"][0]["name"] == "签到"


async def test_a_tap_on_the_menu_tells_its_key_or_its_address(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await create(town, CHECK_IN, {"name": "更多", "sub_button": [SHOP]})
        assert (await click(town, "签到"))["delivery"] == "empty"
        assert (town.bot.last("Event"), town.bot.last("EventKey")) == ("CLICK", "checkin")
        await click(town, "商城")
        assert (town.bot.last("Event"), town.bot.last("EventKey")) == ("VIEW", SHOP["url"])


@pytest.mark.parametrize("kind", ["scancode_push", "scancode_waitmsg"])
async def test_a_button_that_scans_tells_what_it_read(tmp_path: Path, kind: str) -> None:
    async with in_town(tmp_path) as town:
        await create(town, {"type": kind, "name": "扫码", "key": "scan"})
        await click(town, "扫码", result="https://a.example.com")
        info = town.bot.letters[-1].xml.child("ScanCodeInfo")
        assert info is not None
        assert (town.bot.last("Event"), town.bot.last("EventKey")) == (kind, "scan")
        assert (info.value("ScanType"), info.value("ScanResult")) == (
            "qrcode",
            "https://a.example.com",
        )


async def test_only_buttons_that_exist_and_are_known_here_can_be_tapped(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await create(town, {"type": "pic_weixin", "name": "发图", "key": "pic"})
        assert "没有叫" in (await click(town, "签到", 404))["error"]
        assert "不会点" in (await click(town, "发图", 400))["error"]
        assert town.bot.letters == []
