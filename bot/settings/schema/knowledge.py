"""persona.yaml, knowledge: how questions are matched with the knowledge base."""

from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Section, Words

Meaning = Annotated[tuple[Words, ...], Field(min_length=2)]
"""Words that mean the same."""


class KnowledgeSettings(Section):
    """How questions are matched with the knowledge base."""

    floor: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Least score of an answer: how sure it must be that it is the right one, 0 to 1."""

    near: Annotated[float, Field(gt=0, le=1)] = 0.2
    """Least score of a question that is offered as "did you mean" when no answer is sure."""

    same: tuple[Meaning, ...] = ()
    """Groups of words that mean the same to your members; the first one stands for all of them."""
