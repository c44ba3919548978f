"""The publisher: decides each slot once and writes the decision with its messages, or not at all.

A decision takes the group's next number, which is unique, and is written in one transaction with
its outbox rows. Whoever decided on an older history (a second process, an owner's 发布 in between)
is refused by the database, looks again and decides anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from tortoise.exceptions import IntegrityError

from bot.core.errors import StoreError
from bot.core.events import MediaKind
from bot.core.ids import ChannelKey, EventKey, GroupKey, UserId
from bot.core.messages import Media, Message, Outgoing, Post, Text
from bot.outbox.enqueue import enqueue
from bot.schedules.decide import Decision, decide, decide_owners_post
from bot.schedules.mix import Choice
from bot.schedules.models import ScheduleStartRow, SlotRow
from bot.schedules.plan import undecided_slots
from bot.schedules.records import History, Origin, SlotState, read_history, read_slot
from bot.schedules.slots import Slot, due_slots, quiet_after
from bot.settings.pages import Pages
from bot.settings.policy import policy_of
from bot.settings.schema.base import Kind
from bot.settings.schema.bot import Group
from bot.settings.schema.channels import CustomerContact
from bot.settings.schema.persona import PersonaFile
from bot.settings.settings import HasSettings, Settings, posting_place
from bot.store.db import Store
from bot.wording.marks import mark_ad

LOST_RACES = 20
"""So many decisions in a row may be refused because somebody else was faster."""

LOOK_AHEAD = timedelta(days=8)
"""Any weekly slot comes within this time, also over a change of the clocks."""

_MOMENT = timedelta(microseconds=1)


class Speaks(Protocol):
    """Where texts come from (``persona.voice.Voice``)."""

    def say(self, template: str, /, *, scope: str, **slots: object) -> str: ...

    def speaking_as(self, persona: PersonaFile) -> "Speaks":
        """The same, in another persona's words."""
        ...


@dataclass(frozen=True, slots=True)
class Published:
    """The item of this title is on its way."""

    title: str


@dataclass(frozen=True, slots=True)
class NotPublished:
    """Nothing is posted, and why."""

    reason: str


class Publisher:
    """Decides the slots of all groups; a job of the ticker."""

    name = "publisher"

    def __init__(self, store: Store, voice: Speaks, live: HasSettings, pages: Pages) -> None:
        self._store = store
        self._pages = pages
        self._voice = voice
        self._live = live
        self._log = structlog.get_logger("publisher")
        self._next: dict[GroupKey, tuple[str, datetime]] = {}

    async def run(self, now: datetime) -> int:
        """Decide every slot that is due and undecided; the number of decisions made.

        One group's failure leaves the others alone and is raised at the end.
        """
        settings = self._live.current
        decided = 0
        failures: list[Exception] = []
        for group in settings.bot.groups:
            if not group.scheduled:
                continue
            try:
                decided += await self._decide_due(settings, group, now)
            except Exception as failure:  # noqa: BLE001 (raised below, after the other groups)
                failures.append(failure)
        if failures:
            raise ExceptionGroup("slots of some groups were not decided", failures)
        return decided

    async def next_due(self, now: datetime) -> datetime | None:
        """When the next undecided slot is due; in the past when it waits for ``run``."""
        settings = self._live.current
        instants = [
            await self._next_of(settings, GroupKey(group.key), now)
            for group in settings.bot.groups
            if group.scheduled
        ]
        return min((at for at in instants if at is not None), default=None)

    async def publish_next(
        self, group_key: GroupKey, now: datetime, event_key: EventKey
    ) -> Published | NotPublished:
        """The owner's 发布: post the next item now. Writes; a replay gives the first answer.

        Quiet hours, a pause, and the posts of a day do not hold it back; solemn days, cool-downs
        and the rules of the mix do.
        """
        settings = self._live.current
        group = settings.group(group_key)
        if group is None:
            return NotPublished(f"group {group_key} is not in bot.yaml any more")
        slot = Slot(f"{group_key}/manual/{event_key}", group_key, now, tuple(Kind))
        for _ in range(LOST_RACES):
            if (record := await read_slot(self._store, slot.key)) is not None:
                if record.state is SlotState.PUBLISHED:
                    return Published(record.title)
                return NotPublished(record.reason)
            history = await self._read(group_key, now)
            decision = decide_owners_post(settings, slot, history)
            await self._write(settings, group, decision, history.sequence + 1, now)
        raise _outrun(group_key)

    async def _decide_due(self, settings: Settings, group: Group, now: datetime) -> int:
        key = GroupKey(group.key)
        fingerprint, wait_until = self._next.get(key, ("", now))
        if fingerprint == settings.fingerprint and now < wait_until:
            return 0
        decided = lost = 0
        while lost < LOST_RACES:
            history = await self._read(key, now)
            pending = undecided_slots(settings, key, history, now, now)
            if not pending:
                self._remember(settings, key, now)
                return decided
            written = await self._decide_all(settings, group, pending, history, now)
            decided += written
            lost = 0 if written else lost + 1
        raise _outrun(key)

    async def _decide_all(
        self,
        settings: Settings,
        group: Group,
        pending: Sequence[Slot],
        history: History,
        now: datetime,
    ) -> int:
        """Decide ``pending`` in order, as far as nobody else does; the number of decisions made."""
        for count, slot in enumerate(pending):
            decision = decide(settings, slot, history, now)
            number = history.sequence + count + 1
            if not await self._write(settings, group, decision, number, now):
                return count
            history = decision.after(history)
        return len(pending)

    async def _write(
        self, settings: Settings, group: Group, decision: Decision, sequence: int, now: datetime
    ) -> bool:
        """Write a decision and its messages; False when somebody else took the slot or number."""
        outgoings = self._outgoings(settings, group, decision)
        row = _row(decision, sequence, now)

        async def write() -> None:
            await SlotRow.bulk_create([row])
            await enqueue(outgoings, now=now)

        try:
            await self._store.transaction(write)
        except IntegrityError:
            return False
        self._log.info(
            "slot decided",
            key=decision.slot.key,
            state=str(decision.state),
            item=row.item,
            reason=decision.reason,
        )
        return True

    def _outgoings(
        self, settings: Settings, group: Group, decision: Decision
    ) -> tuple[Outgoing, ...]:
        choice = decision.chosen
        if choice is None or decision.state is SlotState.SKIPPED:
            return ()
        key = f"slot/{decision.slot.key}"
        if decision.state is SlotState.PUBLISHED:
            expires_at = _expiry(settings, group, decision)
            return tuple(
                Outgoing(f"{key}{part}", *posting_place(group), message, expires_at=expires_at)
                for part, message in self._messages(settings, group, choice)
            )
        due = decision.slot.due_at.astimezone(settings.zone)
        question = self._voice.speaking_as(settings.persona_of(group)).say(
            "late.question",
            scope=f"{group.roster.channel}/{group.key}/owners",
            day=f"{due:%m-%d}",
            at=f"{due:%H:%M}",
            title=choice.item.front.title,
            minutes=decision.minutes_late,
        )
        asked = [UserId(owner) for owner in group.owners or settings.bot.operators]
        return tuple(
            Outgoing(f"{key}/ask/{owner}", *place, Text(question))
            for owner in asked
            if (place := settings.private_place(group, owner))
        )

    def _messages(
        self, settings: Settings, group: Group, choice: Choice
    ) -> Iterator[tuple[str, Message]]:
        """A post as its channel can show it, each message with the end of its key.

        Pictures go with the text where they can, else behind it, else nowhere. Where nobody is
        heard, the post says where members can act.
        """
        text = choice.text()
        if group.hears is None and (url := self._pages.url(group)):
            voice = self._voice.speaking_as(settings.persona_of(group))
            link = voice.say("page.link", scope=f"group/{group.key}", url=url)
            text = f"{text}\n{link}"
        text = mark_ad(text, policy_of(settings, settings.persona_of(group)))
        table = settings.table(ChannelKey(group.posts.channel))
        pictures = tuple(Media(MediaKind.IMAGE, path) for path in choice.item.front.pictures)
        if pictures and len(pictures) <= table.attachments:
            yield "", Post(text, pictures)
            return
        yield "", Text(text)
        if MediaKind.IMAGE in table.media:
            for number, picture in enumerate(pictures, start=1):
                yield f"/picture/{number}", picture

    async def _read(self, group_key: GroupKey, now: datetime) -> History:
        """The group's history; a group that is new begins at ``now``."""
        history = await read_history(self._store, group_key)
        if history.since is not None:
            return history
        row = ScheduleStartRow(group_key=group_key, started_at=now)

        async def write() -> None:
            await ScheduleStartRow.bulk_create([row], ignore_conflicts=True)

        await self._store.transaction(write)
        return await read_history(self._store, group_key)

    async def _next_of(
        self, settings: Settings, group_key: GroupKey, now: datetime
    ) -> datetime | None:
        fingerprint, known = self._next.get(group_key, ("", now))
        if fingerprint == settings.fingerprint:
            return known
        history = await read_history(self._store, group_key)
        until = max(now, history.since or now) + LOOK_AHEAD
        slots = undecided_slots(settings, group_key, history, now, until)
        return slots[0].due_at if slots else None

    def _remember(self, settings: Settings, group_key: GroupKey, now: datetime) -> None:
        """Note when the group's next slot is due, so that idle seconds cost no query."""
        ahead = due_slots(
            settings.calendar, settings.zone, group_key, now + _MOMENT, now + LOOK_AHEAD
        )
        if ahead:
            self._next[group_key] = (settings.fingerprint, ahead[0].due_at)


def _row(decision: Decision, sequence: int, now: datetime) -> SlotRow:
    choice = decision.chosen
    front = choice.item.front if choice else None
    return SlotRow(
        key=decision.slot.key,
        group_key=decision.slot.group_key,
        sequence=sequence,
        origin=decision.origin,
        due_at=decision.slot.due_at,
        state=decision.state,
        pillar=front.pillar if front else "",
        kind=front.kind if front else "",
        item=choice.item.key if choice else "",
        title=front.title if front else "",
        promotion=int(front.promotion) if front else 0,
        step=choice.step.key if choice else "",
        reason=decision.reason,
        posted_at=decision.at if decision.state is SlotState.PUBLISHED else None,
        decided_at=now,
    )


def _expiry(settings: Settings, group: Group, decision: Decision) -> datetime | None:
    """When a post that is still not sent has become late news: by the calendar, or at night.

    An owner's own word has no end, and what an employee must confirm has the time that he has.
    """
    calendar, channel = settings.calendar, settings.bot.channels[group.posts.channel]
    late = decision.at + timedelta(minutes=calendar.late.within_minutes)
    if isinstance(channel, CustomerContact):
        late = decision.at + timedelta(hours=channel.task_hours)
    if decision.origin is Origin.OWNER:
        return None
    return min(late, quiet_after(decision.at, settings.zone, calendar.quiet_hours))


def _outrun(group_key: GroupKey) -> StoreError:
    return StoreError(
        f"the slots of group {group_key} could not be written: {LOST_RACES} times in a row another "
        "decision came first; look for a second program that works on the same database"
    )
