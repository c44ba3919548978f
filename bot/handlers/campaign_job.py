"""Private words about campaigns: owners are reminded before T0, operators told how it went.

What was sent is known by its key in the outbox, so it is sent once, by any number of processes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bot.core.messages import Outgoing, Text
from bot.core.money import Currency
from bot.handlers.letters import letters_to_operators, letters_to_staff
from bot.outbox.enqueue import post
from bot.persona.voice import Voice
from bot.reports.campaigns import Review, change_percent, read_review
from bot.schedules.campaign_days import Occurrence, occurrences_between
from bot.schedules.costs import yuan
from bot.schedules.rehearsal import groups_of
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store

REVIEW_PHASE: Final = 3
REVIEW_AT: Final = time(10, 0)
"""The review is told on T+3 at 10:00, or on the last day of a campaign that goes on for longer."""

REVIEW_WAITS: Final = timedelta(days=3)
"""A program that was down tells it so much later, not more."""

_AHEAD: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class _Errand:
    """Something to be told about a run, from ``due_at`` on and before ``until``."""

    key: str
    run: Occurrence
    due_at: datetime
    until: datetime


@dataclass(slots=True)
class CampaignLettersJob:
    """Sends what is due; ``_sent`` are the errands that this process knows to be done."""

    store: Store
    voice: Voice
    live: HasSettings
    name: str = "campaign letters"
    _sent: set[str] = field(default_factory=set)

    async def run(self, now: datetime) -> None:
        """Send what is due and not sent."""
        settings = self.live.current
        for errand in self._open(settings, now):
            if errand.due_at <= now:
                await post(self.store, await self._letters(settings, errand, now), now=now)
                self._sent.add(errand.key)

    async def next_due(self, now: datetime) -> datetime | None:
        """The next errand of these days, else the day on which one looks again."""
        settings = self.live.current
        if not settings.campaigns:
            return None
        dues = [errand.due_at for errand in self._open(settings, now)]
        return min([*dues, now + _AHEAD])

    def _open(self, settings: Settings, now: datetime) -> Iterator[_Errand]:
        for errand in _errands(settings, now.astimezone(settings.zone).date()):
            if errand.key not in self._sent and now < errand.until:
                yield errand

    async def _letters(self, settings: Settings, errand: _Errand, now: datetime) -> list[Outgoing]:
        campaign = settings.campaigns[errand.run.campaign]
        if errand.key == _review_key(errand.run):
            review = await read_review(self.store, settings, errand.run, now)
            return letters_to_operators(settings, errand.key, Text(self._summary(review)))
        assert campaign.reminder is not None, "an errand of a reminder that is there"
        text = self.voice.say(
            "campaign.reminder",
            scope="operators",
            campaign=campaign.name,
            day=f"{errand.run.t0:%m-%d}",
            text=campaign.reminder.text,
        )
        owners = [
            owner for group in groups_of(settings, errand.run.campaign) for owner in group.owners
        ]
        return letters_to_staff(settings, owners, errand.key, Text(text))

    def _summary(self, review: Review) -> str:
        during, before, budget = review.during, review.before, review.campaign.budget
        return self.voice.say(
            "campaign.review",
            scope="operators",
            campaign=review.campaign.name,
            first=f"{review.run.first:%m-%d}",
            last=f"{review.run.last:%m-%d}",
            done=review.done,
            posts=len(review.posts),
            speakers=during.speakers,
            speaking=self._change(
                change_percent(during.speaker_days, during.days, before.speaker_days, before.days)
            ),
            joins=during.joins,
            joining=self._change(
                change_percent(during.joins, during.days, before.joins, before.days)
            ),
            leaves=during.leaves,
            points=review.total(Currency.POINTS),
            points_budget=budget.points,
            fen=yuan(review.total(Currency.FEN)),
            fen_budget=yuan(budget.fen),
            details="\n".join(self._details(review)),
        )

    def _details(self, review: Review) -> Iterator[str]:
        """What did not happen, who came, what was taken, and where more is told: a line each."""
        for outcome in review.posts:
            if not outcome.is_done:
                yield self.voice.say(
                    "campaign.review_missed",
                    scope="operators",
                    day=f"{outcome.on:%m-%d}",
                    at=f"{outcome.at:%H:%M}",
                    group=outcome.group,
                    title=outcome.title,
                )
        if (seats := review.attendance) is not None:
            yield self.voice.say(
                "campaign.review_seats",
                scope="operators",
                arrived=seats.arrived,
                seated=seats.seated,
                quota=seats.quota,
                gone=seats.gone,
            )
        for perk in review.perks:
            yield self.voice.say(
                "campaign.review_perk",
                scope="operators",
                perk=perk.name,
                taken=perk.taken,
                quota=perk.quota,
            )
        yield self.voice.say("campaign.review_see", scope="operators", key=review.run.campaign)

    def _change(self, percent: int | None) -> str:
        if percent is None:
            return self.voice.say("campaign.review_too_few", scope="operators")
        return self.voice.say("campaign.review_change", scope="operators", percent=f"{percent:+d}")


def _errands(settings: Settings, today: date) -> Iterator[_Errand]:
    """What is to be told about the runs around a day."""
    for run in occurrences_between(settings, today - REVIEW_WAITS, today + _AHEAD):
        reminder = settings.campaigns[run.campaign].reminder
        if reminder is not None:
            due_at = _instant(settings, run.day(reminder.phase), reminder.at)
            until = _instant(settings, run.day(reminder.phase) + timedelta(days=1), time.min)
            yield _Errand(f"campaign/{run.key}/reminder", run, due_at, until)
        day = max(run.t0_last + timedelta(days=REVIEW_PHASE), run.last)
        due_at = _instant(settings, day, REVIEW_AT)
        yield _Errand(_review_key(run), run, due_at, due_at + REVIEW_WAITS)


def _review_key(run: Occurrence) -> str:
    return f"campaign/{run.key}/review"


def _instant(settings: Settings, on: date, at: time) -> datetime:
    return datetime.combine(on, at, settings.zone).astimezone(UTC)
