"""Short cut for questions that nothing of ours answers: the language model, if there is one.

It takes seconds, so the conversation goes on meanwhile. What it has no good answer to is answered
the way it would be without it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.core.messages import Text
from bot.handlers.letters import letters_to_operators
from bot.handlers.remembered import tell_fact
from bot.handlers.speech import answer, words
from bot.members.memory.memory import Memory
from bot.members.people import Choice
from bot.persona.knowledge.base import Hit
from bot.persona.model.question import (
    Attacked,
    Down,
    Dropped,
    Engaged,
    Muted,
    OverBudget,
    Question,
    Said,
    Source,
    Thought,
)
from bot.persona.model.thinker import Thinker
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Reply, Show, Slow
from bot.rewards.days import community_date, day_begins_at
from bot.settings.schema.members import Act

Honest = Callable[[Context], Awaitable[Reply]]
"""Says that nothing is known."""

BY_MODEL = "answered by the model"
"""What the record of the question says."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """The way to the model and back."""

    voice: Voice
    thinker: Thinker
    memory: Memory

    async def about(self, context: Context, near: Sequence[Hit], honest: Honest) -> Slow | Reply:
        """An answer to the question of ``context``; ``near`` is what is known of it, if anything.

        ``honest`` answers without a model.
        """
        if not self.thinker.is_there or Choice.STEPPED_OUT in context.member.choices:
            return await honest(context)

        async def work(show: Show) -> Reply:
            question = await self._question(context, near)
            thought = await self.thinker.answer(question, show)
            return await self._tell(context, thought, honest)

        return Slow(work)

    async def _tell(self, context: Context, thought: Thought, honest: Honest) -> Reply:
        match thought:
            case Said(text):
                return Reply(Text(text)).doing(Act.QUESTION, BY_MODEL)
            case Dropped() | Down():
                return await honest(context)
            case Attacked():
                return self._refuse(context, thought)
            case Muted(until):
                return answer(self.voice, context, "model.muted", at=_hour(context, until))
            case OverBudget(until):
                return answer(self.voice, context, "model.over_budget", at=_hour(context, until))
            case Engaged():
                return answer(self.voice, context, "model.busy")
        assert_never(thought)

    async def _question(self, context: Context, near: Sequence[Hit]) -> Question:
        event, settings, member = context.event, context.settings, context.member
        starts = settings.rewards.day_starts_at
        on_date = community_date(context.now, settings.zone, starts)
        personal = Choice.IMPERSONAL not in member.choices
        return Question(
            key=event.key,
            conversation=context.scope,
            member_id=member.member_id,
            group_key=context.group_key,
            text=event.text,
            now=context.now,
            on_date=on_date,
            day_ends=day_begins_at(on_date + timedelta(days=1), settings.zone, starts),
            brand=settings.bot.brand.name,
            persona=context.persona,
            quote=event.quote,
            near=tuple(
                Source(hit.entry.key, f"{hit.entry.question} {hit.entry.answer}") for hit in near
            ),
            facts=await self._facts(context) if personal else (),
            personal=personal,
        )

    async def _facts(self, context: Context) -> tuple[Source, ...]:
        """What the member has told about himself, in words."""
        held = await self.memory.read(context.member.member_id, context.now)
        return tuple(
            Source(one.statement.fact.type, tell_fact(self.voice, context, one.statement.fact))
            for one in held
        )

    def _refuse(self, context: Context, attacked: Attacked) -> Reply:
        """A friendly no; the operators are told of the one attack that was too many."""
        reply = answer(self.voice, context, "model.attack")
        if attacked.until is None:
            return reply
        limits = context.settings.bot.model
        notice = words(
            self.voice,
            context,
            "model.attack_notice",
            group=context.group.name,
            attacks=0 if limits is None else limits.limits.attacks_a_day,
            at=_hour(context, attacked.until),
        )
        key = f"{context.event.key}/attacks"
        letters = letters_to_operators(context.settings, key, Text(notice), about=context.group)
        return Reply(reply.answer, tuple(letters))


def _hour(context: Context, instant: datetime) -> str:
    return instant.astimezone(context.settings.zone).strftime("%m-%d %H:%M")
