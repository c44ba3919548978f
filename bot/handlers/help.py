"""帮助: shows each person what he may do, and nothing else."""

from dataclasses import dataclass

from bot.handlers.speech import answer
from bot.persona.voice import Voice
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
        """The commands, in the order of the configuration; owners see theirs as well."""
        for_owners = {
            name for route in self.routes_of_others if route.owners_only for name in route.commands
        }
        lines: list[str] = []
        owner_lines: list[str] = []
        for name, shape in context.settings.commands.commands.items():
            line = f"{shape.words[0]}  {shape.help}"
            (owner_lines if name in for_owners else lines).append(line)
        if not context.is_owner:
            return answer(self.voice, context, "help.report", lines="\n".join(lines))
        return answer(
            self.voice,
            context,
            "help.owner_report",
            lines="\n".join(lines),
            owner_lines="\n".join(owner_lines),
        )
