"""A report: everything that can be told of the posts of some time, put together once.

The owner's answer, the operators' letter, the command line and the page show parts of the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import GroupKey
from bot.reports.experiments import Verdict, begins_at, verdict_on
from bot.reports.posts import PostFigures, ZoneOf, zones_of
from bot.reports.summary import Summary, summarise
from bot.reports.usual import LOOK_BACK, Standouts, standouts
from bot.settings.schema.experiments import Experiment
from bot.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Period:
    """Posts from ``since`` on, as they stand at ``now``; what is usual is older.

    ``experiments`` are those that are told of, ``groups`` those that are looked at. Only where the
    calendar posts is it asked whether a pillar was silent.
    """

    since: datetime
    now: datetime
    groups: Sequence[GroupKey]
    experiments: Sequence[Experiment] = ()

    def read_since(self, settings: Settings) -> datetime:
        """How far back posts must be read."""
        begins = [begins_at(one, settings.zone) for one in self.experiments]
        return min([self.since - LOOK_BACK, *begins])


@dataclass(frozen=True, slots=True)
class Report:
    """``posts`` are those of the period, ``over`` those of them whose time is over."""

    period: Period
    posts: tuple[PostFigures, ...]
    over: tuple[PostFigures, ...]
    summary: Summary
    found: Standouts
    verdicts: tuple[Verdict, ...]
    zone_of: ZoneOf


def report_on(settings: Settings, period: Period, read: Iterable[PostFigures]) -> Report:
    """The report on ``period``; ``read`` are all posts since ``period.read_since``, in order."""
    everywhere, groups, zone_of = tuple(read), frozenset(period.groups), zones_of(settings)
    own = [post for post in everywhere if post.group_key in groups]
    posts = tuple(post for post in own if post.posted_at >= period.since)
    return Report(
        period=period,
        posts=posts,
        over=tuple(post for post in posts if post.is_over(period.now)),
        summary=summarise(
            own,
            read_since=period.read_since(settings),
            since=period.since,
            now=period.now,
            groups=[key for key in settings.scheduled if key in groups],
        ),
        found=standouts(own, period.since, period.now, zone_of),
        verdicts=tuple(
            verdict_on(one, everywhere, period.now, settings.zone) for one in period.experiments
        ),
        zone_of=zone_of,
    )
