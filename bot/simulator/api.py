"""The scriptable side of the stage, under /sim/api: what a person can do, as JSON.

    GET    /sim/api/groups                          -> {"groups": [...]}
    POST   /sim/api/groups/{group}/messages         {"from", "text", "mention": true}
    GET    /sim/api/groups/{group}/messages?after=N -> {"messages": [...]} with id > N
    POST   /sim/api/groups/{group}/taps             {"from", "message_id", "button"}
    POST   /sim/api/groups/{group}/members          {"user_id" and/or "name", "code"}
    DELETE /sim/api/groups/{group}/members/{member}
    POST   /sim/api/people/{person}/messages        {"text"}: to the app, in private
    GET    /sim/api/people/{person}/messages?after=N
    POST   /sim/api/people/{person}/taps            {"message_id", "button"}

{group} is our key or a chat id; people go by user id or name. Writing answers when the callback
has ended, with "delivery": answered, empty, failed or not_heard. Bad input is 400 or 404 with
{"error": sentence}.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.simulator.cast import App
from bot.simulator.conversations import Conversations
from bot.simulator.groups import Group, private_room
from bot.simulator.guard import Handler, local_only
from bot.simulator.inputs import BadInput, read_after, read_input, read_optional, read_text
from bot.simulator.people import Newcomers, find_member, find_person
from bot.simulator.shapes import Message, message_to_json
from bot.simulator.strict_json import readable_json
from bot.simulator.world import World

JsonHandler = Callable[[web.Request], Awaitable[dict[str, Any]]]


class Api:
    """Chats and members for scripts and for the page."""

    def __init__(self, world: World, conversations: Conversations) -> None:
        self._world = world
        self._conversations = conversations
        self._newcomers = Newcomers(world)

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        group, person = "/sim/api/groups/{group}", "/sim/api/people/{person}"
        return [
            web.get("/sim/api/groups", answering(self._read_groups)),
            web.get(f"{group}/messages", answering(self._read_messages)),
            web.post(f"{group}/messages", answering(self._say)),
            web.post(f"{group}/taps", answering(self._tap)),
            web.post(f"{group}/members", answering(self._join)),
            web.delete(f"{group}/members/{{member}}", answering(self._leave)),
            web.get(f"{person}/messages", answering(self._read_private)),
            web.post(f"{person}/messages", answering(self._say_privately)),
            web.post(f"{person}/taps", answering(self._tap_privately)),
        ]

    async def _read_groups(self, _request: web.Request) -> dict[str, Any]:
        groups = self._world.groups.values()
        return {"groups": [self._world.group_json(group) for group in groups]}

    async def _read_messages(self, request: web.Request) -> dict[str, Any]:
        return self._messages(self._group(request).room, request)

    async def _say(self, request: web.Request) -> dict[str, Any]:
        group, body = self._group(request), await read_input(request)
        user_id = find_member(self._world, group, read_text(body, "from"))
        text, mention = read_text(body, "text"), body.get("mention", True)
        if not isinstance(mention, bool):
            raise BadInput("mention 只能是 true 或 false")
        return await self._say_as(group, user_id, text, mention=mention)

    async def _tap(self, request: web.Request) -> dict[str, Any]:
        group, body = self._group(request), await read_input(request)
        user_id = find_member(self._world, group, read_text(body, "from"))
        message = self._message(group.room, body)
        button = _button(message, user_id, body)
        delivery = await self._conversations.tap(group, user_id, message, button)
        return {"delivery": delivery, "message": message_to_json(message)}

    async def _join(self, request: web.Request) -> dict[str, Any]:
        group, body = self._group(request), await read_input(request)
        code = read_optional(body, "code")
        user_id, name = read_optional(body, "user_id"), read_optional(body, "name")
        person = self._newcomers.join(group, user_id=user_id, name=name)
        answer: dict[str, Any] = {
            "member": {"id": person.user_id, "user_id": person.user_id, "name": person.name}
        }
        if code:
            answer["message"] = await self._say_as(
                group, person.user_id, f"邀请码 {code}", mention=True
            )
        return answer

    async def _leave(self, request: web.Request) -> dict[str, Any]:
        group = self._group(request)
        user_id = find_member(self._world, group, request.match_info["member"])
        self._world.leave(group, user_id)
        return {"left": user_id}

    async def _read_private(self, request: web.Request) -> dict[str, Any]:
        app, user_id = self._app(request.query.get("channel", "")), self._person(request)
        return self._messages(private_room(app.key, user_id), request)

    async def _say_privately(self, request: web.Request) -> dict[str, Any]:
        user_id, body = self._person(request), await read_input(request)
        app = self._app(read_optional(body, "channel"))
        message, delivery = await self._conversations.say_privately(
            app, user_id, read_text(body, "text")
        )
        return {**message_to_json(message), "delivery": delivery}

    async def _tap_privately(self, request: web.Request) -> dict[str, Any]:
        user_id, body = self._person(request), await read_input(request)
        app = self._app(read_optional(body, "channel"))
        message = self._message(private_room(app.key, user_id), body)
        button = _button(message, user_id, body)
        delivery = await self._conversations.tap_privately(app, user_id, message, button)
        return {"delivery": delivery, "message": message_to_json(message)}

    async def _say_as(
        self, group: Group, user_id: str, text: str, *, mention: bool
    ) -> dict[str, Any]:
        """With ``mention`` the client puts the robot in front, as if picked from the @ list."""
        robot = self._world.cast.robots.get(group.robot)
        if mention and robot is not None and f"@{robot.name}" not in text:
            text = f"@{robot.name} {text}"
        message, delivery = await self._conversations.say(group, user_id, text)
        return {**message_to_json(message), "delivery": delivery}

    def _messages(self, room: str, request: web.Request) -> dict[str, Any]:
        messages = self._world.messages(room, after=read_after(request))
        return {"messages": [message_to_json(message) for message in messages]}

    def _group(self, request: web.Request) -> Group:
        name = request.match_info["group"]
        groups = self._world.groups
        group = groups.get(name) or next(
            (group for group in groups.values() if name in group.chat_ids.values()), None
        )
        if group is None:
            raise BadInput(f"没有叫 {name} 的群", status=404)
        return group

    def _person(self, request: web.Request) -> str:
        return find_person(self._world, request.match_info["person"])

    def _app(self, channel: str) -> App:
        apps = self._world.cast.apps
        app = apps.get(channel) if channel else next(iter(apps.values()), None)
        if app is None:
            raise BadInput("没有接到模拟平台的应用", status=404)
        return app

    def _message(self, room: str, body: dict[str, Any]) -> Message:
        number = body.get("message_id")
        if not isinstance(number, int) or isinstance(number, bool):
            raise BadInput("message_id 要写消息的编号")
        message = self._world.message(room, number)
        if message is None:
            raise BadInput(f"没有编号为 {number} 的消息", status=404)
        return message


def answering(handler: JsonHandler) -> Handler:
    """``handler`` for this machine only; bad input becomes its status and sentence."""

    async def respond(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await handler(request), dumps=readable_json)
        except BadInput as bad:
            answer = {"error": str(bad)}
            return web.json_response(answer, status=bad.status, dumps=readable_json)

    return local_only(respond)


def _button(message: Message, user_id: str, body: dict[str, Any]) -> str:
    """The key of the button that ``body`` names by key or label; the first one when it does not."""
    card = message.card_for(user_id)
    if card is None:
        raise BadInput("这条消息不是卡片")
    if not card.buttons:
        raise BadInput("这张卡片上没有可以点的按钮")
    wanted = read_optional(body, "button", limit=2000)
    names = (button.key for button in card.buttons if wanted in {"", button.key, button.label})
    key = next(names, None)
    if key is None:
        raise BadInput("这张卡片上没有这个按钮")
    return key
