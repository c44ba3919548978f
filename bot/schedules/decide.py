"""What becomes of a slot: a pure function of settings, history and time.

The plan shows its results and the publisher carries them out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.schedules.mix import Choice, NoChoice, choose
from bot.schedules.records import History, Origin, Post, SlotState
from bot.schedules.slots import Slot, why_closed, why_over_limits, why_solemn
from bot.settings.schema.calendar import PostLimits
from bot.settings.settings import Settings

ON_TIME = timedelta(seconds=60)
"""A slot decided within this time is on time: the ticker wakes every second, a busy program may
take a few. Such a post counts at its slot's instant, a late one at the instant of its decision."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of ``slot``, and why.

    ``choice`` is what is posted, or what the owners are asked about; NoChoice when the library had
    nothing, None when it was not asked. ``at`` is the instant that counts for the post.
    """

    slot: Slot
    state: SlotState
    reason: str
    at: datetime
    origin: Origin = Origin.CALENDAR
    choice: Choice | NoChoice | None = None

    @property
    def minutes_late(self) -> int:
        """Whole minutes between the slot and its decision."""
        return (self.at - self.slot.due_at) // timedelta(minutes=1)

    @property
    def chosen(self) -> Choice | None:
        """The choice, if there is one."""
        return self.choice if isinstance(self.choice, Choice) else None

    @property
    def post(self) -> Post | None:
        """The post that this decision makes, if it makes one."""
        if self.state is not SlotState.PUBLISHED or self.chosen is None:
            return None
        return self.chosen.as_post(self.at)

    def after(self, history: History) -> History:
        """``history`` with what this decision adds."""
        return history if self.post is None else history.with_post(self.post)


def decide(settings: Settings, slot: Slot, history: History, now: datetime) -> Decision:
    """What becomes of ``slot``, due at or before ``now``."""
    late = now - slot.due_at > ON_TIME
    at = now if late else slot.due_at
    if reason := _why_skipped(settings, slot, history, at):
        return Decision(slot, SlotState.SKIPPED, reason, at)
    choice = _choose(settings, slot, history, at)
    if isinstance(choice, NoChoice):
        return Decision(slot, SlotState.SKIPPED, choice.reason, at, choice=choice)
    reason = choice.reason
    if not late:
        return Decision(slot, SlotState.PUBLISHED, reason, at, choice=choice)
    minutes = (at - slot.due_at) // timedelta(minutes=1)
    if settings.calendar.late.policy == "ask":
        reason = f"{minutes} minutes late: the owners were asked; 发布 posts it"
        return Decision(slot, SlotState.ASKED, reason, at, choice=choice)
    reason = f"{reason}; {minutes} minutes late"
    return Decision(slot, SlotState.PUBLISHED, reason, at, choice=choice)


def _choose(settings: Settings, slot: Slot, history: History, at: datetime) -> Choice | NoChoice:
    return choose(
        settings.content,
        history.posts,
        at=at,
        zone=settings.zone,
        kinds=slot.kinds,
        calendar=settings.calendar,
    )


def decide_owners_post(settings: Settings, slot: Slot, history: History) -> Decision:
    """What becomes of an owner's 发布 at ``slot.due_at``.

    His word goes through in quiet hours, in a paused group and beyond the posts of a day; solemn
    days, cool-downs and the other rules of the mix hold for it as well.
    """
    at = slot.due_at
    if reason := why_solemn(at, settings.zone, settings.calendar):
        return Decision(slot, SlotState.SKIPPED, reason, at, Origin.OWNER)
    choice = _choose(settings, slot, history, at)
    if isinstance(choice, NoChoice):
        return Decision(slot, SlotState.SKIPPED, choice.reason, at, Origin.OWNER, choice)
    reason = f"the owner's word; {choice.reason}"
    return Decision(slot, SlotState.PUBLISHED, reason, at, Origin.OWNER, choice)


def _limits(settings: Settings, slot: Slot) -> PostLimits:
    group = settings.group(slot.group_key)
    return settings.calendar.limits if group is None else settings.post_limits(group)


def _why_skipped(settings: Settings, slot: Slot, history: History, at: datetime) -> str:
    """The first reason for which nothing is posted for ``slot`` at ``at``; else empty."""
    calendar, zone = settings.calendar, settings.zone
    if at > slot.due_at:
        minutes = (at - slot.due_at) // timedelta(minutes=1)
        if at - slot.due_at > timedelta(minutes=calendar.late.within_minutes):
            return f"{minutes} minutes late, more than {calendar.late.within_minutes}"
        if calendar.late.policy == "skip":
            return f"{minutes} minutes late: skipped, as calendar.yaml says"
    if history.paused_at is not None:
        return "paused"
    return (
        slot.blocked
        or why_closed(at, zone, calendar)
        or why_over_limits(at, history.posts, zone, _limits(settings, slot))
    )
