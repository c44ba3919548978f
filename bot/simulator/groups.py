"""The groups as bot.yaml describes them, and how they are shown."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.settings.schema.bot import BotFile
from bot.simulator.cast import Cast
from bot.simulator.shapes import Person


@dataclass(slots=True)
class Group:
    """A group: ``id`` is our key for configured ones, the chat id for those an app has made.

    ``chat_ids`` is what each channel calls it; ``robot`` the key of the robot in it, if any.
    ``owners`` are the group owners 群主 of the community, ``chat_owner`` the platform's one.
    """

    id: str
    key: str
    name: str
    chat_ids: dict[str, str]
    robot: str
    owners: tuple[str, ...]
    chat_owner: str
    members: list[str] = field(default_factory=list)

    @property
    def room(self) -> str:
        """The name of its chat."""
        return f"group/{self.id}"


def private_room(channel: str, user_id: str) -> str:
    """The name of the chat between an app and a person."""
    return f"private/{channel}/{user_id}"


def configured_groups(settings: BotFile, cast: Cast) -> Iterable[Group]:
    """One group per entry of bot.yaml, with those in it who are there from the start."""
    for group in settings.groups:
        addresses = (group.hears, group.posts, group.roster)
        hears = group.hears.channel
        yield Group(
            id=group.key,
            key=group.key,
            name=group.name,
            chat_ids={place.channel: place.chat_id for place in addresses if place.chat_id},
            robot=hears if hears in cast.robots and group.hears.chat_id else "",
            owners=group.owners,
            chat_owner=next(iter(group.owners), ""),
            members=list(dict.fromkeys(settings.simulator.in_group)),
        )


def group_to_json(
    group: Group, people: dict[str, Person], operators: frozenset[str], robot_name: str
) -> dict[str, Any]:
    """A group with its members and the people who could join it."""
    inside = set(group.members)
    return {
        "id": group.id,
        "key": group.key,
        "name": group.name,
        "chat_ids": group.chat_ids,
        "robot": robot_name,
        "members": [
            {
                "id": who,
                "user_id": who,
                "name": people[who].name,
                "role": _role(who, group, operators),
            }
            for who in group.members
        ],
        "outsiders": [
            {"id": person.user_id, "user_id": person.user_id, "name": person.name}
            for person in people.values()
            if person.user_id not in inside
        ],
    }


def _role(user_id: str, group: Group, operators: frozenset[str]) -> str:
    if user_id in group.owners:
        return "owner"
    return "operator" if user_id in operators else "member"
