"""The clock of Moments 朋友圈: what is due is decided once, and given out in that same step.

It goes to the employees as words and pictures in private messages, or to the platform as a task
that they confirm; what becomes of a task is followed by ``moments_following``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.core.errors import StoreError
from bot.core.events import MediaKind
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import Media, Message, Outgoing, Post, Target, TargetKind, Text
from bot.handlers.letters import letters_to_staff
from bot.handlers.moments_following import MomentFollowing
from bot.outlets.lane import Decision, Given, MomentBook, Start
from bot.outlets.moments import Draft, Gap, MomentTime, decide, times_between
from bot.outlets.records import (
    History,
    next_look,
    outbox_key,
    read_history,
    read_under_way,
)
from bot.outlets.shelf import shelf_of
from bot.persona.voice import Voice
from bot.schedules.shelf import Adopted
from bot.settings.schema.outlets import Delivery
from bot.settings.schema.outlets import Moments as MomentRules
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store

LOST_RACES: Final = 8
"""So many times in a row another process may decide first before something must be wrong."""

LOOK_AHEAD: Final = timedelta(days=8)
"""Every weekly time comes within so long."""


@dataclass(slots=True)
class MomentsJob:
    """Runs with the ticker; each of its steps is found done after a crash."""

    store: Store
    book: MomentBook
    following: MomentFollowing
    adopted: Adopted
    voice: Voice
    live: HasSettings
    name: str = "moments"
    _next: tuple[str, datetime] | None = field(default=None, init=False)
    """The settings by which it was found, and when the next draft is due."""

    async def run(self, now: datetime) -> None:
        """Give out what is due, then look after what is under way."""
        settings = self.live.current
        rules = settings.outlets.moments
        if rules is not None and self._may_be_due(settings, now):
            await self._decide_due(settings, rules, now)
        for under_way in await read_under_way(self.store, now):
            await self.following.follow(settings, under_way, now)

    async def next_due(self, now: datetime) -> datetime | None:
        """When the next draft is due, or something under way is looked after."""
        rules = self.live.current.outlets.moments
        draft = None if rules is None else await self._next_draft(rules, now)
        look = await next_look(self.store)
        return min((at for at in (draft, look) if at is not None), default=None)

    # What is due

    def _may_be_due(self, settings: Settings, now: datetime) -> bool:
        """Whether it is worth a query: the next time is known until the settings change."""
        return self._next is None or self._next[0] != settings.fingerprint or now >= self._next[1]

    async def _decide_due(self, settings: Settings, rules: MomentRules, now: datetime) -> None:
        shelf_on = shelf_of(settings, rules, await self.adopted.adopted())
        lost = 0
        while lost < LOST_RACES:
            history = await read_history(self.store)
            if history.since is None:
                await self.book.write(Start(now))
                continue
            time = next(times_between(rules, settings.zone, history.since, now), None)
            if time is None:
                ahead = times_between(rules, settings.zone, now, now + LOOK_AHEAD)
                self._next = (settings.fingerprint, next(ahead).due_at)
                return
            decided: Draft | Gap = Gap(time, "late: the program was down at its time")
            if now - time.due_at <= timedelta(minutes=rules.late_minutes):
                decided = decide(
                    time,
                    shelf_on(time.on),
                    history.past,
                    moments=rules,
                    calendar=settings.calendar,
                )
            lost = 0 if await self._write(settings, rules, decided, history, now) else lost + 1
        raise StoreError("Moments could not be decided: look for a second program on the database")

    async def _write(
        self,
        settings: Settings,
        rules: MomentRules,
        decided: Draft | Gap,
        history: History,
        now: datetime,
    ) -> bool:
        """Write what was decided; False when somebody else was faster."""
        given = None
        if isinstance(decided, Draft):
            given = self._given(settings, rules, decided)
            if not given.outgoings:
                what = "nobody can be written to: no channel reaches the employees of outlets.yaml"
                decided, given = Gap(decided.time, what), None
        written = await self.book.write(Decision(decided, given, history.sequence + 1, now))
        if written:
            structlog.get_logger("moments").info(
                "moment decided", key=decided.time.key, reason=decided.reason
            )
        return written

    def _given(self, settings: Settings, rules: MomentRules, draft: Draft) -> Given:
        employees = tuple(map(UserId, rules.employees))
        company = draft.time.deliver is Delivery.COMPANY
        return Given(
            employees=employees,
            outgoings=(_task(rules, draft),)
            if company
            else tuple(self._letters(settings, rules, draft)),
            deadline_at=draft.time.due_at + timedelta(hours=rules.confirm_hours),
        )

    def _letters(self, settings: Settings, rules: MomentRules, draft: Draft) -> Iterator[Outgoing]:
        """To each employee: what it is, then the words alone, then the pictures."""
        intro = self.voice.say(
            "moments.copy",
            scope="employees",
            title=draft.item.front.title,
            pictures=len(draft.pictures),
            **_when(settings, draft.time),
        )
        messages: list[Message] = [Text(intro), Text(draft.text), *_pictures(draft.pictures)]
        for number, message in enumerate(messages):
            key = f"{outbox_key(draft.time.key)}/copy/{number}"
            yield from letters_to_staff(settings, rules.employees, key, message)

    async def _next_draft(self, rules: MomentRules, now: datetime) -> datetime:
        settings = self.live.current
        if self._next is not None and self._next[0] == settings.fingerprint:
            return self._next[1]
        since = (await read_history(self.store)).since
        ahead = times_between(rules, settings.zone, since or now, (since or now) + LOOK_AHEAD)
        return next(ahead).due_at


def _task(rules: MomentRules, draft: Draft) -> Outgoing:
    """One call for all employees."""
    return Outgoing(
        key=outbox_key(draft.time.key),
        channel=ChannelKey(rules.channel),
        target=Target(TargetKind.MOMENTS, "|".join(rules.employees)),
        message=Post(draft.text, _pictures(draft.pictures)),
        expires_at=draft.time.due_at + timedelta(minutes=rules.late_minutes),
    )


def _pictures(paths: tuple[str, ...]) -> tuple[Media, ...]:
    return tuple(Media(MediaKind.IMAGE, path) for path in paths)


def _when(settings: Settings, time: MomentTime) -> dict[str, str]:
    local = time.due_at.astimezone(settings.zone)
    return {"day": f"{local:%m-%d}", "at": f"{local:%H:%M}"}
