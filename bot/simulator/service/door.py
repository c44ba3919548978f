"""What customers and servicers can do with WeChat customer service, as JSON under /sim/api.

    GET  /sim/api/services                          -> {"services": [...]}
    POST /sim/api/services/{service}/sessions       {"customer", "scene", "scene_param"}: enter
    POST /sim/api/services/{service}/messages       {"from", "text"}, or {"from", "kind", ...}
    GET  /sim/api/services/{service}/messages?customer=C&after=N
    POST /sim/api/services/{service}/taps           {"from", "message_id", "button"}: a menu message
    POST /sim/api/services/{service}/takes          {"servicer", "customer"}: out of the queue
    POST /sim/api/services/{service}/answers        {"servicer", "customer", "text"}
    POST /sim/api/services/{service}/transfers      {"customer", "servicer"}: to another servicer
    POST /sim/api/services/{service}/ends           {"customer"}

{service} is a channel's key. Customers go by id or name, servicers by user id or name. Other kinds
of messages: image, voice, video and file with "data" (Base64) and "name". The app is told in the
background. Bad input is 400 or 404 with {"error": sentence}.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.core.events import MediaKind
from bot.simulator.api import answering
from bot.simulator.cast import Service
from bot.simulator.groups import private_room
from bot.simulator.inputs import BadInput, read_after, read_input, read_optional, read_text
from bot.simulator.people import find_person
from bot.simulator.refusal import Refused
from bot.simulator.service.content import MENU_CARD
from bot.simulator.service.desk import Desk
from bot.simulator.service.sessions import Sessions, State
from bot.simulator.shapes import Message, message_to_json
from bot.simulator.wechat_users import WechatUsers
from bot.simulator.world import World

Body = dict[str, Any]


class Door:
    """The scriptable side of customer service."""

    def __init__(
        self,
        world: World,
        *,
        users: WechatUsers,
        sessions: Sessions,
        desk: Desk,
        state_json: Callable[[], Body],
    ) -> None:
        self._world = world
        self._users = users
        self._sessions = sessions
        self._desk = desk
        self._state_json = state_json

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        base = "/sim/api/services"
        service = f"{base}/{{service}}"
        return [
            web.get(base, answering(self._read)),
            web.post(f"{service}/sessions", answering(self._enter)),
            web.post(f"{service}/messages", answering(self._write)),
            web.get(f"{service}/messages", answering(self._read_messages)),
            web.post(f"{service}/taps", answering(self._tap)),
            web.post(f"{service}/takes", answering(self._take)),
            web.post(f"{service}/answers", answering(self._answer)),
            web.post(f"{service}/transfers", answering(self._hand_on)),
            web.post(f"{service}/ends", answering(self._end)),
        ]

    async def _read(self, _request: web.Request) -> Body:
        return self._state_json()

    async def _enter(self, request: web.Request) -> Body:
        service, body = self._service(request), await read_input(request)
        user_id = self._users.find(read_text(body, "customer"))
        scene, parameter = read_optional(body, "scene"), read_optional(body, "scene_param")
        code = self._desk.enter(service, user_id, scene=scene, scene_param=parameter)
        return {"may_welcome": bool(code)}

    async def _write(self, request: web.Request) -> Body:
        service, body = self._service(request), await read_input(request)
        user_id = self._users.find(read_text(body, "from"))
        kind = read_optional(body, "kind") or "text"
        if kind == "text":
            return _shown(self._desk.write(service, user_id, read_text(body, "text")))
        if kind not in set(MediaKind):
            raise BadInput("kind 只能是 text、image、voice、video 或 file")
        name, raw = read_optional(body, "name") or kind, _file(body)
        try:
            message = self._desk.send_media(service, user_id, MediaKind(kind), name=name, body=raw)
        except Refused as refused:
            raise BadInput(f"平台不收这个文件：{refused.errmsg}") from None
        return _shown(message)

    async def _read_messages(self, request: web.Request) -> Body:
        service = self._service(request)
        user_id = self._users.find(request.query.get("customer", ""))
        room = private_room(service.key, user_id)
        messages = self._world.messages(room, after=read_after(request))
        return {"messages": [message_to_json(message) for message in messages]}

    async def _tap(self, request: web.Request) -> Body:
        service, body = self._service(request), await read_input(request)
        user_id = self._users.find(read_text(body, "from"))
        number, wanted = body.get("message_id"), read_text(body, "button")
        if not isinstance(number, int) or isinstance(number, bool):
            raise BadInput("message_id 要写消息的编号")
        shown = self._world.message(private_room(service.key, user_id), number)
        card = None if shown is None else shown.draft.card
        if card is None or card.card_type != MENU_CARD:
            raise BadInput("这条消息不是菜单消息")
        button = next((it for it in card.buttons if wanted in {it.label, it.key}), None)
        if button is None:
            raise BadInput("这条菜单消息里没有这一项")
        return _shown(self._desk.write(service, user_id, button.label, menu_id=button.key))

    async def _take(self, request: web.Request) -> Body:
        service, body = self._service(request), await read_input(request)
        user_id, servicer = self._customer_and_servicer(service, body)
        self._expect(service, user_id, State.QUEUE, "这位客户不在待接入池里")
        self._desk.take(service, user_id, servicer)
        return self._session_json(service, user_id)

    async def _answer(self, request: web.Request) -> Body:
        service, body = self._service(request), await read_input(request)
        user_id, servicer = self._customer_and_servicer(service, body)
        text, state = read_text(body, "text"), self._sessions.state(service, user_id)
        session = self._sessions.get(service, user_id)
        if session.wrote_at is None:
            raise BadInput("这位客户还没有来过")
        if state is not State.OVER and (
            state is not State.SERVICER or session.servicer != servicer
        ):
            raise BadInput("这位客户现在不由这位接待人员接待")
        return _shown(self._desk.answer(service, user_id, servicer, text))

    async def _hand_on(self, request: web.Request) -> Body:
        service, body = self._service(request), await read_input(request)
        user_id, servicer = self._customer_and_servicer(service, body)
        self._expect(service, user_id, State.SERVICER, "这位客户没有人在接待")
        self._desk.hand_on(service, user_id, servicer)
        return self._session_json(service, user_id)

    async def _end(self, request: web.Request) -> Body:
        service, body = self._service(request), await read_input(request)
        user_id = self._users.find(read_text(body, "customer"))
        self._expect(service, user_id, State.SERVICER, "这位客户没有人在接待")
        self._desk.end(service, user_id)
        return self._session_json(service, user_id)

    def _service(self, request: web.Request) -> Service:
        key = request.match_info["service"]
        service = self._world.cast.services.get(key)
        if service is None:
            raise BadInput(f"没有叫 {key} 的微信客服", status=404)
        return service

    def _customer_and_servicer(self, service: Service, body: Body) -> tuple[str, str]:
        user_id = self._users.find(read_text(body, "customer"))
        servicer = find_person(self._world, read_text(body, "servicer"))
        if servicer not in service.servicers:
            raise BadInput(f"{self._world.people[servicer].name} 不是接待人员")
        return user_id, servicer

    def _expect(self, service: Service, user_id: str, state: State, otherwise: str) -> None:
        if self._sessions.state(service, user_id) is not state:
            raise BadInput(otherwise)

    def _session_json(self, service: Service, user_id: str) -> Body:
        session = self._sessions.get(service, user_id)
        state = self._sessions.state(service, user_id)
        return {"customer": user_id, "state": int(state), "servicer": session.servicer}


def _shown(message: Message) -> Body:
    return message_to_json(message)


def _file(body: Body) -> bytes:
    try:
        return base64.b64decode(read_text(body, "data", limit=10**8), validate=True)
    except binascii.Error:
        raise BadInput("data 要写成 Base64") from None
