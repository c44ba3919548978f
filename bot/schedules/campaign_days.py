"""Campaigns 活动 on real dates: their runs, and their posts as slots that prepare themselves.

A campaign on a node day runs whenever that comes, one with a date runs once. A run has a key of its
own, double12-2026, under which everything that it gives is booked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from bot.core.caching import made_once
from bot.core.ids import GroupKey
from bot.schedules.node_days import node_days_between
from bot.schedules.rollout import in_rollout
from bot.schedules.slots import Slot, why_closed
from bot.settings.schema.bot import Group
from bot.settings.schema.campaigns import MOST_DAYS, CampaignFile, CampaignPost
from bot.settings.schema.front_matter import ContentFront
from bot.settings.settings import ContentItem, Settings

_DAY: Final = timedelta(days=1)
_REACH: Final = timedelta(days=MOST_DAYS + 62)
"""No day of a run is farther from the first day of its T0: node days last up to two months."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A run of a campaign, from its ``first`` to its ``last`` day around ``t0``.

    A node day of several days is T0 from ``t0`` to ``t0_last``, and T+1 is the day after that.
    """

    key: str
    campaign: str
    first: date
    t0: date
    t0_last: date
    last: date

    def day(self, phase: int) -> date:
        """The day ``phase`` days after T0; before it when negative."""
        return (self.t0_last if phase > 0 else self.t0) + timedelta(days=phase)


def next_occurrence(campaign: str, settings: Settings, on: date) -> Occurrence | None:
    """The run of a campaign that a day lies in, or the next one after it; None: it is over."""
    for year in range(on.year - 1, on.year + 3):  # a lunar day may leave out a solar year
        for run in _runs_of(settings).around(year):
            if run.campaign == campaign and run.last >= on:
                return run
    return None


def last_occurrence(campaign: str, settings: Settings, on: date) -> Occurrence | None:
    """The run of a campaign that a day lies in, or the latest before it; None: there was none."""
    for year in range(on.year + 1, on.year - 3, -1):
        for run in reversed(_runs_of(settings).around(year)):
            if run.campaign == campaign and run.first <= on:
                return run
    return None


def occurrences_between(settings: Settings, start: date, end: date) -> tuple[Occurrence, ...]:
    """Every run that has a day from ``start`` to ``end``, both included, the earliest T0 first."""
    runs = _runs_of(settings)
    years = range((start - _REACH).year, (end + _REACH).year + 1)
    return tuple(
        run for year in years for run in runs.around(year) if run.first <= end and start <= run.last
    )


def reaches(settings: Settings, campaign: str, group_key: GroupKey) -> bool:
    """Whether a campaign is for a group, and has been rolled out that far."""
    file = settings.campaigns[campaign]
    return in_rollout(settings, file.rollout, group_key, campaign, file.groups)


def phase_name(phase: int) -> str:
    """T-7, T0, T+3."""
    return f"T{phase:+d}" if phase else "T0"


def item_keys(campaign: str, posts: Sequence[CampaignPost]) -> tuple[str, ...]:
    """The names of a campaign's posts among everything that is posted, as double12/T-7-2000.

    Of several at the same time, for different groups, the second ends in -2.
    """
    names = [f"{campaign}/{phase_name(post.phase)}-{post.at:%H%M}" for post in posts]
    nth = [names[: place + 1].count(name) for place, name in enumerate(names)]
    return tuple(f"{name}-{n}" if n > 1 else name for name, n in zip(names, nth, strict=True))


def campaign_items(settings: Settings) -> tuple[ContentItem, ...]:
    """The posts of every campaign; each is for the slot that names it, and for no other."""
    return tuple(
        _item(item, campaign, post)
        for key, campaign in settings.campaigns.items()
        for item, post in zip(item_keys(key, campaign.posts), campaign.posts, strict=True)
    )


def campaign_slots(
    settings: Settings, group_key: GroupKey, after: datetime, until: datetime
) -> list[Slot]:
    """The campaigns' slots in a group from ``after`` to ``until``, both included, in order of time.

    Those on a solemn day or in quiet hours are in the list, with ``blocked`` set. Of two campaigns
    at the same time the one with the earlier T0 posts, and the other's slot is blocked.
    """
    group = settings.group(group_key)
    if group is None or not group.scheduled or not settings.campaigns:
        return []
    zone = settings.zone_of(group)
    # a change of the clocks may move a slot of yesterday over midnight
    day, last = after.astimezone(zone).date() - _DAY, until.astimezone(zone).date()
    found: dict[str, Slot] = {}
    while day <= last:
        for planned in _runs_of(settings).posts_on(day):
            due_at = datetime.combine(day, planned.post.at, zone).astimezone(UTC)
            if after <= due_at <= until and _is_for(settings, planned, group_key):
                slot = _slot(settings, group, planned, due_at)
                if (taken := found.get(slot.key)) is not None:
                    why = f"{settings.campaigns[taken.campaign].name} posts at the same time"
                    slot = replace(slot, key=f"{slot.key}/{planned.run.key}", blocked=why)
                found[slot.key] = slot
        day += _DAY
    return sorted(found.values(), key=lambda slot: (slot.due_at, slot.key))


@dataclass(frozen=True, slots=True)
class _Planned:
    """A post of a run; ``item`` is its name among everything that is posted."""

    run: Occurrence
    post: CampaignPost
    item: str


def _is_for(settings: Settings, planned: _Planned, group_key: GroupKey) -> bool:
    if planned.post.groups and group_key not in planned.post.groups:
        return False
    return reaches(settings, planned.run.campaign, group_key)


def _slot(settings: Settings, group: Group, planned: _Planned, due_at: datetime) -> Slot:
    run, post = planned.run, planned.post
    return Slot(
        key=f"{group.key}/{run.day(post.phase)}/{post.at:%H:%M}",
        group_key=GroupKey(group.key),
        due_at=due_at,
        kinds=(post.kind,),
        blocked=why_closed(due_at, settings, group),
        campaign=run.campaign,
        item=planned.item,
    )


def _item(key: str, campaign: CampaignFile, post: CampaignPost) -> ContentItem:
    front = ContentFront(
        title=post.title,
        pillar=post.pillar,
        kind=post.kind,
        appeal=post.appeal,
        evidence=post.evidence,
        groups=post.groups or campaign.groups,
        link=post.link,
        promotion=post.promotion,
        fission=post.fission,
        pictures=post.pictures,
    )
    return ContentItem(key, front, post.text)


class _Runs:
    """All runs of the campaigns of some settings, reckoned a year at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._years: dict[int, tuple[Occurrence, ...]] = {}
        self._posts: dict[int, Mapping[date, tuple[_Planned, ...]]] = {}

    def around(self, year: int) -> tuple[Occurrence, ...]:
        """The runs whose T0 is in ``year``, the earliest first."""
        if year not in self._years:
            self._years[year] = tuple(self._find(year))
        return self._years[year]

    def posts_on(self, day: date) -> Iterator[_Planned]:
        """The posts of a day, in order of T0; a day may hold posts of runs around another year."""
        for year in sorted({(day - _REACH).year, day.year, (day + _REACH).year}):
            if year not in self._posts:
                self._posts[year] = self._lay_out(year)
            yield from self._posts[year].get(day, ())

    def _find(self, year: int) -> Iterator[Occurrence]:
        first, last = date(year, 1, 1), date(year, 12, 31)
        nodes = node_days_between(first, last, self._settings.calendar)
        occasions = [
            (t0, t0_last, key)
            for key, campaign in self._settings.campaigns.items()
            for t0, t0_last in (
                [(node.on, node.last) for node in nodes if node.key == campaign.node]
                if campaign.on is None
                else [(campaign.on, campaign.on)]
            )
            if t0.year == year
        ]
        seen: dict[str, int] = {}
        for t0, t0_last, key in sorted(occasions):
            seen[key] = seen.get(key, 0) + 1
            again = f"-{seen[key]}" if seen[key] > 1 else ""  # a lunar or monthly day comes again
            campaign = self._settings.campaigns[key]
            yield Occurrence(
                key=f"{key}-{year}{again}",
                campaign=key,
                first=t0 + timedelta(days=campaign.first_day),
                t0=t0,
                t0_last=t0_last,
                last=t0_last + timedelta(days=campaign.last_day),
            )

    def _lay_out(self, year: int) -> Mapping[date, tuple[_Planned, ...]]:
        days: dict[date, tuple[_Planned, ...]] = {}
        for run in self.around(year):
            posts = self._settings.campaigns[run.campaign].posts
            for item, post in zip(item_keys(run.campaign, posts), posts, strict=True):
                day = run.day(post.phase)
                days[day] = (*days.get(day, ()), _Planned(run, post, item))
        return days


@made_once
def _runs_of(settings: Settings) -> _Runs:
    return _Runs(settings)
