"""What the clock asks for: nothing is kept without its author's yes, and nothing is forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.messages import Text
from bot.handlers.letters import letters_to_operators, owed_letter
from bot.members.roster import Roster
from bot.members.submissions.lane import Lapse, Remind
from bot.members.submissions.submission import Submission, SubmissionKind
from bot.members.submissions.submissions import Submissions
from bot.persona.voice import Voice
from bot.settings.schema.commands import CommandName
from bot.settings.settings import HasSettings, Settings

SWEEP_EVERY: Final = timedelta(hours=1)


@dataclass(slots=True)
class SubmissionJob:
    """Drops, reminds, and deletes pictures that a dead process has left.

    What is told is one write with what it tells of, so a crash repeats neither.
    """

    submissions: Submissions
    roster: Roster
    voice: Voice
    live: HasSettings
    name: str = "submissions"
    _swept_at: datetime | None = None

    async def run(self, now: datetime) -> None:
        """Do whatever is due."""
        settings = self.live.current
        if self._swept_at is None or now - self._swept_at >= SWEEP_EVERY:
            await self.submissions.sweep()
            self._swept_at = now
        due = await self.next_due(now)
        if due is None or due > now:
            return
        rules = settings.members.submissions
        for one in await self.submissions.read_lapsed(now - rules.consent_time):
            await self._drop(settings, one, now)
        waiting = await self.submissions.read_unreviewed(now - rules.review_time)
        if waiting:
            await self._remind(settings, waiting, now)

    async def next_due(self, _now: datetime) -> datetime | None:
        """When the next one lapses, or somebody is to be reminded."""
        return await self.submissions.next_due(self.live.current.members.submissions)

    async def _drop(self, settings: Settings, one: Submission, now: datetime) -> None:
        is_show = one.kind is SubmissionKind.SHOW
        name = CommandName.SUBMIT_SHOW if is_show else CommandName.SUBMIT_STORY
        text = self.voice.say(
            "submissions.dropped_letter",
            scope=f"member/{one.author_id}",
            name=await self.roster.read_name(one.author_id),
            number=one.number,
            hours=settings.members.submissions.consent_hours,
            word=_word(settings, name),
        )
        key = f"submission/{one.number}/dropped"
        letter = await owed_letter(
            settings, self.roster, one.author_id, key, Text(text), about=one.group_key
        )
        letters = () if letter is None else (letter,)
        await self.submissions.move(Lapse(one.number, letters, now))

    async def _remind(
        self, settings: Settings, waiting: tuple[Submission, ...], now: datetime
    ) -> None:
        numbers = tuple(one.number for one in waiting)
        text = self.voice.say(
            "submissions.staff_reminder",
            scope="operators",
            count=len(numbers),
            numbers=self.voice.say("list.comma", scope="operators").join(map(str, numbers)),
            hours=settings.members.submissions.review_hours,
            box=_word(settings, CommandName.SUBMISSIONS),
        )
        key = f"submissions/{numbers[0]}-{numbers[-1]}/waiting"
        letters = tuple(letters_to_operators(settings, key, Text(text)))
        await self.submissions.move(Remind(numbers, letters, now))


def _word(settings: Settings, name: CommandName) -> str:
    return settings.commands.commands[name].words[0]
