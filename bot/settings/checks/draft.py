"""What the checks of meaning look at: the settings, or as much of them as could be read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.settings.pictures import Pictures
from bot.settings.problems import Finding, Path
from bot.settings.schema.bot import BotFile
from bot.settings.schema.calendar import CalendarFile
from bot.settings.schema.commands import CommandsFile
from bot.settings.schema.members import MembersFile
from bot.settings.schema.persona import FurtherPersona, PersonaFile
from bot.settings.schema.rewards import RewardsFile
from bot.settings.settings import ContentItem, KnowledgeItem

CONTENT = "content"
KNOWLEDGE = "knowledge"
PERSONAS = "personas"


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a Markdown file, whether or not its head could be read."""

    file: str
    folder: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Settings that may have holes.

    ``absent`` names top-level keys that hold nothing usable, as ``bot.groups``: they may not be
    read. ``gaps`` are the places where something was taken out, as ("bot", "channels", "robot").
    """

    bot: BotFile
    persona: PersonaFile
    personas: Mapping[str, FurtherPersona]
    commands: CommandsFile
    calendar: CalendarFile
    rewards: RewardsFile
    members: MembersFile
    content: tuple[ContentItem, ...]
    knowledge: tuple[KnowledgeItem, ...]
    bodies: tuple[Body, ...]
    pictures: Pictures
    absent: frozenset[str]
    gaps: frozenset[Path]

    def is_whole(self, *path: str) -> bool:
        """Whether nothing was taken out at, above or below ``path``."""
        return (
            not any(gap[: len(path)] == path[: len(gap)] for gap in self.gaps)
            and ".".join(path[:2]) not in self.absent
        )


@dataclass(frozen=True, slots=True)
class Check:
    """A check, what it reads, and what of that must be complete for its findings to be true."""

    run: Callable[[Draft], Iterable[Finding]]
    reads: frozenset[str]
    whole: frozenset[str] = frozenset()

    def applies(self, draft: Draft) -> bool:
        """Whether the draft holds what this check needs."""
        whole = all(draft.is_whole(*name.split(".")) for name in self.whole)
        return whole and not self.reads & draft.absent


def content_file(item: ContentItem) -> str:
    """Where an item stands, relative to the configuration folder."""
    return f"{CONTENT}/{item.key}.md"


def persona_file(key: str) -> str:
    """Where a further persona stands, relative to the configuration folder."""
    return f"{PERSONAS}/{key}.yaml"


def repeated(values: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Positions of values that came before, each with the position of the first."""
    seen: dict[str, int] = {}
    for index, value in enumerate(values):
        first = seen.setdefault(value, index)
        if first != index:
            yield index, first


def listed(words: Iterable[str]) -> str:
    """Words for a sentence."""
    return ", ".join(dict.fromkeys(words))
