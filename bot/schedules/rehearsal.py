"""The dry run 预演 of a campaign: its posts, whom it reaches, what it may cost, what is in its way.

Posts are judged by the plan, which is what the publisher will do; so a dry run and the real run
cannot disagree, unless something changes in between. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from bot.core.ids import GroupKey
from bot.schedules.advance import APPROVAL_HOURS
from bot.schedules.campaign_days import Occurrence, item_keys, occurrences_between, reaches
from bot.schedules.costs import Cost, costs_of
from bot.schedules.decide import Situation
from bot.schedules.node_days import node_days_on
from bot.schedules.plan import Plan, PlannedPost, lay_out
from bot.schedules.workdays import DayKind, day_type
from bot.settings.schema.bot import Group
from bot.settings.schema.campaigns import CampaignFile, CampaignPost
from bot.settings.settings import Settings

_DAY: Final = timedelta(days=1)


class Weight(StrEnum):
    """What a conflict means."""

    STOP = "stop"
    """The campaign cannot run as it is."""

    LOSS = "loss"
    """Something of it will not happen."""

    NOTE = "note"
    """Good to know."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something in the way: on which day, in which group (empty: all), and what can be done."""

    weight: Weight
    on: date | None
    group: str
    what: str


@dataclass(frozen=True, slots=True)
class Line:
    """A post of the run in a group. ``lost`` says why it will not appear, else it is empty."""

    at: datetime
    group: str
    post: CampaignPost
    is_posted: bool = False
    lost: str = ""
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """A group of the campaign: where its posts go, who is in it, who must confirm each post."""

    group: Group
    channel: str
    members: int | None
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """All that a dry run found. ``campaign`` is the file, ``run`` the run of it."""

    campaign: CampaignFile
    run: Occurrence
    lines: tuple[Line, ...]
    reach: tuple[Reach, ...]
    costs: tuple[Cost, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def can_run(self) -> bool:
        """Whether nothing stops it."""
        return all(conflict.weight is not Weight.STOP for conflict in self.conflicts)

    @property
    def lost(self) -> tuple[Line, ...]:
        """The posts that will not appear."""
        return tuple(line for line in self.lines if line.lost)


def groups_of(settings: Settings, campaign: str) -> tuple[Group, ...]:
    """The groups that a campaign reaches as it is rolled out now."""
    return tuple(
        group
        for group in settings.bot.groups
        if group.scheduled and reaches(settings, campaign, _key(group))
    )


def rehearse(
    settings: Settings,
    run: Occurrence,
    situations: Mapping[GroupKey, Situation],
    members: Mapping[GroupKey, int],
    *,
    now: datetime,
) -> Rehearsal:
    """The dry run of ``run`` at ``now``.

    ``situations`` are those of its groups. ``members`` are how many people are in each group; a
    group that is left out is not known.
    """
    campaign = settings.campaigns[run.campaign]
    groups = groups_of(settings, run.campaign)
    end = datetime.combine(run.last + _DAY, time.min, settings.zone)
    days = max(1, (end - now).days + 2)
    plans = {key: lay_out(situation, now, days) for key, situation in situations.items()}
    lines = [
        line
        for group in groups
        for line in _lines(run, situations[_key(group)], plans[_key(group)], now)
    ]
    conflicts = [
        *_stops(settings, run, groups, lines, now),
        *_losses(settings, lines, now),
        *_pauses(situations),
        *_displaced(settings, run, groups, plans),
        *_days(settings, run),
        *_others(settings, run, groups),
    ]
    return Rehearsal(
        campaign=campaign,
        run=run,
        lines=tuple(sorted(lines, key=lambda line: (line.at, line.group))),
        reach=tuple(_reach(settings, group, members) for group in groups),
        costs=costs_of(
            settings,
            campaign,
            groups=len(groups),
            members=sum(members.get(_key(group), 0) for group in groups),
        ),
        conflicts=tuple(sorted(dict.fromkeys(conflicts), key=_by_weight)),
    )


def _lines(run: Occurrence, situation: Situation, plan: Plan, now: datetime) -> Iterator[Line]:
    settings, group = situation.settings, situation.group
    zone = settings.zone_of(group)
    posts = settings.campaigns[run.campaign].posts
    planned = {
        (post.slot.item, _day(settings, group, post.slot.due_at)): post for post in plan.posts
    }
    posted = {(post.item, _day(settings, group, post.at)) for post in situation.history.posts}
    for item, post in zip(item_keys(run.campaign, posts), posts, strict=True):
        if post.groups and group.key not in post.groups:
            continue
        on = run.day(post.phase)
        at = datetime.combine(on, post.at, zone)
        if (item, on) in posted:
            yield Line(at, group.key, post, is_posted=True)
        elif (found := planned.get((item, on))) is not None:
            lost = _why_lost(found) or _why_too_late(settings, at, found.awaits, now)
            yield Line(at, group.key, post, lost=lost, waits_for=found.awaits)
        else:
            lost = "its time has passed" if at <= now else "no slot of the plan is for it"
            yield Line(at, group.key, post, lost=lost)


def _why_lost(planned: PlannedPost) -> str:
    if planned.choice is not None:
        return ""
    if planned.slot.blocked:
        return planned.slot.blocked
    return planned.reason.rpartition("): ")[2]


def _why_too_late(settings: Settings, at: datetime, people: Sequence[str], now: datetime) -> str:
    """What nobody approved before it is settled is not posted."""
    lock = timedelta(minutes=settings.calendar.lock_minutes)
    return (
        f"too late for the approval of {', '.join(people)}" if people and at - lock <= now else ""
    )


def _reach(settings: Settings, group: Group, members: Mapping[GroupKey, int]) -> Reach:
    confirmed_by = group.owners[0] if settings.is_customer_group(group) and group.owners else ""
    return Reach(group, group.posts.channel, members.get(_key(group)), confirmed_by)


def _stops(
    settings: Settings,
    run: Occurrence,
    groups: Sequence[Group],
    lines: Sequence[Line],
    now: datetime,
) -> Iterator[Conflict]:
    """Why the campaign cannot run at all."""
    if not groups:
        what = "it reaches no group: look at groups and rollout, and at scheduled in bot.yaml"
        yield Conflict(Weight.STOP, None, "", what)
        return
    if run.last < now.astimezone(settings.zone).date():
        yield Conflict(Weight.STOP, run.last, "", "it is over")
        return
    for day in node_days_on(run.t0, settings.calendar):
        if day.solemn:
            what = f"T0 is {day.name}, a solemn day: choose another node day"
            yield Conflict(Weight.STOP, run.t0, "", what)
    if all(line.lost for line in lines):
        yield Conflict(Weight.STOP, None, "", "none of its posts will appear")


def _losses(settings: Settings, lines: Sequence[Line], now: datetime) -> Iterator[Conflict]:
    """Posts that will not appear, and those that somebody must approve."""
    approval = settings.calendar.approval
    hours = timedelta(hours=APPROVAL_HOURS if approval is None else approval.ask_hours)
    for line in lines:
        title, on = f"{line.at:%H:%M} {line.post.title}", line.at.date()
        if line.lost:
            yield Conflict(Weight.LOSS, on, line.group, f"{title}: {line.lost}")
        elif line.waits_for:
            people = ", ".join(line.waits_for)
            if line.at - hours <= now:
                what = f"{title}: approval is late: {people} should say yes now"
                yield Conflict(Weight.NOTE, on, line.group, what)
            else:
                asked = line.at - hours
                what = f"{title}: needs the yes of {people}, asked on {asked:%m-%d %H:%M}"
                yield Conflict(Weight.NOTE, on, line.group, what)


def _pauses(situations: Mapping[GroupKey, Situation]) -> Iterator[Conflict]:
    """Groups in which an owner has stopped everything for now."""
    for key, situation in situations.items():
        if situation.history.paused_at is not None:
            what = "paused: nothing is posted until an owner says 继续"
            yield Conflict(Weight.NOTE, None, key, what)


def _displaced(
    settings: Settings,
    run: Occurrence,
    groups: Sequence[Group],
    plans: Mapping[GroupKey, Plan],
) -> Iterator[Conflict]:
    """Weekly slots that make room."""
    for group in groups:
        posts = plans[_key(group)].posts
        days = {
            _day(settings, group, post.slot.due_at)
            for post in posts
            if post.slot.campaign == run.campaign
        }
        gone: dict[date, list[str]] = {}
        for post in posts:
            slot = post.slot
            on = _day(settings, group, slot.due_at)
            if on in days and not slot.campaign and slot.blocked.startswith("makes room"):
                at = slot.due_at.astimezone(settings.zone_of(group))
                gone.setdefault(on, []).append(f"{at:%H:%M}")
        for on, times in gone.items():
            what = f"weekly slots make room: {', '.join(times)}"
            yield Conflict(Weight.NOTE, on, group.key, what)


def _days(settings: Settings, run: Occurrence) -> Iterator[Conflict]:
    """Solemn days and official days off among its days."""
    on = run.first
    while on <= run.last:
        for day in node_days_on(on, settings.calendar):
            if day.solemn:
                what = f"{day.name}: nothing is posted, in any group"
                yield Conflict(Weight.NOTE, on, "", what)
        kind = day_type(on, settings.calendar.holidays)
        if kind.kind in (DayKind.HOLIDAY, DayKind.MAKE_UP_WORKDAY):
            what = f"{kind.name or 'an official'} {kind.kind} ({kind.source})".strip()
            yield Conflict(Weight.NOTE, on, "", what)
        on += _DAY


def _others(settings: Settings, run: Occurrence, groups: Sequence[Group]) -> Iterator[Conflict]:
    """Other campaigns in the same groups on the same days."""
    mine = {group.key for group in groups}
    for other in occurrences_between(settings, run.first, run.last):
        if other.key == run.key:
            continue
        theirs = {group.key for group in groups_of(settings, other.campaign)}
        if shared := sorted(mine & theirs):
            name = settings.campaigns[other.campaign].name
            first, last = max(run.first, other.first), min(run.last, other.last)
            days = f"{first:%m-%d}" if first == last else f"{first:%m-%d} to {last:%m-%d}"
            what = f"{name} ({other.key}) runs too, {days}"
            yield Conflict(Weight.NOTE, first, ", ".join(shared), what)


def _day(settings: Settings, group: Group, at: datetime) -> date:
    return at.astimezone(settings.zone_of(group)).date()


def _key(group: Group) -> GroupKey:
    return GroupKey(group.key)


def _by_weight(conflict: Conflict) -> tuple[int, date]:
    return list(Weight).index(conflict.weight), conflict.on or date.min
