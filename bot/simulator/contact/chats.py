"""Customer groups as customer contact knows them: who came when and how, the notice, the version.

A version names one state of the member list. Each change makes the next one out of the one before,
so equal versions mean the same history, and a version never comes back.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from bot.simulator.contact.friends import BEFORE
from bot.simulator.groups import Group
from bot.simulator.refusal import Refused
from bot.simulator.world import World


class JoinScene(IntEnum):
    """How somebody came into a group (92122)."""

    INVITED = 1
    LINK = 2
    CODE = 3


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody is in a group; ``state`` is that of the join way, ``invitor`` an employee."""

    joined_at: datetime
    scene: JoinScene
    state: str = ""
    invitor: str = ""


@dataclass(slots=True)
class Chat:
    """A customer group; ``stays`` are its members in the order of coming."""

    group: Group
    chat_id: str
    created_at: datetime
    version: str
    stays: dict[str, Stay] = field(default_factory=dict)
    notice: str = ""

    @property
    def owner(self) -> str:
        """The employee who owns the group."""
        return self.group.chat_owner

    @property
    def admins(self) -> list[str]:
        """The other owners of the community who are in the group."""
        return [who for who in self.group.owners if who != self.owner and who in self.stays]


class Chats:
    """All customer groups, by our id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.chats: dict[str, Chat] = {}
        for group in world.groups.values():
            if group.contact:
                self._open(group, list(group.members), BEFORE)

    # Reading

    def standing(self) -> list[Chat]:
        """The groups that are not dismissed."""
        return [chat for chat in self.chats.values() if not chat.group.dismissed]

    def of(self, group: Group) -> Chat:
        """What is known of a customer group."""
        return self.chats[group.id]

    def called(self, chat_id: str) -> Chat | None:
        """The customer group of this chat id, dismissed ones included."""
        return next((chat for chat in self.chats.values() if chat.chat_id == chat_id), None)

    def read(self, chat_id: str) -> Chat:
        """The standing group of this chat id. Raises Refused."""
        chat = self.called(chat_id)
        if chat is not None and not chat.group.dismissed:
            return chat
        groups = self._world.groups.values()
        if any(chat_id in group.chat_ids.values() for group in groups if not group.contact):
            raise Refused(90501, "chat is not external group chat")
        raise Refused(40050, "chatid not exist")

    # Happenings

    def make(self, contact: str, *, name: str, owner: str, members: list[str]) -> Chat:
        """An employee makes a group."""
        chat_id = f"wr{self._world.new_id()}"
        self._world.happen(
            "contact.chat", chat_id=chat_id, contact=contact, name=name, owner=owner, who=members
        )
        return self.chats[chat_id]

    def join(
        self, chat: Chat, who: list[str], *, scene: JoinScene, state: str = "", invitor: str = ""
    ) -> None:
        """People come in, all in the same way."""
        self._world.happen(
            "contact.joined",
            group=chat.group.id,
            who=who,
            scene=scene,
            state=state,
            invitor=invitor,
        )

    def leave(self, chat: Chat, user_id: str) -> None:
        """Somebody leaves, or is removed."""
        self._world.happen("contact.left", group=chat.group.id, who=[user_id])

    def change(self, chat: Chat, **changes: str) -> None:
        """Another name, owner or notice."""
        self._world.happen("contact.chat_changed", group=chat.group.id, **changes)

    def dismiss(self, chat: Chat) -> None:
        """The group is over."""
        self._world.happen("contact.dismissed", group=chat.group.id)

    # Applying

    def apply(self, data: dict[str, Any]) -> bool:
        """See ``Part``. Groups of an older bot.yaml are passed over."""
        kind, at = data["t"], datetime.fromisoformat(data["at"])
        if kind == "contact.chat":
            self._make(data, at)
            return True
        changes = {
            "contact.joined": self._join,
            "contact.left": self._leave,
            "contact.chat_changed": self._change,
            "contact.dismissed": self._dismiss,
        }
        if kind not in changes:
            return False
        chat = self.chats.get(data["group"])
        if chat is not None:
            changes[kind](chat, data)
        return True

    def _make(self, data: dict[str, Any], at: datetime) -> None:
        chat_id, owner = data["chat_id"], data["owner"]
        group = Group(
            id=chat_id,
            key="",
            name=data["name"],
            chat_ids={data["contact"]: chat_id},
            robot="",
            owners=(owner,),
            chat_owner=owner,
            contact=data["contact"],
        )
        self._world.groups[chat_id] = group
        self._open(group, data["who"], at)

    def _open(self, group: Group, members: list[str], at: datetime) -> None:
        chat_id = group.chat_ids.get(group.contact, group.id)
        version = _next_version(chat_id, "+", members)
        chat = Chat(group, chat_id, at, version)
        chat.stays = {
            user_id: Stay(
                at, JoinScene.INVITED, invitor="" if user_id == chat.owner else chat.owner
            )
            for user_id in members
        }
        self.chats[group.id] = chat
        group.members = list(chat.stays)

    def _join(self, chat: Chat, data: dict[str, Any]) -> None:
        fresh = [user_id for user_id in data["who"] if user_id not in chat.stays]
        at, scene = datetime.fromisoformat(data["at"]), JoinScene(data["scene"])
        stay = Stay(at, scene, data["state"], data["invitor"])
        self._settle(chat, {**chat.stays, **dict.fromkeys(fresh, stay)}, "+", fresh)

    def _leave(self, chat: Chat, data: dict[str, Any]) -> None:
        gone = [user_id for user_id in data["who"] if user_id in chat.stays]
        stays = {user_id: stay for user_id, stay in chat.stays.items() if user_id not in gone}
        self._settle(chat, stays, "-", gone)

    def _change(self, chat: Chat, data: dict[str, Any]) -> None:
        chat.notice = data.get("notice", chat.notice)
        chat.group.name = data.get("name", chat.group.name)
        chat.group.chat_owner = data.get("owner", chat.group.chat_owner)

    def _dismiss(self, chat: Chat, _data: dict[str, Any]) -> None:
        chat.group.dismissed = True

    def _settle(self, chat: Chat, stays: dict[str, Stay], sign: str, who: list[str]) -> None:
        if who:
            chat.stays, chat.version = stays, _next_version(chat.version, sign, who)
            chat.group.members = list(stays)


def _next_version(version: str, sign: str, who: Iterable[str]) -> str:
    change = f"{version}{sign}{','.join(who)}"
    return hashlib.sha256(change.encode()).hexdigest()[:32]
