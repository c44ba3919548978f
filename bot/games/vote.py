"""二选一: what is asked, what somebody chose, and the shares. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.text import normalise
from bot.games.guessing import bare

LETTERS: Final = "AB"
MOST_OPTION: Final = 20
MOST_QUESTION: Final = 60

_BREAK: Final = re.compile(r"[ :：?？,，]+")


@dataclass(frozen=True, slots=True)
class Ballot:
    """The question, empty where the two answers say it all, and the answers."""

    question: str
    options: tuple[str, str]


def read_ballot(typed: str, ors: Sequence[str]) -> Ballot | None:
    """``周末去哪 爬山 还是 看海`` with any of ``ors`` between the answers; None for other forms.

    What stands before the first answer, set apart by a space or a sign, is the question.
    """
    text = normalise(typed)
    for word in ors:
        left, found, right = text.partition(word)
        left, right = left.strip(" :：,，?？"), right.strip(" 。.!！?？")
        if not found or not left or not right:
            continue
        *before, first = _BREAK.split(left)
        question = left[: len(left) - len(first)].strip(" :：,，?？") if before else ""
        ballot = Ballot(question, (first, right))
        return ballot if _is_possible(ballot) else None
    return None


def read_choice(typed: str, options: Sequence[str], before: Sequence[str]) -> int | None:
    """Which answer was meant: by its letter, number or words, perhaps behind one of ``before``."""
    said = bare(typed)
    for word in sorted(map(bare, before), key=len, reverse=True):
        if said.startswith(word) and len(said) > len(word):
            said = said.removeprefix(word)
            break
    for place, option in enumerate(options):
        if said in (bare(LETTERS[place]), str(place + 1), bare(option)):
            return place
    return None


def shares(counts: Sequence[int]) -> list[int]:
    """The counts in percent: whole numbers that add up to 100, or zeros without votes."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    floors = [100 * count // total for count in counts]
    rests = sorted(range(len(counts)), key=lambda place: -(100 * counts[place] % total))
    for place in rests[: 100 - sum(floors)]:
        floors[place] += 1
    return floors


def _is_possible(ballot: Ballot) -> bool:
    first, second = map(bare, ballot.options)
    return (
        bool(first and second)
        and first != second
        and max(map(len, ballot.options)) <= MOST_OPTION
        and len(ballot.question) <= MOST_QUESTION
    )
