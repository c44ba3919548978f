"""From cards as they are written to personas as they speak.

A preset fills in what the tone leaves out, further personas lie over the main one, and each
{card.KEY} becomes the fact of whoever speaks. After that nobody needs to know of any of it.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from bot.settings.schema.base import Section
from bot.settings.schema.card import PersonaCard
from bot.settings.schema.persona import FurtherPersona, PersonaFile
from bot.settings.schema.presets import tone_of

Card = TypeVar("Card", bound=PersonaCard)

FACT = re.compile(r"\{card\.([a-z][a-z0-9_-]*)\}")
"""How a text takes a fact of the card."""

BUILT_IN_FACTS = ("name", "label", "brand")
"""Facts that have a key of their own."""


def with_preset(card: Card) -> Card:
    """The card with a whole tone."""
    return card.model_copy(update={"tone": tone_of(card.preset, card.tone)})


def cast(main: PersonaFile, brand: str) -> PersonaFile:
    """The main persona as it speaks."""
    return _fill(main, facts_of(main, brand))


def cast_further(main: PersonaFile, further: FurtherPersona, brand: str) -> PersonaFile:
    """A further persona as it speaks: its own card and words, over everything of the main one."""
    own = {name: getattr(further, name) for name in PersonaCard.model_fields}
    own["templates"] = {**_not_said_otherwise(main, further), **further.templates}
    return _fill(main.model_copy(update=own), facts_of(further, brand))


def _not_said_otherwise(
    main: PersonaFile, further: FurtherPersona
) -> Mapping[str, tuple[str, ...]]:
    """The main persona's templates; what it says in the morning goes with what it says all day."""
    own = {name.partition("@")[0] for name in further.templates}
    return {n: texts for n, texts in main.templates.items() if n.partition("@")[0] not in own}


def facts_of(card: PersonaCard, brand: str) -> Mapping[str, str]:
    """Everything that texts may take as {card.KEY}."""
    return {**card.facts, "name": card.name, "label": card.label, "brand": brand}


Value = TypeVar("Value")


def _fill(value: Value, facts: Mapping[str, str]) -> Value:
    """``value`` with the facts in each of its texts; a key that is not known stays as it is."""
    filled: object = value
    if isinstance(value, str) and not isinstance(value, Enum):
        filled = FACT.sub(lambda match: facts.get(match[1], match[0]), value)
    elif isinstance(value, Section):
        fields = type(value).model_fields
        filled = value.model_copy(update={n: _fill(getattr(value, n), facts) for n in fields})
    elif isinstance(value, tuple):
        filled = tuple(_fill(item, facts) for item in value)
    elif isinstance(value, dict):
        filled = {key: _fill(item, facts) for key, item in value.items()}
    return filled  # type: ignore[return-value]
