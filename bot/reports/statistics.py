"""Figures with their doubt: a rate with its interval, a correlation, a difference, a variety.

All intervals are at 95 %, in closed form, so that the same posts always tell the same. Of fewer
than ``FEWEST`` nothing is told as a fact.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev
from typing import Final

FEWEST: Final = 30
"""A figure of fewer posts is a hint, and is shown as one."""

PER: Final = 1000
"""Rates are for so many views by members."""

_SURE: Final = 0.975
"""What leaves 2.5 % on either side."""

_Z: Final = NormalDist().inv_cdf(_SURE)


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` in ``views`` after ``n`` posts, as a rate for 1,000 views from ``low`` to ``high``.

    A view is a member who was in the group when a post appeared: the platform tells nobody who has
    looked at it.
    """

    count: int
    views: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The rate itself."""
        return PER * self.count / self.views

    @property
    def is_fact(self) -> bool:
        """Whether there are posts enough to rely on it."""
        return self.n >= FEWEST


@dataclass(frozen=True, slots=True)
class Correlation:
    """Pearson's ``r`` between two figures of ``n`` posts, from ``low`` to ``high``."""

    r: float
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean difference of ``pairs`` pairs, from ``low`` to ``high``."""

    mean: float
    low: float
    high: float
    pairs: int

    @property
    def is_shown(self) -> bool:
        """Whether none at all can be ruled out at 95 %."""
        return self.low > 0 or self.high < 0

    def turned(self) -> "Difference":
        """The second minus the first."""
        return Difference(-self.mean, -self.high, -self.low, self.pairs)


def rate(posts: Sequence[tuple[int, int]]) -> Rate | None:
    """The rate of posts, each given as (count, views); None when nobody could have seen them.

    The interval is the score interval of a Poisson rate (Wilson's, for counts): all λ with
    (y − λ)² ≤ z²φλ. φ is Pearson's dispersion, how much more the posts differ than chance would
    have it, and at least 1 (quasi-Poisson; McCullagh and Nelder, Generalized Linear Models, 6.2).
    """
    seen = [(count, views) for count, views in posts if views > 0]
    views = sum(number for _, number in seen)
    if not views:
        return None
    count = sum(number for number, _ in seen)
    spread = _Z**2 * _dispersion(seen, count / views)
    middle, half = count + spread / 2, math.sqrt(spread * count + spread**2 / 4)
    return Rate(
        count,
        views,
        len(seen),
        PER * max(0.0, middle - half) / views,
        PER * (middle + half) / views,
    )


def _dispersion(posts: Sequence[tuple[int, int]], mean: float) -> float:
    if len(posts) < 2 or not mean:
        return 1.0
    chi_square = sum((count - mean * views) ** 2 / (mean * views) for count, views in posts)
    return max(1.0, chi_square / (len(posts) - 1))


def correlation(first: Sequence[float], second: Sequence[float]) -> Correlation | None:
    """How two figures of the same posts go together; None when one of them never changes.

    The interval is Fisher's: atanh r ± z ÷ √(n − 3).
    """
    n = len(first)
    if n < 4 or len(set(first)) < 2 or len(set(second)) < 2:
        return None
    mean_first, mean_second = fmean(first), fmean(second)
    both = sum((a - mean_first) * (b - mean_second) for a, b in zip(first, second, strict=True))
    alone = sum((a - mean_first) ** 2 for a in first) * sum((b - mean_second) ** 2 for b in second)
    r = max(-1.0, min(1.0, both / math.sqrt(alone)))
    if abs(r) > 1 - 1e-12:
        return Correlation(r, n, r, r)
    half = _Z / math.sqrt(n - 3)
    return Correlation(r, n, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half))


def paired_difference(pairs: Sequence[tuple[float, float]]) -> Difference:
    """The first minus the second of at least two pairs; Student's t interval of the mean."""
    differences = [first - second for first, second in pairs]
    mean = fmean(differences)
    half = _student(len(pairs) - 1) * stdev(differences) / math.sqrt(len(pairs))
    return Difference(mean, mean - half, mean + half, len(pairs))


def variety(counts: Iterable[int]) -> float:
    """How many kinds there would be if all were as frequent: 2 to the power of Shannon's entropy.

    Four kinds of 5 posts each are 4.0; 17, 1, 1 and 1 are 1.8. 0.0 when there is nothing.
    """
    some = [count for count in counts if count > 0]
    total = sum(some)
    return math.exp(-sum(c / total * math.log(c / total) for c in some)) if some else 0.0


def _student(degrees: int) -> float:
    """The 97.5 % quantile of Student's t, by the expansion of Abramowitz and Stegun, 26.7.5.

    Right to 0.001 from 8 degrees of freedom on; experiments have at least 14.
    """
    x = _Z
    parts = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return float(x + sum(part / degrees**power for power, part in enumerate(parts, start=1)))
