"""The groups as bot.yaml describes them, and how they are shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.settings.schema.bot import BotFile
from bot.simulator.cast import Cast


@dataclass(slots=True)
class Group:
    """A group: ``id`` is our key for configured ones, the chat id for those an app has made.

    ``chat_ids`` is what each channel calls it; ``robot`` the key of the robot in it, if any;
    ``contact`` the key of the customer contact channel that knows it, empty for member groups.
    ``owners`` are the group owners 群主 of the community, ``chat_owner`` the platform's one. A
    ``dismissed`` group can only be read.
    """

    id: str
    key: str
    name: str
    chat_ids: dict[str, str]
    robot: str
    owners: tuple[str, ...]
    chat_owner: str
    members: list[str] = field(default_factory=list)
    contact: str = ""
    dismissed: bool = False

    @property
    def room(self) -> str:
        """The name of its chat."""
        return f"group/{self.id}"


def private_room(channel: str, user_id: str) -> str:
    """The name of a private chat: a person's with an app or a robot, an employee's with a customer.

    ``channel`` is the key of the one, or the employee's user id.
    """
    return f"private/{channel}/{user_id}"


def is_private(room: str) -> bool:
    """Whether a chat is one person's alone."""
    return room.startswith("private/")


def configured_groups(settings: BotFile, cast: Cast) -> Iterable[Group]:
    """One group per entry of bot.yaml, with those in it who are there from the start."""
    for group in settings.groups:
        addresses = [place for place in (group.hears, group.posts, group.roster) if place]
        hears = "" if group.hears is None else group.hears.channel
        contact = group.roster.channel if group.roster.channel in cast.contacts else ""
        owner = next(iter(group.owners), "")
        inside = settings.simulator.in_group
        if contact:  # whoever owns a customer group is in it (92122)
            inside = tuple(who for who in (owner, *settings.simulator.in_customer_group) if who)
        yield Group(
            id=group.key,
            key=group.key,
            name=group.name,
            chat_ids={place.channel: place.chat_id for place in addresses if place.chat_id},
            robot=hears if hears in cast.robots or hears in cast.sockets else "",
            owners=group.owners,
            chat_owner=owner,
            members=list(dict.fromkeys(inside)),
            contact=contact,
        )


def group_to_json(
    group: Group, names: Mapping[str, str], operators: frozenset[str], robot_name: str
) -> dict[str, Any]:
    """A group with its members and the people who could join it; ``names`` are all of these."""
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
                "name": names.get(who, who),
                "role": _role(who, group, operators),
            }
            for who in group.members
        ],
        "outsiders": [
            {"id": user_id, "user_id": user_id, "name": name}
            for user_id, name in names.items()
            if user_id not in inside
        ],
    }


def _role(user_id: str, group: Group, operators: frozenset[str]) -> str:
    if user_id in group.owners:
        return "owner"
    return "operator" if user_id in operators else "member"
