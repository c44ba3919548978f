"""What a person does alone with an app or a robot, under /sim/api/people/{person}, as JSON.

    GET  …/messages?after=N   -> {"messages": [...]} with id > N
    POST …/messages           {"text", "media", "quote"}; to apps also {"location"} or {"link"}
    POST …/taps               {"message_id", "button", "chosen": {question: [option, ...]}}
    POST …/feedback           {"message_id", "verdict", "text", "reasons"}: rates a robot's answer
    POST …/entries            opens the chat
    GET  …/menu               -> {"entries": [...]} of an app
    POST …/menu               {"entry"}: taps an entry of an app's menu, by name or key
    POST …/subscriptions      somebody in the console gives him the app

"channel" is the key of the app or robot (in the query of GET); without it the first app. People go
by user id or name. "media" is a list of {"kind": image, voice, video or file, "data": Base64,
"name", "words": what a voice says}; pictures may come with a text, others alone. "location" is
{"latitude", "longitude", "label"}, "link" {"title", "description", "url"}. Acts answer when the
callback has ended, with "delivery".
"""

from typing import Any

from aiohttp import web

from bot.simulator.api import answering
from bot.simulator.app_talk import AppTalk
from bot.simulator.cast import App, Robot, Socket
from bot.simulator.conversations import Conversations
from bot.simulator.groups import private_room
from bot.simulator.inputs import BadInput, read_after, read_input, read_optional, read_text
from bot.simulator.media import MediaStore
from bot.simulator.menus import Menus
from bot.simulator.payloads import Link, Location
from bot.simulator.people import find_person
from bot.simulator.read_acts import (
    MEDIA_BODY_BYTES,
    read_draft,
    read_message,
    read_rating,
    read_tap,
)
from bot.simulator.shapes import Kind, message_to_json
from bot.simulator.world import World


class PrivateApi:
    """Private chats for scripts and for the page."""

    def __init__(
        self,
        world: World,
        *,
        conversations: Conversations,
        apps: AppTalk,
        menus: Menus,
        media: MediaStore,
    ) -> None:
        self._world = world
        self._conversations = conversations
        self._apps = apps
        self._menus = menus
        self._media = media

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        person = "/sim/api/people/{person}"
        return [
            web.get(f"{person}/messages", answering(self._read)),
            web.post(f"{person}/messages", answering(self._say)),
            web.post(f"{person}/taps", answering(self._tap)),
            web.post(f"{person}/feedback", answering(self._rate)),
            web.post(f"{person}/entries", answering(self._enter)),
            web.get(f"{person}/menu", answering(self._read_menu)),
            web.post(f"{person}/menu", answering(self._choose)),
            web.post(f"{person}/subscriptions", answering(self._subscribe)),
        ]

    async def _read(self, request: web.Request) -> dict[str, Any]:
        partner = self._partner(request.query.get("channel", ""))
        room = private_room(partner.key, self._person(request))
        messages = self._world.messages(room, after=read_after(request))
        return {"messages": [message_to_json(message) for message in messages]}

    async def _say(self, request: web.Request) -> dict[str, Any]:
        user_id, body = self._person(request), await read_input(request, limit=MEDIA_BODY_BYTES)
        partner = self._partner(read_optional(body, "channel"))
        if isinstance(partner, App) and "location" in body:
            place = _read_location(body["location"])
            message, delivery = await self._apps.share_location(partner, user_id, place)
        elif isinstance(partner, App) and "link" in body:
            page = _read_link(body["link"])
            message, delivery = await self._apps.share_link(partner, user_id, page)
        else:
            room, shelf = private_room(partner.key, user_id), self._media.shelf(_owner(partner))
            draft = read_draft(self._world, room, body, shelf)
            if isinstance(partner, App):
                if draft.kind is Kind.MIXED:
                    raise BadInput("发给应用的文字和图片要分开发")
                message, delivery = await self._apps.say(partner, user_id, draft)
            else:
                message, delivery = await self._conversations.say_alone(partner, user_id, draft)
        return {**message_to_json(message), "delivery": delivery}

    async def _tap(self, request: web.Request) -> dict[str, Any]:
        user_id, body = self._person(request), await read_input(request)
        partner = self._partner(read_optional(body, "channel"))
        message = read_message(self._world, private_room(partner.key, user_id), body)
        tapped = read_tap(message, user_id, body)
        if isinstance(partner, App):
            delivery = await self._apps.tap(partner, user_id, message, tapped)
        else:
            delivery = await self._conversations.tap_alone(partner, user_id, message, tapped)
        return {"delivery": delivery, "message": message_to_json(message)}

    async def _rate(self, request: web.Request) -> dict[str, Any]:
        user_id, body = self._person(request), await read_input(request)
        partner = self._partner(read_optional(body, "channel"))
        if isinstance(partner, App):
            raise BadInput("只能评价机器人的回答")
        message = read_message(self._world, private_room(partner.key, user_id), body)
        rating = read_rating(message, body)
        return {"delivery": await self._conversations.rate_alone(partner, user_id, rating)}

    async def _enter(self, request: web.Request) -> dict[str, Any]:
        user_id, body = self._person(request), await read_input(request)
        partner = self._partner(read_optional(body, "channel"))
        if isinstance(partner, App):
            return {"delivery": await self._apps.open(partner, user_id)}
        return {"delivery": await self._conversations.enter(partner, user_id)}

    async def _read_menu(self, request: web.Request) -> dict[str, Any]:
        app = self._app(request.query.get("channel", ""))
        entries = self._menus.entries(app.key)
        return {
            "entries": [
                {"name": entry.name, "event": entry.event, "key": entry.key} for entry in entries
            ]
        }

    async def _choose(self, request: web.Request) -> dict[str, Any]:
        user_id, body = self._person(request), await read_input(request)
        app, wanted = self._app(read_optional(body, "channel")), read_text(body, "entry")
        entries = self._menus.entries(app.key)
        entry = next((entry for entry in entries if wanted in {entry.name, entry.key}), None)
        if entry is None:
            raise BadInput(f"应用的菜单里没有「{wanted}」", status=404)
        return {"delivery": await self._apps.choose(app, user_id, entry)}

    async def _subscribe(self, request: web.Request) -> dict[str, Any]:
        user_id, body = self._person(request), await read_input(request)
        app = self._app(read_optional(body, "channel"))
        return {"delivery": await self._apps.subscribe(app, user_id)}

    def _person(self, request: web.Request) -> str:
        return find_person(self._world, request.match_info["person"])

    def _partner(self, channel: str) -> App | Robot | Socket:
        cast = self._world.cast
        partner = cast.apps.get(channel) or cast.robot(channel)
        return self._app(channel) if partner is None else partner

    def _app(self, channel: str) -> App:
        apps = self._world.cast.apps
        app = apps.get(channel) if channel else next(iter(apps.values()), None)
        if app is None:
            raise BadInput("没有接到模拟平台的应用", status=404)
        return app


def _owner(partner: App | Robot | Socket) -> str:
    """Whose shelf takes what people send: apps fetch it by its id, as a company's (90254)."""
    return partner.corp_id if isinstance(partner, App) else partner.key


def _read_location(data: object) -> Location:
    if not isinstance(data, dict):
        raise BadInput("location 要写 latitude、longitude 和 label")
    latitude, longitude = data.get("latitude"), data.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        raise BadInput("latitude 和 longitude 要写数字")
    return Location(latitude, longitude, read_text(data, "label", limit=200))


def _read_link(data: object) -> Link:
    if not isinstance(data, dict):
        raise BadInput("link 要写 title、description 和 url")
    title, url = read_text(data, "title", limit=200), read_text(data, "url", limit=2000)
    return Link(title, read_optional(data, "description"), url)
