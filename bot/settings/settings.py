"""The settings of a running program: one frozen value, replaced as a whole or not at all."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.core.ids import ChannelKey, GroupKey, UserId
from bot.core.messages import Target, TargetKind
from bot.settings.schema.bot import BotFile, Group
from bot.settings.schema.calendar import CalendarFile
from bot.settings.schema.commands import CommandsFile
from bot.settings.schema.front_matter import ContentFront, KnowledgeFront
from bot.settings.schema.members import MembersFile
from bot.settings.schema.persona import PersonaFile
from bot.settings.schema.rewards import RewardsFile


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One item of the content library; ``key`` is the file's name without .md."""

    key: str
    front: ContentFront
    text: str


@dataclass(frozen=True, slots=True)
class KnowledgeItem:
    """One item of the knowledge base; ``key`` is the file's name without .md."""

    key: str
    front: KnowledgeFront
    answer: str


def posting_place(group: Group) -> tuple[ChannelKey, Target]:
    """Where scheduled posts and announcements of a group go.

    A webhook has one chat and no id for it; the group's key then names the target.
    """
    chat_id = group.posts.chat_id or group.key
    return ChannelKey(group.posts.channel), Target(TargetKind.GROUP, chat_id)


def private_place(group: Group, user_id: UserId) -> tuple[ChannelKey, Target]:
    """Where a private message to someone in the group goes."""
    return ChannelKey(group.roster.channel), Target(TargetKind.PERSON, user_id)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that operators configure. ``fingerprint`` changes with any file's content."""

    directory: Path
    fingerprint: str
    bot: BotFile
    persona: PersonaFile
    commands: CommandsFile
    calendar: CalendarFile
    rewards: RewardsFile
    members: MembersFile
    content: tuple[ContentItem, ...]
    knowledge: tuple[KnowledgeItem, ...]
    zone: ZoneInfo = field(repr=False)

    def group(self, key: GroupKey) -> Group | None:
        """The group with this key, if it is still configured."""
        return next((group for group in self.bot.groups if group.key == key), None)


class HasSettings(Protocol):
    """Where the settings of the moment are found; they are read anew for each piece of work."""

    @property
    def current(self) -> Settings:
        """The settings that are in force now."""
        ...
