"""A style as a profile: how often each pair of characters occurs in lines that were approved.

How close a text can come to a profile depends on how many lines that has, so what is said is
compared with the card's other approved texts: half as close as those, and the voice has drifted.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.persona.score.measures import bigrams

DRIFT: Final = 0.5
"""What is said has drifted when it is so much less like the samples than the card itself is."""

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Profile:
    """A style. ``name`` says whose."""

    name: str
    vector: Vector

    @classmethod
    def of(cls, name: str, texts: Iterable[str]) -> "Profile":
        """The style of ``texts``."""
        return cls(name, vector_of(texts))

    def likeness(self, *texts: str) -> float:
        """Cosine of the texts' pairs and the profile's: 0 nothing in common, 1 the same."""
        return cosine(self.vector, vector_of(texts))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How close to the sample lines: what is ``said``, and the texts of the card (``approved``)."""

    said: float
    approved: float

    @property
    def has_drifted(self) -> bool:
        """Whether what is said no longer sounds like the sample lines."""
        return self.said < DRIFT * self.approved


def compare(samples: Sequence[str], *, said: Iterable[str], approved: Iterable[str]) -> Likeness:
    """What is said, and what was approved with the samples, against the samples."""
    profile = Profile.of("samples", samples)
    return Likeness(said=profile.likeness(*said), approved=profile.likeness(*approved))


def nearest(text: str, profiles: Sequence[Profile]) -> Profile:
    """Whose style ``text`` is closest to; of equals the first."""
    return max(profiles, key=lambda profile: profile.likeness(text))


def vector_of(texts: Iterable[str]) -> Vector:
    """Pairs of characters with the square roots of their counts, so that no phrase drowns all."""
    counted = Counter[str]()
    for text in texts:
        counted += bigrams(text)
    return {pair: math.sqrt(count) for pair, count in counted.items()}


def cosine(left: Vector, right: Vector) -> float:
    """How much two vectors point the same way."""
    if len(left) > len(right):
        left, right = right, left
    shared = sum(weight * right.get(pair, 0.0) for pair, weight in left.items())
    return shared / (_length(left) * _length(right)) if shared else 0.0


def _length(vector: Vector) -> float:
    return math.sqrt(sum(weight * weight for weight in vector.values()))
