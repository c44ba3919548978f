"""An Official Account run by wechatpy: what it takes for granted, the simulator gives."""

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest
from wechatpy import WeChatClient
from wechatpy.client.api import WeChatQRCode
from wechatpy.exceptions import WeChatClientException, WeChatOAuthException
from wechatpy.oauth import WeChatOAuth

from bot.simulator.union_ids import union_id_of
from tests.unit.simulator.account.town import (
    APP_ID,
    LAN,
    PNG,
    SECRET,
    TEMPLATE,
    YUE,
    Town,
    in_town,
    open_id,
)

T = TypeVar("T")


class Client(WeChatClient):  # type: ignore[misc]
    """wechatpy's client, but for the two places where it has the platform's host built in."""

    def __init__(self, base: str, secret: str = SECRET) -> None:
        self.API_BASE_URL = f"{base}/cgi-bin/"
        super().__init__(APP_ID, secret)

    def fetch_access_token(self) -> Any:
        params = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return self._fetch_access_token(url=f"{self.API_BASE_URL}token", params=params)


class OAuth(WeChatOAuth):  # type: ignore[misc]
    """wechatpy's authorisation with the simulator's hosts."""

    def __init__(self, base: str, *, scope: str) -> None:
        self.API_BASE_URL = f"{base}/"
        self.OAUTH_BASE_URL = f"{base}/connect/"
        super().__init__(APP_ID, SECRET, "https://pond.example.com/page", scope, "s1")


def base_of(town: Town) -> str:
    return str(town.stage.client.make_url(town.stage.simulator.account_base))


async def drive(town: Town, script: Callable[[Client], T], secret: str = SECRET) -> T:
    """Run ``script``, which waits for each answer, beside the server."""

    def run() -> T:
        client = Client(base_of(town), secret)
        try:
            return script(client)
        finally:
            client._http.close()

    return await asyncio.to_thread(run)


async def test_wechatpy_fetches_a_token_and_another_one_when_it_died(tmp_path: Path) -> None:
    def script(client: Client) -> tuple[str, int]:
        first = client.access_token
        client.session.set(client.access_token_key, "made-up")
        return first, len(client.tag.get())

    async with in_town(tmp_path) as town:
        first, tags = await drive(town, script)
        assert (len(first), tags) == (32, 1)


async def test_wechatpy_is_told_of_a_wrong_secret(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        with pytest.raises(WeChatClientException) as caught:
            await drive(town, lambda client: client.access_token, secret="guess")
        assert caught.value.errcode == 40125


async def test_wechatpy_reads_followers_and_notes_about_them(tmp_path: Path) -> None:
    def script(client: Client) -> Any:
        client.user.update_remark(open_id(), "大客户")
        followers = list(client.user.iter_followers())
        return followers, client.user.get(open_id()), client.user.get_batch(followers)

    async with in_town(tmp_path, followers=(YUE, LAN)) as town:
        followers, profile, many = await drive(town, script)
        assert followers == [open_id(YUE), open_id(LAN)]
        assert (profile["remark"], profile["unionid"]) == ("大客户", union_id_of(YUE))
        assert [it["openid"] for it in many] == followers


async def test_wechatpy_tags_followers(tmp_path: Path) -> None:
    def script(client: Client) -> Any:
        tag = client.tag.create("老友")
        client.tag.update(tag["id"], "挚友")
        client.tag.tag_user(tag["id"], [open_id(YUE), open_id(LAN)])
        client.tag.untag_user(tag["id"], open_id(LAN))
        listed = client.tag.get()
        held = [client.tag.get_user_tag(open_id(who)) for who in (YUE, LAN)]
        client.tag.delete(tag["id"])
        return tag["id"], listed[1:], held, client.tag.get()[1:]

    async with in_town(tmp_path, followers=(YUE, LAN)) as town:
        tag_id, listed, held, left = await drive(town, script)
        assert listed == [{"id": tag_id, "name": "挚友", "count": 1}]
        assert (held, left) == ([[tag_id], []], [])


async def test_wechatpy_makes_a_code_and_names_its_picture(tmp_path: Path) -> None:
    def script(client: Client) -> Any:
        scene = {"scene": {"scene_str": "ref-7"}}
        wish = {"expire_seconds": 1800, "action_name": "QR_STR_SCENE", "action_info": scene}
        return client.qrcode.create(wish)

    async with in_town(tmp_path) as town:
        made = await drive(town, script)
        assert made["expire_seconds"] == 1800
        address = urlsplit(WeChatQRCode.get_url(made))
        picture = await town.stage.client.get(f"/sim/weixin{address.path}?{address.query}")
        assert "ref-7" in await picture.text()


async def test_wechatpy_makes_a_menu(tmp_path: Path) -> None:
    button = {"type": "click", "name": "签到", "key": "checkin"}

    def script(client: Client) -> Any:
        client.menu.create({"button": [button]})
        rule = {"button": [{**button, "name": "打卡"}], "matchrule": {"tag_id": 2}}
        menu_id = client.menu.add_conditional(rule)["menuid"]
        seen = client.menu.get()
        client.menu.delete()
        return seen, menu_id, client.menu.get()

    async with in_town(tmp_path) as town:
        seen, menu_id, left = await drive(town, script)
        assert seen["menu"]["button"] == [{**button, "sub_button": []}]
        assert seen["conditionalmenu"][0]["menuid"] == menu_id
        assert left is None


async def test_wechatpy_writes_to_a_follower_until_the_platform_stops_it(tmp_path: Path) -> None:
    article = {"title": "秋日护肤", "description": "五步", "url": "https://a", "image": "https://b"}

    def script(client: Client) -> int:
        client.message.send_text(open_id(), "在的")
        client.message.send_articles(open_id(), [article])
        image = client.media.upload("image", ("a.png", io.BytesIO(PNG)))
        client.message.send_image(open_id(), image["media_id"])
        assert client.media.download(image["media_id"]).content == PNG
        client.message.send_text(open_id(), "还在")
        client.message.send_text(open_id(), "最后一句")
        with pytest.raises(WeChatClientException) as caught:
            client.message.send_text(open_id(), "再说一句")
        return int(caught.value.errcode)

    async with in_town(tmp_path) as town:
        await town.say()
        assert await drive(town, script) == 45047
        kinds = [message["kind"] for message in await town.room()]
        assert kinds == ["text", "text", "news", "image", "text", "text"]


async def test_wechatpy_sends_a_template(tmp_path: Path) -> None:
    data = {"thing1": {"value": "签到提醒"}, "thing2": {"value": "今天还没签到"}}

    def script(client: Client) -> Any:
        return client.message.send_template(open_id(), TEMPLATE, data, url="https://a")

    async with in_town(tmp_path) as town:
        answer = await drive(town, script)
        (event,) = await town.bot.told("TEMPLATESENDJOBFINISH")
        assert event.xml.value("MsgID") == str(answer["msgid"])


async def test_wechatpy_learns_who_visits_a_page(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        oauth = OAuth(base_of(town), scope="snsapi_userinfo")
        page = urlsplit(oauth.authorize_url)
        gone = await town.stage.client.get(
            f"{page.path}?{page.query}&sim_user={YUE}", allow_redirects=False
        )
        back = parse_qs(urlsplit(gone.headers["Location"]).query)
        (code,) = back["code"]

        def script() -> Any:
            try:
                oauth.fetch_access_token(code)
                with pytest.raises(WeChatOAuthException) as caught:
                    oauth.fetch_access_token(code)
                return oauth.get_user_info(), caught.value.errcode
            finally:
                oauth._http.close()

        profile, errcode = await asyncio.to_thread(script)
        assert (profile["openid"], profile["nickname"]) == (open_id(), "月月")
        assert (errcode, back["state"]) == (40163, ["s1"])
