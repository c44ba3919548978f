"""How people come into and go out of customer groups by the routes that all groups share."""

from bot.simulator.contact.chats import JoinScene
from bot.simulator.contact.friendship import Friendship
from bot.simulator.contact.gathering import Gathering
from bot.simulator.groups import Group
from bot.simulator.inputs import BadInput
from bot.simulator.people import find_member
from bot.simulator.shapes import Person
from bot.simulator.world import World


class Doors:
    """Whoever is new under a name is a customer: employees are not made up at a group's door."""

    def __init__(self, world: World, friendship: Friendship, gathering: Gathering) -> None:
        self._world = world
        self._friendship = friendship
        self._gathering = gathering

    def enter(self, group: Group, *, user_id: str, name: str, way: str, inviter: str) -> Person:
        """Let someone in: by a join way, invited by a member, else by the group's own code.

        Raises BadInput, before anybody new is made up.
        """
        self._gathering.chat(group)
        if not user_id and not name:
            raise BadInput("请写 user_id（已有的人）或 name（新的客户）")
        taken = self._gathering.way(way, group) if way else None
        host = find_member(self._world, group, inviter) if inviter else ""
        who = self._known(group, user_id, name)
        who = who or self._friendship.new_customer(name or user_id, user_id)
        if host:
            self._gathering.invite(group, host, [who], JoinScene.INVITED)
        else:
            self._gathering.scan(group, who, taken)
        return self._world.who(who)

    def leave(self, group: Group, user_id: str, *, remover: str) -> None:
        """Somebody goes by himself, or is removed by ``remover``. Raises BadInput."""
        if remover:
            self._gathering.remove(group, user_id, find_member(self._world, group, remover))
        else:
            self._gathering.leave(group, user_id)

    def _known(self, group: Group, user_id: str, name: str) -> str:
        """Someone who has this id, or who is alone outside with this name; empty if nobody is."""
        everybody = {user: person.name for user, person in self._world.people.items()}
        everybody |= self._world.customers
        if user_id:
            return user_id if user_id in everybody else ""
        outside = [who for who in everybody if who not in group.members]
        named = [who for who in outside if everybody[who] == name]
        return named[0] if len(named) == 1 else ""
