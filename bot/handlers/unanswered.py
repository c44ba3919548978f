"""Noting a question that had no answer. For whoever answers questions."""

from datetime import timedelta
from typing import Final

from bot.members.people import Choice
from bot.persona.learning.learning import Learning
from bot.persona.learning.masking import mask_question
from bot.persona.learning.questions import Asked
from bot.pipeline.context import Context
from bot.rewards.days import community_date

SUGGESTION_OPEN: Final = timedelta(minutes=10)
"""So long what was suggested may be what was meant; until then the question does not count."""


async def note_unanswered(
    learning: Learning, context: Context, *, open_for: timedelta = timedelta()
) -> None:
    """The words of ``context`` ended in the fallback, or in suggestions that are ``open_for``.

    Nothing is noted of whoever wants nothing personal, nor of words that are no question. The
    same event again is noted once.
    """
    text = mask_question(context.event.text)
    if not text or Choice.IMPERSONAL in context.member.choices:
        return
    settings = context.settings
    rules = settings.persona.learning
    await learning.collect(
        Asked(
            key=context.event.key,
            member_id=context.member.member_id,
            group_key=context.group_key,
            text=text,
            at=context.event.at,
            on_date=community_date(context.now, settings.zone, settings.rewards.day_starts_at),
            counts_at=context.event.at + open_for,
            likeness=rules.likeness,
            most_open=rules.most_open,
        )
    )


async def note_answered(learning: Learning, context: Context) -> None:
    """The member found what he meant: the question of an open suggestion does not count."""
    await learning.settle(context.member.member_id, key=context.event.key, now=context.now)
