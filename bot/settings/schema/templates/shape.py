"""What is fixed about a text: the slots that may be filled in, and how many variants there are."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SPEECH: Final = 2
"""Least number of variants of a text that members hear often."""

LABEL: Final = 1
"""Least number of variants of a fixed label or of an operator's text."""


@dataclass(frozen=True, slots=True)
class TemplateShape:
    """``slots`` may be used in {braces}, none of them must; ``variants`` is the least number."""

    slots: frozenset[str]
    variants: int


def speech(*slots: str) -> TemplateShape:
    """A text that members hear often."""
    return TemplateShape(frozenset(slots), SPEECH)


def label(*slots: str) -> TemplateShape:
    """A fixed label, or a text that is heard seldom or by operators only."""
    return TemplateShape(frozenset(slots), LABEL)


class DayPart(StrEnum):
    """A part of the day; ``checkin.done@morning`` holds variants that are for mornings only."""

    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


def variant_key(template: str, part: DayPart) -> str:
    """Under which name a template's variants for a part of the day are written."""
    return f"{template}@{part}"
