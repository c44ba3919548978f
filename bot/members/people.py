"""The words of this package: a person, his stay in a group, his act, his tag."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.ids import EventKey, GroupKey, MemberId, UserId
from bot.settings.schema.members import Act


class Role(StrEnum):
    """What a person may do. Stored, from bot.yaml; never taken from what a message claims."""

    MEMBER = "member"
    OWNER = "owner"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class PersonRef:
    """How a platform names a person: ``realm`` is the company within which ids are unique."""

    realm: str
    user_id: UserId


@dataclass(frozen=True, slots=True)
class Standing:
    """A person as he stands towards one group: where he acted, in private chats the first he is in.

    ``group_key`` is None for someone who is in no group. ``in_group`` is False when he left or was
    never there. ``joined_at`` is None for those who
    were in the group before the bot. ``name`` is the user id until the platform tells one, which
    is what ``named`` says.
    """

    member_id: MemberId
    user_id: UserId
    name: str
    named: bool
    role: Role
    blocked: bool
    group_key: GroupKey | None
    in_group: bool
    joined_at: datetime | None


@dataclass(frozen=True, slots=True)
class Interaction:
    """Something a member did. ``detail`` is short and for people; it is never a whole message."""

    member_id: MemberId
    group_key: GroupKey | None
    act: Act
    at: datetime
    event_key: EventKey
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TagHit:
    """A rule matched an event of a member: after ``times`` hits within the window he is tagged.

    ``rule`` names the rule by what it says. ``exclusive`` are the tags that this one pushes out.
    """

    member_id: MemberId
    tag: str
    rule: str
    event_key: EventKey
    at: datetime
    times: int
    within_days: int
    for_days: int
    confidence: float
    evidence: str
    exclusive: tuple[str, ...]
