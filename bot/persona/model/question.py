"""A question to the model with everything that may go into its prompt, and how it can end."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.settings.schema.persona import PersonaFile

MOST_SOURCES = 3
"""Items of the knowledge base in one prompt."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something the house knows: an item of the knowledge base, or a fact a member told of himself.

    ``name`` is its key, for the record.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asked. ``conversation`` is the chat; ``day_ends`` when budgets begin anew.

    ``quote`` are the words of the message that his message quotes. ``near`` are the items of the
    knowledge base that come closest, the best first, and ``facts`` what is remembered of him.
    ``personal`` is False for whoever wants no personalisation: nothing about him is used, his
    facts as little as what he said before.
    """

    key: EventKey
    conversation: str
    member_id: MemberId
    group_key: GroupKey
    text: str
    now: datetime
    on_date: date
    day_ends: datetime
    brand: str
    persona: PersonaFile
    quote: str = ""
    near: tuple[Source, ...] = ()
    facts: tuple[Source, ...] = ()
    personal: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that passed every check, with the mark that an AI wrote it."""

    text: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """The model had no answer that may be said; ``reason`` is for the record."""

    reason: str


@dataclass(frozen=True, slots=True)
class Attacked:
    """The message tries to talk the model round, so it was not asked.

    When it was one too many the model hears the member no more before ``until``, and the operators
    are to be told.
    """

    kinds: tuple[str, ...]
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Muted:
    """After too many attacks the model does not hear the member before ``until``."""

    until: datetime


@dataclass(frozen=True, slots=True)
class OverBudget:
    """The member's, the group's or the house's turns of the day are used up, until ``until``."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Engaged:
    """The model is thinking about another question of this conversation."""


@dataclass(frozen=True, slots=True)
class Down:
    """There is no model, or it does not answer at the moment."""

    reason: str


Thought = Said | Dropped | Attacked | Muted | OverBudget | Engaged | Down
"""Every end of a question; match with ``assert_never``."""
