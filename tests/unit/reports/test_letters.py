"""The weekly letter is sent by whoever marks its week first, in one step with the mark."""

from datetime import date

from bot.core.ids import ChannelKey
from bot.core.messages import Outgoing, Target, TargetKind, Text
from bot.reports.letters import Letter, PostLetters
from bot.store.db import Store

from .support import START

WEEK = date(2026, 11, 2)


def letter(key: str, week: date = WEEK) -> Letter:
    target = Target(TargetKind.PERSON, "operator")
    return Letter(week, (Outgoing(key, ChannelKey("app"), target, Text("周报")),), START)


async def test_of_two_letters_of_a_week_only_the_first_is_sent(store: Store) -> None:
    letters = PostLetters(store)

    assert not await letters.was_sent(WEEK)
    assert await letters.send(letter("first"))
    assert not await letters.send(letter("second"))
    assert await letters.was_sent(WEEK)
    assert await letters.send(letter("third", date(2026, 11, 9)))

    rows = await store.read("SELECT key FROM outbox ORDER BY id")
    assert [row["key"] for row in rows] == ["first", "third"]
