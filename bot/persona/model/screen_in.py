"""Whether a text tries to talk the model round: patterns with weights, on text without disguises.

The score judges the text and not the person. A high one means that the model is not asked; what is
merely odd adds up over a talk, so that steering in small steps ends like one large step. The
screen is a first sieve: what passes it is held up by ``screen_out``, which trusts nobody.

Source of the threats: OWASP LLM01:2026 (prompt injection).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.persona.model.disguises import squeeze, unwrap
from bot.persona.model.signs import SQUEEZED, WRITTEN

HIGH: Final = 3
"""From this score on a text is an attack."""

STEERING: Final = 5
"""From this sum on a talk is one."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """How much a text looks like an attack, and which kinds of it were found."""

    score: int = 0
    kinds: tuple[str, ...] = ()

    @property
    def is_attack(self) -> bool:
        """Whether the model must not see it."""
        return self.score >= HIGH


def suspect(text: str) -> Suspicion:
    """What is suspicious about a text, also about what is wrapped in it."""
    found = _look(text)
    for wrapped in unwrap(text):
        inner = _look(wrapped)
        if inner.score:  # nobody wraps what he means well
            found = Suspicion(
                max(found.score, inner.score + 1),
                tuple(dict.fromkeys((*found.kinds, *inner.kinds))),
            )
    return found


def suspect_talk(before: Sequence[str], text: str) -> Suspicion:
    """What is suspicious about ``text`` after what the same person said ``before``.

    An order that is split over messages is read in one piece; small steps add up.
    """
    alone = suspect(text)
    if not before or alone.is_attack:
        return alone
    joined = _look("".join((before[-1], text)))
    steps = [suspect(each) for each in before]
    total = alone.score + sum(step.score for step in steps)
    if joined.is_attack and joined.score > alone.score + steps[-1].score:
        return joined  # something lies across the border of the two
    if alone.score and total >= STEERING:
        kinds = dict.fromkeys(kind for step in (*steps, alone) for kind in step.kinds)
        return Suspicion(total, tuple(kinds))
    return alone


def _look(text: str) -> Suspicion:
    squeezed, written = squeeze(text), unicodedata.normalize("NFKC", text).casefold()
    found = [
        sign
        for signs, where in ((SQUEEZED, squeezed), (WRITTEN, written))
        for sign in signs
        if sign.pattern.search(where)
    ]
    kinds = dict.fromkeys(sign.kind for sign in found)
    return Suspicion(sum(sign.weight for sign in found), tuple(kinds))
