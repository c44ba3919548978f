"""Posts by pillar, kind and fission step: rates, and whether the mix was what the house wants.

Only posts whose time is over are reckoned, so that the newest ones do not look weak.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.ids import GroupKey
from bot.reports.posts import ECHO, Measure, PostFigures
from bot.reports.statistics import FEWEST, Correlation, Rate, correlation, rate, variety
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.front_matter import Appeal

VARIETY_SPAN: Final = timedelta(days=7)
"""Variety is that of the last days only."""

TOGETHER: Final = "all"
"""The name of the line of all posts."""


@dataclass(frozen=True, slots=True)
class Line:
    """The posts of a pillar, kind or step; a rate is None where none of them could be counted."""

    name: str
    posts: int
    rates: Mapping[Measure, Rate | None]


@dataclass(frozen=True, slots=True)
class Echo:
    """Friends who came by a code within two days after the posts of a pillar or kind.

    ``mean`` is for each of its ``posts``, ``mean_of_others`` for each other post. The correlation
    is between being of the pillar or kind (1 or 0) and their number.
    """

    name: str
    posts: int
    mean: float
    mean_of_others: float
    correlation: Correlation | None

    @property
    def is_fact(self) -> bool:
        """Whether there are posts enough on both sides to rely on it."""
        others = 0 if self.correlation is None else self.correlation.n - self.posts
        return min(self.posts, others) >= FEWEST


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a pillar has waited, in the group that has waited longest.

    ``days`` are None where it was not posted in all the ``looked_days`` that were looked at.
    """

    pillar: Pillar
    group_key: GroupKey
    days: int | None
    looked_days: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All of it. ``posts`` are over, ``under_way`` are not; the figures are of the former.

    ``pillar_variety`` and ``kind_variety`` are as many as there would be if all were as frequent.
    """

    posts: int
    under_way: int
    together: Line
    pillars: tuple[Line, ...]
    kinds: tuple[Line, ...]
    steps: tuple[Line, ...]
    without_step: tuple[PostFigures, ...]
    discounts: int
    pillar_variety: float
    kind_variety: float
    silences: tuple[Silence, ...]
    pillar_echoes: tuple[Echo, ...]
    kind_echoes: tuple[Echo, ...]


def summarise(
    posts: Sequence[PostFigures],
    *,
    read_since: datetime,
    since: datetime,
    now: datetime,
    groups: Sequence[GroupKey],
) -> Summary:
    """The posts from ``since`` on. ``posts`` are all since ``read_since``, which is no later."""
    looked_days = (now - read_since).days
    recent = [post for post in posts if post.posted_at >= since]
    over = [post for post in recent if post.is_over(now)]
    later = [post for post in recent if post.posted_at + ECHO <= now]
    week = [post for post in recent if post.posted_at > now - VARIETY_SPAN]
    return Summary(
        posts=len(over),
        under_way=len(recent) - len(over),
        together=_line(TOGETHER, over),
        pillars=tuple(_line(key, [post for post in over if post.pillar == key]) for key in Pillar),
        kinds=tuple(_line(key, [post for post in over if post.kind == key]) for key in Kind),
        steps=tuple(
            _line(key, [post for post in over if post.step == key])
            for key in sorted({post.step for post in over if post.step})
        ),
        without_step=tuple(post for post in recent if not post.step),
        discounts=sum(post.appeal == Appeal.DISCOUNT for post in recent),
        pillar_variety=variety(Counter(post.pillar for post in week).values()),
        kind_variety=variety(Counter(post.kind for post in week).values()),
        silences=tuple(
            _silence(pillar, posts, now, groups, looked_days) for pillar in Pillar if groups
        ),
        pillar_echoes=tuple(_echo(key, later, [p.pillar == key for p in later]) for key in Pillar),
        kind_echoes=tuple(_echo(key, later, [p.kind == key for p in later]) for key in Kind),
    )


def _line(name: str, posts: Sequence[PostFigures]) -> Line:
    rates = {}
    for measure in Measure:
        counted = [
            (count, post.members) for post in posts if (count := post.value(measure)) is not None
        ]
        rates[measure] = rate(counted)
    return Line(name, len(posts), rates)


def _silence(
    pillar: Pillar,
    posts: Sequence[PostFigures],
    now: datetime,
    groups: Sequence[GroupKey],
    looked_days: int,
) -> Silence:
    last = {post.group_key: post.posted_at for post in posts if post.pillar == pillar}
    days = {key: (now - last[key]).days if key in last else None for key in groups}
    key = max(groups, key=lambda group: _waiting(days[group]))
    return Silence(pillar, key, days[key], looked_days)


def _waiting(days: int | None) -> float:
    return float("inf") if days is None else days


def _echo(name: str, posts: Sequence[PostFigures], is_one: Sequence[bool]) -> Echo:
    counts = [post.referrals_later for post in posts]
    own = [count for count, one in zip(counts, is_one, strict=True) if one]
    others = [count for count, one in zip(counts, is_one, strict=True) if not one]
    return Echo(
        name,
        len(own),
        _mean(own),
        _mean(others),
        correlation([float(one) for one in is_one], [float(count) for count in counts]),
    )


def _mean(counts: Sequence[int]) -> float:
    return sum(counts) / len(counts) if counts else 0.0
