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

    ``button`` is the start of a tapped button's key. What is for ``owners_only`` is refused, with
    the reason, to whoever's stored role does not allow it, and in private chats unless it works
    ``in_private`` too; what is for ``members_only`` to whoever is in no group.

    A route that ``overhears`` is shown talk in a group that was not addressed to the bot as well,
    where the platform brings it; it passes unless it is sure.
    """

    name: str
    handle: Handle
    kind: EventKind = EventKind.TEXT
    commands: frozenset[CommandName] = field(default_factory=frozenset)
    button: str = ""
    owners_only: bool = False
    in_private: bool = False
    members_only: bool = False
    overhears: bool = False

    def fits(self, context: Context) -> bool:
        """Whether this route is for the event of ``context``."""
        kind = EventKind.TEXT if context.event.has_words else context.event.kind
        if kind is not self.kind:
            return False
        if self.commands:
            return context.invocation is not None and context.invocation.name in self.commands
        return context.invocation is None and context.event.button.startswith(self.button)


def command(name: CommandName, handle: Handle) -> Route:
    """The route of a command that everybody may use."""
    return Route(str(name), handle, commands=frozenset({name}))


def member_command(name: CommandName, handle: Handle) -> Route:
    """The route of a command for those who are in a group."""
    return Route(str(name), handle, commands=frozenset({name}), members_only=True)


def owner_command(name: CommandName, handle: Handle) -> Route:
    """The route of a command for owners and operators, in the group."""
    return Route(str(name), handle, commands=frozenset({name}), owners_only=True)


def staff_command(name: CommandName, handle: Handle) -> Route:
    """The route of a command for owners and operators, in the group and in private chats."""
    return Route(str(name), handle, commands=frozenset({name}), owners_only=True, in_private=True)
