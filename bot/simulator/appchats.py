"""The platform's calls on groups that an app has made.

They are member groups; joining and leaving raise no events, so whoever wants to know must read
the list. Source: 90245 create, 90246 update, 90247 get, 90248 send.
"""

from typing import Any

from bot.simulator.cast import App
from bot.simulator.content import TO_CHAT, read_content
from bot.simulator.frame import Call
from bot.simulator.frequency import Frequency
from bot.simulator.groups import Group
from bot.simulator.limits import (
    CHAT_CHANGES,
    CHAT_CREATIONS,
    CHAT_DELIVERIES,
    CHAT_ID,
    CHAT_MEMBER_RATES,
    CHAT_MEMBERS_MAX,
    CHAT_MEMBERS_MIN,
    CHAT_NAME_CHARACTERS,
)
from bot.simulator.media import MediaStore
from bot.simulator.refusal import Refused, bad_parameter, missing, too_often
from bot.simulator.shapes import Sender, SenderKind
from bot.simulator.world import World


class AppChats:
    """Groups by their chat id; a chat of another app does not exist."""

    def __init__(self, world: World, media: MediaStore) -> None:
        self._world = world
        self._media = media
        self._creations = Frequency(CHAT_CREATIONS, bans=True)
        self._changes = Frequency(CHAT_CHANGES, bans=True)
        self._deliveries = Frequency(CHAT_DELIVERIES, bans=True)
        self._member_rates = Frequency(CHAT_MEMBER_RATES, bans=False)

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [
            Call("POST", "appchat/create", self.create),
            Call("POST", "appchat/update", self.update),
            Call("GET", "appchat/get", self.read, quiet=True),
            Call("POST", "appchat/send", self.send),
        ]

    def create(self, app: App, body: dict[str, Any]) -> dict[str, Any]:
        """appchat/create: a group of 2 to 500 people with the owner among them."""
        members = self._people(body, "userlist")
        if not CHAT_MEMBERS_MIN <= len(members) <= CHAT_MEMBERS_MAX:
            raise bad_parameter(f"userlist: {CHAT_MEMBERS_MIN} to {CHAT_MEMBERS_MAX}")
        owner = _text(body, "owner") or members[0]
        if owner not in members:
            raise bad_parameter("owner: must be in userlist")
        chat_id = _text(body, "chatid") or self._world.new_id()
        if not CHAT_ID.fullmatch(chat_id):
            raise bad_parameter("chatid: at most 32 of 0-9a-zA-Z")
        if chat_id in self._world.groups or self._world.group_of_chat(app.key, chat_id):
            raise Refused(86215, "chatid exists")
        name = _name(body) or "群聊"
        if not self._creations.take(app.corp_id, self._world.now()):
            raise too_often()
        self._world.add_group(app, chat_id, name=name, owner=owner, members=members)
        return {"chatid": chat_id}

    def update(self, app: App, body: dict[str, Any]) -> dict[str, Any]:
        """appchat/update: name, owner, people in, people out."""
        group = self._group(app, body)
        name, owner = _name(body), _text(body, "owner")
        add, remove = self._people(body, "add_user_list"), self._people(body, "del_user_list")
        after = [who for who in dict.fromkeys([*group.members, *add]) if who not in remove]
        if not (name or owner or add or remove):
            raise missing("nothing to update")
        if len(after) > CHAT_MEMBERS_MAX:
            raise bad_parameter(f"userlist: at most {CHAT_MEMBERS_MAX}")
        if owner and owner not in after:
            raise bad_parameter("owner: must be a member")
        if not self._changes.take(app.corp_id, self._world.now()):
            raise too_often()
        for user_id in add:
            if user_id not in group.members:
                self._world.join(group, user_id)
        for user_id in remove:
            if user_id in group.members:
                self._world.leave(group, user_id)
        if name or owner:
            self._world.change_group(group, name=name, owner=owner)
        return {}

    def read(self, app: App, parameters: dict[str, Any]) -> dict[str, Any]:
        """appchat/get: name, owner and members."""
        group = self._group(app, parameters)
        info = {
            "chatid": group.chat_ids[app.key],
            "name": group.name,
            "owner": group.chat_owner,
            "userlist": list(group.members),
        }
        return {"chat_info": info}

    def send(self, app: App, body: dict[str, Any]) -> dict[str, Any]:
        """appchat/send: a message for everyone in the group."""
        group, now = self._group(app, body), self._world.now()
        draft = read_content(body, TO_CHAT, self._media.shelf(app.corp_id))
        people = len(group.members)
        if not self._deliveries.take(app.corp_id, now, weight=people):
            raise too_often()
        reached = [who for who in group.members if self._member_rates.take(who, now)]
        if reached or not group.members:
            sender = Sender(SenderKind.APP, app.key, app.name)
            self._world.post(group.room, sender, draft)
        return {}

    def _group(self, app: App, body: dict[str, Any]) -> Group:
        chat_id = _text(body, "chatid")
        if not chat_id:
            raise missing("chatid")
        group = self._world.group_of_chat(app.key, chat_id)
        if group is None:
            raise Refused(86003, "chatid not exist")
        return group

    def _people(self, body: dict[str, Any], name: str) -> list[str]:
        listed = body.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(who, str) for who in listed):
            raise bad_parameter(name)
        if any(who not in self._world.people for who in listed):
            raise Refused(40003, f"invalid userid in {name}")
        return list(dict.fromkeys(listed))


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise bad_parameter(name)
    return value


def _name(body: dict[str, Any]) -> str:
    name = _text(body, "name")
    if len(name) > CHAT_NAME_CHARACTERS:
        raise bad_parameter(f"name: at most {CHAT_NAME_CHARACTERS} characters")
    return name
