"""What the checks of meaning look at: the settings, or as much of them as could be read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.settings.pictures import Pictures
from bot.settings.problems import BODY, Finding, Path
from bot.settings.schema.bot import BotFile
from bot.settings.schema.calendar import CalendarFile
from bot.settings.schema.campaigns import CampaignFile
from bot.settings.schema.commands import CommandsFile
from bot.settings.schema.members import MembersFile
from bot.settings.schema.outlets import OutletsFile
from bot.settings.schema.persona import FurtherPersona, PersonaFile
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.sop import SopFile
from bot.settings.settings import FIRST_VARIANT, ContentItem, KnowledgeItem

CONTENT = "content"
KNOWLEDGE = "knowledge"
PERSONAS = "personas"
CAMPAIGNS = "campaigns"


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a Markdown file, or a variant of it; its head may have mistakes."""

    file: str
    folder: str
    text: str
    path: Path = BODY


@dataclass(frozen=True, slots=True)
class Draft:
    """Settings that may have holes.

    ``absent`` names top-level keys that hold nothing usable, as ``bot.groups``: they may not be
    read. ``gaps`` are the places where something was taken out, as ("bot", "channels", "robot").
    """

    bot: BotFile
    persona: PersonaFile
    personas: Mapping[str, FurtherPersona]
    campaigns: Mapping[str, CampaignFile]
    commands: CommandsFile
    calendar: CalendarFile
    rewards: RewardsFile
    members: MembersFile
    outlets: OutletsFile
    sop: SopFile
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
    """The name by which findings speak of an item; one of a template has no such file."""
    return f"{CONTENT}/{item.key}.md"


def where_of(item: ContentItem) -> str:
    """Where an item stands, for people."""
    if item.template:
        row = item.key.removeprefix(f"{item.template}-")
        return f"row {row} of {CONTENT}/templates/{item.template}.md"
    return content_file(item)


def variant_path(key: str) -> Path:
    """Where a variant of a post's text is found in its file."""
    return BODY if key == FIRST_VARIANT else (*BODY, key)


def persona_file(key: str) -> str:
    """Where a further persona stands, relative to the configuration folder."""
    return f"{PERSONAS}/{key}.yaml"


def campaign_file(key: str) -> str:
    """Where a campaign stands, relative to the configuration folder."""
    return f"{CAMPAIGNS}/{key}.yaml"


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
