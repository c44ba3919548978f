"""Who are you, what can you do, are you a bot, and every other question."""

from dataclasses import dataclass

from bot.core.events import EventKind
from bot.core.messages import HandOver, Message, Outgoing, Target, TargetKind, Text
from bot.core.text import fold
from bot.handlers.letters import letters_to_operators
from bot.handlers.speech import answer, words
from bot.persona.knowledge import index_of
from bot.persona.voice import Voice
from bot.pipeline.commands import CommandWords
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, command
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act

ABOUT_ITSELF = (CommandName.ARE_YOU_A_BOT, CommandName.WHO, CommandName.ABILITIES)
"""Questions about the bot itself; they are recognised inside a longer sentence as well."""

SHORT_QUESTION = 30
"""Characters up to which a sentence that contains such a question is taken as that question."""


@dataclass(frozen=True, slots=True)
class AskHandlers:
    """Questions."""

    voice: Voice

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic, and last of all whatever else was said."""
        return (
            command(CommandName.WHO, self.about),
            command(CommandName.ABILITIES, self.about),
            command(CommandName.ARE_YOU_A_BOT, self.about),
            command(CommandName.HUMAN, self.human),
            Route("ask", self.ask),
            Route("media", self.unseen, kind=EventKind.MEDIA),
        )

    async def about(self, context: Context) -> Outcome:
        """你是谁, 你能做什么, 你是机器人吗: true answers from the card."""
        assert context.invocation is not None, "routed by its command"
        return self._about(context, context.invocation.name)

    async def human(self, context: Context) -> Outcome:
        """人工: tells the operators, with the words as typed."""
        group = context.group
        text = words(self.voice, context, "human.notice", group=group.name, text=context.event.text)
        key = f"{context.event.key}/human"
        notices = letters_to_operators(context.settings, key, Text(text), about=group)
        called: Message = Text(words(self.voice, context, "human.called"))
        table = context.settings.table(context.event.channel)
        if table.hands_over and table.answers_in_request:
            called = HandOver(text)
        elif table.hands_over:
            person = Target(TargetKind.PERSON, context.event.user_id)
            key = f"{context.event.key}/hand_over"
            notices.append(Outgoing(key, context.event.channel, person, HandOver(text)))
        return Reply(called, tuple(notices))

    async def unseen(self, context: Context) -> Outcome:
        """A picture, a voice without its transcript, a file: said openly that we cannot see it.

        Nothing of it is fetched or kept: there is no purpose for it that anybody consented to.
        """
        return answer(self.voice, context, "ask.unseen")

    async def ask(self, context: Context) -> Outcome:
        """A question: from the card, from the knowledge base, or honestly not at all.

        Before that last step it is told which command it may be about.
        """
        about = self._asks_about(context)
        if about is not None:
            return self._about(context, about).doing(Act.QUESTION, str(about))
        settings = context.settings
        found = index_of(settings.knowledge).find(context.event.text)
        if found is not None and found.score >= settings.persona.knowledge.floor:
            text = found.item.answer
            reply = answer(self.voice, context, "ask.answer", answer=text)
            return reply.doing(Act.QUESTION, found.item.key)
        meant = CommandWords(settings.commands).guess(context.event.text)
        if meant is not None:
            shape = settings.commands.commands[meant]
            reply = answer(self.voice, context, "ask.meant", word=shape.words[0], help=shape.help)
            return reply.doing(Act.QUESTION, f"meant {meant}")
        return answer(self.voice, context, "ask.fallback").doing(Act.QUESTION, "not known")

    def _asks_about(self, context: Context) -> CommandName | None:
        asked = fold(context.event.text)
        if len(asked) > SHORT_QUESTION:
            return None
        commands = context.settings.commands.commands
        for name in ABOUT_ITSELF:
            if any(fold(word) in asked for word in commands[name].words):
                return name
        return None

    def _about(self, context: Context, name: CommandName) -> Reply:
        persona = context.settings.persona
        return answer(
            self.voice,
            context,
            f"persona.{name}",
            persona=persona.name,
            label=persona.label,
            who=persona.who,
            what=persona.what,
            value=persona.value,
            brand=context.settings.bot.brand.name,
        )
