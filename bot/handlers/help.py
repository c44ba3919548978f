"""帮助: shows each person what he may do, by what he wants, and how one of it is done."""

from dataclasses import dataclass

from bot.core.text import normalise
from bot.handlers.speech import answer, comma_list, words
from bot.persona.voice import Voice
from bot.pipeline.commands import command_words
from bot.pipeline.context import Context, Outcome
from bot.pipeline.routing import Route, command
from bot.settings.schema.commands import CommandName


@dataclass(frozen=True, slots=True)
class HelpHandlers:
    """``routes_of_others`` are all other routes; what they need decides what is shown."""

    voice: Voice
    routes_of_others: tuple[Route, ...]

    def routes(self) -> tuple[Route, ...]:
        """The command of this topic."""
        return (command(CommandName.HELP, self.help),)

    async def help(self, context: Context) -> Outcome:
        """帮助: the commands; 帮助 签到: how that one is used."""
        typed = normalise(context.invocation.words if context.invocation else "")
        if typed:
            return self._explain(context, typed)
        for_owners = self._for_owners()
        everybody = [name for name in context.settings.commands.commands if name not in for_owners]
        lines = self._lines(context, everybody)
        if not context.is_owner:
            return answer(self.voice, context, "help.report", lines=lines)
        owners = [name for name in context.settings.commands.commands if name in for_owners]
        return answer(
            self.voice,
            context,
            "help.owner_report",
            lines=lines,
            owner_lines=self._lines(context, owners),
        )

    def _explain(self, context: Context, typed: str) -> Outcome:
        reading = command_words(context.settings.commands)
        invocation = reading.read(typed)
        name = reading.guess(typed) if invocation is None else invocation.name
        if name is None or (name in self._for_owners() and not context.is_owner):
            return answer(self.voice, context, "help.unknown", typed=typed)
        shape = context.settings.commands.commands[name]
        listed = comma_list(self.voice, context, shape.words)
        return answer(self.voice, context, "help.one", words=listed, help=shape.help)

    def _lines(self, context: Context, names: list[CommandName]) -> str:
        """A line for everything that one can want, in the order of the configuration."""
        by_want: dict[str, list[str]] = {}
        for name in names:
            want = context.settings.commands.commands[name].want
            by_want.setdefault(want, []).append(context.word(name))
        others = by_want.pop("", None)
        if others:
            by_want[words(self.voice, context, "help.others")] = others
        sign = words(self.voice, context, "list.comma")
        return "\n".join(
            words(self.voice, context, "help.line", want=want, words=sign.join(listed))
            for want, listed in by_want.items()
        )

    def _for_owners(self) -> frozenset[CommandName]:
        return frozenset(
            name for route in self.routes_of_others if route.owners_only for name in route.commands
        )
