"""What became of posts: 内容数据 for a group's owners, and the Monday letter to operators."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bot.core.messages import Outgoing, Text
from bot.growth.links import Links
from bot.handlers.letters import letters_to_operators
from bot.handlers.report_words import ReportWords
from bot.handlers.speech import answer, words
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome
from bot.pipeline.routing import Route, owner_command
from bot.reports.experiments import told_at
from bot.reports.letters import Letter, PostLetters
from bot.reports.posts import read_posts
from bot.reports.report import Period, report_on
from bot.settings.schema.commands import CommandName
from bot.settings.schema.experiments import Experiment
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store

WEEK: Final = timedelta(days=7)
"""What 内容数据 and the letter tell about."""

LETTER_AT: Final = time(9, 30)
"""On Mondays, by the community's clock."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReportHandlers:
    """The owner's figures."""

    store: Store
    voice: Voice

    def routes(self) -> tuple[Route, ...]:
        """The command of this topic."""
        return (owner_command(CommandName.POST_DATA, self.posts),)

    async def posts(self, context: Context) -> Outcome:
        """内容数据: what became of the group's posts of the last days."""
        settings = context.settings
        period = Period(context.now - WEEK, context.now, (context.group_key,))
        read = await read_posts(self.store, period.read_since(settings), context.group_key)
        report = report_on(settings, period, read)
        about = {"group": context.group.name, "days": WEEK.days}
        if not report.over:
            return answer(self.voice, context, "reports.nothing", **about)

        def say(template: str, **slots: object) -> str:
            return words(self.voice, context, template, **slots)

        told, summary = ReportWords(say, settings), report.summary
        return answer(
            self.voice,
            context,
            "reports.group",
            **about,
            over=summary.posts,
            under_way=summary.under_way,
            total=told.total(report.over),
            lines=told.pillar_lines(summary.pillars),
            best=told.best(report.found.best),
            worst=told.worst(report.found.worst),
            mix=told.mix(summary),
            silences=told.silences(summary.silences),
        )


@dataclass(slots=True)
class ReportJob:
    """Sends the letter once a week, and forgets who opened links in time."""

    store: Store
    letters: PostLetters
    links: Links
    voice: Voice
    live: HasSettings
    name: str = "reports"
    _sent: date | None = None
    """The week whose letter is known to have been sent."""

    async def run(self, now: datetime) -> None:
        """Whatever is due; a letter that a crash or a pause held back is made up."""
        if await self._must_forget(now):
            await self.links.forget(now)
        settings = self.live.current
        due = _last_due(settings, now)
        week = due.date()
        if self._sent == week:
            return
        if not await self.letters.was_sent(week):
            outgoings = await self._outgoings(settings, due)
            await self.letters.send(Letter(week, tuple(outgoings), now))
        self._sent = week

    async def next_due(self, now: datetime) -> datetime | None:
        """The next letter, or the next digest that has to go; at once while one is overdue."""
        last = _last_due(self.live.current, now)
        if self._sent != last.date() and not await self.letters.was_sent(last.date()):
            return now
        following = (last + WEEK).astimezone(UTC)
        forgetting = await self.links.next_forgetting()
        return following if forgetting is None else min(following, forgetting)

    async def _must_forget(self, now: datetime) -> bool:
        due = await self.links.next_forgetting()
        return due is not None and due <= now

    async def _outgoings(self, settings: Settings, due: datetime) -> list[Outgoing]:
        text = await self._text(settings, due)
        if not text:
            return []
        return letters_to_operators(settings, f"reports/{due.date()}", Text(text))

    async def _text(self, settings: Settings, due: datetime) -> str:
        """The letter; empty where nothing was posted for so long that nobody waits for one.

        It tells of the week from Sunday to Saturday: each of its posts has had its day.
        """
        until = datetime.combine(due.date() - _DAY, time(), tzinfo=settings.zone)
        period = Period(until - WEEK, due, settings.scheduled, _news(settings, due))
        read = await read_posts(self.store, period.read_since(settings))
        posts = [post for post in read if post.posted_at < until]
        if not posts:
            return ""
        report = report_on(settings, period, posts)
        days = {"first": f"{period.since:%m-%d}", "last": f"{until - _DAY:%m-%d}"}
        if not report.posts:
            return self._say("reports.weekly_nothing", **days)
        told, summary = ReportWords(self._say, settings), report.summary
        return self._say(
            "reports.weekly",
            **days,
            groups=len({post.group_key for post in report.posts}),
            over=summary.posts,
            total=told.total(report.over),
            pillar_lines=told.pillar_lines(summary.pillars),
            kind_lines=told.kind_lines(summary.kinds),
            best=told.best(report.found.best),
            worst=told.worst(report.found.worst),
            mix=told.mix(summary),
            silences=told.longest_silences(summary.silences),
            echoes=told.echoes(summary),
            experiments=told.experiments(report.verdicts),
        )

    def _say(self, template: str, **slots: object) -> str:
        return self.voice.say(template, scope="operators", **slots)


def _news(settings: Settings, due: datetime) -> list[Experiment]:
    """Experiments that the letter before did not yet tell the result of."""
    zone = settings.zone
    return [one for one in settings.calendar.experiments if told_at(one, zone) > due - WEEK]


def _last_due(settings: Settings, now: datetime) -> datetime:
    """The last Monday's letter, now or before, in local time."""
    local = now.astimezone(settings.zone)
    monday = local.date() - timedelta(days=local.weekday())
    due = datetime.combine(monday, LETTER_AT, tzinfo=settings.zone)
    return due if due <= local else due - WEEK
