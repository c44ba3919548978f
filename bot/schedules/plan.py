"""The next days, laid out: what the publisher will do if nothing changes.

Slots are walked in time, and each decision is part of the history of the next one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.ids import GroupKey
from bot.schedules.decide import Decision, decide
from bot.schedules.mix import NoChoice, standing
from bot.schedules.node_days import NodeDay, node_days_between
from bot.schedules.records import History, Post, SlotState
from bot.schedules.slots import Slot, due_slots
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.calendar import FissionStep
from bot.settings.settings import ContentItem, Settings


@dataclass(frozen=True, slots=True)
class PlannedPost:
    """A slot of the plan. ``item`` and ``step`` are None when nothing is posted.

    ``reason`` says why this item, or why nothing. ``nodes`` are the node days of its date; ``node``
    is the one that the item was made for.
    """

    slot: Slot
    item: ContentItem | None
    step: FissionStep | None
    reason: str
    node: NodeDay | None
    nodes: tuple[NodeDay, ...] = ()


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


def lay_out(
    settings: Settings, group_key: GroupKey, history: History, now: datetime, days: int = 14
) -> Plan:
    """The plan of a group for ``days`` from ``now``.

    Slots that are due but undecided come first, as they would be decided now. A pause is left out:
    the plan shows what follows 继续.
    """
    history = replace(history, paused_at=None)
    until = now + timedelta(days=days)
    decisions = []
    for slot in undecided_slots(settings, group_key, history, now, until):
        decision = decide(settings, slot, history, max(now, slot.due_at))
        history = decision.after(history)
        decisions.append(decision)
    return Plan(
        tuple(_planned(decision, settings) for decision in decisions),
        _mix(settings, history.posts, until),
        tuple(dict.fromkeys(_lacking(settings, decisions, history.posts))),
    )


def undecided_slots(
    settings: Settings, group_key: GroupKey, history: History, now: datetime, until: datetime
) -> list[Slot]:
    """The group's slots up to ``until`` that are not decided; a new group has none before now."""
    since = now if history.since is None else history.since
    slots = due_slots(settings.calendar, settings.zone, group_key, since, until)
    return [slot for slot in slots if slot.key not in history.decided]


def _planned(decision: Decision, settings: Settings) -> PlannedPost:
    posted = decision.chosen if decision.state is SlotState.PUBLISHED else None
    on = decision.at.astimezone(settings.zone).date()
    return PlannedPost(
        slot=decision.slot,
        item=posted.item if posted else None,
        step=posted.step if posted else None,
        reason=decision.reason,
        node=posted.node if posted else None,
        nodes=node_days_between(on, on, settings.calendar),
    )


def _mix(settings: Settings, posts: Sequence[Post], until: datetime) -> PlannedMix:
    mix = settings.calendar.mix
    window = standing(posts, until, settings.zone, mix)

    def shares(
        names: Iterable[Pillar | Kind],
        counts: Mapping[str, int],
        targets: Mapping[Pillar, int] | Mapping[Kind, int],
    ) -> tuple[Share, ...]:
        percents: dict[str, int] = {key.value: percent for key, percent in targets.items()}
        return tuple(
            Share(name, counts.get(name, 0), window.count, percents.get(name, 0)) for name in names
        )

    return PlannedMix(
        shares(Pillar, window.pillars, mix.pillars), shares(Kind, window.kinds, mix.kinds)
    )


def _lacking(
    settings: Settings, decisions: Sequence[Decision], posts: Sequence[Post]
) -> Iterable[str]:
    """What the library or the weekly slots cannot supply, in sentences."""
    mix = settings.calendar.mix
    everyday = [item.front for item in settings.content if not item.front.node]
    slot_kinds = {kind for slot in settings.calendar.slots for kind in slot.kinds}
    for pillar, percent in mix.pillars.items():
        if percent and not any(front.pillar is pillar for front in everyday):
            yield f"pillar {pillar} has a target of {percent} % and no item: add files to content/"
    for kind, percent in mix.kinds.items():
        if percent and not any(front.kind is kind for front in everyday):
            yield f"kind {kind} has a target of {percent} % and no item: add files to content/"
        if percent and kind not in slot_kinds:
            yield f"kind {kind} has a target of {percent} % and no slot in calendar.yaml takes it"
    yield from _empty_slots(settings, decisions)
    yield from _idle_node_items(settings, decisions, posts)


def _empty_slots(settings: Settings, decisions: Sequence[Decision]) -> Iterable[str]:
    """Slots for which the library has nothing, one sentence for all that take the same kinds."""
    empty: dict[tuple[Kind, ...], list[Decision]] = {}
    for decision in decisions:
        if isinstance(decision.choice, NoChoice):
            empty.setdefault(decision.slot.kinds, []).append(decision)
    for found in empty.values():
        first = found[0].slot.due_at.astimezone(settings.zone)
        slots = "1 slot stays" if len(found) == 1 else f"{len(found)} slots stay"
        yield f"{slots} empty from {first:%Y-%m-%d %H:%M} on: {found[0].reason}"


def _idle_node_items(
    settings: Settings, decisions: Sequence[Decision], posts: Sequence[Post]
) -> Iterable[str]:
    """Node days of the plan that have items of their own, none of which is posted."""
    posted = {(post.item, post.at.astimezone(settings.zone).date()) for post in posts}
    for on in sorted({decision.at.astimezone(settings.zone).date() for decision in decisions}):
        for day in node_days_between(on, on, settings.calendar):
            made_for = [item for item in settings.content if item.front.node == day.key]
            if made_for and not any((item.key, on) in posted for item in made_for):
                names = ", ".join(f"{item.key} ({item.front.kind})" for item in made_for)
                yield (
                    f"{day.name} on {on}: {names} is not posted; "
                    "no slot of that day takes its kind, or a rule of the mix is in the way"
                )
