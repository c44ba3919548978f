"""For whom a mass send is, employee by employee (92135).

A customer of several employees is asked for once: by the one who last had to do with him.
"""

from dataclasses import dataclass

from bot.simulator.contact.chats import Chats
from bot.simulator.contact.friends import Friends, Tie
from bot.simulator.contact.reading import (
    Body,
    read_employee,
    read_flag,
    read_part,
    read_parts,
    read_text,
    read_texts,
)
from bot.simulator.contact.tags import TagLibrary
from bot.simulator.limits import MASS_CHATS, MASS_CUSTOMERS, MASS_GROUP_TAGS
from bot.simulator.refusal import Refused, missing
from bot.simulator.world import World


@dataclass(frozen=True, slots=True)
class Addressed:
    """``receivers`` by employee, those who ``failed``, and whether the employee may choose."""

    receivers: dict[str, list[str]]
    failed: list[str]
    selectable: bool


class Audience:
    """Reads whom a call means. What cannot be sent to is failed, and 41048 when all of it is."""

    def __init__(
        self, world: World, *, friends: Friends, library: TagLibrary, chats: Chats
    ) -> None:
        self._world = world
        self._friends = friends
        self._library = library
        self._chats = chats

    def read_customers(self, body: Body) -> Addressed:
        """Customers by id, by employee, by tags. Raises Refused."""
        named = read_texts(body, "external_userid", most=MASS_CUSTOMERS)
        wanted, tags = frozenset(named), self._tag_filter(body)
        sender = read_employee(self._world, body, "sender") if read_text(body, "sender") else ""
        if not (named or tags or sender):
            raise missing("external_userid, tag_filter and sender")
        ties = self._friends.customers_of(sender) if sender else self._friends.standing()
        chosen = [tie for tie in ties if not named or tie.customer in wanted]
        reachable = {tie.customer for tie in chosen}
        failed = [customer for customer in named if customer not in reachable]
        receivers: dict[str, list[str]] = {}
        for tie in self._one_each([tie for tie in chosen if _fits(tie, tags)]):
            receivers.setdefault(tie.employee, []).append(tie.customer)
        selectable = read_flag(body, "allow_select", default=False)
        return _addressed(receivers, failed, selectable=selectable)

    def read_chats(self, body: Body) -> Addressed:
        """Customer groups of an employee, by chat id or all of them. Raises Refused."""
        sender = read_employee(self._world, body, "sender")
        named = read_texts(body, "chat_id_list", most=MASS_CHATS)
        own = [chat.chat_id for chat in self._chats.standing() if chat.owner == sender]
        chosen = [chat_id for chat_id in named if chat_id in own] if named else own
        failed = [chat_id for chat_id in named if chat_id not in own]
        selectable = read_flag(body, "allow_select", default=False) or not named
        return _addressed({sender: chosen} if chosen else {}, failed, selectable=selectable)

    def _one_each(self, ties: list[Tie]) -> list[Tie]:
        best: dict[str, Tie] = {}
        for tie in ties:
            other = best.get(tie.customer)
            if other is None or self._friends.last_word(tie) > self._friends.last_word(other):
                best[tie.customer] = tie
        return list(best.values())

    def _tag_filter(self, body: Body) -> list[list[str]]:
        groups = read_parts(read_part(body, "tag_filter"), "group_list")
        lists = [read_texts(group, "tag_list", most=MASS_GROUP_TAGS) for group in groups]
        for tag_id in (tag_id for tags in lists for tag_id in tags):
            if tag_id not in self._library.tags or self._library.tags[tag_id].deleted:
                raise Refused(40068, "invalid tagid")
        return [tags for tags in lists if tags]


def _fits(tie: Tie, tags: list[list[str]]) -> bool:
    """One tag of each list, by 92135."""
    return all(not set(listed).isdisjoint(tie.tags) for listed in tags)


def _addressed(
    receivers: dict[str, list[str]], failed: list[str], *, selectable: bool
) -> Addressed:
    if not receivers:
        raise Refused(41048, "no customer to send")
    return Addressed(receivers, failed, selectable)
