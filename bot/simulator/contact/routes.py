"""What a person can do with customers and customer groups, under /sim/api, as JSON.

    GET    /sim/api/contact         customers, customer_groups, tasks, tags, ways
    POST   /sim/api/customers                                  {"name", "id"}: somebody new
    POST   /sim/api/customers/{customer}/friends    {"way" and/or "employee", "half", "console"}
    POST   /sim/api/customers/{customer}/friends/{employee}/accept             {"console"}
    PATCH  /sim/api/customers/{customer}/friends/{employee}
                                    {"remark", "description", "add_tags", "remove_tags"}
    DELETE /sim/api/customers/{customer}/friends/{employee}?by=customer|employee
    POST   /sim/api/customers/{customer}/messages   {"employee", "from": who writes, "text"}
    GET    /sim/api/customers/{customer}/messages?employee=...&after=N
    POST   /sim/api/customers/{customer}/groups     {"way"}: into the group behind its code
    POST   /sim/api/customer-groups                 {"owner", "name", "members": [...]}
    PATCH  /sim/api/groups/{group}                  {"name", "notice", "owner"}, one or more
    DELETE /sim/api/groups/{group}                  the owner dismisses it
    POST   /sim/api/groups/{group}/invitations      {"by", "who": [...], "link": false}
    POST   /sim/api/tags                            {"group", "tags": [...]}
    PATCH  /sim/api/tags/{tag}                      {"name"}
    DELETE /sim/api/tags/{tag}
    POST   /sim/api/tags/shuffle                    {"group"}, or {} for the order of the groups
    GET    /sim/api/people/{person}/tasks           -> {"tasks": [...]}
    POST   /sim/api/people/{person}/tasks/{msgid}/confirm      {"targets": [...]}, all without
    POST   /sim/api/people/{person}/tasks/{msgid}/ignore

A way goes by config id or state, a tag by id or name, people and groups as everywhere. With "half"
the employee has yet to accept; with "console" the console greets by itself, and no welcome code is
given out. Joining and leaving stand with the other groups' (/sim/api/groups/{group}/members).
"""

from typing import Any

from aiohttp import web

from bot.simulator.api import answering
from bot.simulator.contact.chats import JoinScene
from bot.simulator.contact.console import Console
from bot.simulator.contact.friendship import Friendship, Meeting
from bot.simulator.contact.gathering import Gathering
from bot.simulator.contact.phone import Phone
from bot.simulator.contact.records import Records
from bot.simulator.contact.show import Show
from bot.simulator.groups import Group
from bot.simulator.inputs import (
    BadInput,
    read_after,
    read_input,
    read_optional,
    read_text,
)
from bot.simulator.people import find_anybody, find_customer, find_group, find_person
from bot.simulator.shapes import message_to_json
from bot.simulator.world import World


class ContactRoutes:
    """Reads what scripts and the page send, and lets people do it."""

    def __init__(
        self,
        world: World,
        records: Records,
        *,
        friendship: Friendship,
        gathering: Gathering,
        phone: Phone,
        console: Console,
        show: Show,
    ) -> None:
        self._world = world
        self._records = records
        self._friendship = friendship
        self._gathering = gathering
        self._phone = phone
        self._console = console
        self._show = show

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        api = "/sim/api"
        customer = f"{api}/customers/{{customer}}"
        friend = f"{customer}/friends/{{employee}}"
        group, tasks = f"{api}/groups/{{group}}", f"{api}/people/{{person}}/tasks"
        return [
            web.get(f"{api}/contact", answering(self._read)),
            web.post(f"{api}/customers", answering(self._new_customer)),
            web.post(f"{customer}/friends", answering(self._add_friend)),
            web.post(f"{friend}/accept", answering(self._accept)),
            web.patch(friend, answering(self._note)),
            web.delete(friend, answering(self._drop)),
            web.post(f"{customer}/messages", answering(self._say)),
            web.get(f"{customer}/messages", answering(self._read_messages)),
            web.post(f"{customer}/groups", answering(self._scan)),
            web.post(f"{api}/customer-groups", answering(self._make_group)),
            web.patch(group, answering(self._change_group)),
            web.delete(group, answering(self._dismiss)),
            web.post(f"{group}/invitations", answering(self._invite)),
            web.post(f"{api}/tags", answering(self._add_tags)),
            web.post(f"{api}/tags/shuffle", answering(self._shuffle)),
            web.patch(f"{api}/tags/{{tag}}", answering(self._rename_tag)),
            web.delete(f"{api}/tags/{{tag}}", answering(self._delete_tag)),
            web.get(tasks, answering(self._read_tasks)),
            web.post(f"{tasks}/{{msgid}}/confirm", answering(self._confirm)),
            web.post(f"{tasks}/{{msgid}}/ignore", answering(self._ignore)),
        ]

    async def _read(self, _request: web.Request) -> dict[str, Any]:
        return self._show.contact_json()

    # Customers and employees

    async def _new_customer(self, request: web.Request) -> dict[str, Any]:
        body = await read_input(request)
        name = read_text(body, "name", limit=64)
        customer = self._friendship.new_customer(name, read_optional(body, "id"))
        return {"customer": self._show.customer_json(customer)}

    async def _add_friend(self, request: web.Request) -> dict[str, Any]:
        customer, body = self._customer(request), await read_input(request)
        named, way = read_optional(body, "employee"), read_optional(body, "way")
        if not (named or way):
            raise BadInput("请写 employee（加谁）或 way（用哪个「联系我」）")
        meeting = self._friendship.meet(
            customer,
            employee=find_person(self._world, named) if named else "",
            way_name=way,
            console_greets=_flag(body, "console"),
        )
        if _flag(body, "half"):
            self._friendship.half_add(meeting)
        else:
            self._friendship.add(meeting)
        return {"customer": self._show.customer_json(customer)}

    async def _accept(self, request: web.Request) -> dict[str, Any]:
        customer, employee = self._customer(request), self._employee(request)
        console = _flag(await read_input(request), "console")
        self._friendship.accept(Meeting(customer, employee, console))
        return {"customer": self._show.customer_json(customer)}

    async def _note(self, request: web.Request) -> dict[str, Any]:
        body = await read_input(request)
        tie = self._friendship.note(
            self._customer(request),
            self._employee(request),
            remark=_words(body, "remark"),
            description=_words(body, "description"),
            add=_names(body, "add_tags"),
            remove=_names(body, "remove_tags"),
        )
        return {"friend": self._show.tie_json(tie)}

    async def _drop(self, request: web.Request) -> dict[str, Any]:
        customer, employee = self._customer(request), self._employee(request)
        match request.query.get("by", "customer"):
            case "customer":
                self._friendship.drop_by_customer(customer, employee)
            case "employee":
                self._friendship.drop_by_employee(customer, employee)
            case _:
                raise BadInput("by 只能是 customer 或 employee")
        return {"customer": self._show.customer_json(customer)}

    async def _say(self, request: web.Request) -> dict[str, Any]:
        customer, body = self._customer(request), await read_input(request)
        employee = find_person(self._world, read_text(body, "employee"))
        speaker = find_anybody(self._world, read_text(body, "from"))
        text = read_text(body, "text")
        message = self._friendship.say(customer, employee, speaker, text)
        return {**message_to_json(message), "delivery": "not_heard"}

    async def _read_messages(self, request: web.Request) -> dict[str, Any]:
        employee = find_person(self._world, request.query.get("employee", ""))
        room = self._friendship.room(self._customer(request), employee)
        messages = self._world.messages(room, after=read_after(request))
        return {"messages": [message_to_json(message) for message in messages]}

    # Groups

    async def _scan(self, request: web.Request) -> dict[str, Any]:
        customer, body = self._customer(request), await read_input(request)
        way = self._gathering.way(read_text(body, "way"))
        chat = self._gathering.behind(way)
        self._gathering.scan(chat.group, customer, way)
        return {"customer_group": self._show.chat_json(chat)}

    async def _make_group(self, request: web.Request) -> dict[str, Any]:
        body = await read_input(request)
        owner = find_person(self._world, read_text(body, "owner"))
        members = [find_anybody(self._world, name) for name in _names(body, "members")]
        chat = self._gathering.make(owner, read_text(body, "name", limit=50), members)
        return {"customer_group": self._show.chat_json(chat)}

    async def _change_group(self, request: web.Request) -> dict[str, Any]:
        group, body = self._group(request), await read_input(request)
        name = read_optional(body, "name", limit=50)
        notice, owner = read_optional(body, "notice", limit=2000), read_optional(body, "owner")
        if not (name or notice or owner):
            raise BadInput("请写 name、notice 或 owner")
        if owner:  # the only one of the three that can be refused by itself
            self._gathering.hand_over(group, find_person(self._world, owner))
        if name:
            self._gathering.rename(group, name)
        if notice:
            self._gathering.announce(group, notice)
        return {"customer_group": self._show.chat_json(self._records.chats.of(group))}

    async def _dismiss(self, request: web.Request) -> dict[str, Any]:
        group = self._group(request)
        self._gathering.dismiss(group)
        return {"dismissed": group.id}

    async def _invite(self, request: web.Request) -> dict[str, Any]:
        group, body = self._group(request), await read_input(request)
        inviter = find_anybody(self._world, read_text(body, "by"))
        guests = [find_anybody(self._world, name) for name in _names(body, "who")]
        if not guests:
            raise BadInput("who 要写请了谁")
        scene = JoinScene.LINK if _flag(body, "link") else JoinScene.INVITED
        self._gathering.invite(group, inviter, guests, scene)
        return {"customer_group": self._show.chat_json(self._records.chats.of(group))}

    # The console's tags

    async def _add_tags(self, request: web.Request) -> dict[str, Any]:
        body = await read_input(request)
        names = _names(body, "tags")
        if not names:
            raise BadInput("tags 要写标签的名字")
        self._console.add(read_text(body, "group", limit=200), names)
        return {"tags": self._show.tags_json()}

    async def _rename_tag(self, request: web.Request) -> dict[str, Any]:
        name = read_text(await read_input(request), "name", limit=200)
        self._console.rename(request.match_info["tag"], name)
        return {"tags": self._show.tags_json()}

    async def _delete_tag(self, request: web.Request) -> dict[str, Any]:
        self._console.delete(request.match_info["tag"])
        return {"tags": self._show.tags_json()}

    async def _shuffle(self, request: web.Request) -> dict[str, Any]:
        self._console.shuffle(read_optional(await read_input(request), "group"))
        return {"tags": self._show.tags_json()}

    # The employee's phone

    async def _read_tasks(self, request: web.Request) -> dict[str, Any]:
        tasks = self._records.sends.tasks_of(self._person(request))
        return {"tasks": [self._show.task_json(send, task) for send, task in tasks]}

    async def _confirm(self, request: web.Request) -> dict[str, Any]:
        send, task = self._phone.task(self._person(request), request.match_info["msgid"])
        body = await read_input(request)
        self._phone.confirm(send, task, [self._target(name) for name in _names(body, "targets")])
        return {"task": self._show.task_json(send, task)}

    async def _ignore(self, request: web.Request) -> dict[str, Any]:
        send, task = self._phone.task(self._person(request), request.match_info["msgid"])
        self._phone.ignore(send, task)
        return {"task": self._show.task_json(send, task)}

    def _target(self, name: str) -> str:
        """A receiver: a chat id goes by our key as well, a customer by his name."""
        group = self._world.groups.get(name)
        if group is not None and group.contact:
            return self._records.chats.of(group).chat_id
        chat = self._records.chats.called(name)
        return find_customer(self._world, name) if chat is None else name

    def _group(self, request: web.Request) -> Group:
        return find_group(self._world, request.match_info["group"])

    def _customer(self, request: web.Request) -> str:
        return find_customer(self._world, request.match_info["customer"])

    def _employee(self, request: web.Request) -> str:
        return find_person(self._world, request.match_info["employee"])

    def _person(self, request: web.Request) -> str:
        return find_person(self._world, request.match_info["person"])


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise BadInput(f"{name} 只能是 true 或 false")
    return value


def _words(body: dict[str, Any], name: str) -> str | None:
    """A text that may be empty; None when it is not there."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise BadInput(f"{name} 要写一段文字")
    return value


def _names(body: dict[str, Any], name: str) -> list[str]:
    listed = body.get(name, [])
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise BadInput(f"{name} 要写一串名字")
    return [item.strip() for item in dict.fromkeys(listed) if item.strip()]
