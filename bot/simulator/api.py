"""The scriptable side of the stage, under /sim/api: what a person can do, as JSON.

    GET    /sim/api/groups                          -> {"groups": [...]}
    POST   /sim/api/groups/{group}/messages         {"from", "text", "mention": true, "media",
                                                    "quote": message id}
    GET    /sim/api/groups/{group}/messages?after=N -> {"messages": [...]} with id > N
    POST   /sim/api/groups/{group}/taps             {"from", "message_id", "button", "chosen"}
    POST   /sim/api/groups/{group}/feedback         {"from", "message_id", "verdict", "text",
                                                    "reasons"}
    POST   /sim/api/groups/{group}/members          {"user_id" and/or "name", "code"}, and for
                                                    customer groups "way" or "by"
    DELETE /sim/api/groups/{group}/members/{member} ?by=... removes him from a customer group

{group} is our key or a chat id; people go by user id or name. Writing answers when the callback
has ended, with "delivery": answered, empty, failed or not_heard. Bad input is 400 or 404 with
{"error": sentence}. Whoever joins a customer group comes by a join way ("way": config id or
state), was invited by a member ("by"), or has scanned the group's own code. Private chats, and how
media, choices and ratings are written, are in ``private_api.py``.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.simulator.contact.doors import Doors
from bot.simulator.conversations import Conversations
from bot.simulator.groups import Group
from bot.simulator.guard import Handler, local_only
from bot.simulator.inputs import BadInput, read_after, read_input, read_optional, read_text
from bot.simulator.media import MediaStore
from bot.simulator.people import Newcomers, find_group, find_member
from bot.simulator.read_acts import (
    MEDIA_BODY_BYTES,
    read_draft,
    read_message,
    read_rating,
    read_tap,
)
from bot.simulator.shapes import Draft, Kind, message_to_json
from bot.simulator.strict_json import readable_json
from bot.simulator.world import World

JsonHandler = Callable[[web.Request], Awaitable[dict[str, Any]]]


class Api:
    """Chats and members for scripts and for the page."""

    def __init__(
        self, world: World, conversations: Conversations, doors: Doors, media: MediaStore
    ) -> None:
        self._world = world
        self._conversations = conversations
        self._media = media
        self._doors = doors
        self._newcomers = Newcomers(world)

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        group = "/sim/api/groups/{group}"
        return [
            web.get("/sim/api/groups", answering(self._read_groups)),
            web.get(f"{group}/messages", answering(self._read_messages)),
            web.post(f"{group}/messages", answering(self._say)),
            web.post(f"{group}/taps", answering(self._tap)),
            web.post(f"{group}/feedback", answering(self._rate)),
            web.post(f"{group}/members", answering(self._join)),
            web.delete(f"{group}/members/{{member}}", answering(self._leave)),
        ]

    async def _read_groups(self, _request: web.Request) -> dict[str, Any]:
        groups = self._world.groups.values()
        return {"groups": [self._world.group_json(group) for group in groups]}

    async def _read_messages(self, request: web.Request) -> dict[str, Any]:
        return self._messages(self._group(request).room, request)

    async def _say(self, request: web.Request) -> dict[str, Any]:
        group, body = self._group(request), await read_input(request, limit=MEDIA_BODY_BYTES)
        if group.dismissed:
            raise BadInput(f"群「{group.name}」已经解散")
        user_id = find_member(self._world, group, read_text(body, "from"))
        mention = body.get("mention", True)
        if not isinstance(mention, bool):
            raise BadInput("mention 只能是 true 或 false")
        shelf = self._media.shelf(group.robot or group.room)
        draft = read_draft(self._world, group.room, body, shelf)
        return await self._say_as(group, user_id, draft, mention=mention)

    async def _tap(self, request: web.Request) -> dict[str, Any]:
        group, body = self._group(request), await read_input(request)
        user_id = find_member(self._world, group, read_text(body, "from"))
        message = read_message(self._world, group.room, body)
        tapped = read_tap(message, user_id, body)
        delivery = await self._conversations.tap(group, user_id, message, tapped)
        return {"delivery": delivery, "message": message_to_json(message)}

    async def _rate(self, request: web.Request) -> dict[str, Any]:
        group, body = self._group(request), await read_input(request)
        user_id = find_member(self._world, group, read_text(body, "from"))
        message = read_message(self._world, group.room, body)
        rating = read_rating(message, body)
        return {"delivery": await self._conversations.rate(group, user_id, message, rating)}

    async def _join(self, request: web.Request) -> dict[str, Any]:
        group, body = self._group(request), await read_input(request)
        code = read_optional(body, "code")
        user_id, name = read_optional(body, "user_id"), read_optional(body, "name")
        if group.contact:
            way, inviter = read_optional(body, "way"), read_optional(body, "by")
            person = self._doors.enter(group, user_id=user_id, name=name, way=way, inviter=inviter)
        else:
            person = self._newcomers.join(group, user_id=user_id, name=name)
        answer: dict[str, Any] = {
            "member": {"id": person.user_id, "user_id": person.user_id, "name": person.name}
        }
        if code:
            answer["message"] = await self._say_as(
                group, person.user_id, Draft(Kind.TEXT, f"邀请码 {code}"), mention=True
            )
        return answer

    async def _leave(self, request: web.Request) -> dict[str, Any]:
        group = self._group(request)
        user_id = find_member(self._world, group, request.match_info["member"])
        if group.contact:
            self._doors.leave(group, user_id, remover=request.query.get("by", ""))
        else:
            self._world.leave(group, user_id)
        return {"left": user_id}

    async def _say_as(
        self, group: Group, user_id: str, draft: Draft, *, mention: bool
    ) -> dict[str, Any]:
        """With ``mention`` the client puts the robot in front, as if picked from the @ list."""
        robot = self._world.cast.robot(group.robot)
        if mention and robot is not None and draft.text and f"@{robot.name}" not in draft.text:
            draft = replace(draft, text=f"@{robot.name} {draft.text}")
        message, delivery = await self._conversations.say(group, user_id, draft)
        return {**message_to_json(message), "delivery": delivery}

    def _messages(self, room: str, request: web.Request) -> dict[str, Any]:
        messages = self._world.messages(room, after=read_after(request))
        return {"messages": [message_to_json(message) for message in messages]}

    def _group(self, request: web.Request) -> Group:
        return find_group(self._world, request.match_info["group"])


def answering(handler: JsonHandler) -> Handler:
    """``handler`` for this machine only; bad input becomes its status and sentence."""

    async def respond(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await handler(request), dumps=readable_json)
        except BadInput as bad:
            answer = {"error": str(bad)}
            return web.json_response(answer, status=bad.status, dumps=readable_json)

    return local_only(respond)
