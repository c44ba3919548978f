"""All accounts and mini programs as one part of the simulator: what is kept, called and done."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from aiohttp import web

from bot.simulator.account.client import not_json
from bot.simulator.account.customer_messages import CustomerMessages
from bot.simulator.account.door import Door
from bot.simulator.account.followers import Follower, Profiles
from bot.simulator.account.kept import Kept
from bot.simulator.account.media import AccountMedia
from bot.simulator.account.oauth import AccountLogin, CompanyLogin
from bot.simulator.account.visits import Visits
from bot.simulator.callbacks import Callbacks
from bot.simulator.cast import Account
from bot.simulator.faults import FaultPlan
from bot.simulator.feed import Feed
from bot.simulator.frame import Frame
from bot.simulator.guard import local_only
from bot.simulator.herald import Herald
from bot.simulator.media import MediaStore
from bot.simulator.platform import API_BASE
from bot.simulator.platform_log import PlatformLog
from bot.simulator.wechat_users import open_id_of
from bot.simulator.wire import Wire
from bot.simulator.world import World

ACCOUNT_BASE: Final = "/sim/weixin"
"""Stands for https://api.weixin.qq.com, and for the hosts of its pictures and pages."""


class Accounts:
    """Everything about accounts and mini programs. A part of the world.

    ``company_login`` is a corner of the company's API. ``is_customer`` tells of an external user
    id whether he has added an employee.
    """

    def __init__(
        self,
        world: World,
        *,
        store: MediaStore,
        callbacks: Callbacks,
        wires: Mapping[str, Wire],
        herald: Herald,
        log: PlatformLog,
        feed: Feed,
        faults: FaultPlan,
        is_customer: Callable[[str], bool],
    ) -> None:
        self._world = world
        self._feed = feed
        self._kept = kept = Kept(world, herald)
        media = AccountMedia(world, store)
        self._corners = (
            Profiles(world, kept.followers, kept.tags),
            kept.tags,
            kept.menus,
            kept.codes,
            CustomerMessages(world, kept.followers, kept.allowances, media),
            kept.notices,
            media,
        )
        self._login = AccountLogin(world, kept.users, kept.grants)
        self.company_login = CompanyLogin(world, kept.users, kept.grants, is_customer=is_customer)
        self._frame = Frame(
            ACCOUNT_BASE,
            log,
            kept.tokens.authorise,
            faults=faults,
            malformed=not_json,
            revoke=kept.tokens.revoke,
        )
        self._open_frame = Frame(ACCOUNT_BASE, log, _anybody, faults=faults, malformed=not_json)
        visits = Visits(world, kept, media=media, callbacks=callbacks, wires=wires, log=log)
        self._door = Door(world, kept, visits, state_json=self.state_json)

    def routes(self) -> list[web.RouteDef]:
        """The API, the pages (the company's too) and the door."""
        open_calls = [*self._kept.tokens.calls(), *self._login.calls()]
        *open_routes, _unknown = self._open_frame.routes(open_calls)
        calls = [call for corner in self._corners for call in corner.calls()]
        picture = local_only(self._show_code)
        return [
            *self._door.routes(),
            *self._login.routes(ACCOUNT_BASE),
            *self.company_login.routes(API_BASE),
            web.get(f"{ACCOUNT_BASE}/showqrcode", picture),
            web.get(f"{ACCOUNT_BASE}/cgi-bin/showqrcode", picture),
            *open_routes,
            *self._frame.routes(calls),
        ]

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of accounts; the page is told to look again."""
        if not self._kept.apply(data):
            return False
        self._feed.publish("accounts", {})
        return True

    def state_json(self) -> dict[str, Any]:
        """Accounts with followers, tags, menus and codes, and mini programs."""
        cast = self._world.cast
        return {
            "accounts": [self._account_json(account) for account in cast.accounts.values()],
            "programs": [
                {
                    "key": program.key,
                    "app_id": program.app_id,
                    "templates": list(program.templates),
                    "people": [self._person_json(program.key, who) for who in self._kept.users],
                }
                for program in cast.programs.values()
            ],
        }

    async def _show_code(self, request: web.Request) -> web.Response:
        picture = self._kept.codes.picture(request.query.get("ticket", ""))
        if picture is None:
            raise web.HTTPNotFound
        return web.Response(text=picture, content_type="image/svg+xml")

    def _account_json(self, account: Account) -> dict[str, Any]:
        followers = self._kept.followers.of(account.key)
        outside = [who for who in self._kept.users if who not in followers]
        tags = self._kept.tags.of(account.key).values()
        return {
            "key": account.key,
            "name": account.name,
            "app_id": account.app_id,
            "templates": list(account.templates),
            "tags": [{"id": tag.id, "name": tag.name} for tag in tags],
            "codes": [
                {"scene": code.scene, "ticket": code.ticket, "url": code.url}
                for code in self._kept.codes.of(account.key)
                if not self._kept.codes.is_dead(code)
            ],
            "followers": [self._follower_json(account, it) for it in followers.values()],
            "outsiders": [self._person_json(account.key, who) for who in outside],
        }

    def _follower_json(self, account: Account, follower: Follower) -> dict[str, Any]:
        allowance = self._kept.allowances.get(account.key, follower.user_id)
        return {
            **self._person_json(account.key, follower.user_id),
            "open_id": open_id_of(account.app_id, follower.user_id),
            "since": follower.since.isoformat(),
            "remark": follower.remark,
            "tags": self._kept.tags.tags_of(account.key, follower.user_id),
            "menu": self._kept.menus.seen_by(account.key, follower.user_id),
            "allowance": None
            if allowance is None
            else {"left": allowance.left, "until": allowance.until.isoformat()},
        }

    def _person_json(self, client: str, user_id: str) -> dict[str, Any]:
        return {
            "customer": user_id,
            "name": self._kept.users.name(user_id),
            "consents": self._kept.notices.consents(client, user_id),
        }


def _anybody(_request: web.Request, _path: str) -> None:
    """Calls that need no token."""
