"""Words that nobody has just asked for: to a member in private, or to the staff.

Every message of this kind takes the road that is found here, so that somebody who can be reached
at all is reached. What is owed to a member (a code, money, what became of something of his) always
goes; what would have him do something goes only to who wants that.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.ids import ChannelKey, GroupKey, MemberId, UserId
from bot.core.messages import Message, Outgoing
from bot.members.choices import Choices
from bot.members.roster import Roster
from bot.pipeline.dispatch import realm_of
from bot.settings.schema.bot import Group
from bot.settings.settings import HasSettings, Settings


@dataclass(frozen=True, slots=True)
class Letters:
    """Finds the road on which somebody can be written to, by the settings that are in force."""

    roster: Roster
    choices: Choices
    live: HasSettings

    async def promote(self, member_id: MemberId, key: str, message: Message) -> Outgoing | None:
        """A message that would have a member do something; None for who wants no such."""
        if not await self.choices.wants_promotion(member_id):
            return None
        return await owed_letter(self.live.current, self.roster, member_id, key, message)

    def to_operators(self, key: str, message: Message) -> list[Outgoing]:
        """``letters_to_operators`` by the live settings."""
        return letters_to_operators(self.live.current, key, message)


async def owed_letter(
    settings: Settings,
    roster: Roster,
    member_id: MemberId,
    key: str,
    message: Message,
    *,
    about: GroupKey | None = None,
) -> Outgoing | None:
    """What a member is owed: through the group that it is about, then through one that he is in.

    None when there is no such road: the platform lets nobody write to him. Who has left a group is
    still told what is about it.
    """
    known = await roster.read_groups(member_id)
    first = () if about is None else (about,)
    for group_key in dict.fromkeys((*first, *known)):
        group = settings.group(group_key)
        if group is None:
            continue
        realm = realm_of(settings, ChannelKey(group.roster.channel))
        user_id = await roster.read_user_id(realm, member_id)
        place = None if user_id is None else settings.private_place(group, user_id)
        if place is not None:
            return Outgoing(key, *place, message)
    return None


def letters_to_operators(
    settings: Settings, key: str, message: Message, *, about: Group | None = None
) -> list[Outgoing]:
    """``letters_to_staff`` for the operators of bot.yaml."""
    return letters_to_staff(settings, settings.bot.operators, key, message, about=about)


def letters_to_staff(
    settings: Settings,
    people: Iterable[str],
    key: str,
    message: Message,
    *,
    about: Group | None = None,
) -> list[Outgoing]:
    """A message to each of ``people`` (user ids), by the first group that leads to him.

    The group that it is ``about`` is tried before the others.
    """
    groups = (*(() if about is None else (about,)), *settings.bot.groups)
    letters = []
    for person in dict.fromkeys(people):
        roads = (settings.private_place(group, UserId(person)) for group in groups)
        place = next((road for road in roads if road is not None), None)
        if place is not None:
            letters.append(Outgoing(f"{key}/{person}", *place, message))
    return letters
