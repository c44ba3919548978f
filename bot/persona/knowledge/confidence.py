"""How sure it is that an entry answers a question, comparable between questions.

A logistic model of five figures. Its weights were fitted on the tuning half of the example brand's
questions (`python -m benchmarks.knowledge --fit` prints them anew), so a score of 0.7 means: of
such hits about seven in ten were right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from bot.persona.knowledge.index import Fit, Index
from bot.persona.knowledge.reading import Reading

MOST_WORDS: Final = 4
"""More words do not make a question clearer."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against a hit.

    ``cover``: as in ``Fit``; ``margin``: how much better it fits than the next entry, below 0 for
    all but the best; ``strange`` and ``missing``: how many of the question's words the base, and
    the entry, do not have, by weight; ``words``: how many words the question has, up to 4.
    """

    cover: float
    margin: float
    strange: float
    missing: float
    words: float

    def values(self) -> tuple[float, ...]:
        """In the order of the weights."""
        return tuple(getattr(self, field.name) for field in fields(self))


BIAS: Final = -2.56
WEIGHTS: Final = Signs(cover=1.9, margin=12.14, strange=-2.09, missing=-0.9, words=0.71)
"""As fitted."""


def signs_of(question: Reading, fits: Sequence[Fit], rank: int, index: Index) -> Signs:
    """The signs for the hit at ``rank`` of ``fits``, which are all hits, best first."""
    fit = fits[rank]
    others = fits[1:] if rank == 0 else fits
    return Signs(
        cover=fit.cover,
        margin=fit.total - (others[0].total if others else 0.0),
        strange=_absent(question, index.vocabulary),
        missing=_absent(question, index.tokens_of(fit.entry)),
        words=min(len(question.words), MOST_WORDS),
    )


def confidence(signs: Signs) -> float:
    """Between 0 and 1, both excluded."""
    weighed = zip(WEIGHTS.values(), signs.values(), strict=True)
    sum_of_all = BIAS + sum(weight * value for weight, value in weighed)
    return 1 / (1 + math.exp(-sum_of_all))


def _absent(question: Reading, tokens: frozenset[str]) -> float:
    return sum(word.weight * (1 - word.share_in(tokens)) for word in question.words)
