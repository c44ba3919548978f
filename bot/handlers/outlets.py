"""朋友圈: today's drafts, to copy; 朋友圈 配比: how the mix is kept, planned, and how long ago."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.core.events import MediaKind
from bot.core.messages import Media, Message, Outgoing, Text
from bot.handlers.speech import answer, in_private, words
from bot.outlets.moments import Draft, Gap, lay_out, times_between
from bot.outlets.records import Moment, read_between, read_history
from bot.outlets.shelf import shelf_of
from bot.outlets.states import NOT_SHOWN, MomentState
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, staff_command
from bot.schedules.shelf import Adopted
from bot.settings.schema.base import Pillar
from bot.settings.schema.commands import CommandName
from bot.settings.schema.outlets import Delivery, Moments
from bot.store.db import Store

MIX_DAYS: Final = 14
"""How many days back and ahead 朋友圈 配比 looks."""

OFF_POINTS: Final = 10
"""From so many percentage points on the mix counts as off …"""

OFF_LEAST: Final = 10
"""… where there are so many drafts."""


@dataclass(frozen=True, slots=True)
class Line:
    """A draft of today, decided or still planned."""

    at: str
    title: str
    pillar: str
    state: str
    text: str
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutletHandlers:
    """What owners and operators ask about Moments."""

    store: Store
    voice: Voice
    adopted: Adopted

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            staff_command(CommandName.MOMENTS, self.today),
            staff_command(CommandName.MOMENTS_MIX, self.mix),
        )

    async def today(self, context: Context) -> Outcome:
        """朋友圈: today's drafts in private, each to be copied."""
        moments = context.settings.outlets.moments
        if moments is None:
            return answer(self.voice, context, "moments.no_plan")
        return await self._today(context, moments)

    async def mix(self, context: Context) -> Outcome:
        """朋友圈 配比: target, the last days and the next ones, and how long ago."""
        moments = context.settings.outlets.moments
        if moments is None:
            return answer(self.voice, context, "moments.no_plan")
        return await self._mix(context, moments)

    async def _today(self, context: Context, moments: Moments) -> Outcome:
        settings = context.settings
        today = context.now.astimezone(settings.zone).date()
        lines = await self._lines_of(context, moments, today)
        if not lines:
            return answer(self.voice, context, "moments.none_today", day=f"{today:%m-%d}")
        report = words(
            self.voice,
            context,
            "moments.today",
            day=f"{today:%m-%d}",
            count=sum(isinstance(line, Line) for line in lines),
            lines="\n".join(self._say(context, line) for line in lines),
        )
        place = settings.private_place(context.group, context.member.user_id)
        copies = [line for line in lines if isinstance(line, Line)]
        if place is None:  # what cannot be sent alone stands below the list
            return Reply(Text("\n\n".join([report, *(line.text for line in copies)])))
        reply = in_private(context, report, words(self.voice, context, "moments.sent_in_private"))
        notes = tuple(
            Outgoing(f"{context.event.key}/moments/{number}/{part}", *place, message)
            for number, line in enumerate(copies)
            for part, message in enumerate(_to_copy(line))
        )
        return Reply(reply.answer, (*reply.posts, *notes))

    async def _lines_of(self, context: Context, moments: Moments, today: date) -> list[Line | str]:
        """Drafts of the day in order, and the local times at which there is none."""
        decided = await read_between(self.store, today, today)
        planned = [
            one for one in await self._planned(context, moments, days=1) if one.time.on == today
        ]
        return [
            *(self._decided(context, moment) for moment in decided),
            *(self._ahead(context, one) for one in planned),
        ]

    async def _planned(self, context: Context, moments: Moments, *, days: int) -> list[Draft | Gap]:
        settings = context.settings
        history = await read_history(self.store)
        after = max(context.now, history.since or context.now)
        times = times_between(moments, settings.zone, after, context.now + timedelta(days=days))
        return lay_out(
            times,
            shelf_of(settings, moments, await self.adopted.adopted()),
            history.past,
            moments=moments,
            calendar=settings.calendar,
        )

    def _decided(self, context: Context, moment: Moment) -> Line | str:
        at = f"{moment.due_at.astimezone(context.settings.zone):%H:%M}"
        if moment.state is MomentState.SKIPPED:
            return at
        counts = {"published": moment.published, "employees": len(moment.employees)}
        state = words(self.voice, context, f"moments.state_{moment.state}", **counts)
        pillar = self._pillar(context, moment.pillar)
        return Line(at, moment.title, pillar, state, moment.text, moment.pictures)

    def _ahead(self, context: Context, one: Draft | Gap) -> Line | str:
        at = f"{one.time.due_at.astimezone(context.settings.zone):%H:%M}"
        if isinstance(one, Gap):
            return at
        company = one.time.deliver is Delivery.COMPANY
        template = "moments.state_planned_company" if company else "moments.state_planned"
        state = words(self.voice, context, template)
        pillar = self._pillar(context, one.pillar)
        return Line(at, one.item.front.title, pillar, state, one.text, one.pictures)

    def _say(self, context: Context, line: Line | str) -> str:
        if isinstance(line, str):
            return words(self.voice, context, "moments.gap_line", at=line)
        return words(
            self.voice,
            context,
            "moments.line",
            at=line.at,
            title=line.title,
            pillar=line.pillar,
            state=line.state,
        )

    async def _mix(self, context: Context, moments: Moments) -> Outcome:
        today = context.now.astimezone(context.settings.zone).date()
        past = await read_between(self.store, today - timedelta(days=MIX_DAYS - 1), today)
        shown = [moment for moment in past if moment.state not in NOT_SHOWN]
        planned = [
            one
            for one in await self._planned(context, moments, days=MIX_DAYS)
            if isinstance(one, Draft)
        ]
        history = await read_history(self.store)
        last = {one.pillar: one.on for one in history.past}
        actual = Counter(moment.pillar for moment in shown)
        ahead = Counter(str(one.pillar) for one in planned)
        lines = [
            words(
                self.voice,
                context,
                "moments.mix_line",
                pillar=self._pillar(context, pillar),
                target=moments.pillars.get(pillar, 0),
                actual=_percent(actual[pillar], len(shown)),
                planned=_percent(ahead[pillar], len(planned)),
                last=self._ago(context, last.get(pillar), today),
            )
            for pillar in Pillar
        ]
        lines += [
            words(
                self.voice,
                context,
                "moments.mix_off",
                pillar=self._pillar(context, pillar),
                points=points,
            )
            for pillar, points in off_target(moments, actual)
        ]
        return answer(
            self.voice,
            context,
            "moments.mix",
            past=len(shown),
            planned=len(planned),
            lines="\n".join(lines),
        )

    def _pillar(self, context: Context, pillar: str) -> str:
        return words(self.voice, context, f"pillar.{pillar}")

    def _ago(self, context: Context, day: date | None, today: date) -> str:
        if day is None:
            return words(self.voice, context, "moments.last_never")
        days = (today - day).days
        if days <= 0:
            return words(self.voice, context, "moments.last_today")
        return words(self.voice, context, "moments.last_days", days=days)


def off_target(moments: Moments, actual: Counter[str]) -> list[tuple[Pillar, int]]:
    """Pillars that are off by ``OFF_POINTS`` or more, with the points above (or below) target."""
    count = sum(actual.values())
    if count < OFF_LEAST:
        return []
    points = {
        pillar: round(100 * actual[pillar] / count) - moments.pillars.get(pillar, 0)
        for pillar in Pillar
    }
    return [(pillar, off) for pillar, off in points.items() if abs(off) >= OFF_POINTS]


def _percent(part: int, whole: int) -> str:
    return "-" if not whole else f"{round(100 * part / whole)}%"


def _to_copy(line: Line) -> Sequence[Message]:
    """The words alone, so that one tap copies them, then the pictures."""
    pictures: Iterable[Message] = (Media(MediaKind.IMAGE, path) for path in line.pictures)
    return [Text(line.text), *pictures]
