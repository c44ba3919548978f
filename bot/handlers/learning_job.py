"""The weekly letter about questions that had no answer, and what time takes away from them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from bot.core.messages import Outgoing, Text
from bot.handlers.letters import letters_to_operators, owed_letter
from bot.members.choices import Choices
from bot.members.roster import Roster
from bot.outbox.enqueue import post
from bot.persona.learning.learning import Learning
from bot.persona.learning.masking import present_question
from bot.persona.voice import Voice
from bot.settings.policy import policy_of
from bot.settings.schema.base import Weekday
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store

SWEEP_EVERY: Final = timedelta(hours=1)

_WEEK: Final = timedelta(days=7)


@dataclass(slots=True)
class LearningJob:
    """Sends the letter once a week; drops and forgets once an hour."""

    store: Store
    learning: Learning
    roster: Roster
    choices: Choices
    voice: Voice
    live: HasSettings
    name: str = "learning"
    _sent: date | None = None
    """The week whose letter is known to have been sent."""

    _swept_at: datetime | None = None

    async def run(self, now: datetime) -> None:
        """Whatever is due; after a crash the letter is made up, and its keys keep it one."""
        settings = self.live.current
        if self._swept_at is None or now - self._swept_at >= SWEEP_EVERY:
            keep = timedelta(days=settings.persona.learning.keep_days)
            await self.learning.sweep(now, now - keep)
            self._swept_at = now
        due = _last_due(settings, now)
        week = due.date()
        if self._sent == week:
            return
        if not await self.learning.was_sent(week):
            await post(self.store, await self._letters(settings, week, now), now=now)
            await self.learning.mark_sent(week, now)
        self._sent = week

    async def next_due(self, now: datetime) -> datetime | None:
        """The next letter; at once while the last one is not sent."""
        last = _last_due(self.live.current, now)
        if self._sent != last.date() and not await self.learning.was_sent(last.date()):
            return now
        return (last + _WEEK).astimezone(UTC)

    async def _letters(self, settings: Settings, week: date, now: datetime) -> list[Outgoing]:
        """To the operators and to the super users who want it; none when nothing is open."""
        rules = settings.persona.learning
        questions = await self.learning.read_open(now, rules.shown)
        if not questions:
            return []
        policy = policy_of(settings)
        lines = "\n".join(
            self.voice.say(
                "learning.line",
                scope="operators",
                number=question.number,
                question=present_question(question.text, policy),
                people=question.people,
                times=question.times,
                day=question.last_at.astimezone(settings.zone).strftime("%m-%d"),
            )
            for question in questions
        )
        text = Text(self.voice.say("learning.digest", scope="operators", lines=lines))
        key = f"learning/{week}"
        letters = letters_to_operators(settings, key, text)
        for member_id in await self.learning.read_holders(rules.super_user_tags, now):
            if await self.choices.wants_promotion(member_id):
                letter = await owed_letter(
                    settings, self.roster, member_id, f"{key}/{member_id}", text
                )
                letters += [] if letter is None else [letter]
        return letters


def _last_due(settings: Settings, now: datetime) -> datetime:
    """The last instant, now or before, at which a letter was due, in local time."""
    rules = settings.persona.learning
    local = now.astimezone(settings.zone)
    days = (local.weekday() - list(Weekday).index(rules.digest_day)) % 7
    due = datetime.combine(
        local.date() - timedelta(days=days), rules.digest_at, tzinfo=settings.zone
    )
    return due if due <= local else due - _WEEK
