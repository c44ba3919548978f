"""The authorisation pages, and what their codes are good for: once, for five minutes."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.simulator.union_ids import union_id_of
from tests.unit.simulator.account.town import (
    APP_ID,
    LAN,
    PROGRAM_ID,
    SECRET,
    YUE,
    Town,
    in_town,
    open_id,
)
from tests.unit.simulator.stub_bot import AGENT_ID, CORP_ID

PAGE = "/sim/weixin/connect/oauth2/authorize"
COMPANY_PAGE = "/sim/platform/connect/oauth2/authorize"
HOME = "https://pond.example.com/page?group=garden"


def query(**changes: str) -> dict[str, str]:
    return {
        "appid": APP_ID,
        "redirect_uri": HOME,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s1",
        **changes,
    }


async def visit(town: Town, path: str = PAGE, **changes: str) -> Any:
    return await town.stage.client.get(path, params=query(**changes), allow_redirects=False)


async def code_of(town: Town, path: str = PAGE, **changes: str) -> str:
    response = await visit(town, path, sim_user=YUE, **changes)
    assert response.status == 302
    return code_in(response.headers["Location"])


def code_in(location: str) -> str:
    return parse_qs(urlsplit(location).query)["code"][0]


async def exchange(town: Town, good: str, **changes: str) -> dict[str, Any]:
    return await town.get(
        "/sns/oauth2/access_token",
        **{
            "access_token": "",
            "appid": APP_ID,
            "secret": SECRET,
            "code": good,
            "grant_type": "authorization_code",
            **changes,
        },
    )


async def test_the_page_asks_who_it_is_and_sends_him_back(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        page = await visit(town)
        text = await page.text()
        assert page.status == 200
        assert all(name in text for name in ("月月", "兰兰", "青青"))
        assert f"&amp;sim_user={LAN}" in text
        gone = await visit(town, sim_user="兰兰")
        parts = urlsplit(gone.headers["Location"])
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://pond.example.com/page"
        back = parse_qs(parts.query)
        assert (back["group"], back["state"], len(back["code"])) == (["garden"], ["s1"], 1)


async def test_names_and_addresses_are_not_run_by_a_browser(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        page = await visit(town, more='"><script>x')
        assert page.status == 200
        assert "<script" not in await page.text()
        page = await visit(town, sim_user="<script>x")
        assert page.status == 400
        assert "<script" not in await page.text()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"appid": "wx1"}, "AppID"),
        ({"appid": PROGRAM_ID}, "AppID"),
        ({"redirect_uri": ""}, "redirect_uri"),
        ({"redirect_uri": "/page"}, "redirect_uri"),
        ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri"),
        ({"response_type": "token"}, "response_type"),
        ({"scope": "snsapi_login"}, "Scope"),
        ({"state": "s" * 129}, "state"),
        ({"state": "a-b"}, "state"),
        ({"sim_user": "nobody"}, "nobody"),
    ],
)
async def test_an_address_that_is_wrong_leads_nowhere(
    tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    async with in_town(tmp_path) as town:
        page = await visit(town, **{"sim_user": YUE, **changes})
        assert page.status == 400
        assert words in await page.text()


async def test_a_silent_code_tells_the_openid_only(tmp_path: Path) -> None:
    async with in_town(tmp_path, followers=()) as town:
        answer = await exchange(town, await code_of(town))
        token = answer.pop("access_token")
        assert answer.pop("refresh_token")
        assert answer == {"expires_in": 7200, "openid": open_id(), "scope": "snsapi_base"}
        profile = await town.get("/sns/userinfo", access_token=token, openid=open_id())
        assert profile["errcode"] == 48001


async def test_a_code_with_consent_tells_the_profile(tmp_path: Path) -> None:
    async with in_town(tmp_path, followers=()) as town:
        answer = await exchange(town, await code_of(town, scope="snsapi_userinfo"))
        assert answer["unionid"] == union_id_of(YUE)
        token = answer["access_token"]
        profile = await town.get("/sns/userinfo", access_token=token, openid=open_id())
        assert (profile["nickname"], profile["unionid"]) == ("月月", union_id_of(YUE))
        assert "errcode" not in profile
        wrong = await town.get("/sns/userinfo", access_token=token, openid=open_id(LAN))
        assert wrong["errcode"] == 40003
        unknown = await town.get("/sns/userinfo", access_token="made-up", openid=open_id())
        assert unknown["errcode"] == 40014
        town.stage.clock.advance(timedelta(hours=2))
        late = await town.get("/sns/userinfo", access_token=token, openid=open_id())
        assert late["errcode"] == 42001


async def test_a_code_is_good_once(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        code = await code_of(town)
        assert "openid" in await exchange(town, code)
        assert (await exchange(town, code))["errcode"] == 40163


async def test_a_code_is_good_for_five_minutes(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        first, second = await code_of(town), await code_of(town)
        town.stage.clock.advance(timedelta(seconds=299))
        assert "openid" in await exchange(town, first)
        town.stage.clock.advance(timedelta(seconds=1))
        assert (await exchange(town, second))["errcode"] == 40029


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"appid": "wx1"}, 40013),
        ({"appid": PROGRAM_ID}, 40013),
        ({"secret": "guess"}, 40125),
        ({"grant_type": "client_credential"}, 40002),
        ({"code": ""}, 41008),
        ({"code": "made-up"}, 40029),
    ],
)
async def test_a_wrong_exchange_is_refused_and_leaves_the_code_alone(
    tmp_path: Path, changes: dict[str, str], errcode: int
) -> None:
    async with in_town(tmp_path) as town:
        code = await code_of(town)
        assert (await exchange(town, code, **changes))["errcode"] == errcode
        assert "openid" in await exchange(town, code)


async def who(town: Town, code: str, app: str = "app") -> dict[str, Any]:
    params = {"corpid": CORP_ID, "corpsecret": {"app": "app-secret"}.get(app, "other-secret")}
    got = await town.stage.client.get("/sim/platform/cgi-bin/gettoken", params=params)
    token = (await got.json())["access_token"]
    response = await town.stage.client.get(
        "/sim/platform/cgi-bin/auth/getuserinfo", params={"access_token": token, "code": code}
    )
    answer = await response.json()
    assert isinstance(answer, dict)
    return answer


async def test_the_company_knows_its_members_and_its_customers(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        for name, told in [
            ("阿云", {"userid": "ayun"}),
            ("月月", {"openid": open_id(YUE, CORP_ID), "external_userid": YUE}),
            ("兰兰", {"openid": open_id(LAN, CORP_ID)}),
        ]:
            changes = {"appid": CORP_ID, "agentid": str(AGENT_ID), "sim_user": name}
            page = await visit(town, COMPANY_PAGE, **changes)
            code = code_in(page.headers["Location"])
            assert await who(town, code) == {"errcode": 0, "errmsg": "ok", **told}


async def test_the_companys_page_asks_members_and_customers(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        text = await (await visit(town, COMPANY_PAGE, appid=CORP_ID)).text()
        assert all(name in text for name in ("汤圆", "阿云", "沫沫", "月月", "兰兰"))


async def test_the_companys_code_is_good_once_and_for_five_minutes(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        first = await code_of(town, COMPANY_PAGE, appid=CORP_ID)
        second = await code_of(town, COMPANY_PAGE, appid=CORP_ID)
        assert (await who(town, first))["errcode"] == 0
        assert (await who(town, first))["errcode"] == 40029
        assert (await who(town, "made-up"))["errcode"] == 40029
        town.stage.clock.advance(timedelta(minutes=5))
        assert (await who(town, second))["errcode"] == 40029


async def test_an_accounts_code_is_nothing_to_the_company(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        code = await code_of(town)
        assert (await who(town, code))["errcode"] == 40029
        assert "openid" in await exchange(town, code)


@pytest.mark.parametrize("changes", [{"appid": "ww1"}, {"appid": CORP_ID, "agentid": "7"}])
async def test_the_companys_page_knows_its_apps(tmp_path: Path, changes: dict[str, str]) -> None:
    async with in_town(tmp_path) as town:
        page = await visit(town, COMPANY_PAGE, **changes)
        assert page.status == 400


async def test_the_page_answers_this_machine_only(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        for path in (PAGE, COMPANY_PAGE, "/sim/weixin/cgi-bin/token", "/sim/weixin/showqrcode"):
            response = await town.stage.client.get(path, headers={"X-Forwarded-For": "1.2.3.4"})
            assert response.status == 403
