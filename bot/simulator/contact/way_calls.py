"""The calls on ways in: contact ways (92228) and join ways (92229).

An app sees and changes only the ways that it has made itself. The errcodes 41037 to 41045 are
those of 90455; that join ways share them is unverified.
"""

from datetime import timedelta
from typing import Any

from bot.simulator.cast import App
from bot.simulator.contact.chats import Chats
from bot.simulator.contact.reading import (
    Body,
    page_of,
    read_employees,
    read_flag,
    read_number,
    read_part,
    read_text,
    read_texts,
)
from bot.simulator.contact.show import Show
from bot.simulator.contact.ways import Way, WayKind, Ways
from bot.simulator.frame import Answer, Call
from bot.simulator.limits import (
    ROOM_NAME_CHARACTERS,
    STATE_CHARACTERS,
    WAY_CHAT_SECONDS,
    WAY_CHATS,
    WAY_EMPLOYEES,
    WAY_PAGE,
    WAY_REMARK_CHARACTERS,
    WAY_SECONDS,
    WAY_SECONDS_MAX,
    WAYS,
)
from bot.simulator.refusal import Refused, bad_parameter, missing
from bot.simulator.world import World

_SCENES = {1, 2}
_CODE = 2
_SINGLE, _MANY = 1, 2
_DAYS_BACK = 90
_FOR_EVER = 2**53


class WayCalls:
    """Ways as apps see them."""

    def __init__(self, world: World, *, ways: Ways, chats: Chats, show: Show) -> None:
        self._world = world
        self._ways = ways
        self._chats = chats
        self._show = show

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [
            Call("POST", "externalcontact/add_contact_way", self.add_friend_way),
            Call("POST", "externalcontact/get_contact_way", self.read_friend_way, quiet=True),
            Call("POST", "externalcontact/list_contact_way", self.list_friend_ways, quiet=True),
            Call("POST", "externalcontact/update_contact_way", self.update_friend_way),
            Call("POST", "externalcontact/del_contact_way", self.remove_friend_way),
            Call("POST", "externalcontact/groupchat/add_join_way", self.add_group_way),
            Call("POST", "externalcontact/groupchat/get_join_way", self.read_group_way, quiet=True),
            Call("POST", "externalcontact/groupchat/update_join_way", self.update_group_way),
            Call("POST", "externalcontact/groupchat/del_join_way", self.remove_group_way),
        ]

    # Contact ways

    def add_friend_way(self, app: App, body: Body) -> Answer:
        """add_contact_way: a code that adds one employee, or one of several."""
        kind, scene = _number(body, "type", 41037), _number(body, "scene", 41038)
        if kind not in {_SINGLE, _MANY}:
            raise Refused(41039, "invalid contact way type")
        if scene not in _SCENES:
            raise Refused(41040, "invalid contact way scene")
        temporary = read_flag(body, "is_temp", default=False)
        fields = {"type": kind, "scene": scene, "is_temp": temporary, "skip_verify": True}
        if temporary:
            fields |= {"expires_in": WAY_SECONDS, "chat_expires_in": WAY_CHAT_SECONDS}
        fields |= self._friend_fields({"user": [], **body}, kind, temporary=temporary)
        self._check_room()
        way = self._set_up(WayKind.FRIEND, app, fields)
        picture = {"qr_code": self._ways.picture_url(way)} if scene == _CODE else {}
        return {"config_id": way.config_id, **picture}

    def read_friend_way(self, app: App, body: Body) -> Answer:
        """get_contact_way: everything about it."""
        return {"contact_way": self._way_json(self._way(app, body, WayKind.FRIEND))}

    def list_friend_ways(self, app: App, body: Body) -> Answer:
        """list_contact_way: config ids by time of making, without temporary ones."""
        now = self._world.now()
        start, end = now - timedelta(days=_DAYS_BACK), now
        first = read_number(body, "start_time", int(start.timestamp()), least=0, most=_FOR_EVER)
        last = read_number(body, "end_time", int(end.timestamp()), least=0, most=_FOR_EVER)
        limit = read_number(body, "limit", 100, least=1, most=WAY_PAGE)
        found = [
            {"config_id": way.config_id}
            for way in self._ways.ways.values()
            if way.kind is WayKind.FRIEND and way.app == app.key and not way.temporary
            if first <= int(way.created_at.timestamp()) <= last
        ]
        page, cursor = page_of(found, body, limit)
        return {"contact_way": page, "next_cursor": cursor}

    def update_friend_way(self, app: App, body: Body) -> Answer:
        """update_contact_way: the fields that the call names; type and scene stay."""
        way = self._way(app, body, WayKind.FRIEND)
        if not way.is_open(self._world.now()):
            raise Refused(41044, "invalid config_id: the temporary way has ended")
        fields = self._friend_fields(body, way.fields["type"], temporary=way.temporary)
        self._set_up(WayKind.FRIEND, app, {**way.fields, **fields}, way.config_id)
        return {}

    def remove_friend_way(self, app: App, body: Body) -> Answer:
        """del_contact_way."""
        self._remove(self._way(app, body, WayKind.FRIEND))
        return {}

    def _friend_fields(self, body: Body, kind: int, *, temporary: bool) -> dict[str, Any]:
        """What can be said of a contact way, as far as the call says it."""
        fields: dict[str, Any] = {}
        if "style" in body:
            if isinstance(body["style"], bool) or not isinstance(body["style"], int):
                raise Refused(41042, "invalid contact way style")
            fields["style"] = body["style"]
        if "remark" in body:
            fields["remark"] = read_text(body, "remark", characters=WAY_REMARK_CHARACTERS)
        if "state" in body:
            fields["state"] = read_text(body, "state", characters=STATE_CHARACTERS)
        for name in ("skip_verify", "is_exclusive"):
            if name in body:
                fields[name] = read_flag(body, name, default=True)
        if "user" in body:
            fields["user"] = self._users(body, kind, temporary=temporary)
        if body.get("party"):
            raise Refused(60123, "invalid party id: the simulated company has no departments")
        if temporary:
            fields |= _temporary_fields(body)
        return fields

    def _users(self, body: Body, kind: int, *, temporary: bool) -> list[str]:
        users = read_employees(self._world, body, "user")
        if not users:
            raise missing("user")
        if len(users) > (1 if kind == _SINGLE or temporary else WAY_EMPLOYEES):
            raise Refused(41041, "too many users for this contact way")
        return users

    # Join ways

    def add_group_way(self, app: App, body: Body) -> Answer:
        """groupchat/add_join_way: a code that leads into one of at most five groups."""
        fields = self._group_fields(body)
        self._check_room()
        return {"config_id": self._set_up(WayKind.GROUP, app, fields).config_id}

    def read_group_way(self, app: App, body: Body) -> Answer:
        """groupchat/get_join_way: everything about it."""
        return {"join_way": self._way_json(self._way(app, body, WayKind.GROUP))}

    def update_group_way(self, app: App, body: Body) -> Answer:
        """groupchat/update_join_way: overwrites everything."""
        way = self._way(app, body, WayKind.GROUP)
        self._set_up(WayKind.GROUP, app, self._group_fields(body), way.config_id)
        return {}

    def remove_group_way(self, app: App, body: Body) -> Answer:
        """groupchat/del_join_way."""
        self._remove(self._way(app, body, WayKind.GROUP))
        return {}

    def _group_fields(self, body: Body) -> dict[str, Any]:
        scene = _number(body, "scene", 41038)
        if scene not in _SCENES:
            raise Refused(41040, "invalid scene")
        chat_ids = read_texts(body, "chat_id_list", most=WAY_CHATS)
        if not chat_ids:
            raise missing("chat_id_list")
        for chat_id in chat_ids:
            self._chats.read(chat_id)
        return {
            "scene": scene,
            # 92229: a remark is cut off, a state is not
            "remark": read_text(body, "remark")[:WAY_REMARK_CHARACTERS],
            "auto_create_room": read_number(body, "auto_create_room", 1, least=0, most=1),
            "room_base_name": read_text(body, "room_base_name", characters=ROOM_NAME_CHARACTERS),
            "room_base_id": read_number(body, "room_base_id", 0, least=0, most=_FOR_EVER),
            "chat_id_list": chat_ids,
            "state": read_text(body, "state", characters=STATE_CHARACTERS),
        }

    # Both

    def _way(self, app: App, body: Body, kind: WayKind) -> Way:
        config_id = read_text(body, "config_id")
        if not config_id:
            raise Refused(41043, "missing config_id")
        way = self._ways.ways.get(config_id)
        if way is None or way.kind is not kind or way.app != app.key:
            raise Refused(41044, "invalid config_id")
        return way

    def _set_up(self, kind: WayKind, app: App, fields: dict[str, Any], config_id: str = "") -> Way:
        way = self._ways.set_up(kind, app.key, fields, config_id)
        self._show.publish_ways()
        return way

    def _remove(self, way: Way) -> None:
        self._ways.remove(way)
        self._show.publish_ways()

    def _way_json(self, way: Way) -> dict[str, Any]:
        code = way.fields["scene"] == _CODE
        picture = {"qr_code": self._ways.picture_url(way)} if code else {}
        return {"config_id": way.config_id, **way.fields, **picture}

    def _check_room(self) -> None:
        lasting = sum(not way.temporary for way in self._ways.ways.values())
        if lasting >= WAYS:
            raise Refused(41045, f"more than {WAYS} ways")


def _number(body: Body, name: str, otherwise: int) -> int:
    """A number that must be there, else the errcode ``otherwise``."""
    value = body.get(name)
    if value is None:
        raise Refused(otherwise, f"missing {name}")
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_parameter(name)
    return value


def _temporary_fields(body: Body) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in ("expires_in", "chat_expires_in"):
        if name in body:
            fields[name] = read_number(body, name, 0, least=1, most=WAY_SECONDS_MAX)
    if "unionid" in body:
        fields["unionid"] = read_text(body, "unionid")
    if "conclusions" in body:
        fields["conclusions"] = read_part(body, "conclusions")
    return fields
