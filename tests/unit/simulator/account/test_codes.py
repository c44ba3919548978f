"""Codes with a parameter: four kinds, their lives, their picture, and scanning them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.account.town import LAN, YUE, Town, in_town


def wish(action: str, scene: Any, **more: Any) -> dict[str, Any]:
    name = "scene_str" if "STR" in action else "scene_id"
    return {"action_name": action, "action_info": {"scene": {name: scene}}, **more}


async def scan(town: Town, code: str, who: str = YUE, status: int = 200) -> Any:
    body = {"customer": who, "code": code}
    return await town.stage.post("accounts/account/scans", body, status)


@pytest.mark.parametrize(
    ("action", "scene", "seconds"),
    [
        ("QR_SCENE", 2**32 - 1, 60),
        ("QR_STR_SCENE", "s" * 64, 60),
        ("QR_LIMIT_SCENE", 100_000, None),
        ("QR_LIMIT_STR_SCENE", "引荐", None),
    ],
)
async def test_each_kind_of_code_is_made_scanned_and_told(
    tmp_path: Path, action: str, scene: Any, seconds: int | None
) -> None:
    async with in_town(tmp_path) as town:
        made = await town.post("qrcode/create", wish(action, scene))
        assert made.get("expire_seconds") == seconds
        assert made["url"].endswith(made["ticket"])
        await scan(town, made["ticket"])
        assert (town.bot.last("Event"), town.bot.last("EventKey")) == ("SCAN", str(scene))
        assert town.bot.last("Ticket") == made["ticket"]
        await scan(town, made["url"], LAN)
        assert (town.bot.last("Event"), town.bot.last("EventKey")) == (
            "subscribe",
            f"qrscene_{scene}",
        )
        assert town.bot.last("Ticket") == made["ticket"]


@pytest.mark.parametrize(
    "body",
    [
        wish("QR_SCENE", 0),
        wish("QR_SCENE", 2**32),
        wish("QR_SCENE", True),
        wish("QR_SCENE", "7"),
        wish("QR_LIMIT_SCENE", 100_001),
        wish("QR_STR_SCENE", ""),
        wish("QR_STR_SCENE", "s" * 65),
        wish("QR_LIMIT_STR_SCENE", 7),
        wish("QR_OTHER", 7),
        wish("QR_STR_SCENE", "a", expire_seconds=0),
        wish("QR_STR_SCENE", "a", expire_seconds=2_592_001),
        wish("QR_STR_SCENE", "a", expire_seconds="60"),
    ],
)
async def test_a_wish_that_is_not_one_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    async with in_town(tmp_path) as town:
        assert await town.code_of("qrcode/create", body) == 40053


async def test_a_code_dies_when_its_time_is_over(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        body = wish("QR_STR_SCENE", "a", expire_seconds=2_592_000)
        ticket = (await town.post("qrcode/create", body))["ticket"]
        lasting = (await town.post("qrcode/create", wish("QR_LIMIT_STR_SCENE", "b")))["ticket"]
        town.stage.clock.advance(timedelta(seconds=2_591_999))
        await scan(town, ticket)
        town.stage.clock.advance(timedelta(seconds=1))
        assert (await scan(town, ticket, status=400))["error"] == "二维码已过期"
        await scan(town, lasting)
        for path in ("/sim/weixin/showqrcode", "/sim/weixin/cgi-bin/showqrcode"):
            gone = await town.stage.client.get(path, params={"ticket": ticket})
            assert gone.status == 404
            there = await town.stage.client.get(path, params={"ticket": lasting})
            assert there.content_type == "image/svg+xml"


async def test_the_picture_says_the_scene_and_nothing_that_a_browser_would_run(
    tmp_path: Path,
) -> None:
    async with in_town(tmp_path) as town:
        body = wish("QR_STR_SCENE", "<script>")
        ticket = (await town.post("qrcode/create", body))["ticket"]
        picture = await town.stage.client.get("/sim/weixin/showqrcode", params={"ticket": ticket})
        text = await picture.text()
        assert "&lt;script&gt;" in text
        assert "<script" not in text


async def test_a_code_that_does_not_exist_cannot_be_scanned(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        assert "没有这个二维码" in (await scan(town, "made-up", status=404))["error"]
        assert town.bot.letters == []
