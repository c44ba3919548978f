"""我的记忆, 忘记, 记住: what is remembered of a member, in his own hands.

Remembering itself is written with the end of the event, whoever answers it; here it is told.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import MemberId
from bot.core.text import fold, normalise, split_number
from bot.handlers.remembered import remembered_lines, tell_fact
from bot.handlers.speech import answer, comma_list, in_private, words
from bot.members.memory.memory import Memory, Remembered
from bot.members.memory.recognition import Fact, read_facts
from bot.members.memory.remarks import show
from bot.members.people import Choice
from bot.members.submissions.submissions import Submissions
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Pass, Reply
from bot.pipeline.routing import Route, command
from bot.pipeline.statements import statements_of
from bot.settings.schema.commands import CommandName


@dataclass(frozen=True, slots=True)
class MemoryHandlers:
    """What is remembered of a member."""

    voice: Voice
    memory: Memory
    forget_talk: Callable[[MemberId], None]
    """Forgets what was lately said with a member, where a model was shown it."""

    submissions: Submissions

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic, and plain statements; others' words are passed on."""
        return (
            command(CommandName.MY_MEMORY, self.show),
            command(CommandName.FORGET, self.forget),
            command(CommandName.FORGET_ALL, self.forget_all),
            command(CommandName.REMEMBER, self.remember),
            Route("memory", self.hear),
        )

    async def hear(self, context: Context) -> Outcome:
        """Words that only state something about himself, or that want to teach us something."""
        said = fold(context.event.text)
        asked = context.settings.commands.commands[CommandName.REMEMBER].words
        if said.startswith(tuple(fold(word) for word in asked)):
            return await self.remember(context)
        if not read_facts(context.settings.members.memory, context.event.text).whole:
            return Pass()
        facts = [statement.fact for statement in statements_of(context)]
        return self._noted(context, facts) if facts else Pass()

    async def remember(self, context: Context) -> Outcome:
        """记住 我是干皮: what of it can be remembered is; instructions never are."""
        if Choice.IMPERSONAL in context.member.choices:
            return answer(self.voice, context, "memory.off")
        facts = [statement.fact for statement in statements_of(context)]
        if facts:
            return self._noted(context, facts)
        return answer(self.voice, context, "memory.not_like_that", types=self._types(context))

    async def show(self, context: Context) -> Outcome:
        """我的记忆: everything that is remembered of him, numbered, to himself alone."""
        if Choice.IMPERSONAL in context.member.choices:
            return answer(self.voice, context, "memory.off")
        held = await self.memory.read(context.member.member_id, context.now)
        if not held:
            return answer(self.voice, context, "memory.empty", types=self._types(context))
        lines = remembered_lines(self.voice, context, held)
        told = words(self.voice, context, "memory.sent")
        return in_private(context, words(self.voice, context, "memory.list", lines=lines), told)

    async def forget(self, context: Context) -> Outcome:
        """忘记 2, 忘记 肤质, 忘记 全部."""
        typed = normalise(context.invocation.words if context.invocation else "")
        if self._means_all(context, typed):
            return await self.forget_all(context)
        held = await self.memory.read(context.member.member_id, context.now)
        place = self._place(context, held, typed)
        if place is None:
            return answer(self.voice, context, "memory.forget_form")
        types = await self.memory.forget(
            context.member.member_id, key=context.event.key, at=context.event.at, place=place
        )
        self.forget_talk(context.member.member_id)
        if not types:
            return answer(self.voice, context, "memory.not_there")
        names = comma_list(self.voice, context, (_name(context, key) for key in types))
        return answer(self.voice, context, "memory.forgotten", types=names)

    async def forget_all(self, context: Context) -> Outcome:
        """忘记全部, 删除记忆: at once, and what was said before is not remembered later either.

        What he has sent in is his as well: it is withdrawn.
        """
        member_id = context.member.member_id
        await self.memory.forget(member_id, key=context.event.key, at=context.event.at)
        self.forget_talk(member_id)
        numbers = await self.submissions.withdraw_all(
            member_id, key=context.event.key, at=context.now
        )
        if numbers:
            return answer(self.voice, context, "memory.forgotten_more", count=len(numbers))
        return answer(self.voice, context, "memory.forgotten_all")

    def _noted(self, context: Context, facts: Iterable[Fact]) -> Reply:
        told = comma_list(
            self.voice, context, (tell_fact(self.voice, context, fact) for fact in facts)
        )
        return answer(self.voice, context, "memory.noted", facts=told)

    def _types(self, context: Context) -> str:
        types = context.settings.members.memory.types
        return comma_list(self.voice, context, (kind.name for kind in types))

    def _means_all(self, context: Context, typed: str) -> bool:
        """Whether 忘记 with these words is the same as the command for everything."""
        word = fold(context.word(CommandName.FORGET))
        everything = context.settings.commands.commands[CommandName.FORGET_ALL].words
        return bool(typed) and word + fold(typed) in {fold(one) for one in everything}

    def _place(self, context: Context, held: tuple[Remembered, ...], typed: str) -> int | None:
        """The place that was named by its number or its type; None when it names neither."""
        numbered = split_number(typed)
        if numbered is not None and not numbered[1]:
            return numbered[0]
        named = (one.place for one in held if _name(context, one.statement.fact.type) == typed)
        return next(named, None)


@dataclass(frozen=True, slots=True)
class MemoryJob:
    """Deletes what has been remembered for long enough."""

    memory: Memory
    name: str = "memory"

    async def run(self, now: datetime) -> None:
        """Delete it if there is any."""
        end = await self.memory.next_end()
        if end is not None and end <= now:
            await self.memory.sweep(now)

    async def next_due(self, _now: datetime) -> datetime | None:
        """When the next fact has been kept for long enough."""
        return await self.memory.next_end()


def _name(context: Context, key: str) -> str:
    return show(context.settings.members.memory, Fact(key, "")).name
