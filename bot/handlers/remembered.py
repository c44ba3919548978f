"""Shared ways of speaking about what is remembered of a member."""

from collections.abc import Iterable

from bot.handlers.speech import local_day, words
from bot.members.memory.memory import Memory, Remembered
from bot.members.memory.recognition import Fact
from bot.members.memory.remarks import choose_remark, show
from bot.persona.voice import Voice
from bot.pipeline.context import Context
from bot.pipeline.statements import statements_of
from bot.rewards.days import community_date


async def remembered_line(memory: Memory, voice: Voice, context: Context, *, topic: str) -> str:
    """The one remembered fact that the answer ``topic`` (a knowledge key) may mention, or nothing.

    It is a sentence to be said behind the answer. What the member speaks about in this very
    message is not held up to him as a memory.
    """
    rules, settings = context.settings.members.memory, context.settings
    if all(topic not in remark.topics for remark in rules.remarks):
        return ""
    held = await memory.read(context.member.member_id, context.now)
    recalled = choose_remark(
        rules,
        [one.statement.fact for one in held],
        topic=topic,
        today=community_date(context.now, settings.zone, settings.rewards.day_starts_at),
        except_for=frozenset(statement.fact.type for statement in statements_of(context)),
    )
    if recalled is None:
        return ""
    return words(voice, context, "memory.recalled", fact=recalled.told, remark=recalled.text)


def remembered_lines(voice: Voice, context: Context, held: Iterable[Remembered]) -> str:
    """A line for each fact, with its number, when it was said, and until when it is kept."""
    return "\n".join(
        words(
            voice,
            context,
            "memory.line",
            number=one.place,
            fact=tell_fact(voice, context, one.statement.fact),
            day=local_day(context, one.statement.at),
            until=local_day(context, one.statement.expires_at),
        )
        for one in held
    ) or words(voice, context, "memory.none")


def tell_fact(voice: Voice, context: Context, fact: Fact) -> str:
    """A fact in words: 肤质：干皮."""
    shown = show(context.settings.members.memory, fact)
    return words(voice, context, "memory.fact", type=shown.name, value=shown.value)
