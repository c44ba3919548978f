"""Questions in other words than the example base uses, in two halves that never mix.

Half of the lines choose the weights and the floor; the other half is only ever measured. Which
half a line belongs to is a property of its characters, so nobody picks it.
"""

from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path

from ruamel.yaml import YAML

from bot.persona.knowledge.measuring import Question, questions_of

FOLDER = Path(__file__).parent


class Half(StrEnum):
    """What a line is for."""

    TUNING = "tuning"
    HELD_OUT = "held out"


def half_of(question: Question) -> Half:
    """Decided by the first byte of the line's SHA-256."""
    odd = sha256(question.text.encode()).digest()[0] % 2
    return Half.HELD_OUT if odd else Half.TUNING


@cache
def all_questions() -> tuple[Question, ...]:
    """Every line of both files."""
    yaml = YAML(typ="safe")
    names = ("answered.yaml", "unanswered.yaml")
    return tuple(line for name in names for line in questions_of(yaml.load(FOLDER / name)))


def questions(half: Half) -> tuple[Question, ...]:
    """The lines of one half."""
    return tuple(each for each in all_questions() if half_of(each) is half)
