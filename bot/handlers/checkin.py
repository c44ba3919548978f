"""签到, 补签, 签到日历: coming every day, and what can be done about the days one did not."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, assert_never

from bot.core.messages import Drawing, Text
from bot.core.pictures import CalendarPicture, DayState
from bot.core.text import fold, normalise
from bot.handlers.speech import answer, comma_list, words
from bot.persona.voice import Voice
from bot.pipeline.campaigns import boosts_in
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, member_command
from bot.rewards.checkin.checkins import (
    CheckedIn,
    CheckIns,
    MadeUp,
    MakeUpResult,
    Month,
    NeverBefore,
    NoCardsLeft,
    NotMissed,
    NotOver,
    TooFewPoints,
    TooLongAgo,
)
from bot.rewards.days import community_date
from bot.rewards.ledger.statement import Statements
from bot.settings.schema.campaigns import CHECKIN
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act
from bot.settings.schema.rewards.checkin import CheckIn

_AGO: Final = (
    "makeup.today",
    "makeup.yesterday",
    "makeup.two_days_ago",
    "makeup.three_days_ago",
)
"""Words for a day, by how long ago it is."""

Phrases = Mapping[str, Sequence[str]]
"""The variants of each template."""


@dataclass(frozen=True, slots=True)
class CheckInHandlers:
    """Check-in, make-up cards and the calendar."""

    voice: Voice
    check_ins: CheckIns
    statements: Statements

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            member_command(CommandName.CHECKIN, self.check_in),
            member_command(CommandName.MAKE_UP, self.make_up),
            member_command(CommandName.CALENDAR, self.calendar),
        )

    async def check_in(self, context: Context) -> Outcome:
        """签到: once a community day; the second time says so."""
        done = await self.check_ins.check_in(
            member_id=context.member.member_id,
            key=context.event.key,
            now=context.event.at,
            rules=context.settings.rewards,
            zone=context.settings.zone,
            boost=boosts_in(context.settings, context.group_key, _today(context)).get(CHECKIN),
        )
        slots = {"streak": done.streak, "balance": done.balance}
        if done.repeated:
            return answer(self.voice, context, "checkin.repeat", **slots)
        if done.bonus:
            slots |= {"points": done.points, "bonus": done.bonus}
            reply = self._say(context, "checkin.milestone", slots, done)
        elif done.points:
            slots["points"] = done.points
            reply = self._say(context, "checkin.done", slots, done)
        else:
            reply = self._say(context, "checkin.unpaid", slots, done)
        return reply.doing(Act.CHECKIN)

    def _say(
        self, context: Context, template: str, slots: dict[str, int], done: CheckedIn
    ) -> Reply:
        """The answer, what became of freezes, and what a campaign added."""
        lines = [words(self.voice, context, template, **slots)]
        if done.saved:
            left = done.freezes - done.earned_freeze
            lines.append(words(self.voice, context, "checkin.saved", days=done.saved, freezes=left))
        if done.earned_freeze:
            lines.append(words(self.voice, context, "checkin.freeze", freezes=done.freezes))
        if done.extra:
            lines.append(words(self.voice, context, "checkin.boosted", extra=done.extra))
        return Reply(Text("\n".join(lines)))

    async def make_up(self, context: Context) -> Outcome:
        """补签: which days can be bought back and for what; with a day behind it: that day."""
        rules, today = context.settings.rewards.checkin, _today(context)
        if not rules.make_up.most_a_month:
            return answer(self.voice, context, "makeup.not_sold")
        typed = normalise(context.invocation.words if context.invocation else "")
        if not typed:
            return await self._offer(context, today)
        wanted = read_day(typed, today, context.settings.persona.templates)
        if wanted is None:
            return answer(
                self.voice, context, "makeup.bad_form", example=_short(today - timedelta(days=1))
            )
        result = await self.check_ins.make_up(
            wanted,
            member_id=context.member.member_id,
            key=context.event.key,
            now=context.event.at,
            rules=context.settings.rewards,
            zone=context.settings.zone,
        )
        template, slots = make_up_words(result, rules)
        return answer(self.voice, context, template, **slots)

    async def _offer(self, context: Context, today: date) -> Reply:
        rules = context.settings.rewards.checkin.make_up
        month = await self._read_month(context, today)
        missed = month.within_reach(rules)
        if not missed:
            return answer(self.voice, context, "makeup.nothing", days=rules.days_back)
        return answer(
            self.voice,
            context,
            "makeup.offer",
            missed=comma_list(self.voice, context, map(_short, missed)),
            price=rules.price,
            balance=await self.statements.read_balance(context.member.member_id),
            cards=month.cards_left(rules),
            example=_short(missed[-1]),
        )

    async def calendar(self, context: Context) -> Outcome:
        """签到日历: this month as a picture, and the same in words."""
        today, rules = _today(context), context.settings.rewards.checkin
        month = await self._read_month(context, today)
        states = month.states()
        text = words(
            self.voice,
            context,
            "calendar.report",
            month=today.month,
            lines="\n".join(self._lines(context, states)),
            streak=month.streak,
            freezes=month.freezes,
            cards=month.cards_left(rules.make_up),
        )
        tips = self._tips(context, month)
        picture = CalendarPicture(
            month=f"{today:%Y-%m}",
            title=words(self.voice, context, "calendar.title"),
            days=states,
            streak=month.streak,
            note=self._next_milestone(context, month),
            brand=context.settings.bot.brand.name,
        )
        return Reply(Drawing(picture, "\n".join([text, *tips])))

    def _lines(self, context: Context, states: tuple[DayState, ...]) -> list[str]:
        """The days of each kind that occurs in the month."""
        lines = []
        for state in (DayState.DONE, DayState.MADE_UP, DayState.FROZEN, DayState.MISSED):
            days = [number for number, each in enumerate(states, start=1) if each is state]
            if days:
                spans = comma_list(self.voice, context, read_spans(days))
                lines.append(words(self.voice, context, f"calendar.days_{state}", days=spans))
        return lines or [words(self.voice, context, "calendar.empty")]

    def _tips(self, context: Context, month: Month) -> list[str]:
        """What can be done now."""
        rules = context.settings.rewards.checkin.make_up
        tips = []
        if month.today not in month.days:
            tips.append(words(self.voice, context, "calendar.tip_today"))
        if month.within_reach(rules) and month.cards_left(rules):
            tips.append(words(self.voice, context, "calendar.tip_make_up"))
        return tips

    def _next_milestone(self, context: Context, month: Month) -> str:
        milestones = context.settings.rewards.checkin.milestones
        ahead = [days for days in milestones if days > month.streak]
        if not ahead:
            return ""
        days = min(ahead)
        return words(
            self.voice,
            context,
            "calendar.next",
            left=days - month.streak,
            bonus=milestones[days],
        )

    async def _read_month(self, context: Context, today: date) -> Month:
        return await self.check_ins.read_month(
            context.member.member_id, today, context.settings.rewards
        )


def make_up_words(result: MakeUpResult, rules: CheckIn) -> tuple[str, dict[str, object]]:
    """The template that answers a wish for a card, with its slots."""
    match result:
        case MadeUp():
            return "makeup.done", {
                "day": _short(result.on_date),
                "streak": result.streak,
                "price": result.price,
                "balance": result.balance,
                "cards": result.cards_left,
            }
        case NotMissed():
            return "makeup.refused_not_missed", {"day": _short(result.on_date)}
        case NotOver():
            return "makeup.refused_not_over", {"day": _short(result.on_date)}
        case TooLongAgo():
            days = rules.make_up.days_back
            earliest = _short(result.earliest)
            slots: dict[str, object] = {"day": _short(result.on_date), "days": days}
            return "makeup.refused_too_long_ago", slots | {"earliest": earliest}
        case NeverBefore():
            return "makeup.refused_never_before", {"day": _short(result.on_date)}
        case NoCardsLeft():
            again = _short(result.again_on)
            return "makeup.refused_no_cards", {"most": result.most_a_month, "again": again}
        case TooFewPoints():
            return "makeup.refused_too_few_points", {
                "price": result.price,
                "balance": result.balance,
                "missing": result.price - result.balance,
                "points": rules.points,
                "days": rules.make_up.days_back,
            }
    assert_never(result)


def read_day(typed: str, today: date, phrases: Phrases) -> date | None:
    """The day that was meant: 昨天, 11-20, 11月20日, 20号. None for anything else.

    It is the latest such day of a year that is not further ahead than tomorrow.
    """
    for days, template in enumerate(_AGO):
        if fold(typed) in map(fold, phrases[template]):
            return today - timedelta(days=days)
    match = _date_form(phrases).fullmatch(typed)
    if match is None:
        return None
    year, month, number = (int(part) if part else None for part in match.groups())
    newest = today + timedelta(days=1)
    for day in (newest - timedelta(days=back) for back in range(366)):
        if day.day == number and month in (None, day.month) and year in (None, day.year):
            return day
    return None


def _date_form(phrases: Phrases) -> re.Pattern[str]:
    """A day, perhaps with its month, perhaps with its year."""
    year, month, day = (
        "|".join(map(re.escape, phrases[f"makeup.{part}_sign"]))
        for part in ("year", "month", "day")
    )
    return re.compile(
        rf"(?:(?:(\d{{4}})(?:[-/.]|{year}))?(\d{{1,2}})(?:[-/.]|{month}))?(\d{{1,2}})(?:{day})?"
    )


def read_spans(days: Iterable[int]) -> list[str]:
    """Days of a month, those in a row as one: 1–5, 7."""
    spans: list[tuple[int, int]] = []
    for day in days:
        if spans and spans[-1][1] == day - 1:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return [str(first) if first == last else f"{first}–{last}" for first, last in spans]


def _today(context: Context) -> date:
    settings = context.settings
    return community_date(context.event.at, settings.zone, settings.rewards.day_starts_at)


def _short(day: date) -> str:
    return f"{day:%m-%d}"
