"""The weekly letter: that it was sent is written in one step with its messages, once a week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.core.messages import Outgoing
from bot.outbox.enqueue import enqueue_all
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import to_micros
from bot.store.lane import Lane

_MARK: Final = "INSERT INTO post_letter (week, at) VALUES (?, ?) ON CONFLICT (week) DO NOTHING"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent at ``now`` in the week that begins on ``week``."""

    week: date
    outgoings: tuple[Outgoing, ...]
    now: datetime


class PostLetters:
    """The letters of all weeks."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._letters: Lane[Letter, bool] = store.lane("post letters", apply_letters)

    async def was_sent(self, week: date) -> bool:
        """Whether the letter of the week that begins on ``week`` was sent."""
        rows = await self._store.read(
            "SELECT 1 AS sent FROM post_letter WHERE week = ?", [week.isoformat()]
        )
        return bool(rows)

    async def send(self, letter: Letter) -> bool:
        """Send it; False when that week's was sent before, by whichever process."""
        return await self._letters.submit(letter)


def apply_letters(connection: Connection, letters: Sequence[Letter]) -> list[bool]:
    """The lane: who marks the week first sends its letter."""
    return [_apply_letter(connection, letter) for letter in letters]


def _apply_letter(connection: Connection, letter: Letter) -> bool:
    marked = connection.execute(_MARK, (letter.week.isoformat(), to_micros(letter.now))).rowcount
    if marked:
        enqueue_all(connection, [(outgoing, letter.now) for outgoing in letter.outgoings])
    return bool(marked)
