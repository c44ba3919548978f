"""The settings of a running program: one frozen value, replaced as a whole or not at all."""

from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.core.ids import GroupKey
from bot.settings.schema.bot import BotFile, Group
from bot.settings.schema.calendar import CalendarFile
from bot.settings.schema.commands import CommandsFile
from bot.settings.schema.library import ContentFront, KnowledgeFront
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
