"""members.yaml: tags and the rules that give them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import KeyName, Positive, Section, Words
from bot.settings.schema.memory import MemoryRules
from bot.settings.schema.submissions import SubmissionRules


class Act(StrEnum):
    """What a member can do, as tag rules name it. Every act is kept as an interaction."""

    MESSAGE = "message"
    CHECKIN = "checkin"
    CLAIM = "claim"
    DRAW = "draw"
    QUESTION = "question"
    INVITE = "invite"
    REDEEM = "redeem"
    GAME_WON = "game_won"
    VOTED = "voted"
    JOIN = "join"
    LEAVE = "leave"
    COMMAND = "command"
    SIGNED_UP = "signed_up"
    ARRIVED = "arrived"
    ANSWERED = "answered"
    SUBMITTED = "submitted"
    FEATURED = "featured"


class Tag(Section):
    """A tag 标签. One without a purpose is not worth keeping."""

    key: KeyName
    """Name used by machines."""

    name: Words
    """Name shown to owners and members."""

    purpose: Words
    """What the brand does with it."""

    owner: Words
    """Who answers for it."""

    exclusive: str = ""
    """Tags with the same word here push each other out, for example skin types."""


class TagRule(Section):
    """When a member acts like this so often within a time, he gets the tag for a while."""

    tag: KeyName
    """Key of the tag."""

    act: Act = Act.MESSAGE
    """What the member does."""

    keywords: tuple[Words, ...] = ()
    """For messages: any of these words must occur."""

    unless: tuple[Words, ...] = ()
    """For messages: none of these may occur (不喜欢, 不要 …)."""

    times: Positive = 1
    """How often …"""

    within_days: Positive = 14
    """… within so many days."""

    for_days: Positive = 90
    """How long the tag stays; every new hit renews it."""

    confidence: Annotated[float, Field(gt=0, le=1)] = 0.7
    """How sure a hit makes us."""


class MembersFile(Section):
    """members.yaml."""

    tags: tuple[Tag, ...]
    """All tags."""

    rules: tuple[TagRule, ...]
    """Rules that give them."""

    memory: MemoryRules = MemoryRules()
    """What members may say of themselves that is remembered for their answers."""

    submissions: SubmissionRules = SubmissionRules()
    """What members send in, and what becomes of it."""
