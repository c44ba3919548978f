"""What becomes of a moment 朋友圈 that the platform has taken over: asked for until it has ended.

A silence is never repeated. Employees are told when the platform has the task, operators when
nothing came of it or nobody knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

import structlog

from bot.core.errors import PlatformError, TransportError
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import Outgoing, Text
from bot.core.moments import Made, Making, Moments, NotMade
from bot.handlers.letters import letters_to_operators, letters_to_staff
from bot.outbox.models import OutboxState
from bot.outlets.lane import Look, MomentBook, Progress
from bot.outlets.records import Moment, UnderWay, outbox_key
from bot.outlets.states import MomentState
from bot.persona.voice import Voice
from bot.platforms.limits import MOMENT_JOB_SECONDS
from bot.settings.settings import Settings

LOOK_EVERY: Final = timedelta(minutes=1)
"""How often the platform is asked how a young moment stands …"""

OLD_AGE: Final = timedelta(minutes=30)
LOOK_RARELY: Final = timedelta(minutes=10)
"""… and how often when somebody has not confirmed it by then."""

REACTIONS_AFTER: Final = timedelta(days=1)
"""When likes and comments are counted, once …"""

REACTIONS_UNTIL: Final = timedelta(days=2)
"""… or given up when the platform does not tell them."""


@dataclass(frozen=True, slots=True)
class MomentFollowing:
    """Looks after one moment at a time."""

    book: MomentBook
    platforms: Mapping[ChannelKey, Moments]
    voice: Voice

    async def follow(self, settings: Settings, under_way: UnderWay, now: datetime) -> None:
        """Ask the platform how it stands, and write it down; it may be asked again later."""
        try:
            await self._follow(settings, under_way, now)
        except (PlatformError, TransportError) as error:
            log = structlog.get_logger("moments")
            log.warning("moment not read", key=under_way.moment.key, reason=error.message)
            await self._try_later(under_way, now)

    async def _follow(self, settings: Settings, under_way: UnderWay, now: datetime) -> None:
        moment = under_way.moment
        platform = self.platforms.get(ChannelKey(under_way.channel))
        if platform is None and moment.state is not MomentState.PUBLISHED:
            why = "its channel is not in bot.yaml any more"
            await self._end(settings, under_way, MomentState.UNKNOWN, why, now)
            return
        if platform is None:
            await self.book.write(Look(moment.key, None))
            return
        match moment.state:
            case MomentState.HANDED:
                await self._follow_send(settings, platform, under_way, now)
            case MomentState.WAITING:
                await self._follow_employees(settings, platform, under_way, now)
            case _:
                await self._count_reactions(platform, under_way, now)

    async def _follow_send(
        self, settings: Settings, platform: Moments, under_way: UnderWay, now: datetime
    ) -> None:
        """Until the platform names the moment."""
        match under_way.send_state:
            case OutboxState.QUEUED | OutboxState.SENDING:
                await self.book.write(Look(under_way.moment.key, now + LOOK_EVERY))
            case OutboxState.DEAD | OutboxState.SENT:
                why = under_way.send_reason
                await self._end(settings, under_way, MomentState.FAILED, why, now)
            case OutboxState.UNKNOWN:
                why = under_way.send_reason
                await self._end(settings, under_way, MomentState.UNKNOWN, why, now)
            case OutboxState.HANDED if _is_forgotten(under_way, now):
                why = "the platform never told what became of its job"
                await self._end(settings, under_way, MomentState.UNKNOWN, why, now)
            case OutboxState.HANDED:
                await self._read_job(settings, platform, under_way, now)
            case _:
                assert_never(under_way.send_state)

    async def _read_job(
        self, settings: Settings, platform: Moments, under_way: UnderWay, now: datetime
    ) -> None:
        moment = under_way.moment
        match await platform.read_job(under_way.job):
            case Making():
                await self.book.write(Look(moment.key, now + LOOK_EVERY))
            case NotMade(reason):
                await self._end(settings, under_way, MomentState.FAILED, reason, now)
            case Made(moment_id, strangers):
                known = [user_id for user_id in moment.employees if user_id not in strangers]
                await self.book.write(
                    Progress(
                        under_way,
                        at=now,
                        state=MomentState.WAITING,
                        moment_id=moment_id,
                        look_at=now + LOOK_EVERY,
                        reason=f"the platform does not know {', '.join(strangers)}"
                        if strangers
                        else "",
                        news=tuple(self._calls(settings, moment, known)),
                    )
                )

    async def _follow_employees(
        self, settings: Settings, platform: Moments, under_way: UnderWay, now: datetime
    ) -> None:
        moment = under_way.moment
        publishers = await platform.read_publishers(moment.moment_id)
        over = moment.deadline_at is None or now >= moment.deadline_at
        if over and not all(publishers.values()):
            await platform.cancel_moment(moment.moment_id)
            publishers = await platform.read_publishers(moment.moment_id)
        published = sum(publishers.values())
        if published and (over or published == len(publishers)):
            await self.book.write(
                Progress(
                    under_way,
                    at=now,
                    state=MomentState.PUBLISHED,
                    reason=f"{published} of {len(publishers)} employees published it",
                    published=published,
                    look_at=(moment.shown_at or now) + REACTIONS_AFTER,
                )
            )
        elif over:
            why = "no employee confirmed it in time"
            await self._end(settings, under_way, MomentState.EXPIRED, why, now)
        else:
            await self.book.write(
                Progress(
                    under_way,
                    at=now,
                    state=MomentState.WAITING,
                    published=published,
                    look_at=_next_look(moment, now),
                )
            )

    async def _count_reactions(self, platform: Moments, under_way: UnderWay, now: datetime) -> None:
        moment = under_way.moment
        publishers = await platform.read_publishers(moment.moment_id)
        found = [
            await platform.read_reactions(moment.moment_id, employee)
            for employee, has_published in publishers.items()
            if has_published
        ]
        await self.book.write(
            Progress(
                under_way,
                at=now,
                state=MomentState.PUBLISHED,
                published=moment.published,
                reactions=(sum(one.likes for one in found), sum(one.comments for one in found)),
            )
        )

    async def _try_later(self, under_way: UnderWay, now: datetime) -> None:
        """The platform did not answer; likes are not waited for without an end."""
        moment = under_way.moment
        at: datetime | None = now + LOOK_RARELY
        if moment.state is MomentState.PUBLISHED and moment.shown_at is not None:
            at = at if now < moment.shown_at + REACTIONS_UNTIL else None
        await self.book.write(Look(moment.key, at))

    async def _end(
        self,
        settings: Settings,
        under_way: UnderWay,
        state: MomentState,
        reason: str,
        now: datetime,
    ) -> None:
        """Nothing came of it, or nobody knows: the operators are told."""
        moment = under_way.moment
        text = self.voice.say(
            f"moments.{state}",
            scope="operators",
            title=moment.title,
            employees=self.voice.say("list.comma", scope="operators").join(moment.employees),
            **_when(settings, moment),
        )
        news = letters_to_operators(settings, f"{outbox_key(moment.key)}/{state}", Text(text))
        await self.book.write(Progress(under_way, state, now, reason, news=tuple(news)))

    def _calls(
        self, settings: Settings, moment: Moment, employees: Sequence[UserId]
    ) -> list[Outgoing]:
        """The platform shows the task in its own assistant; this says that it is there."""
        until = (moment.deadline_at or moment.due_at).astimezone(settings.zone)
        text = self.voice.say(
            "moments.confirm",
            scope="employees",
            title=moment.title,
            text=moment.text,
            until=f"{until:%m-%d %H:%M}",
            **_when(settings, moment),
        )
        key = f"{outbox_key(moment.key)}/confirm"
        return letters_to_staff(settings, employees, key, Text(text))


def _when(settings: Settings, moment: Moment) -> dict[str, str]:
    local = moment.due_at.astimezone(settings.zone)
    return {"day": f"{local:%m-%d}", "at": f"{local:%H:%M}"}


def _is_forgotten(under_way: UnderWay, now: datetime) -> bool:
    """Whether the platform cannot be asked after its job any more."""
    asked_at = under_way.attempted_at or under_way.moment.due_at
    return now >= asked_at + timedelta(seconds=MOMENT_JOB_SECONDS)


def _next_look(moment: Moment, now: datetime) -> datetime:
    pause = LOOK_EVERY if now < moment.due_at + OLD_AGE else LOOK_RARELY
    at = now + pause
    return at if moment.deadline_at is None else min(at, moment.deadline_at)
