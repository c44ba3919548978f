"""What becomes of a slot: a pure function of settings, history, what is settled, and time.

The plan shows its results and the publisher carries them out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.core.ids import GroupKey
from bot.members.submissions.adopted import KEY_PREFIX as ADOPTED_PREFIX
from bot.schedules.approval import approvers_of, digest, is_approved
from bot.schedules.edits import NOTHING_SETTLED, Edit
from bot.schedules.mix import Choice, NoChoice, Wish, choose, choose_again, choose_exactly
from bot.schedules.records import History, Origin, Post, SlotState
from bot.schedules.rules import PROMOTION_DISTANCE
from bot.schedules.shelf import Shelf
from bot.schedules.slots import Slot, why_closed, why_over_limits, why_solemn
from bot.settings.schema.bot import Group
from bot.settings.settings import ContentItem, Settings

ON_TIME = timedelta(seconds=60)
"""A slot decided within this time is on time: the ticker wakes every second, a busy program may
take a few. Such a post counts at its slot's instant, a late one at the instant of its decision."""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a decision about a group depends on besides the time and whether members talk.

    ``edits`` are by slot key. ``coming`` are the undecided slots of the next days in order of time:
    what is settled for them shall not become impossible by what comes before.
    """

    settings: Settings
    group: Group
    shelf: Shelf
    history: History
    edits: Mapping[str, Edit] = field(default_factory=dict)
    coming: tuple[Slot, ...] = ()

    @property
    def group_key(self) -> GroupKey:
        """The group's key, typed."""
        return GroupKey(self.group.key)

    def edit(self, slot: Slot) -> Edit:
        """What is settled about a slot."""
        return self.edits.get(slot.key, NOTHING_SETTLED)

    def settled(self, slot: Slot) -> ContentItem | None:
        """What is settled for a slot: by a lock, by somebody's wish or by a campaign."""
        edit = self.edit(slot)
        if edit.is_skipped or slot.blocked:
            return None
        if edit.locked is not None:
            return edit.locked.item
        if edit.written is not None:
            return edit.written.as_item(slot.key)
        return self.shelf.find(edit.item or slot.item)

    def after(self, decision: "Decision") -> "Situation":
        """The situation with what a decision adds."""
        if decision.post is None:
            return self
        return replace(self, history=self.history.with_post(decision.post))


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of ``slot``, and why.

    ``choice`` is what is posted, or what the owners are asked about; NoChoice when the library had
    nothing, None when it was not asked. ``at`` is the instant that counts for the post.
    ``edit`` is what was settled about the slot before. ``wanting`` are the people of whom one had
    to approve the choice, where none has.
    """

    slot: Slot
    state: SlotState
    reason: str
    at: datetime
    origin: Origin = Origin.CALENDAR
    choice: Choice | NoChoice | None = None
    edit: Edit = NOTHING_SETTLED
    wanting: tuple[str, ...] = ()

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


@dataclass(frozen=True, slots=True)
class Postponed:
    """Members are talking: the slot is looked at again at ``until``."""

    slot: Slot
    until: datetime
    edit: Edit


def due_of(slot: Slot, edit: Edit) -> datetime:
    """When a slot is to be decided: at its time, or when a talk has made it wait."""
    return edit.delayed_until or slot.due_at


def decide(
    situation: Situation, slot: Slot, now: datetime, *, assume_approved: bool = False
) -> Decision:
    """What becomes of ``slot``, which is to be decided at or before ``now``.

    Whoever only plans ahead may assume that everything will be approved in time.
    """
    edit = situation.edit(slot)
    due = due_of(slot, edit)
    late = now - due > ON_TIME
    at = now if late else due
    origin = Origin.CAMPAIGN if slot.campaign else Origin.CALENDAR
    origin = Origin.HAND if edit.written is not None else origin

    def skipped(reason: str, choice: Choice | NoChoice | None = None) -> Decision:
        return Decision(slot, SlotState.SKIPPED, reason, at, origin, choice, edit)

    if edit.is_skipped:
        return skipped(f"skipped by {edit.edited_by}")
    if reason := _why_skipped(situation, slot, due=due, at=at):
        return skipped(reason)
    choice = _choice(situation, slot, at)
    if isinstance(choice, NoChoice):
        return skipped(choice.reason, choice)
    wanting = () if assume_approved else _who_must_approve(situation, slot, choice)
    if wanting:
        reason = f"nobody has approved it: {', '.join(wanting)} could"
        return replace(skipped(reason, choice), wanting=wanting)
    delays = f"; postponed {edit.delays} x while members talked" if edit.delays else ""
    reason = f"{choice.reason}{delays}"
    if not late:
        return Decision(slot, SlotState.PUBLISHED, reason, at, origin, choice, edit)
    minutes = (at - due) // timedelta(minutes=1)
    if situation.settings.calendar.late.policy == "ask":
        reason = f"{minutes} minutes late: the owners were asked; 发布 posts it"
        return Decision(slot, SlotState.ASKED, reason, at, origin, choice, edit)
    reason = f"{reason}; {minutes} minutes late"
    return Decision(slot, SlotState.PUBLISHED, reason, at, origin, choice, edit)


def postponed(situation: Situation, decision: Decision) -> Postponed | None:
    """Instead of ``decision``, when members talk: wait, as long as patience and the day allow."""
    talk, edit = situation.settings.calendar.talk, decision.edit
    if decision.state is not SlotState.PUBLISHED or edit.delays >= talk.times:
        return None
    until = decision.at + timedelta(minutes=talk.minutes)
    if why_closed(until, situation.settings, situation.group):
        return None
    return Postponed(decision.slot, until, edit)


def decide_owners_post(situation: Situation, slot: Slot, *, by: str = "") -> Decision:
    """What becomes of an owner's 发布 at ``slot.due_at``; ``by`` is his user id.

    His word goes through in quiet hours, in a paused group and beyond the posts of a day; solemn
    days, cool-downs and the other rules of the mix hold for it as well, and so does an approval
    that is not his to give. After a question about a late post it is the yes to that post, in
    whose words he was asked.
    """
    at = slot.due_at
    if reason := why_solemn(at, situation.settings, situation.group):
        return Decision(slot, SlotState.SKIPPED, reason, at, Origin.OWNER)
    wish = _wish(situation, slot, at)
    settings, posts = situation.settings, situation.history.posts
    asked = situation.edits.get(situation.history.asked, NOTHING_SETTLED).locked
    choice: Choice | NoChoice = NoChoice("")
    if asked is not None:
        choice = choose_again(settings, asked, posts, wish)
    if isinstance(choice, NoChoice):
        everyday = situation.shelf.everyday
        free = [item for item in everyday if _is_free_for(settings, slot, item, by)]
        if everyday and not free:
            choice = NoChoice("everything that could come waits for somebody's approval")
        else:
            choice = choose(settings, free, posts, wish)
    if isinstance(choice, NoChoice):
        return Decision(slot, SlotState.SKIPPED, choice.reason, at, Origin.OWNER, choice)
    reason = f"the owner's word; {choice.reason}"
    edit = NOTHING_SETTLED
    if by in approvers_of(settings, slot, choice.item):
        edit = replace(edit, approved=digest(choice), approved_by=by, approved_at=at)
    return Decision(slot, SlotState.PUBLISHED, reason, at, Origin.OWNER, choice, edit)


def _is_free_for(settings: Settings, slot: Slot, item: ContentItem, by: str) -> bool:
    """Whether ``by`` may post it without another's yes."""
    people = approvers_of(settings, slot, item)
    return not people or by in people


def history_after(history: History, decision: Decision) -> History:
    """``history`` with one more decision, as it would be read from the database."""
    slot = decision.slot
    if decision.post is not None:
        history = history.with_post(decision.post)
    history = replace(history, sequence=history.sequence + 1, asked="")
    if decision.state is SlotState.ASKED:
        history = replace(history, asked=slot.key)
    if decision.origin is Origin.OWNER:
        return history
    same_instant = history.decided if history.since == slot.due_at else frozenset[str]()
    return replace(history, since=slot.due_at, decided=same_instant | {slot.key})


def _choice(situation: Situation, slot: Slot, at: datetime) -> Choice | NoChoice:
    """What is locked, else what somebody wishes, else what the mix chooses.

    A wish that a rule forbids by now gives way to the mix; a campaign's post does not.
    """
    settings, posts, edit = situation.settings, situation.history.posts, situation.edit(slot)
    wish = _wish(situation, slot, at)
    found: Choice | NoChoice
    if edit.locked is not None and _is_withdrawn(situation, edit.locked.item):
        found = NoChoice(f"{edit.locked.item.key} was withdrawn by the member who wrote it")
    elif edit.locked is not None:
        found = choose_again(settings, edit.locked, posts, wish)
    elif edit.written is not None:
        item = edit.written.as_item(slot.key)
        found = choose_exactly(settings, item, posts, wish, f"written by {edit.edited_by}")
    elif edit.item or slot.item:
        key = edit.item or slot.item
        why = _who_wants(slot, edit)
        wished = situation.shelf.find(key)
        if wished is None:
            found = NoChoice(f"{key} ({why}) is not in the library any more")
        else:
            found = choose_exactly(settings, wished, posts, wish, why)
    else:
        return _by_mix(situation, wish)
    if isinstance(found, Choice) or slot.item:
        return found
    instead = _by_mix(situation, wish)
    reason = f"{found.reason}; instead: {instead.reason}"
    if isinstance(instead, Choice):
        return replace(instead, reason=reason, instead=found.hindrance)
    return NoChoice(reason, found.hindrance)


def _is_withdrawn(situation: Situation, item: ContentItem) -> bool:
    """Whether a member's words are his again: that holds for what is locked as well."""
    return item.key.startswith(ADOPTED_PREFIX) and situation.shelf.find(item.key) is None


def _who_wants(slot: Slot, edit: Edit) -> str:
    """Who has settled the slot's item, in words."""
    if edit.item and edit.edited_by:
        return f"{'kept' if edit.is_pinned else 'chosen'} by {edit.edited_by}"
    if edit.item and edit.item != slot.item:
        return "settled for its approval"
    return f"campaign {slot.campaign}"


def _wish(situation: Situation, slot: Slot, at: datetime) -> Wish:
    """What is wanted at ``slot``, with regard to what is settled behind it.

    A campaign's post and what is locked give way to nothing that comes later.
    """
    wish = Wish(at, situation.group_key, slot.kinds, slot.of_day)
    if slot.item or situation.edit(slot).locked is not None:
        return wish
    later = [one for one in situation.coming if one.due_at > slot.due_at and not one.blocked]
    near = tuple(situation.settled(one) for one in later[: PROMOTION_DISTANCE - 1])
    kept = frozenset(
        edit.item
        for one in later
        if (edit := situation.edits.get(one.key)) is not None and edit.item and not edit.is_skipped
    )
    zone = situation.settings.zone_of(situation.group)
    today = at.astimezone(zone).date()
    settled_today = tuple(
        item.front.kind
        for one in later
        if one.due_at.astimezone(zone).date() == today
        and (item := situation.settled(one)) is not None
    )
    return replace(wish, coming=near, settled_today=settled_today, kept=kept)


def _by_mix(situation: Situation, wish: Wish) -> Choice | NoChoice:
    return choose(situation.settings, situation.shelf.everyday, situation.history.posts, wish)


def _who_must_approve(situation: Situation, slot: Slot, choice: Choice) -> tuple[str, ...]:
    """Who could approve it, when somebody must and nobody has."""
    if is_approved(choice, situation.edit(slot)):
        return ()
    return approvers_of(situation.settings, slot, choice.item)


def _why_skipped(situation: Situation, slot: Slot, *, due: datetime, at: datetime) -> str:
    """The first reason for which nothing is posted for ``slot`` at ``at``; else empty."""
    settings, group = situation.settings, situation.group
    if at > due:
        minutes = (at - due) // timedelta(minutes=1)
        late = settings.calendar.late
        if at - due > timedelta(minutes=late.within_minutes):
            return f"{minutes} minutes late, more than {late.within_minutes}"
        if late.policy == "skip":
            return f"{minutes} minutes late: skipped, as calendar.yaml says"
    if situation.history.paused_at is not None:
        return "paused"
    return (
        slot.blocked
        or why_closed(at, settings, group)
        or why_over_limits(
            at, situation.history.posts, settings.zone_of(group), settings.post_limits(group)
        )
    )
