"""The words of this package: a person, his choices, his stay in a group, his act, his tag."""

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


class Choice(StrEnum):
    """What a member may want of us. Each holds from the moment he says so until he takes it back.

    Everybody begins without any of them.
    """

    IMPERSONAL = "impersonal"
    """关闭个性化: nothing that is known about him shapes what he is told."""

    UNSUBSCRIBED = "unsubscribed"
    """退订: no unasked message that wants him to do something."""

    STEPPED_OUT = "stepped_out"
    """退出: no persona. Commands work; nothing else is answered, and nobody calls him by @."""


@dataclass(frozen=True, slots=True)
class Talk:
    """His talk with the persona, unbroken since ``began_at``, his last word being at ``last_at``.

    ``told_at`` is when he was last told that it is an AI; None: not yet.
    """

    began_at: datetime
    last_at: datetime
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonRef:
    """How a platform names a person: ``realm`` is the company within which ids are unique."""

    realm: str
    user_id: UserId


@dataclass(frozen=True, slots=True)
class Standing:
    """A person as he stands towards one group: where he acted, in private chats the first he is in.

    ``group_key`` is None for someone who is in no group. ``in_group`` is False when he left or was
    never there. ``joined_at`` is None for those who were in the group before the bot. ``name`` is
    the user id until the platform tells one, which is what ``named`` says. ``choices`` are those in
    force; ``talk`` is None before his first answer.
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
    choices: frozenset[Choice] = frozenset()
    talk: Talk | None = None

    @property
    def wants_promotion(self) -> bool:
        """Whether he may be written to unasked about what he could do."""
        return wants_promotion(self.choices)


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


def wants_promotion(choices: frozenset[Choice]) -> bool:
    """Whether somebody with these ``choices`` may be written to unasked about what he could do.

    Who has sent the persona away is not visited by it either.
    """
    return not choices & {Choice.UNSUBSCRIBED, Choice.STEPPED_OUT}
