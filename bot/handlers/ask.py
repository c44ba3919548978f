"""Who are you, what can you do, are you a bot, and every other question."""

from dataclasses import dataclass, field, replace

from bot.core.events import EventKind
from bot.core.messages import Text
from bot.core.text import fold
from bot.handlers.calling_names import CallingNames
from bot.handlers.near import offer_near, taken
from bot.handlers.remembered import remembered_line
from bot.handlers.speech import answer, voice_in
from bot.handlers.thinking import Thinking
from bot.handlers.unanswered import SUGGESTION_OPEN, note_answered, note_unanswered
from bot.members.memory.memory import Memory
from bot.persona.answering import (
    AboutItself,
    Found,
    House,
    InKnowledge,
    Unknown,
    find_answer,
    speak,
)
from bot.persona.knowledge.base import Hit
from bot.persona.knowledge.offers import Offers
from bot.persona.knowledge.shelf import Shelf
from bot.persona.learning.learned import Learned
from bot.persona.learning.learning import Learning
from bot.persona.voice import Voice
from bot.pipeline.commands import command_words
from bot.pipeline.context import Context, Outcome, Pass, Reply
from bot.pipeline.routing import Route, command
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act

SPARE = 2
"""Characters by which a slip of a command may be longer than its word."""

SURELY = 1.0
"""The score of an entry that was chosen from a list."""


@dataclass(frozen=True, slots=True)
class AskHandlers:
    """Questions, by the road that answers them: card, knowledge, model, honest fallback."""

    voice: Voice
    memory: Memory
    learning: Learning
    learned: Learned
    thinking: Thinking
    names: CallingNames
    shelf: Shelf = field(default_factory=Shelf)
    offers: Offers = field(default_factory=Offers)

    def first_routes(self) -> tuple[Route, ...]:
        """Before all other talk: the number of a question that was offered to this person."""
        return (Route("offered", self.offered),)

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic, and last of all whatever else was said."""
        return (
            command(CommandName.WHO, self.about),
            command(CommandName.ABILITIES, self.about),
            command(CommandName.ARE_YOU_A_BOT, self.about),
            Route("ask", self.ask, overhears=True),
            Route("media", self.unseen, kind=EventKind.MEDIA),
        )

    async def about(self, context: Context) -> Outcome:
        """你是谁, 你能做什么, 你是机器人吗: true answers from the card."""
        assert context.invocation is not None, "routed by its command"
        found = AboutItself(context.invocation.name)
        return await self._speak(context, found, await self._house(context))

    async def unseen(self, context: Context) -> Outcome:
        """A picture, a voice without its transcript, a file: said openly that we cannot see it.

        Nothing of it is fetched or kept: there is no purpose for it that anybody consented to.
        """
        return answer(self.voice, context, "ask.unseen")

    async def offered(self, context: Context) -> Outcome:
        """The answer to the question whose number was given; a running game may mean others."""
        chosen = taken(self.offers, context)
        if chosen is None:
            return Pass()
        found = InKnowledge(Hit(chosen, SURELY, chosen.question))
        return await self._tell(context, found, await self._house(context))

    async def ask(self, context: Context) -> Outcome:
        """A question: by the first road that surely answers it, or honestly not at all.

        Of talk that was not addressed to the bot only a question with a sure answer is answered.
        """
        house = await self._house(context)
        found = find_answer(context.event.text, house)
        if context.overheard and not isinstance(found, InKnowledge):
            return Pass()
        if isinstance(found, Unknown):
            return await self._unknown(context, found.near)
        if isinstance(found, InKnowledge):
            return await self._tell(context, found, house)
        return await self._speak(context, found, house)

    async def _tell(self, context: Context, found: InKnowledge, house: House) -> Reply:
        """What is known, and the one remembered fact that belongs to it, if there is one."""
        reply = await self._speak(context, found, house)
        await note_answered(self.learning, context)
        topic = found.hit.entry.key
        line = await remembered_line(self.memory, self.voice, context, topic=topic)
        if not line or not isinstance(reply.answer, Text):
            return reply
        return replace(reply, answer=Text(f"{reply.answer.text}\n{line}"))

    async def _house(self, context: Context) -> House:
        settings = context.settings
        learned = await self.learned.entries(settings, context.now)
        return House(
            persona=context.persona,
            brand=settings.bot.brand.name,
            knowledge=await self.shelf.base(settings, learned),
            commands=settings.commands,
        )

    async def _speak(self, context: Context, found: Found, house: House) -> Reply:
        """The words for what was found, counted in the register that it was said in."""
        voice = voice_in(self.voice, context)
        name = await self.names.of(context)
        spoken = speak(found, house, voice, scope=context.scope, name=name)
        assert spoken is not None, "whatever was found can be said"
        detail = f"{spoken.register}: {spoken.topic}"
        return Reply(Text(spoken.text)).doing(Act.QUESTION, detail)

    async def _unknown(self, context: Context, near: tuple[Hit, ...]) -> Outcome:
        """What it may be about: a command, or else the model is asked.

        A sentence that names a command is a question about something all the same, if any that is
        known comes near to it.
        """
        meant = command_words(context.settings.commands).guess(context.event.text)
        if meant is not None and (not near or _is_hardly_more(context, meant)):
            shape = context.settings.commands.commands[meant]
            await note_unanswered(self.learning, context, open_for=SUGGESTION_OPEN)
            reply = answer(self.voice, context, "ask.meant", word=shape.words[0], help=shape.help)
            return reply.doing(Act.QUESTION, f"meant {meant}")

        async def honest(context: Context) -> Reply:
            return await self._honest(context, near)

        return await self.thinking.about(context, near, honest)

    async def _honest(self, context: Context, near: tuple[Hit, ...]) -> Reply:
        """That it is not known, and kept for somebody who knows; or what may have been meant."""
        if near:
            await note_unanswered(self.learning, context, open_for=SUGGESTION_OPEN)
            return offer_near(self.voice, self.offers, context, near)
        await note_unanswered(self.learning, context)
        return answer(self.voice, context, "ask.fallback").doing(Act.QUESTION, "not known")


def _is_hardly_more(context: Context, name: CommandName) -> bool:
    """Whether the message is hardly longer than the words for a command."""
    longest = max(map(len, context.settings.commands.commands[name].words))
    return len(fold(context.event.text)) <= longest + SPARE
