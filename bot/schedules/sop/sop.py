"""The steps of all plans: opening a row for whom one came due, and writing what becomes of it.

Opening asks, for each step whose hour has passed, who began in the days that belong to it: one
range of an index for all groups, once a day and step, not once a member.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.ids import ChannelKey, GroupKey
from bot.schedules.node_days import node_days_on
from bot.schedules.sop.beginnings import Begun, Span, read_begun
from bot.schedules.sop.decide import Almanac, DueStep, Rulings, decide, find_step, is_reached
from bot.schedules.sop.due import cutoff, due_of, next_hour
from bot.schedules.sop.lane import (
    Held,
    Opening,
    SopMessage,
    apply_held,
    apply_messages,
    apply_openings,
)
from bot.schedules.sop.rows import Figures, Meant, read_cases, read_due, read_figures, read_groups
from bot.schedules.workdays import DayKind, day_type
from bot.settings.schema.bot import Group
from bot.settings.schema.channels import realm_of
from bot.settings.schema.sop import SopPlan, Step
from bot.settings.settings import Settings
from bot.store.db import Store
from bot.store.fields import from_micros

LATE_NEWS: Final = timedelta(days=3)
"""Who began so long ago is still found: platforms tell late of joining."""

BATCH: Final = 2_000
"""So many rows are opened in one step of the database."""

_Name = tuple[str, str]
_Reached = tuple[SopPlan, Step, Sequence[Group]]


class Sop:
    """Plans and steps of sop.yaml as they are kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._openings = store.lane("sop openings", apply_openings)
        self._messages = store.lane("sop messages", apply_messages)
        self._held = store.lane("sop held", apply_held)
        self._opened: dict[_Name, tuple[str, datetime]] = {}
        """Up to where each step was opened, by which settings."""

    async def open_due(self, settings: Settings, now: datetime) -> int:
        """Make a row for everybody for whom a step came due by ``now``; how many there were."""
        ahead = []
        for reached in _reached(settings):
            high = _last_cutoff(settings, reached, now)
            if self._opened.get(_name(reached)) != (settings.fingerprint, high):
                ahead.append((reached, high))
        if not ahead:
            return 0
        rows = await self._store.read("SELECT plan, step, since, opened_until FROM sop_cursor")
        cursors = {
            (plan, step): (from_micros(since), from_micros(opened_until))
            for plan, step, since, opened_until in rows
        }
        count = 0
        for reached, high in ahead:
            name = _name(reached)
            since, opened_until = cursors.get(name, (now, high))
            low = min(opened_until, high) - LATE_NEWS
            low = max(low, _first_cutoff(settings, reached, since))
            begun = await read_begun(self._store, settings, *reached, Span(low, high))
            due = [item for item in _dues(settings, reached[1], begun) if item[1] > since]
            await self._open(name, due, since=since, high=high)
            self._opened[name] = (settings.fingerprint, high)
            count += len(due)
        return count

    async def decide_due(
        self, settings: Settings, now: datetime, limit: int
    ) -> tuple[int, Rulings]:
        """How many rows are due (``limit`` at most), and what is to become of them."""
        rows = await read_due(self._store, now, limit)
        meant: list[Meant] = []
        lost: list[tuple[DueStep, str]] = []
        for row in rows:
            found = find_step(settings, row)
            if isinstance(found, str):
                lost.append((row, found))
            else:
                plan, step, group = found
                meant.append((row, plan, step, group, _realm(settings, group)))
        cases = await read_cases(self._store, settings, meant, now)
        gap = timedelta(minutes=settings.sop.gap_minutes)
        keys = {case.row.group_key for case in cases}
        groups = await read_groups(self._store, keys, now, gap)
        rulings = decide(settings, cases, groups, almanac_of(settings), now)
        rulings.skips += lost
        return len(rows), rulings

    async def tell(self, messages: Iterable[SopMessage]) -> int:
        """Write messages with their rows; how many still could be said."""
        sent = await asyncio.gather(*[self._messages.submit(message) for message in messages])
        return sum(sent)

    async def hold(self, rulings: Rulings, now: datetime) -> None:
        """Put rows off and give rows up, as it was decided."""
        if rulings.waits or rulings.skips:
            await self._held.submit(Held(tuple(rulings.waits), tuple(rulings.skips), now))

    async def read_figures(self, rows: Iterable[DueStep]) -> dict[int, Figures]:
        """What the members of ``rows`` did since their plans began, by the rows' ids."""
        return await read_figures(self._store, rows)

    async def next_due(self, settings: Settings, now: datetime) -> datetime | None:
        """When a row is to be looked at next, or somebody may come due; None: never."""
        (row,) = await self._store.read(
            "SELECT min(look_at) AS look_at FROM sop_step WHERE state = 'waiting'"
        )
        instants = [next_opening_of(settings, now)]
        if row["look_at"] is not None:
            instants.append(from_micros(row["look_at"]))
        return min((at for at in instants if at is not None), default=None)

    async def _open(
        self,
        name: _Name,
        due: Sequence[tuple[Begun, datetime]],
        *,
        since: datetime,
        high: datetime,
    ) -> None:
        """Write the rows, and with the last of them how far the step is opened."""
        for start in range(0, max(len(due), 1), BATCH):
            part = tuple(due[start : start + BATCH])
            last = start + BATCH >= len(due)
            await self._openings.submit(Opening(*name, part, since, high if last else None))


def almanac_of(settings: Settings) -> Almanac:
    """Solemn days and public holidays by the calendar."""
    calendar = settings.calendar
    return Almanac(
        is_solemn=lambda day: any(node.solemn for node in node_days_on(day, calendar)),
        is_holiday=lambda day: day_type(day, calendar.holidays).kind is DayKind.HOLIDAY,
    )


def next_opening_of(settings: Settings, now: datetime) -> datetime | None:
    """The next instant after ``now`` at which a step may come due for somebody."""
    return min(
        (
            next_hour(reached[1], now, zone)
            for reached in _reached(settings)
            for zone in _zones(settings, reached)
        ),
        default=None,
    )


def _reached(settings: Settings) -> Iterator[_Reached]:
    """Every step with the groups that it reaches, if there are any."""
    for plan in settings.sop.plans:
        groups = [group for group in settings.bot.groups if is_reached(settings, plan, group)]
        for step in plan.steps if groups else ():
            yield plan, step, groups


def _name(reached: _Reached) -> _Name:
    plan, step, _ = reached
    return plan.key, step.key


def _zones(settings: Settings, reached: _Reached) -> set[ZoneInfo]:
    return {settings.zone_of(group) for group in reached[2]}


def _last_cutoff(settings: Settings, reached: _Reached, now: datetime) -> datetime:
    """Before when plans began whose step is due at ``now``, by the clock that is ahead.

    By the other clocks some rows are opened a little early, and wait.
    """
    return max(cutoff(reached[1], now, zone) for zone in _zones(settings, reached))


def _first_cutoff(settings: Settings, reached: _Reached, now: datetime) -> datetime:
    """The same by the clock that is behind."""
    return min(cutoff(reached[1], now, zone) for zone in _zones(settings, reached))


def _dues(
    settings: Settings, step: Step, begun: Iterable[Begun]
) -> Iterator[tuple[Begun, datetime]]:
    """Who began, with the instant at which the step is due for him."""
    zones = {GroupKey(group.key): settings.zone_of(group) for group in settings.bot.groups}
    for item in begun:
        yield item, due_of(step, item.began_at, zones[item.group_key])


def _realm(settings: Settings, group: Group) -> str:
    channels = settings.bot.channels
    return realm_of(channels[ChannelKey(group.roster.channel)], channels)
