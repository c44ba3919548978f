"""The reading calls on customer groups: their list (92120) and their details (92122)."""

from typing import Any

from bot.simulator.cast import App
from bot.simulator.contact.chats import Chat, Chats, Stay
from bot.simulator.contact.reading import (
    Body,
    needed,
    page_of,
    read_employees,
    read_number,
    read_part,
    read_text,
    read_texts,
)
from bot.simulator.frame import Answer, Call
from bot.simulator.limits import CONTACT_EMPLOYEES, GROUP_PAGE, VISIBLE_OWNERS
from bot.simulator.refusal import Refused, missing
from bot.simulator.union_ids import union_id_of
from bot.simulator.world import World

_EMPLOYEE, _CUSTOMER = 1, 2


class ChatCalls:
    """Customer groups as apps see them. Nothing can be written into one by a call."""

    def __init__(self, world: World, chats: Chats) -> None:
        self._world = world
        self._chats = chats

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [
            Call("POST", "externalcontact/groupchat/list", self.list_chats, quiet=True),
            Call("POST", "externalcontact/groupchat/get", self.read, quiet=True),
        ]

    def list_chats(self, _app: App, body: Body) -> Answer:
        """groupchat/list: the groups, by owner if the call says so."""
        if "limit" not in body:
            raise missing("limit")
        limit = read_number(body, "limit", 0, least=1, most=GROUP_PAGE)
        status = read_number(body, "status_filter", 0, least=0, most=3)
        owner_filter = read_part(body, "owner_filter")
        read_texts(owner_filter, "userid_list", most=CONTACT_EMPLOYEES)
        owners = read_employees(self._world, owner_filter, "userid_list")
        if not owners and len(self._world.people) > VISIBLE_OWNERS:
            raise Refused(81017, "too many owners: use owner_filter")
        # Nobody leaves the simulated company, so no group waits for an heir (statuses 1 to 3).
        found = [chat for chat in self._chats.standing() if not status]
        wanted = [chat for chat in found if not owners or chat.owner in owners]
        page, cursor = page_of(wanted, body, limit)
        listed = [{"chat_id": chat.chat_id, "status": 0} for chat in page]
        return {"group_chat_list": listed, "next_cursor": cursor}

    def read(self, _app: App, body: Body) -> Answer:
        """groupchat/get: the group with all its members."""
        chat = self._chats.read(needed(read_text(body, "chat_id"), "chat_id"))
        named = read_number(body, "need_name", 0, least=0, most=1) == 1
        details = {
            "chat_id": chat.chat_id,
            "name": chat.group.name,
            "owner": chat.owner,
            "create_time": int(chat.created_at.timestamp()),
            "notice": chat.notice,
            "member_list": self._members(chat, named=named),
            "admin_list": [{"userid": user_id} for user_id in chat.admins],
            "member_version": chat.version,
        }
        return {"group_chat": details}

    def _members(self, chat: Chat, *, named: bool) -> list[dict[str, Any]]:
        members = []
        for user_id, stay in chat.stays.items():
            member = self._member(user_id, stay)
            members.append({**member, "name": self._world.who(user_id).name} if named else member)
        return members

    def _member(self, user_id: str, stay: Stay) -> dict[str, Any]:
        customer = user_id not in self._world.people
        member: dict[str, Any] = {
            "userid": user_id,
            "type": _CUSTOMER if customer else _EMPLOYEE,
            "join_time": int(stay.joined_at.timestamp()),
            "join_scene": int(stay.scene),
            "group_nickname": "",
        }
        if customer and user_id.startswith("wm"):
            member["unionid"] = union_id_of(user_id)
        if stay.state:
            member["state"] = stay.state
        if stay.invitor:
            member["invitor"] = {"userid": stay.invitor}
        return member
