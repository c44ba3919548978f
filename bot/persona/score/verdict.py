"""What a check says: how much of its points is kept, and what costs the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.persona.score.material import Material, Said
from bot.persona.score.questions import Topic

TOLERANCE: Final = 0.1
"""A check of texts has lost everything when every tenth text is at fault."""


class CheckName(StrEnum):
    """The thirteen checks."""

    IDENTITY = "identity"
    SCOPE = "scope"
    SELF_REFERENCE = "self_reference"
    HONEST_BOT = "honest_bot"
    MODEL_TALK = "model_talk"
    TONE = "tone"
    CATCH_PHRASE = "catch_phrase"
    LANGUAGE = "language"
    CLAIMS = "claims"
    FACTS = "facts"
    MEMORY = "memory"
    DIVERSITY = "diversity"
    BOUNDARY = "boundary"


@dataclass(frozen=True, slots=True)
class Fault:
    """A text that costs points. ``where`` is a template, a post's file or the question."""

    where: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``share`` of the points is kept, 0 to 1. ``hard``: with this no persona may go out."""

    share: float
    faults: tuple[Fault, ...] = ()
    hard: bool = False

    def __post_init__(self) -> None:
        assert 0 <= self.share <= 1, "a share of the points"


def of_texts(faults: Sequence[Fault], count: int) -> float:
    """The share of a check over ``count`` texts, of which these are at fault."""
    wrong = len({fault.where for fault in faults})
    return max(0.0, 1 - wrong / (TOLERANCE * count)) if wrong else 1.0


def of_questions(material: Material, topic: Topic) -> tuple[float, tuple[Fault, ...]]:
    """How many questions of a topic were answered well, 0 to 1, and those that were not."""
    asked = [item for item in material.asked if item.question.topic is topic]
    faults = tuple(
        Fault(f"“{item.question.ask}”", item.answer, why)
        for item in asked
        for why in item.faults(material.card)
    )
    wrong = len({fault.where for fault in faults})
    return (1 - wrong / len(asked) if asked else 1.0), faults


def fault(said: Said, why: str) -> Fault:
    """A text of the material that is at fault."""
    return Fault(said.where, said.text, why)
