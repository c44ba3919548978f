"""Which items of the library belong to a week: the same for everybody who asks, without a history.

Items of a pillar stand in the order of their keys, and each week takes the next ones, round and
round. So two neighbouring weeks share no item while the library has enough of them in season.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.outlets.fitting import Fitted, Length, fit_all
from bot.outlets.moments import is_for_everybody
from bot.schedules.node_days import node_days_between
from bot.schedules.rules import is_in_season
from bot.settings.schema.base import Kind, Pillar
from bot.settings.settings import Settings

_KINDS = frozenset({Kind.STORY, Kind.LESSON, Kind.PRODUCT})
"""What can be read by who is in no group; activities and red packets are done there."""

_WHOLE = Length(least=30, most=10_000)
"""Articles and scripts are not shortened: a person edits them."""

_EPOCH = date(2024, 1, 1)
"""A Monday, from which weeks are counted."""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday."""

    first: date

    @property
    def number(self) -> int:
        """Weeks since a fixed Monday."""
        return (self.first - _EPOCH).days // 7

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)


def weeks_of(today: date, days: int) -> tuple[Week, ...]:
    """The weeks that ``days`` days from ``today`` on touch."""
    monday = today - timedelta(days=today.weekday())
    last = today + timedelta(days=days - 1)
    return tuple(
        Week(monday + timedelta(days=7 * n)) for n in range(((last - monday).days // 7) + 1)
    )


def items_of(settings: Settings, week: Week, pillar: Pillar, count: int) -> tuple[Fitted, ...]:
    """At most ``count`` items of a pillar, those of the week's node days first."""
    nodes = {node.key for node in node_days_between(week.first, week.last, settings.calendar)}
    suiting = [
        item
        for item in settings.content
        if item.front.pillar is pillar
        and item.front.kind in _KINDS
        and is_for_everybody(item.front)
        and is_in_season(item.front, week.first)
        and (not item.front.node or item.front.node in nodes)
    ]
    fitted, _ = fit_all(suiting, settings, on=week.first, length=_WHOLE)
    ordered = sorted(fitted, key=lambda one: one.item.key)
    of_nodes = [one for one in ordered if one.item.front.node]
    others = [one for one in ordered if not one.item.front.node]
    start = week.number * count % max(len(others), 1)
    return tuple([*of_nodes, *others[start:], *others[:start]][:count])
