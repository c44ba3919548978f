"""What a rule about words is, and what is said when one is broken."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Grade(StrEnum):
    """How bad a finding is."""

    BLOCK = "block"
    """The text does not leave the house."""

    HOLD = "hold"
    """It waits until somebody has put the evidence into the configuration, or reworded it."""

    WARN = "warn"
    """It may go; somebody should look whether it is true."""


class Origin(StrEnum):
    """Who wrote a text. Members' own words are no advertising and are not reviewed."""

    TEMPLATE = "template"
    """persona.yaml and the other texts from which answers are made."""

    POST = "post"
    """An item of the content library."""

    ANSWER = "answer"
    """What the bot says to somebody, made of templates and facts."""

    OPERATOR = "operator"
    """What an owner or operator has just typed for everybody."""

    MODEL = "model"
    """What a language model has written."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a text that a rule is about.

    ``what`` is quoted as it was written, ``start`` is where, counted in characters of the text.
    ``why`` names the law or rule and ``instead`` what to write or do, in Chinese, for operators.
    """

    grade: Grade
    what: str
    why: str
    instead: str
    start: int


class Topic(StrEnum):
    """What a rule protects."""

    ABSOLUTE = "absolute"
    """No absolute terms, and no promises that nobody can keep."""

    EVIDENCE = "evidence"
    """Claims that can be true, and must be proven."""

    MEDICINE = "medicine"
    """Cosmetics are no medicine; some effects may be claimed after registration only."""

    PRESSURE = "pressure"
    """No haste where there is none."""

    BAIT = "bait"
    """No reward for sharing, following or recruiting."""


GRADES: Final = {
    Topic.ABSOLUTE: Grade.BLOCK,
    Topic.EVIDENCE: Grade.HOLD,
    Topic.MEDICINE: Grade.BLOCK,
    Topic.PRESSURE: Grade.WARN,
    Topic.BAIT: Grade.BLOCK,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A phrase that means trouble: ``pattern`` is searched in the folded text.

    What looks alike and is harmless (手气最佳, 最佳食用时间) is part of the pattern, so that one
    pass over a text decides.
    """

    key: str
    topic: Topic
    pattern: str
    why: str
    instead: str
    compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", re.compile(self.pattern))

    @property
    def grade(self) -> Grade:
        """What a finding of this rule is."""
        return GRADES[self.topic]
