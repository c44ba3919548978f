"""persona.yaml: 人设, who speaks and in which words."""

from pydantic import Field

from bot.settings.schema.base import Words
from bot.settings.schema.card import PersonaCard
from bot.settings.schema.knowledge import KnowledgeSettings
from bot.settings.schema.learning import Learning
from bot.settings.schema.manners import Manners
from bot.settings.schema.screening import Screening


class PersonaFile(PersonaCard):
    """persona.yaml: the card of the main persona, and what holds for all of them."""

    screening: Screening = Screening()
    """What texts may say, beside the built-in rules of the law."""

    knowledge: KnowledgeSettings = KnowledgeSettings()
    """How questions are matched with the knowledge base."""

    manners: Manners = Manners()
    """Rights of members: a person, silence, what they are told; and the typing rhythm."""

    learning: Learning = Learning()
    """What becomes of questions that had no answer."""

    templates: dict[str, tuple[Words, ...]]
    """话术 by name, several variants each; {names} in braces are filled in."""


class FurtherPersona(PersonaCard):
    """personas/KEY.yaml: another persona, for the groups that name its KEY."""

    templates: dict[str, tuple[Words, ...]] = Field(default_factory=dict)
    """What it says in other words than the main persona; the rest is said alike."""
