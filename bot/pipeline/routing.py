"""Which handler an event belongs to: a plain list of routes, the first that fits answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.core.events import EventKind
from bot.pipeline.context import Context, Outcome
from bot.settings.schema.commands import CommandName

Handle = Callable[[Context], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Route:
    """``commands`` for typed commands; ``kind`` alone for everything of that kind.

    ``button`` is the start of a tapped button's key. ``owners_only`` commands are refused, with
    the reason, to whoever's stored role does not allow them.
    """

    name: str
    handle: Handle
    kind: EventKind = EventKind.TEXT
    commands: frozenset[CommandName] = field(default_factory=frozenset)
    button: str = ""
    owners_only: bool = False

    def fits(self, context: Context) -> bool:
        """Whether this route is for the event of ``context``."""
        if context.event.kind is not self.kind:
            return False
        if self.commands:
            return context.invocation is not None and context.invocation.name in self.commands
        return context.invocation is None and context.event.button.startswith(self.button)


def command(name: CommandName, handle: Handle, *, owners_only: bool = False) -> Route:
    """The route of one command."""
    return Route(str(name), handle, commands=frozenset({name}), owners_only=owners_only)
