"""Who visits a web page: by an account's authorisation, or by the company's.

Source: mp, web page authorisation (snsapi_base, snsapi_userinfo); 96442 for the company: a member
has a userid, a customer an openid and, if he has added somebody whom the app sees, his external
userid.
"""

from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from bot.simulator.account.authorize import authorise
from bot.simulator.account.client import by_app_id, text_of
from bot.simulator.account.grants import Grants
from bot.simulator.account.limits import WEB_TOKEN_SECONDS
from bot.simulator.cast import Account, App
from bot.simulator.frame import Answer, Call
from bot.simulator.guard import local_only
from bot.simulator.refusal import Refused
from bot.simulator.union_ids import union_id_of
from bot.simulator.wechat_users import WechatUsers, open_id_of
from bot.simulator.world import World

_BASE: Final = "snsapi_base"
_PROFILE: Final = "snsapi_userinfo"
_PRIVATE: Final = "snsapi_privateinfo"


class AccountLogin:
    """The authorisation of Official Accounts."""

    def __init__(self, world: World, users: WechatUsers, grants: Grants) -> None:
        self._world = world
        self._users = users
        self._grants = grants

    def routes(self, base: str) -> list[web.RouteDef]:
        """The page on which somebody agrees."""
        return [web.get(f"{base}/connect/oauth2/authorize", local_only(self._authorise))]

    def calls(self) -> list[Call[None]]:
        """The calls that turn a code into who somebody is."""
        return [
            Call("GET", "/sns/oauth2/access_token", self._exchange, quiet=True, bare=True),
            Call("GET", "/sns/userinfo", self._read_profile, quiet=True, bare=True),
        ]

    async def _authorise(self, request: web.Request) -> web.Response:
        account = self._account(request.query.get("appid", ""))
        if account is None:
            return web.Response(text="AppID 参数错误", status=400)
        return authorise(
            request,
            scopes=frozenset({_BASE, _PROFILE}),
            people={user_id: self._users.name(user_id) for user_id in self._users},
            give_code=lambda who, scope: self._grants.give_code(account.app_id, who, scope),
        )

    def _exchange(self, _nobody: None, parameters: dict[str, Any]) -> Answer:
        account = self._account(text_of(parameters, "appid"))
        if account is None:
            raise Refused(40013, "invalid appid")
        if text_of(parameters, "secret") != account.secret:
            raise Refused(40125, "invalid appsecret")
        if parameters.get("grant_type") != "authorization_code":
            raise Refused(40002, "invalid grant_type")
        if not parameters.get("code"):
            raise Refused(41008, "missing code")
        grant = self._grants.use_code(account.app_id, parameters["code"])
        answer = {
            "access_token": self._grants.give_token(grant),
            "expires_in": WEB_TOKEN_SECONDS,
            "refresh_token": self._world.new_id(),
            "openid": open_id_of(account.app_id, grant.user_id),
            "scope": grant.scope,
        }
        known = {"unionid": union_id_of(grant.user_id)} if grant.scope == _PROFILE else {}
        return {**answer, **known}

    def _read_profile(self, _nobody: None, parameters: dict[str, Any]) -> Answer:
        grant = self._grants.read_token(text_of(parameters, "access_token"))
        if grant.scope != _PROFILE:
            raise Refused(48001, "api unauthorized")
        open_id = open_id_of(grant.audience, grant.user_id)
        if parameters.get("openid") != open_id:
            raise Refused(40003, "invalid openid")
        return {
            "openid": open_id,
            "nickname": self._users.name(grant.user_id),
            "sex": 0,
            "province": "",
            "city": "",
            "country": "",
            "headimgurl": "",
            "privilege": [],
            "unionid": union_id_of(grant.user_id),
        }

    def _account(self, app_id: str) -> Account | None:
        client = by_app_id(self._world.cast, app_id)
        return client if isinstance(client, Account) else None


class CompanyLogin:
    """The authorisation of a company's apps. ``is_customer`` knows who has added an employee."""

    def __init__(
        self,
        world: World,
        users: WechatUsers,
        grants: Grants,
        *,
        is_customer: Callable[[str], bool],
    ) -> None:
        self._world = world
        self._users = users
        self._grants = grants
        self._is_customer = is_customer

    def routes(self, base: str) -> list[web.RouteDef]:
        """The page on which somebody agrees."""
        return [web.get(f"{base}/connect/oauth2/authorize", local_only(self._authorise))]

    def calls(self) -> list[Call[App]]:
        """The call that turns a code into who somebody is."""
        return [Call("GET", "auth/getuserinfo", self._read_visitor, quiet=True)]

    async def _authorise(self, request: web.Request) -> web.Response:
        corp_id, agent_id = request.query.get("appid", ""), request.query.get("agentid", "")
        apps = [app for app in self._world.cast.apps.values() if app.corp_id == corp_id]
        if not any(agent_id in {"", str(app.agent_id)} for app in apps):
            return web.Response(text="appid 或 agentid 参数错误", status=400)
        members = {person.user_id: person.name for person in self._world.people.values()}
        customers = {user_id: self._users.name(user_id) for user_id in self._users}
        return authorise(
            request,
            scopes=frozenset({_BASE, _PRIVATE}),
            people=members | customers,
            give_code=lambda who, scope: self._grants.give_code(corp_id, who, scope),
        )

    def _read_visitor(self, app: App, parameters: dict[str, Any]) -> Answer:
        try:
            grant = self._grants.use_code(app.corp_id, parameters.get("code"))
        except Refused:
            raise Refused(40029, "invalid code") from None
        if grant.user_id not in self._users:
            return {"userid": grant.user_id}
        visitor = {"openid": open_id_of(app.corp_id, grant.user_id)}
        if self._is_customer(grant.user_id):
            visitor["external_userid"] = grant.user_id
        return visitor
