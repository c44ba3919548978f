"""What was learned, as entries of the knowledge base: as new as a few seconds.

The same tuple is given as long as nothing has changed, so the base that is built from it can be
kept by it. Another process's adoption is seen with the next look.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.persona.knowledge.base import Entry
from bot.persona.learning.answering import READ_ANSWERS, answer_of
from bot.persona.learning.masking import present_question
from bot.persona.learning.questions import OfferedAnswer
from bot.settings.policy import policy_of
from bot.settings.settings import Settings
from bot.store.db import Store
from bot.wording.policy import Policy

LOOK_EVERY: Final = timedelta(seconds=3)

KEY_PREFIX: Final = "learned-"
"""What the key of a learned entry begins with; the question's number follows."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found, and what the entries were made of beside it."""

    at: datetime
    answers: tuple[OfferedAnswer, ...]
    policy: Policy
    source: str


class Learned:
    """The adopted answers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._look: _Look | None = None
        self._again = False
        self._entries: tuple[Entry, ...] = ()
        self.version = 0
        """Grows whenever the entries are others than before."""

    async def entries(self, settings: Settings, now: datetime) -> tuple[Entry, ...]:
        """The adopted answers, looked for at most every few seconds; the first learned first."""
        policy, source = policy_of(settings), settings.persona.learning.source
        last = self._look
        fresh = last is not None and timedelta() <= now - last.at < LOOK_EVERY and not self._again
        answers = last.answers if last is not None and fresh else await self._read()
        look = _Look(last.at if last is not None and fresh else now, answers, policy, source)
        self._again = False
        if last is None or (last.answers, last.policy, last.source) != (answers, policy, source):
            self._entries = tuple(entry_of(answer, policy, source) for answer in answers)
            self.version += 1
        self._look = look
        return self._entries

    def look_again(self) -> None:
        """Read anew at the next asking: something was just adopted or retracted here."""
        self._again = True

    async def _read(self) -> tuple[OfferedAnswer, ...]:
        rows = await self._store.read(
            f"{READ_ANSWERS} WHERE l.state = 'adopted' ORDER BY l.decided_at, l.id"
        )
        return tuple(answer_of(row) for row in rows)


def entry_of(answer: OfferedAnswer, policy: Policy, source: str) -> Entry:
    """An adopted answer as an entry. What is shown of its question is what we may say."""
    question = present_question(answer.question, policy)
    also = answer.ways if question == answer.question else (answer.question, *answer.ways)
    return Entry(f"{KEY_PREFIX}{answer.number}", question, also, answer.answer, source)
