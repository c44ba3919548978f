"""Finds people by user id or name and groups by key or chat id, and lets new people in."""

import re
from collections.abc import Iterable

from bot.simulator.groups import Group
from bot.simulator.inputs import BadInput
from bot.simulator.shapes import Person
from bot.simulator.world import World

_USER_ID = re.compile(r"[A-Za-z0-9_.@-]{1,64}")


def find_person(world: World, name: str) -> str:
    """The user id of someone of the company. Raises BadInput."""
    return _find(world.people.values(), name, f"没有叫 {name} 的人")


def find_customer(world: World, name: str) -> str:
    """The external user id of a customer. Raises BadInput."""
    return _find(_customers(world), name, f"没有叫 {name} 的客户")


def find_anybody(world: World, name: str) -> str:
    """The id of someone of the company, or of a customer. Raises BadInput."""
    everybody = [*world.people.values(), *_customers(world)]
    return _find(everybody, name, f"没有叫 {name} 的人")


def find_member(world: World, group: Group, name: str) -> str:
    """The user id of someone in the group. Raises BadInput."""
    members = [world.who(user_id) for user_id in group.members]
    return _find(members, name, f"{name} 不在群「{group.name}」里")


def find_group(world: World, name: str) -> Group:
    """The group of this key, id or chat id. Raises BadInput."""
    group = world.groups.get(name) or next(
        (group for group in world.groups.values() if name in group.chat_ids.values()), None
    )
    if group is None:
        raise BadInput(f"没有叫 {name} 的群", status=404)
    return group


def _customers(world: World) -> list[Person]:
    return [Person(user_id, name) for user_id, name in world.customers.items()]


def _find(people: Iterable[Person], name: str, otherwise: str) -> str:
    people = list(people)
    if any(person.user_id == name for person in people):
        return name
    found = [person.user_id for person in people if person.name == name]
    if len(found) > 1:
        raise BadInput(f"叫 {name} 的不止一个人，请写 user_id：{'、'.join(found)}")
    if not found:
        raise BadInput(otherwise, status=404)
    return found[0]


class Newcomers:
    """People who come into a member group: outsiders of the company, or made-up ones."""

    def __init__(self, world: World) -> None:
        self._world = world

    def join(self, group: Group, *, user_id: str, name: str) -> Person:
        """Let someone in who is known by either, or is new under that name. Raises BadInput."""
        if not user_id and not name:
            raise BadInput("请写 user_id（已有的人）或 name（新的人）")
        if user_id and not _USER_ID.fullmatch(user_id):
            raise BadInput("user_id 最多 64 位，只能用字母、数字和 _ . @ -")
        person = self._known(group, user_id, name)
        if person is None:
            user_id = user_id or self._free_id()
            person = Person(user_id, name or user_id)
            self._world.add_person(person)
        elif person.user_id in group.members:
            raise BadInput(f"{person.name} 已经在群里了")
        self._world.join(group, person.user_id)
        return person

    def _known(self, group: Group, user_id: str, name: str) -> Person | None:
        if user_id:
            return self._world.people.get(user_id)
        people = self._world.people.values()
        outside = [p for p in people if p.name == name and p.user_id not in group.members]
        return outside[0] if len(outside) == 1 else None

    def _free_id(self) -> str:
        number = len(self._world.people) + 1
        while f"guest{number}" in self._world.people:
            number += 1
        return f"guest{number}"
