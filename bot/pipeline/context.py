"""What a handler is given and what it gives back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.events import Event, Place
from bot.core.ids import GroupKey
from bot.core.messages import Message, Outgoing
from bot.members.people import Role, Standing
from bot.pipeline.commands import Invocation
from bot.settings.schema.bot import Group
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act
from bot.settings.schema.persona import PersonaFile
from bot.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Context:
    """One event with everything that decides about it, fixed at its start.

    ``group`` is the group it happened in or is about; for private chats the first group in which
    the person is (of someone in none, the first of the brand). ``invocation`` is the command, if
    any. ``overheard`` tells that it is talk in a group that was not addressed to the bot: silence
    is the default then.
    """

    event: Event
    settings: Settings
    group: Group
    member: Standing
    realm: str
    now: datetime
    invocation: Invocation | None = None
    overheard: bool = False

    @property
    def group_key(self) -> GroupKey:
        """The group's key, typed."""
        return GroupKey(self.group.key)

    @property
    def is_of_group(self) -> bool:
        """Whether it happened in the group, or on the group's page."""
        return bool(self.event.group) or self.event.conversation.place is Place.GROUP

    @property
    def persona(self) -> PersonaFile:
        """Who speaks in the group."""
        return self.settings.persona_of(self.group)

    @property
    def scope(self) -> str:
        """The conversation, for texts that shall not repeat themselves."""
        return f"{self.event.channel}/{self.event.conversation.chat_id}"

    @property
    def is_owner(self) -> bool:
        """Whether the person's stored role lets him command here."""
        return self.member.role in (Role.OWNER, Role.OPERATOR)

    def word(self, name: CommandName) -> str:
        """How a command is typed in this configuration."""
        return self.settings.commands.commands[name].words[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler wants to happen, to be written in one step with the event's end.

    ``answer`` goes to who asked, in his conversation. ``posts`` go elsewhere; their keys carry the
    event's. ``act`` is what the member did, if it is more than having typed a command.
    ``forgets``: what he wrote is not kept with the event (an address).
    """

    answer: Message | None = None
    posts: tuple[Outgoing, ...] = ()
    act: Act | None = None
    detail: str = ""
    forgets: bool = False

    def doing(self, act: Act, detail: str = "") -> "Reply":
        """The same reply, to be counted as ``act`` of the member."""
        return replace(self, act=act, detail=detail)


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody answered, and why: silence is a result like any other."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pass:
    """Not mine after all: the next route that fits is asked."""


Show = Callable[[str], None]
"""Shows the beginning of an answer where answers may begin before they are known."""


@dataclass(frozen=True, slots=True)
class Slow:
    """The answer takes seconds: ``work`` finds it while the conversation goes on.

    Whoever asked is answered later, or in the stream. After a crash ``work`` is done again.
    """

    work: Callable[[Show], Awaitable[Reply]]


Outcome = Reply | Nobody | Pass | Slow
"""What a handler says of an event."""

Ending = Reply | Nobody
"""What an event ends with."""
