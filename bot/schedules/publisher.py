"""The publisher: carries out what becomes of each slot, once, with its messages, or not at all.

Groups sleep until their next instant. One that is awake is looked at as a whole (``advance.py``),
and what came of it is written in one step (``lane.py``). Whoever decided on something older than
the database has (a second process, an owner's word in between) is refused there, looks again and
decides anew.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.core.errors import StoreError
from bot.core.ids import EventKey, GroupKey
from bot.schedules.advance import Advance, advance
from bot.schedules.agenda import slots_between
from bot.schedules.decide import Decision, Situation, decide_owners_post, history_after
from bot.schedules.lane import Progress, start_groups, write_progress
from bot.schedules.reading import Reading, read_groups
from bot.schedules.records import History, SlotState, read_history, read_slot
from bot.schedules.rendering import Rendered, Renderer
from bot.schedules.shelf import Adopted, Shelf, shelf_of
from bot.schedules.slots import Slot
from bot.schedules.telling import outgoings_of
from bot.settings.schema.base import Kind
from bot.settings.schema.bot import Group
from bot.settings.settings import ContentItem, HasSettings, Settings
from bot.store.db import Store

LOST_RACES = 20
"""So many decisions in a row may be refused because somebody else was faster."""

LOOK_AHEAD = timedelta(days=8)
"""Any weekly slot comes within this time, also over a change of the clocks."""


@dataclass(frozen=True, slots=True)
class Published:
    """The item of this title is on its way."""

    title: str


@dataclass(frozen=True, slots=True)
class NotPublished:
    """Nothing is posted, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Ahead:
    """The slots of a group until ``until``, under the settings of ``fingerprint``."""

    fingerprint: str
    until: datetime
    slots: tuple[Slot, ...]


class Publisher:
    """Decides the slots of all groups; a job of the ticker."""

    name = "publisher"

    def __init__(
        self, store: Store, renderer: Renderer, live: HasSettings, adopted: Adopted
    ) -> None:
        self._store = store
        self._renderer = renderer
        self._live = live
        self._adopted = adopted
        self._progress = store.lane("publisher", write_progress)
        self._starts = store.lane("schedule starts", start_groups)
        self._log = structlog.get_logger("publisher")
        self._wakes: dict[GroupKey, tuple[str, datetime]] = {}
        self._stirred: set[GroupKey] = set()
        self._histories: dict[GroupKey, History] = {}
        self._ahead: dict[GroupKey, _Ahead] = {}
        self._shelf: tuple[str, Sequence[ContentItem], Shelf] | None = None

    async def run(self, now: datetime) -> int:
        """Decide every slot that is due and undecided; the number of decisions made.

        One group's failure leaves the others alone and is raised at the end.
        """
        settings = self._live.current
        awake = [
            group
            for group in settings.bot.groups
            if group.scheduled and self._wake_of(settings, group, now) <= now
        ]
        decided = 0
        failures: list[Exception] = []
        for _ in range(LOST_RACES):
            if not awake:
                break
            awake, count = await self._look_at(settings, awake, now, failures)
            decided += count
        else:
            failures.append(_outrun(GroupKey(awake[0].key)))
        if failures:
            raise ExceptionGroup("slots of some groups were not decided", failures)
        return decided

    async def next_due(self, now: datetime) -> datetime | None:
        """When there is something to do next; now, when it is not known."""
        settings = self._live.current
        return min(
            (
                self._wake_of(settings, group, now)
                for group in settings.bot.groups
                if group.scheduled
            ),
            default=None,
        )

    async def shelf(self, settings: Settings) -> Shelf:
        """What may be posted now."""
        adopted = await self._adopted.adopted()
        known = self._shelf
        if known is None or known[0] != settings.fingerprint or known[1] is not adopted:
            known = (settings.fingerprint, adopted, shelf_of(settings, adopted))
            self._shelf = known
        return known[2]

    async def situation(self, group: Group, now: datetime) -> Situation:
        """All that decides about a group's posts, for whoever shows or changes its plan."""
        situation, _ = await self._read(self._live.current, group, now)
        return situation

    def wake(self, group_key: GroupKey) -> None:
        """Look at a group with the next tick: somebody has changed its plan."""
        self._wakes.pop(group_key, None)
        self._stirred.add(group_key)  # a look that is under way has perhaps not seen it

    async def publish_next(
        self, group_key: GroupKey, now: datetime, event_key: EventKey, *, by: str = ""
    ) -> Published | NotPublished:
        """The owner's 发布: post the next item now. Writes; a replay gives the first answer.

        Quiet hours, a pause, and the posts of a day do not hold it back; solemn days, cool-downs,
        the rules of the mix and approvals that are not his (``by`` is a user id) to give do.
        """
        settings = self._live.current
        group = settings.group(group_key)
        if group is None:
            return NotPublished(f"group {group_key} is not in bot.yaml any more")
        limit = settings.post_limits(group).posts_a_day
        slot = Slot(f"{group_key}/manual/{event_key}", group_key, now, tuple(Kind), of_day=limit)
        for _ in range(LOST_RACES):
            if (record := await read_slot(self._store, slot.key)) is not None:
                if record.state is SlotState.PUBLISHED:
                    return Published(record.title)
                return NotPublished(record.reason)
            situation, reading = await self._read(settings, group, now)
            situation = replace(situation, coming=tuple(self._slots(situation, now)))
            decision = decide_owners_post(situation, slot, by=by)
            found = Advance((decision,), (), (), None)
            await self._write(situation, found, reading, now)
        raise _outrun(group_key)

    async def _look_at(
        self,
        settings: Settings,
        groups: Sequence[Group],
        now: datetime,
        failures: list[Exception],
    ) -> tuple[list[Group], int]:
        """Do what is due in ``groups``; those in which somebody else was faster, and a count."""
        talk = settings.calendar.talk
        keys = [GroupKey(group.key) for group in groups]
        self._stirred.difference_update(keys)
        readings = await read_groups(
            self._store,
            keys,
            now,
            talk=timedelta(minutes=talk.within_minutes),
        )

        async def look(group: Group) -> Advance | None:
            reading = readings[GroupKey(group.key)]
            situation = await self._situation(settings, group, reading, now)
            slots = self._slots(situation, now)
            members_talk = 0 < talk.messages <= reading.said
            found = advance(situation, slots, now, members_talk=members_talk)
            return found if await self._write(situation, found, reading, now) else None

        results = await asyncio.gather(*map(look, groups), return_exceptions=True)
        outrun, count = [], 0
        for group, result in zip(groups, results, strict=True):
            if isinstance(result, Exception):
                failures.append(result)
            elif isinstance(result, BaseException):
                raise result
            elif result is None:
                outrun.append(group)
            else:
                count += len(result.decisions)
                wake = result.look_again or now + LOOK_AHEAD / 2
                if GroupKey(group.key) not in self._stirred:
                    self._wakes[GroupKey(group.key)] = (settings.fingerprint, wake)
        return outrun, count

    async def _read(
        self, settings: Settings, group: Group, now: datetime
    ) -> tuple[Situation, Reading]:
        key = GroupKey(group.key)
        readings = await read_groups(self._store, [key], now, talk=timedelta())
        return await self._situation(settings, group, readings[key], now), readings[key]

    async def _situation(
        self, settings: Settings, group: Group, reading: Reading, now: datetime
    ) -> Situation:
        """All that decides; the history is read again only when somebody else wrote."""
        key = GroupKey(group.key)
        history = self._histories.get(key)
        if history is None or history.since is None or history.sequence != reading.sequence:
            history = await read_history(self._store, key)
        if history.since is None:
            await self._starts.submit((key, now))
            history = await read_history(self._store, key)
        self._histories[key] = history
        return Situation(
            settings=settings,
            group=group,
            shelf=await self.shelf(settings),
            history=replace(history, paused_at=reading.paused_at),
            edits=reading.edits,
        )

    def _slots(self, situation: Situation, now: datetime) -> list[Slot]:
        """The undecided slots of the next days."""
        key, history = situation.group_key, situation.history
        assert history.since is not None, "a situation has begun"
        ahead = self._ahead.get(key)
        fingerprint = situation.settings.fingerprint
        if (
            ahead is None
            or ahead.fingerprint != fingerprint
            or not history.since <= now <= ahead.until - LOOK_AHEAD / 2
        ):
            until = max(now, history.since) + LOOK_AHEAD
            slots = slots_between(situation.settings, key, history.since, until)
            self._ahead[key] = ahead = _Ahead(fingerprint, until, tuple(slots))
        return [
            slot
            for slot in ahead.slots
            if slot.due_at >= history.since and slot.key not in history.decided
        ]

    async def _write(
        self, situation: Situation, found: Advance, reading: Reading, now: datetime
    ) -> bool:
        """Write what was found, with its messages; False when it was decided on something old."""
        if not (found.decisions or found.settled):
            return True
        rendered = [
            (decision, self._rendered(situation, decision, reading.members))
            for decision in found.decisions
        ]
        history = situation.history
        seen = {
            **{one.slot.key: situation.edit(one.slot).version for one in found.decisions},
            **{slot.key: situation.edit(slot).version for slot, _ in found.settled},
        }
        is_written = await self._progress.submit(
            Progress(
                group_key=situation.group_key,
                sequence=history.sequence,
                now=now,
                decisions=found.decisions,
                seen=seen,
                settled=tuple((slot.due_at, edit) for slot, edit in found.settled),
                outgoings=tuple(
                    outgoings_of(situation, rendered, found.askings, self._renderer.voice)
                ),
                links=tuple(link for _, post in rendered if post for link in post.links),
            )
        )
        if not is_written:
            self._histories.pop(situation.group_key, None)
            return False
        for decision in found.decisions:
            history = history_after(history, decision)
            self._log.info(
                "slot decided",
                key=decision.slot.key,
                state=str(decision.state),
                item=decision.chosen.item.key if decision.chosen else "",
                reason=decision.reason,
            )
        self._histories[situation.group_key] = history
        return True

    def _wake_of(self, settings: Settings, group: Group, now: datetime) -> datetime:
        """When to look at a group next; now, when the files have changed since."""
        fingerprint, wake = self._wakes.get(GroupKey(group.key), ("", now))
        return wake if fingerprint == settings.fingerprint else now

    def _rendered(self, situation: Situation, decision: Decision, members: int) -> Rendered | None:
        if decision.post is None or decision.chosen is None:
            return None
        return self._renderer.render(
            situation.settings,
            situation.group,
            decision.chosen,
            slot_key=decision.slot.key,
            at=decision.at,
            members=members,
        )


def _outrun(group_key: GroupKey) -> StoreError:
    return StoreError(
        f"the slots of group {group_key} could not be written: {LOST_RACES} times in a row another "
        "decision came first; look for a second program that works on the same database"
    )
