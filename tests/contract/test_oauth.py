"""Visitors of our pages are sent to the platform and come back known."""

from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from wechatpy.enterprise import WeChatClient as CompanyClient
from wechatpy.oauth import WeChatOAuth

from bot.channels.api import wecom_api
from bot.channels.oauth import AccountLogin, AppLogin, Scope, Visitor
from bot.core.clock import ManualClock
from bot.core.errors import (
    CodeUsedUp,
    PersonUnreachable,
    PlatformBusy,
    SettingsWrong,
    TransportError,
)
from bot.core.ids import UserId
from bot.core.ports import Login

from .support import CORP_ID, NO_SESSION, SECRET, FakePlatform, HangUp, Reply, everything_said

APP_ID = "wx00000000000acct1"
PAGE = "https://pond.example.com/p/签到?group=main&x=a b"
EXCHANGE, IDENTITY = "/sns/oauth2/access_token", "auth/getuserinfo"
GRANT = {
    "access_token": "VISITOR-TOKEN",
    "expires_in": 7200,
    "refresh_token": "REFRESH",
    "openid": "oFan1",
    "scope": "snsapi_base",
}


def account_login(
    session: aiohttp.ClientSession = NO_SESSION,
    base_url: str = "",
    *,
    scope: Scope = Scope.BASE,
) -> AccountLogin:
    return AccountLogin(
        app_id=APP_ID, secret=SECRET, api_base=base_url, session=session, scope=scope
    )


@pytest.fixture
def account(session: aiohttp.ClientSession, platform: FakePlatform) -> AccountLogin:
    return account_login(session, platform.base_url)


@pytest.fixture
def app(session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock) -> AppLogin:
    api = wecom_api(session, platform.base_url, CORP_ID, SECRET, clock)
    return AppLogin(corp_id=CORP_ID, agent_id=1000002, api=api)


async def test_both_are_logins(account: AccountLogin, app: AppLogin) -> None:
    logins: list[Login] = [account, app]
    assert all(login.address(PAGE, "s1").endswith("#wechat_redirect") for login in logins)


# Where to send the visitor


@pytest.mark.parametrize("scope", Scope)
def test_an_account_sends_its_visitor_where_wechatpy_would(scope: Scope) -> None:
    theirs = WeChatOAuth(APP_ID, SECRET, PAGE, scope.value, "state1").authorize_url
    assert account_login(scope=scope).address(PAGE, "state1") == theirs


async def test_an_app_sends_its_visitor_where_wechatpy_would_and_names_itself(
    app: AppLogin,
) -> None:
    theirs = CompanyClient(CORP_ID, SECRET).oauth.authorize_url(PAGE, "state1")
    ours = app.address(PAGE, "state1")
    assert ours.replace("&agentid=1000002", "") == theirs
    assert parse_qs(urlsplit(ours).query)["agentid"] == ["1000002"]


async def test_the_address_of_the_platform_can_be_another(app: AppLogin) -> None:
    local = AppLogin(
        corp_id=CORP_ID, agent_id=1, api=app._api, authorize_base="http://127.0.0.1:8080/sim"
    )
    assert local.address(PAGE, "s1").startswith(
        "http://127.0.0.1:8080/sim/connect/oauth2/authorize?appid="
    )


@pytest.mark.parametrize("state", ["", "a b", "签到", "a" * 129, "a-b"])
def test_a_state_that_the_platform_would_not_bring_back_is_refused(state: str) -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        account_login().address(PAGE, state)


def test_a_state_of_128_letters_comes_back() -> None:
    assert "a" * 128 in account_login().address(PAGE, "a" * 128)


# Who came back


async def test_a_code_becomes_an_openid(account: AccountLogin, platform: FakePlatform) -> None:
    platform.reply(EXCHANGE, GRANT)
    assert await account.visitor("CODE") == "oFan1"
    (request,) = platform.requests
    assert request.query == {
        "appid": APP_ID,
        "secret": SECRET,
        "code": "CODE",
        "grant_type": "authorization_code",
    }


async def test_with_consent_it_brings_the_union_id_too(
    account: AccountLogin, platform: FakePlatform
) -> None:
    platform.reply(EXCHANGE, {**GRANT, "unionid": "oUnion0001"}, GRANT)
    assert await account.identify("CODE-1") == Visitor(UserId("oFan1"), "oUnion0001")
    assert await account.identify("CODE-2") == Visitor(UserId("oFan1"), "")


async def test_whoever_sees_a_snapshot_of_the_page_is_nobody(
    account: AccountLogin, platform: FakePlatform
) -> None:
    platform.reply(EXCHANGE, {**GRANT, "is_snapshotuser": 1})
    with pytest.raises(PersonUnreachable, match="snapshot"):
        await account.visitor("CODE")


@pytest.mark.parametrize(
    ("answer", "user_id"),
    [
        ({"userid": "zhangsan"}, "zhangsan"),
        ({"openid": "oX", "external_userid": "wmCustomer1"}, "wmCustomer1"),
    ],
)
async def test_a_code_becomes_a_member_or_a_customer(
    app: AppLogin, platform: FakePlatform, answer: dict[str, str], user_id: str
) -> None:
    platform.reply(IDENTITY, {"errcode": 0, **answer})
    assert await app.visitor("CODE") == user_id
    (request,) = platform.calls(IDENTITY)
    assert (request.method, request.query["code"]) == ("GET", "CODE")


async def test_a_stranger_to_the_company_is_nobody(app: AppLogin, platform: FakePlatform) -> None:
    platform.reply(IDENTITY, {"errcode": 0, "openid": "oX"})
    with pytest.raises(PersonUnreachable, match="no member"):
        await app.visitor("CODE")


@pytest.mark.parametrize(
    ("errcode", "error"),
    [(40029, CodeUsedUp), (40163, CodeUsedUp), (-1, PlatformBusy), (40125, SettingsWrong)],
)
async def test_an_account_says_why_it_does_not_know_a_visitor(
    account: AccountLogin, platform: FakePlatform, errcode: int, error: type[Exception]
) -> None:
    platform.reply(EXCHANGE, {"errcode": errcode, "errmsg": "?"})
    with pytest.raises(error):
        await account.visitor("CODE")


@pytest.mark.parametrize(
    ("errcode", "error"),
    [(40029, CodeUsedUp), (42003, CodeUsedUp), (-1, PlatformBusy), (50001, SettingsWrong)],
)
async def test_an_app_says_why_it_does_not_know_a_visitor(
    app: AppLogin, platform: FakePlatform, errcode: int, error: type[Exception]
) -> None:
    platform.reply(IDENTITY, {"errcode": errcode, "errmsg": "?"})
    with pytest.raises(error):
        await app.visitor("CODE")


@pytest.mark.parametrize("reply", [HangUp(), {"errcode": 0}])
async def test_silence_does_not_give_the_secret_away(
    account: AccountLogin, platform: FakePlatform, reply: Reply
) -> None:
    platform.reply(EXCHANGE, reply)
    with pytest.raises(TransportError) as caught:
        await account.visitor("CODE")
    assert SECRET not in everything_said(caught.value)
