"""Who is visiting: a page sends its visitor to the platform, which brings him back with a code.

A code is good for five minutes and for one question. ``state`` comes back with it; whoever made
it must see that it is the visitor's own.

Source: developer.work.weixin.qq.com/document/path/96441 and 96442 (company),
developers.weixin.qq.com/doc/service: snsAccessToken (accounts).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote, urlencode

import aiohttp

from bot.channels.api import PlatformApi
from bot.channels.contact_reading import words
from bot.channels.http import garbled, request_json
from bot.core.errors import PersonUnreachable
from bot.core.ids import UserId
from bot.platforms.errcodes import ACCOUNT
from bot.platforms.limits import LOGIN_STATE

AUTHORIZE_ADDRESS: Final = "https://open.weixin.qq.com"
"""Where Tencent asks who a visitor is, for companies and accounts alike."""


class Scope(StrEnum):
    """What an account asks for."""

    BASE = "snsapi_base"
    """The openid; the visitor notices nothing."""

    PROFILE = "snsapi_userinfo"
    """The union id too; the visitor is asked."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """``union_id`` is empty unless the scope asks for it and the platform tells it."""

    open_id: UserId
    union_id: str = ""


class AccountLogin:
    """Visitors known by an Official Account; they need not follow it.

    ``api_base`` and ``authorize_base`` are the platform's addresses, or the simulator's.
    """

    def __init__(
        self,
        *,
        app_id: str,
        secret: str,
        api_base: str,
        session: aiohttp.ClientSession,
        scope: Scope = Scope.BASE,
        authorize_base: str = AUTHORIZE_ADDRESS,
    ) -> None:
        self._app_id = app_id
        self._secret = secret
        self._api_base = api_base.rstrip("/")
        self._session = session
        self._scope = scope
        self._authorize_base = authorize_base

    def address(self, return_to: str, state: str) -> str:
        """See ``bot.core.ports.Login``."""
        return _address(self._authorize_base, self._app_id, return_to, self._scope, state)

    async def visitor(self, code: str) -> UserId:
        """The openid. See ``bot.core.ports.Login``."""
        return (await self.identify(code)).open_id

    async def identify(self, code: str) -> Visitor:
        """Openid and union id. Raises what ``visitor`` raises.

        Whoever sees a snapshot of the page (快照页) has a made-up openid, so he is refused.
        """
        answer = await request_json(
            self._session,
            "GET",
            f"{self._api_base}/sns/oauth2/access_token",
            name="sns/oauth2/access_token",
            params={
                "appid": self._app_id,
                "secret": self._secret,
                "code": code,
                "grant_type": "authorization_code",
            },
            refusals=ACCOUNT,
        )
        if answer.get("is_snapshotuser") == 1:
            raise PersonUnreachable("The visitor sees a snapshot of the page only.", errcode=0)
        open_id = words(answer, "openid")
        if not open_id:
            raise garbled("sns/oauth2/access_token")
        return Visitor(UserId(open_id), words(answer, "unionid"))


class AppLogin:
    """Visitors known by a self-built app: the company's members and customers."""

    def __init__(
        self,
        *,
        corp_id: str,
        agent_id: int,
        api: PlatformApi,
        authorize_base: str = AUTHORIZE_ADDRESS,
    ) -> None:
        self._corp_id = corp_id
        self._agent_id = agent_id
        self._api = api
        self._authorize_base = authorize_base

    def address(self, return_to: str, state: str) -> str:
        """See ``bot.core.ports.Login``."""
        return _address(
            self._authorize_base,
            self._corp_id,
            return_to,
            Scope.BASE,
            state,
            agentid=str(self._agent_id),
        )

    async def visitor(self, code: str) -> UserId:
        """The userid of a member, or the external_userid of a customer.

        See ``bot.core.ports.Login``. The platform tells of customers only whom somebody in the
        app's visible scope follows.
        """
        answer = await self._api.get("auth/getuserinfo", params={"code": code})
        user_id = words(answer, "userid") or words(answer, "external_userid")
        if not user_id:
            raise PersonUnreachable(
                "The visitor is no member of the company and no customer of anybody in the app.",
                errcode=0,
            )
        return UserId(user_id)


def _address(base: str, app_id: str, return_to: str, scope: Scope, state: str, **more: str) -> str:
    """The parameters keep this order: it is the one the platform documents."""
    if not LOGIN_STATE.fullmatch(state):
        raise ValueError("the state must be 1 to 128 letters and digits")
    query = {
        "appid": app_id,
        "redirect_uri": return_to,
        "response_type": "code",
        "scope": scope.value,
        "state": state,
        **more,
    }
    encoded = urlencode(query, quote_via=quote)
    return f"{base}/connect/oauth2/authorize?{encoded}#wechat_redirect"
