"""Best and worst posts: each against what is usual in its own group, with the reasons.

Usual is the median of the four weeks before: of posts at the same hour and of the same kind; where
there are too few of those, at the same hour; else of all posts of the group. A post stands out by
how many spreads of chance it is away from it, √(usual + 1) being one (counts are about Poisson).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Final

from bot.core.ids import GroupKey
from bot.reports.posts import Measure, PostFigures, ZoneOf

LOOK_BACK: Final = timedelta(weeks=4)
"""How far back posts are compared with."""

FEWEST_EARLIER: Final = 3
"""So many posts make something usual."""

JUDGED: Final = {Measure.SPEAKERS: 1, Measure.CLICKS: 1, Measure.JOINS: 1, Measure.LEAVES: -1}
"""By what a post is judged, and whether more of it is better."""

LEAST_DEVIATION: Final = 1.0
"""What is nearer to usual is no reason, and a post without a reason does not stand out."""


class Basis(StrEnum):
    """Which posts are usual for a post."""

    HOUR_AND_KIND = "hour_and_kind"
    HOUR = "hour"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Reason:
    """``value`` was counted against ``usual``, ``deviation`` spreads above it or below."""

    measure: Measure
    value: int
    usual: float
    deviation: float

    @property
    def is_good(self) -> bool:
        """Whether it speaks for the post."""
        return self.deviation * JUDGED[self.measure] > 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A post beside ``earlier`` posts of its ``basis``; the strongest reason comes first."""

    post: PostFigures
    basis: Basis
    earlier: int
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> float:
        """How far it is from usual, all reasons together; above zero is better."""
        return sum(reason.deviation * JUDGED[reason.measure] for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Standouts:
    """The best posts, the best of all first, and the worst, the worst of all first."""

    best: tuple[Judged, ...]
    worst: tuple[Judged, ...]


def standouts(
    posts: Sequence[PostFigures], since: datetime, now: datetime, zone_of: ZoneOf, most: int = 3
) -> Standouts:
    """The posts from ``since`` on, over at ``now``, that were most unlike what is usual.

    ``posts`` are in order and go back ``LOOK_BACK`` further than ``since``.
    """
    judged = sorted(judge(posts, since, now, zone_of), key=lambda one: (-one.score, one.post.key))
    good = [one for one in judged if one.score > 0]
    bad = [one for one in reversed(judged) if one.score < 0]
    return Standouts(tuple(good[:most]), tuple(bad[:most]))


def judge(
    posts: Sequence[PostFigures], since: datetime, now: datetime, zone_of: ZoneOf
) -> Iterator[Judged]:
    """Every post from ``since`` on that is over and can be compared."""
    by_group: dict[GroupKey, list[PostFigures]] = {}
    for post in posts:
        if not post.is_over(now):
            continue
        before = by_group.setdefault(post.group_key, [])
        if post.posted_at >= since:
            found = _compare(post, before, zone_of)
            if found is not None:
                yield found
        before.append(post)


def _compare(post: PostFigures, before: Sequence[PostFigures], zone_of: ZoneOf) -> Judged | None:
    zone = zone_of(post.group_key)
    hour = post.posted_at.astimezone(zone).hour
    recent = [one for one in before if one.posted_at >= post.posted_at - LOOK_BACK]
    at_hour = [one for one in recent if one.posted_at.astimezone(zone).hour == hour]
    alike = [one for one in at_hour if one.kind == post.kind]
    for basis, earlier in (
        (Basis.HOUR_AND_KIND, alike),
        (Basis.HOUR, at_hour),
        (Basis.GROUP, recent),
    ):
        if len(earlier) >= FEWEST_EARLIER:
            reasons = sorted(
                _reasons(post, earlier), key=lambda one: (-abs(one.deviation), one.measure)
            )
            return Judged(post, basis, len(earlier), tuple(reasons))
    return None


def _reasons(post: PostFigures, earlier: Iterable[PostFigures]) -> Iterator[Reason]:
    """Everything by which a post is unlike earlier ones; clicks among posts with a link."""
    others = list(earlier)
    for measure in JUDGED:
        value = post.value(measure)
        counts = [count for one in others if (count := one.value(measure)) is not None]
        if value is None or len(counts) < FEWEST_EARLIER:
            continue
        usual = float(median(counts))
        deviation = (value - usual) / math.sqrt(usual + 1)
        if abs(deviation) >= LEAST_DEVIATION:
            yield Reason(measure, value, usual, deviation)
