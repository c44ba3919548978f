"""The next days, laid out: what the publisher will do if nothing changes.

Slots are walked in time, and each decision is part of the history of the next one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.schedules.agenda import undecided_slots
from bot.schedules.approval import approvers_of, is_approved
from bot.schedules.balance import last_of, shares_on
from bot.schedules.decide import Decision, Situation, decide, due_of
from bot.schedules.edits import Edit
from bot.schedules.mix import Choice, NoChoice
from bot.schedules.node_days import NodeDay, node_days_on
from bot.schedules.records import SlotState
from bot.schedules.rules import Hindrance
from bot.schedules.slots import Slot
from bot.schedules.workdays import holiday_table_note
from bot.settings.schema.base import Kind, Pillar
from bot.settings.settings import ContentItem


@dataclass(frozen=True, slots=True)
class PlannedPost:
    """A slot of the plan. ``choice`` is None when nothing is posted.

    ``reason`` says why this item, or why nothing. ``nodes`` are the node days of its date.
    ``awaits`` are people one of whom must approve it, ``approved_by`` who has; ``edit`` is what is
    settled about it. ``hindrance`` is the rule in the way of what somebody wanted there.
    """

    slot: Slot
    choice: Choice | None
    reason: str
    nodes: tuple[NodeDay, ...]
    edit: Edit
    awaits: tuple[str, ...] = ()
    approved_by: str = ""
    hindrance: Hindrance | None = None

    @property
    def item(self) -> ContentItem | None:
        """What is posted."""
        return self.choice.item if self.choice else None


@dataclass(frozen=True, slots=True)
class Share:
    """A pillar or kind in the mix: ``posts`` of ``count``, against ``target_percent``."""

    name: Pillar | Kind
    posts: int
    count: int
    target_percent: int

    @property
    def target_posts(self) -> float:
        """How many posts the target asks for."""
        return self.target_percent * self.count / 100

    @property
    def percent(self) -> float:
        """The share that is planned, in percent."""
        return 100 * self.posts / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class PlannedMix:
    """The mix of the window that ends with the plan: posts of the past and planned ones."""

    pillars: tuple[Share, ...]
    kinds: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The next days of a group. ``lacking`` are sentences about what the library cannot supply."""

    posts: tuple[PlannedPost, ...]
    mix: PlannedMix
    lacking: tuple[str, ...]

    def post(self, key: str) -> PlannedPost | None:
        """The slot with this key, if it is part of the plan."""
        return next((post for post in self.posts if post.slot.key == key), None)


def lay_out(situation: Situation, now: datetime, days: int = 14) -> Plan:
    """The plan of a group for ``days`` from ``now``.

    Slots that are due but undecided come first, as they would be decided now. A pause is left out:
    the plan shows what follows 继续. What must be approved is shown as if it were.
    """
    situation = replace(situation, history=replace(situation.history, paused_at=None))
    settings, group_key = situation.settings, situation.group_key
    until = now + timedelta(days=days)
    slots = undecided_slots(settings, group_key, situation.history, now, until)
    situation = replace(situation, coming=tuple(slots))
    decisions = []
    for slot in slots:
        at = max(now, due_of(slot, situation.edit(slot)))
        decision = decide(situation, slot, at, assume_approved=True)
        situation = situation.after(decision)
        decisions.append(decision)
    return Plan(
        tuple(_planned(decision, situation) for decision in decisions),
        _mix(situation, until),
        tuple(dict.fromkeys(_lacking(situation, decisions, now, until))),
    )


def _planned(decision: Decision, situation: Situation) -> PlannedPost:
    settings, slot = situation.settings, decision.slot
    choice = decision.chosen if decision.state is SlotState.PUBLISHED else None
    awaits: tuple[str, ...] = ()
    approved_by = ""
    if choice is not None and is_approved(choice, decision.edit):
        approved_by = decision.edit.approved_by
    elif choice is not None:
        awaits = approvers_of(settings, slot, choice.item)
    on = decision.at.astimezone(settings.zone_of(situation.group)).date()
    return PlannedPost(
        slot=slot,
        choice=choice,
        reason=decision.reason,
        nodes=node_days_on(on, settings.calendar),
        edit=decision.edit,
        awaits=awaits,
        approved_by=approved_by,
        hindrance=_hindrance(decision),
    )


def _hindrance(decision: Decision) -> Hindrance | None:
    if isinstance(decision.choice, NoChoice):
        return decision.choice.hindrance
    return decision.choice.instead if decision.choice else None


def _mix(situation: Situation, until: datetime) -> PlannedMix:
    """The last window of the mix that holds at the end of the plan."""
    mix = situation.settings.calendar.mix
    on = until.astimezone(situation.settings.zone_of(situation.group)).date()
    key, targets_on = shares_on(mix, situation.group_key, on)
    window = last_of(situation.history.posts, key, mix.window_posts)

    def shares(
        names: Iterable[Pillar | Kind],
        counts: Mapping[str, int],
        targets: Mapping[Pillar, int] | Mapping[Kind, int],
    ) -> tuple[Share, ...]:
        percents: dict[str, int] = {key.value: percent for key, percent in targets.items()}
        return tuple(
            Share(name, counts.get(name, 0), len(window), percents.get(name, 0)) for name in names
        )

    return PlannedMix(
        shares(Pillar, Counter(post.pillar for post in window), targets_on.pillars),
        shares(Kind, Counter(post.kind for post in window), targets_on.kinds),
    )


def _lacking(
    situation: Situation, decisions: Sequence[Decision], now: datetime, until: datetime
) -> Iterable[str]:
    """What the library, the weekly slots or the calendar cannot supply, in sentences."""
    settings = situation.settings
    zone = settings.zone_of(situation.group)
    first, last = now.astimezone(zone).date(), until.astimezone(zone).date()
    mix = settings.calendar.mix
    everyday = [item.front for item in situation.shelf.everyday if not item.front.node]
    slot_kinds = {kind for slot in settings.calendar.slots for kind in slot.kinds}
    for pillar, percent in mix.pillars.items():
        if percent and not any(front.pillar is pillar for front in everyday):
            yield f"pillar {pillar} has a target of {percent} % and no item: add files to content/"
    for kind, percent in mix.kinds.items():
        if percent and not any(front.kind is kind for front in everyday):
            yield f"kind {kind} has a target of {percent} % and no item: add files to content/"
        if percent and kind not in slot_kinds:
            yield f"kind {kind} has a target of {percent} % and no slot in calendar.yaml takes it"
    yield from _empty_slots(decisions, zone)
    yield from _idle_node_items(situation, decisions)
    if note := holiday_table_note(first, last, settings.calendar.holidays):
        yield note


def _empty_slots(decisions: Sequence[Decision], zone: ZoneInfo) -> Iterable[str]:
    """Slots for which the library has nothing, one sentence for all that take the same kinds."""
    empty: dict[tuple[Kind, ...], list[Decision]] = {}
    for decision in decisions:
        if isinstance(decision.choice, NoChoice):
            empty.setdefault(decision.slot.kinds, []).append(decision)
    for found in empty.values():
        first = found[0].slot.due_at.astimezone(zone)
        slots = "1 slot stays" if len(found) == 1 else f"{len(found)} slots stay"
        yield f"{slots} empty from {first:%Y-%m-%d %H:%M} on: {found[0].reason}"


def _idle_node_items(situation: Situation, decisions: Sequence[Decision]) -> Iterable[str]:
    """Node days of the plan that have items of their own, none of which is posted."""
    settings = situation.settings
    zone = settings.zone_of(situation.group)
    posted = {(post.item, post.at.astimezone(zone).date()) for post in situation.history.posts}
    for on in sorted({decision.at.astimezone(zone).date() for decision in decisions}):
        for day in node_days_on(on, settings.calendar):
            made_for = [item for item in situation.shelf.everyday if item.front.node == day.key]
            if made_for and not any((item.key, on) in posted for item in made_for):
                names = ", ".join(f"{item.key} ({item.front.kind})" for item in made_for)
                yield (
                    f"{day.name} on {on}: {names} is not posted; "
                    "no slot of that day takes its kind, or a rule of the mix is in the way"
                )
