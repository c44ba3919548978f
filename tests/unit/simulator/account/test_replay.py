"""A restart in the middle: everything that was known is known, everything used stays used."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.core.clock import ManualClock
from bot.simulator.cast import read_cast
from tests.unit.simulator.account.town import (
    APP_ID,
    LAN,
    PNG,
    SECRET,
    TEMPLATE,
    YUE,
    Town,
    TownBot,
    in_town,
    open_id,
    town,
)
from tests.unit.simulator.stub_bot import NINE


async def live(here: Town) -> None:
    """A little of everything."""
    scene = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "ref-7"}}}
    await here.post("qrcode/create", {**scene, "expire_seconds": 86_400})
    await here.follow(LAN, code="ref-7")
    tag = (await here.post("tags/create", {"tag": {"name": "老友"}}))["tag"]["id"]
    people = {"tagid": tag, "openid_list": [open_id(LAN), open_id()]}
    await here.post("tags/members/batchtagging", people)
    await here.post("tags/members/batchuntagging", {**people, "openid_list": [open_id()]})
    await here.post("tags/update", {"tag": {"id": tag, "name": "挚友"}})
    await here.post("tags/create", {"tag": {"name": "过客"}})
    await here.post("tags/delete", {"tag": {"id": tag + 1}})
    await here.post("user/info/updateremark", {"openid": open_id(), "remark": "大客户"})
    button = {"type": "click", "name": "签到", "key": "checkin"}
    await here.post("menu/create", {"button": [button]})
    rule = {"button": [{**button, "name": "打卡"}], "matchrule": {"tag_id": tag}}
    await here.post("menu/addconditional", rule)
    await here.say()
    await here.send_text()
    body = {"customer": YUE, "template": TEMPLATE}
    await here.stage.post("accounts/account/consents", body)
    await here.stage.post("accounts/account/consents", body)
    data = {"thing1": {"value": "a"}, "thing2": {"value": "b"}}
    notice = {"touser": open_id(), "template_id": TEMPLATE, "data": data}
    await here.post("message/subscribe/bizsend", notice)
    await here.post("message/template/send", {**notice, "client_msg_id": "c1"})


async def code_of(here: Town) -> str:
    query = {
        "appid": APP_ID,
        "redirect_uri": "https://a.example.com",
        "response_type": "code",
        "scope": "snsapi_userinfo",
        "sim_user": YUE,
    }
    page = await here.stage.client.get(
        "/sim/weixin/connect/oauth2/authorize", params=query, allow_redirects=False
    )
    return parse_qs(urlsplit(page.headers["Location"]).query)["code"][0]


async def exchange(here: Town, code: str) -> dict[str, Any]:
    query = {"appid": APP_ID, "secret": SECRET, "grant_type": "authorization_code"}
    return await here.get("/sns/oauth2/access_token", access_token="", code=code, **query)


async def test_a_restart_keeps_everything_about_accounts(tmp_path: Path) -> None:
    async with in_town(tmp_path) as here:
        await live(here)
        before = await here.stage.get("accounts")
        rooms = (await here.stage.get("state"))["rooms"]
        profile = await here.get("user/info", openid=open_id(LAN))
    async with in_town(tmp_path, followers=()) as again:
        assert await again.stage.get("accounts") == before
        assert (await again.stage.get("state"))["rooms"] == rooms
        assert await again.get("user/info", openid=open_id(LAN)) == profile


async def test_tokens_and_codes_live_on_and_what_was_used_stays_used(tmp_path: Path) -> None:
    async with in_town(tmp_path) as here:
        stable = await here.stable_token()
        old = await here.token()
        await here.fetch_token()
        fresh, used = await code_of(here), await code_of(here)
        web = await exchange(here, used)
        media_id = await here.media_id("image", PNG)
    clock = ManualClock(NINE)
    async with in_town(tmp_path, followers=(), clock=clock) as again:
        assert await again.stable_token() == stable
        assert "tags" in await again.get("tags/get", access_token=old)
        assert (await exchange(again, used))["errcode"] == 40163
        assert (await exchange(again, fresh))["openid"] == open_id()
        profile = await again.get(
            "/sns/userinfo", access_token=web["access_token"], openid=open_id()
        )
        assert profile["nickname"] == "月月"
        await again.say()
        body = {"touser": open_id(), "msgtype": "image", "image": {"media_id": media_id}}
        assert await again.code_of("message/custom/send", body) == 0


async def test_the_quota_of_the_last_act_survives(tmp_path: Path) -> None:
    async with in_town(tmp_path) as here:
        await here.say()
        assert [await here.send_text() for _ in range(4)] == [0] * 4
    async with in_town(tmp_path, followers=()) as again:
        assert [await again.send_text() for _ in range(2)] == [0, 45047]


async def test_followers_of_an_account_that_is_no_longer_configured_do_no_harm(
    tmp_path: Path,
) -> None:
    async with in_town(tmp_path) as here:
        await live(here)
    left = town()
    channels = {key: it for key, it in left.channels.items() if key != "account"}
    file = left.model_copy(update={"channels": channels})
    assert not read_cast(file).accounts
    async with in_town(tmp_path, file=file, bot=TownBot(), followers=()) as again:
        assert (await again.stage.get("accounts"))["accounts"] == []
