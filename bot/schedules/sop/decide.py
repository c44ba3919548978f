"""What becomes of steps that are due: sent, put off, or not sent, each with its reason. Pure.

First each step is judged by itself (``_judge``); then those that could go share what there is: a
member is told one thing a day, and a group is spoken to once in ``gap_minutes`` (``_allot``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.core.ids import ChannelKey, GroupKey, MemberId, UserId
from bot.core.messages import Target
from bot.members.people import Choice, wants_promotion
from bot.schedules.rollout import in_rollout
from bot.schedules.sop.due import IsOpen, end_of_hours, next_day, next_opening
from bot.settings.schema.bot import Group
from bot.settings.schema.members import Act
from bot.settings.schema.sop import FIGURES, SopPlan, Step
from bot.settings.settings import Settings

ON_TIME: Final = timedelta(minutes=30)
"""What is looked at later than this is late: the program was down."""

PAUSE_LOOK: Final = timedelta(hours=1)
"""How soon a step of a paused group is looked at again."""

MOST_CALLED: Final = 20
"""So many members at most are called by one message."""

Place = tuple[ChannelKey, Target]


@dataclass(frozen=True, slots=True)
class DueStep:
    """A row that waits, and was to be looked at by now. ``reason`` is what held it up so far."""

    row_id: int
    plan: str
    step: str
    member_id: MemberId
    occurrence: str
    group_key: GroupKey
    began_at: datetime
    due_at: datetime
    look_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """A member at this moment, as far as a step asks.

    ``user_id`` is None when the group's platform does not know him. ``present``: he has not left
    the group since the plan began for him. ``acts`` are those of stop_if
    that he did, ``silent`` and ``talked`` are over the time of only_if. ``told_today``: he got his
    message of the day.
    """

    user_id: UserId | None
    name: str
    present: bool = True
    staff: bool = False
    blocked: bool = False
    choices: frozenset[Choice] = frozenset()
    tags: frozenset[str] = frozenset()
    acts: frozenset[Act] = frozenset()
    silent: bool = True
    talked: bool = False
    told_today: bool = False


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """``spoken_at``: a message of this kind, or a post, within the gap that is to be kept."""

    paused: bool = False
    spoken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A due step with all that it hangs on."""

    row: DueStep
    plan: SopPlan
    step: Step
    group: Group
    facts: Facts

    @property
    def expires_at(self) -> datetime:
        """From when on it is not worth sending any more."""
        return self.row.due_at + timedelta(hours=self.step.expires_hours)


@dataclass(frozen=True, slots=True)
class Almanac:
    """What kind of day a local date is."""

    is_solemn: IsOpen
    is_holiday: IsOpen


@dataclass(slots=True)
class Rulings:
    """What becomes of a number of rows."""

    waits: list[tuple[DueStep, datetime, str]] = field(default_factory=list)
    skips: list[tuple[DueStep, str]] = field(default_factory=list)
    private: list[tuple[Case, Place]] = field(default_factory=list)
    together: list[tuple[tuple[Case, ...], Place]] = field(default_factory=list)
    """Members of one step who are called by one message in their group."""


@dataclass(frozen=True, slots=True)
class _Held:
    """Not now, because of ``reason``; ``until`` None: never."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Road:
    """Where a message goes; ``calls``: it calls the member in front of his group."""

    place: Place
    calls: bool = False


def is_reached(settings: Settings, plan: SopPlan, group: Group) -> bool:
    """Whether a plan is for a group, and has been rolled out to it."""
    if not plan.groups and not group.scheduled:
        return False
    subject = f"sop/{plan.key}"
    return in_rollout(settings, plan.rollout, GroupKey(group.key), subject, plan.groups)


def tells_figures(step: Step) -> bool:
    """Whether its texts tell a member's own numbers, which are nobody else's business."""
    return any(f"{{{slot}}}" in text for text in step.texts for slot in FIGURES)


def find_step(settings: Settings, row: DueStep) -> tuple[SopPlan, Step, Group] | str:
    """What a row is about, or why it is about nothing any more."""
    plan = next((plan for plan in settings.sop.plans if plan.key == row.plan), None)
    step = next((step for step in plan.steps if step.key == row.step), None) if plan else None
    group = settings.group(row.group_key)
    if plan is None or step is None:
        return "sop.yaml does not have the step any more"
    if group is None:
        return "bot.yaml does not have the group any more"
    if not is_reached(settings, plan, group):
        return "the plan does not reach the group any more"
    return plan, step, group


def decide(
    settings: Settings,
    cases: Iterable[Case],
    groups: Mapping[GroupKey, GroupFacts],
    almanac: Almanac,
    now: datetime,
) -> Rulings:
    """What becomes of ``cases`` at ``now``."""
    rulings = Rulings()
    ready = []
    for case in cases:
        road = _road(settings, case)
        held = _judge(settings, case, road, groups[case.row.group_key], almanac, now)
        if held is not None:
            _hold(settings, rulings, case, held, almanac)
        elif road is not None:
            ready.append((case, road))
    kept = _merge(rulings, ready, now)
    _allot(settings, rulings, kept, groups, almanac, now)
    return rulings


def _judge(
    settings: Settings,
    case: Case,
    road: _Road | None,
    group: GroupFacts,
    almanac: Almanac,
    now: datetime,
) -> _Held | None:
    """Why a step is not sent now, looked at by itself; None when it may go by ``road``."""
    if reason := _why_never(case, road, now):
        return _Held(reason)
    zone, step = settings.zone_of(case.group), case.step
    today = now.astimezone(zone).date()
    if step.holidays == "skip" and almanac.is_holiday(today):
        return _Held("a public holiday")
    if _opening(settings, case, almanac, now) != now:
        return _Held(case.row.reason or "not its hours, or not one of its days", now)
    if group.paused:
        return _Held("the group is paused", now + PAUSE_LOOK)
    return None


def _why_never(case: Case, road: _Road | None, now: datetime) -> str:
    """The first reason for which a step is not sent at all; empty: there is none."""
    row, step = case.row, case.step
    if not case.facts.present or case.facts.user_id is None:
        return "left the group"
    if case.facts.blocked or case.facts.staff:
        return "is blocked" if case.facts.blocked else "runs the group"
    if reason := _why_unwanted(case) or _why_unfit(case):
        return reason
    if road is None:
        if tells_figures(step):
            return "cannot be written to in private"
        return "a customer group: nobody may be written to unasked"
    late = now - row.look_at
    if late > ON_TIME:
        hours = late // timedelta(hours=1)
        if step.late.policy == "skip":
            return f"{hours} hours late: skipped, as sop.yaml says"
        if late > timedelta(hours=step.late.within_hours):
            return f"{hours} hours late, more than {step.late.within_hours}"
    if now >= case.expires_at:
        return f"expired: {row.reason}" if row.reason else "expired"
    return ""


def _why_unwanted(case: Case) -> str:
    """Which of his choices keeps the step from a member."""
    choices, step = case.facts.choices, case.step
    if not wants_promotion(choices):
        return "chose not to be written to unasked"
    personal = case.plan.begins.on == "tag" or step.only_if or tells_figures(step)
    if personal and Choice.IMPERSONAL in choices:
        return "wants nothing personal"
    return ""


def _why_unfit(case: Case) -> str:
    """Which condition of the step a member does not meet."""
    facts, step = case.facts, case.step
    if step.only_if == "silent" and not facts.silent:
        return "was not silent"
    if step.only_if == "talked" and not facts.talked:
        return "has not talked"
    if step.tags and not facts.tags & set(step.tags):
        return f"has none of the tags {', '.join(step.tags)}"
    if held := sorted(facts.tags & set(step.unless_tags)):
        return f"has the tag {held[0]}"
    if done := sorted(facts.acts & set(step.stop_if)):
        return f"did it already: {done[0]}"
    return ""


def _merge(
    rulings: Rulings, ready: Sequence[tuple[Case, _Road]], now: datetime
) -> list[tuple[Case, _Road]]:
    """Of a member's late steps of one plan, the last one where the file says merge."""
    last: dict[tuple[MemberId, str], Case] = {}
    late = [case for case, _ in ready if _merges(case, now)]
    for case in sorted(late, key=lambda case: (case.row.due_at, case.row.row_id)):
        last[case.row.member_id, case.plan.key] = case
    kept = []
    for case, road in ready:
        newest = last.get((case.row.member_id, case.plan.key), case)
        if newest is case or not _merges(case, now):
            kept.append((case, road))
        else:
            rulings.skips.append((case.row, f"late: {newest.step.key} stands for it"))
    return kept


def _merges(case: Case, now: datetime) -> bool:
    return case.step.late.policy == "merge" and now - case.row.look_at > ON_TIME


def _allot(
    settings: Settings,
    rulings: Rulings,
    ready: Sequence[tuple[Case, _Road]],
    groups: Mapping[GroupKey, GroupFacts],
    almanac: Almanac,
    now: datetime,
) -> None:
    """One message a day for a member, one in ``gap_minutes`` for a group; who is first goes."""
    told = {case.row.member_id for case, _ in ready if case.facts.told_today}
    gap = timedelta(minutes=settings.sop.gap_minutes)
    calls: dict[GroupKey, tuple[list[Case], Place]] = {}
    for case, road in sorted(ready, key=lambda pair: _turn(pair[0])):
        if case.row.member_id in told:
            held = _Held("one message a day", next_day(now, settings.zone))
            _hold(settings, rulings, case, held, almanac)
            continue
        if not road.calls:
            rulings.private.append((case, road.place))
        else:
            called, _ = calls.setdefault(case.row.group_key, ([], road.place))
            until = _silent_until(case, called, groups[case.row.group_key], gap, now)
            if until is not None:
                held = _Held("the group was spoken to", until)
                _hold(settings, rulings, case, held, almanac)
                continue
            called.append(case)
        told.add(case.row.member_id)
    rulings.together += [(tuple(called), place) for called, place in calls.values() if called]


def _silent_until(
    case: Case, called: Sequence[Case], group: GroupFacts, gap: timedelta, now: datetime
) -> datetime | None:
    """Until when a group hears no call, with those who are ``called`` now; None: it may hear it."""
    if group.spoken_at is not None:
        return group.spoken_at + gap
    if called and (case.step is not called[0].step or len(called) == MOST_CALLED):
        return now + gap
    return None


def _turn(case: Case) -> tuple[int, datetime, int]:
    """Who is first: by priority, then who has been due for longer."""
    return -case.step.priority, case.row.due_at, case.row.row_id


def _hold(settings: Settings, rulings: Rulings, case: Case, held: _Held, almanac: Almanac) -> None:
    """Put a step off until it may be sent, or give it up when that would be too late."""
    if held.until is None:
        rulings.skips.append((case.row, held.reason))
        return
    opening = _opening(settings, case, almanac, held.until)
    if opening is None or opening >= case.expires_at:
        rulings.skips.append((case.row, f"expires before it could be sent: {held.reason}"))
    else:
        rulings.waits.append((case.row, opening, held.reason))


def _opening(settings: Settings, case: Case, almanac: Almanac, at: datetime) -> datetime | None:
    """The first instant from ``at`` on at which the step's hours and days let it be sent."""
    moves = case.step.holidays == "move"
    return next_opening(
        case.step,
        at,
        settings.zone_of(case.group),
        closes=settings.calendar.quiet_hours.starts,
        is_open=lambda day: not almanac.is_solemn(day) and not (moves and almanac.is_holiday(day)),
    )


def send_until(settings: Settings, case: Case, now: datetime) -> datetime:
    """When a message that is still not out is no use any more."""
    zone, closes = settings.zone_of(case.group), settings.calendar.quiet_hours.starts
    return min(case.expires_at, end_of_hours(case.step, now, zone, closes=closes))


def _road(settings: Settings, case: Case) -> _Road | None:
    """How a step's message reaches the member; None: not at all."""
    step, group = case.step, case.group
    private = None
    if case.facts.user_id is not None:
        private = settings.private_place(group, case.facts.user_id)
    if step.place == "private" and (private is not None or tells_figures(step)):
        return None if private is None else _Road(private)
    place = settings.remark_place(group)
    return None if place is None else _Road(place, calls=True)
