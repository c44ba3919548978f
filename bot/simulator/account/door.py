"""What a WeChat user can do with accounts and mini programs, as JSON under /sim/api.

    GET    /sim/api/accounts                        -> {"accounts": [...], "programs": [...]}
    POST   /sim/api/accounts/{account}/followers    {"customer", "code"}: follow, by a code or not
    DELETE /sim/api/accounts/{account}/followers/{customer}
    POST   /sim/api/accounts/{account}/scans        {"customer", "code"}: follows if need be
    POST   /sim/api/accounts/{account}/messages     {"from", "text"}, or {"from", "kind", ...}
    GET    /sim/api/accounts/{account}/messages?customer=C&after=N
    POST   /sim/api/accounts/{account}/clicks       {"customer", "button", "result"}: the menu
    POST   /sim/api/accounts/{account}/taps         {"from", "message_id", "button"}: a menu message
    POST   /sim/api/accounts/{account}/consents     {"customer", "template", "accept": true}

{account} is a channel's key; consents also take a mini program's. Customers go by id or name, a
code by its ticket, url or scene, a button by its name. Other kinds of messages: image, voice and
video with "data" (Base64), "name" and, of a voice, "recognition"; location with "x", "y", "scale"
and "label"; link with "title", "description" and "url". Writing answers when the callback has
ended, with "delivery". Bad input is 400 or 404 with {"error": sentence}.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.simulator.account.client import Client
from bot.simulator.account.codes import Code
from bot.simulator.account.customer_messages import MENU_CARD
from bot.simulator.account.kept import Kept
from bot.simulator.account.visits import SCANS, Sent, Visits
from bot.simulator.acts import Delivery
from bot.simulator.api import answering
from bot.simulator.cast import Account
from bot.simulator.groups import private_room
from bot.simulator.inputs import BadInput, read_after, read_input, read_optional, read_text
from bot.simulator.refusal import Refused
from bot.simulator.shapes import Draft, Kind, message_to_json
from bot.simulator.world import World

Body = dict[str, Any]


class Door:
    """The scriptable side of accounts. ``state_json`` is all that the page wants to know."""

    def __init__(
        self, world: World, kept: Kept, visits: Visits, *, state_json: Callable[[], Body]
    ) -> None:
        self._world = world
        self._kept = kept
        self._visits = visits
        self._state_json = state_json

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        base = "/sim/api/accounts"
        account = f"{base}/{{account}}"
        return [
            web.get(base, answering(self._read)),
            web.post(f"{account}/followers", answering(self._follow)),
            web.delete(f"{account}/followers/{{customer}}", answering(self._unfollow)),
            web.post(f"{account}/scans", answering(self._scan)),
            web.post(f"{account}/messages", answering(self._write)),
            web.get(f"{account}/messages", answering(self._read_messages)),
            web.post(f"{account}/clicks", answering(self._click)),
            web.post(f"{account}/taps", answering(self._tap)),
            web.post(f"{account}/consents", answering(self._consent)),
        ]

    async def _read(self, _request: web.Request) -> Body:
        return self._state_json()

    async def _follow(self, request: web.Request) -> Body:
        account, body = self._account(request), await read_input(request)
        user_id, name = (
            self._kept.users.find(read_text(body, "customer")),
            read_optional(body, "code"),
        )
        if user_id in self._kept.followers.of(account.key):
            raise BadInput(f"{self._kept.users.name(user_id)} 已经关注了 {account.name}")
        name = read_optional(body, "code")
        code = self._code(account, name) if name else None
        return _outcome(await self._visits.follow(account, user_id, code))

    async def _unfollow(self, request: web.Request) -> Body:
        account = self._account(request)
        user_id = self._follower(account, request.match_info["customer"])
        return _outcome(await self._visits.unfollow(account, user_id))

    async def _scan(self, request: web.Request) -> Body:
        account, body = self._account(request), await read_input(request)
        user_id = self._kept.users.find(read_text(body, "customer"))
        code = self._code(account, read_text(body, "code"))
        return _outcome(await self._visits.scan(account, user_id, code))

    async def _write(self, request: web.Request) -> Body:
        account, body = self._account(request), await read_input(request)
        user_id = self._follower(account, read_text(body, "from"))
        kind = read_optional(body, "kind") or "text"
        match kind:
            case "text":
                text = read_text(body, "text")
                return _outcome(await self._visits.write(account, user_id, text))
            case "location" | "link":
                sent = _location(body) if kind == "location" else _link(body)
                return _outcome(await self._visits.send(account, user_id, sent))
            case "image" | "voice" | "video":
                return await _taken(
                    self._visits.send_media(
                        account,
                        user_id,
                        kind,
                        name=read_optional(body, "name") or kind,
                        body=_file(body),
                        recognition=read_optional(body, "recognition"),
                    )
                )
        raise BadInput("kind 只能是 text、image、voice、video、location 或 link")

    async def _read_messages(self, request: web.Request) -> Body:
        client = self._client(request)
        user_id = self._kept.users.find(request.query.get("customer", ""))
        room = private_room(client.key, user_id)
        messages = self._world.messages(room, after=read_after(request))
        return {"messages": [message_to_json(message) for message in messages]}

    async def _click(self, request: web.Request) -> Body:
        account, body = self._account(request), await read_input(request)
        user_id = self._follower(account, read_text(body, "customer"))
        name = read_text(body, "button")
        top = self._kept.menus.seen_by(account.key, user_id)
        buttons = [below for button in top for below in (button["sub_button"] or [button])]
        button = next((it for it in buttons if name in {it["name"], it.get("key")}), None)
        if button is None:
            raise BadInput(f"菜单里没有叫 {name} 的按钮", status=404)
        if button["type"] not in {"click", "view"} | SCANS:
            raise BadInput(f"模拟平台不会点 {button['type']} 类型的菜单")
        result = read_optional(body, "result")
        return _outcome(await self._visits.click(account, user_id, button, result=result))

    async def _tap(self, request: web.Request) -> Body:
        account, body = self._account(request), await read_input(request)
        user_id = self._follower(account, read_text(body, "from"))
        number, wanted = body.get("message_id"), read_text(body, "button")
        if not isinstance(number, int) or isinstance(number, bool):
            raise BadInput("message_id 要写消息的编号")
        shown = self._world.message(private_room(account.key, user_id), number)
        card = None if shown is None else shown.draft.card
        if card is None or card.card_type != MENU_CARD:
            raise BadInput("这条消息不是菜单消息")
        button = next((it for it in card.buttons if wanted in {it.label, it.key}), None)
        if button is None:
            raise BadInput("这条菜单消息里没有这一项")
        return _outcome(
            await self._visits.write(account, user_id, button.label, menu_id=button.key)
        )

    async def _consent(self, request: web.Request) -> Body:
        client, body = self._client(request), await read_input(request)
        user_id, template = (
            self._kept.users.find(read_text(body, "customer")),
            read_text(body, "template"),
        )
        accepts = body.get("accept", True)
        if template not in client.templates:
            raise BadInput(f"没有编号为 {template} 的模板", status=404)
        if not isinstance(accepts, bool):
            raise BadInput("accept 只能是 true 或 false")
        return _outcome(
            await self._visits.answer_question(client, user_id, template, accepts=accepts)
        )

    def _account(self, request: web.Request) -> Account:
        client = self._client(request)
        if not isinstance(client, Account):
            raise BadInput("小程序没有这个功能")
        return client

    def _client(self, request: web.Request) -> Client:
        key, cast = request.match_info["account"], self._world.cast
        client = cast.accounts.get(key) or cast.programs.get(key)
        if client is None:
            raise BadInput(f"没有叫 {key} 的公众号或小程序", status=404)
        return client

    def _follower(self, account: Account, name: str) -> str:
        user_id = self._kept.users.find(name)
        if user_id not in self._kept.followers.of(account.key):
            raise BadInput(f"{self._kept.users.name(user_id)} 没有关注 {account.name}")
        return user_id

    def _code(self, account: Account, name: str) -> Code:
        code = self._kept.codes.find(account.key, name)
        if code is None:
            raise BadInput(f"{account.name} 没有这个二维码", status=404)
        if self._kept.codes.is_dead(code):
            raise BadInput("二维码已过期")
        return code


def _outcome(delivery: Delivery) -> Body:
    return {"delivery": delivery}


async def _taken(sending: Awaitable[Delivery]) -> Body:
    """A file that the platform does not take is bad input."""
    try:
        return _outcome(await sending)
    except Refused as refused:
        raise BadInput(f"平台不收这个文件：{refused.errmsg}") from None


def _file(body: Body) -> bytes:
    try:
        return base64.b64decode(read_text(body, "data", limit=10**8), validate=True)
    except binascii.Error:
        raise BadInput("data 要写成 Base64") from None


def _location(body: Body) -> Sent:
    label = read_text(body, "label")
    x, y, scale = (str(body.get(name, 0)) for name in ("x", "y", "scale"))
    fields = (("Location_X", x), ("Location_Y", y), ("Scale", scale), ("Label", label))
    return Sent("location", fields, Draft(Kind.TEXT, f"[位置] {label}"))


def _link(body: Body) -> Sent:
    title, url = read_text(body, "title"), read_text(body, "url")
    description = read_optional(body, "description")
    fields = (("Title", title), ("Description", description), ("Url", url))
    return Sent("link", fields, Draft(Kind.NEWS, f"{title}\n{description}\n{url}"))
