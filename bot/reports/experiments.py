"""What experiments have shown: nothing before their end, and then what the figures can carry.

In each group the k-th post of one variant is paired with the k-th of the other (a group is shown
the variants in pairs, see ``bot.schedules.experiments``). A pair is the same group at about the
same time, so what is left between its two posts is the variant and chance. The mean difference for
1,000 members is tested by Student's paired t test at 95 %, once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.ids import GroupKey
from bot.reports.posts import WINDOW, Measure, PostFigures
from bot.reports.statistics import PER, Difference, paired_difference
from bot.settings.schema.experiments import Experiment, Outcome

_DAY: Final = timedelta(days=1)

MEASURES: Final = {
    Outcome.REPLIES: Measure.REPLIES,
    Outcome.SPEAKERS: Measure.SPEAKERS,
    Outcome.CLICKS: Measure.CLICKS,
    Outcome.JOINS: Measure.JOINS,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """It begins on a later day."""

    experiment: Experiment


@dataclass(frozen=True, slots=True)
class Running:
    """Its figures are not looked at before the end; ``posts`` are those that there are so far."""

    experiment: Experiment
    posts: int


@dataclass(frozen=True, slots=True)
class TooFew:
    """It has ended without posts enough to decide on, of which ``pairs`` had both variants."""

    experiment: Experiment
    posts: int
    pairs: int


@dataclass(frozen=True, slots=True)
class NoDifference:
    """It has ended, and the variants may well be equal."""

    experiment: Experiment
    difference: Difference


@dataclass(frozen=True, slots=True)
class Winner:
    """It has ended; ``variant`` less ``other`` is this ``difference``, which is above zero."""

    experiment: Experiment
    variant: str
    other: str
    difference: Difference


Verdict = Waiting | Running | TooFew | NoDifference | Winner


def told_at(experiment: Experiment, zone: ZoneInfo) -> datetime:
    """When the result is told: when the last day is over and its posts have had their time."""
    return datetime.combine(experiment.ends + _DAY, time(), tzinfo=zone) + WINDOW


def begins_at(experiment: Experiment, zone: ZoneInfo) -> datetime:
    """The first instant of its first day."""
    return datetime.combine(experiment.starts, time(), tzinfo=zone)


def verdict_on(
    experiment: Experiment, posts: Iterable[PostFigures], now: datetime, zone: ZoneInfo
) -> Verdict:
    """How an experiment stands. ``posts`` are in order and go back to its first day."""
    began = begins_at(experiment, zone)
    if now < began:
        return Waiting(experiment)
    ended = datetime.combine(experiment.ends + _DAY, time(), tzinfo=zone)
    own = [
        post
        for post in posts
        if post.item in experiment.items
        and post.variant in experiment.variants
        and began <= post.posted_at < ended
    ]
    if now < told_at(experiment, zone):
        return Running(experiment, len(own))
    pairs = _pairs(experiment, own)
    if len(own) < experiment.least_posts or 2 * len(pairs) < experiment.least_posts:
        return TooFew(experiment, len(own), len(pairs))
    difference = paired_difference(pairs)
    if not difference.is_shown:
        return NoDifference(experiment, difference)
    first, second = experiment.variants
    if difference.mean > 0:
        return Winner(experiment, first, second, difference)
    return Winner(experiment, second, first, difference.turned())


def _pairs(experiment: Experiment, posts: Sequence[PostFigures]) -> list[tuple[float, float]]:
    """For 1,000 members, what the first variant brought and what the second did."""
    measure = MEASURES[experiment.measure]
    found: dict[GroupKey, tuple[list[float], list[float]]] = {}
    for post in posts:
        value = post.value(measure)
        if value is not None and post.members:
            sides = found.setdefault(post.group_key, ([], []))
            sides[experiment.variants.index(post.variant)].append(PER * value / post.members)
    return [pair for first, second in found.values() for pair in zip(first, second, strict=False)]
