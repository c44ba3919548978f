"""From a stored event to its outcome: who is it, may he, and whose is it."""

from collections.abc import Mapping, Sequence

from bot.core.clock import Clock
from bot.core.events import Event, EventKind, Place
from bot.core.ids import ChannelKey, GroupKey
from bot.core.messages import Text
from bot.core.ports import Hears
from bot.members.choices import Choices
from bot.members.people import Standing
from bot.persona.voice import Voice
from bot.pipeline.commands import RIGHTS, Invocation, command_words
from bot.pipeline.context import Context, Nobody, Outcome, Pass, Reply
from bot.pipeline.guards import FloodGate
from bot.pipeline.routing import Route
from bot.settings.schema import channels
from bot.settings.schema.bot import Group
from bot.settings.settings import HasSettings, Settings


def realm_of(settings: Settings, channel: ChannelKey) -> str:
    """The company or account within which the channel's user ids are unique."""
    return channels.realm_of(settings.bot.channels[channel], settings.bot.channels)


def group_of(settings: Settings, event: Event) -> Group | None:
    """The configured group an event happened in or is about, by its key or any of its chat ids."""
    if event.group:
        return settings.group(GroupKey(event.group))
    if event.conversation.place is Place.PRIVATE:
        return None
    here = (event.channel, event.conversation.chat_id)
    for group in settings.bot.groups:
        for address in (group.hears, group.roster, group.posts):
            if address is not None and (address.channel, address.chat_id) == here:
                return group
    return None


def _group(settings: Settings, standing: Standing) -> Group:
    known = None if standing.group_key is None else settings.group(standing.group_key)
    return known or settings.bot.groups[0]


class Dispatcher:
    """Finds the route of an event and asks it. Reads only; what follows is for the completion."""

    def __init__(
        self,
        *,
        live: HasSettings,
        voice: Voice,
        clock: Clock,
        routes: Sequence[Route],
        hears: Mapping[ChannelKey, Hears],
        choices: Choices,
    ) -> None:
        self._live = live
        self._voice = voice
        self._clock = clock
        self._routes = routes
        self._hears = hears
        self._choices = choices
        self._flood = FloodGate()

    async def dispatch(self, event: Event, standing: Standing) -> tuple[Context, str, Outcome]:
        """The outcome of an event, its context and the name of the route that gave it.

        Raises what the handler raises; nothing has been answered then.
        """
        context = self.context(event, standing)
        early = self._guard(context)
        if early is not None:
            return context, "guard", early
        for route in self._routes:
            if not route.fits(context) or (context.overheard and not route.overhears):
                continue
            refusal = self._refusal(route, context)
            if refusal is not None:
                return context, f"{route.name} refused", refusal
            outcome = await route.handle(context)
            if not isinstance(outcome, Pass):
                return context, route.name, outcome
        if context.overheard:
            return context, "nobody", Nobody("talk that was not addressed to the bot")
        return context, "nobody", Nobody("no route for this kind of event")

    def context(self, event: Event, standing: Standing) -> Context:
        """The event with everything that decides about it, as of now."""
        settings, now = self._live.current, self._clock.now()
        invocation = self._read(settings, event)
        return Context(
            event=event,
            settings=settings,
            group=_group(settings, standing),
            member=self._choices.up_to_date(standing, now),
            realm=realm_of(settings, event.channel),
            now=now,
            invocation=invocation,
            overheard=invocation is None and self._is_overheard(event),
        )

    @staticmethod
    def _read(settings: Settings, event: Event) -> Invocation | None:
        return command_words(settings.commands).read(event.text) if event.has_words else None

    def _guard(self, context: Context) -> Outcome | None:
        """An outcome for what no handler shall see, or None."""
        event, member = context.event, context.member
        if context.is_of_group and group_of(context.settings, event) is None:
            return Nobody("a group that is not in bot.yaml")
        if event.user_id in context.settings.bot.own_user_ids:
            return Nobody("one of our own")
        if member.blocked:
            return Nobody("blocked")
        if event.kind in (EventKind.TEXT, EventKind.CHOSE, EventKind.MEDIA):
            return self._guard_words(context)
        return None

    def _guard_words(self, context: Context) -> Outcome | None:
        member, invocation = context.member.member_id, context.invocation
        if invocation is not None and invocation.name in RIGHTS:
            return None  # whoever is annoyed types fast
        if self._flood.is_flooding(member, context.event.at):
            if not self._flood.should_warn(member, context.event.at):
                return Nobody("flood")
            voice = self._voice.speaking_as(context.persona)
            words = voice.say("refused.flood", scope=context.scope, name=context.member.name)
            return Reply(Text(words))
        return None

    def _is_overheard(self, event: Event) -> bool:
        """Whether it may be talk among members, on a channel that hears that too."""
        return (
            event.has_words
            and event.conversation.place is Place.GROUP
            and self._hears.get(event.channel) is Hears.EVERYTHING
        )

    def _refusal(self, route: Route, context: Context) -> Reply | None:
        """Why the person may not use the route, in words; None when he may."""
        if route.members_only and not context.member.in_group:
            template = "refused.not_member"
        elif route.owners_only and not (route.in_private or context.is_of_group):
            template = "refused.only_in_group"
        elif route.owners_only and not context.is_owner:
            template = "refused.not_owner"
        else:
            return None
        command = "" if context.invocation is None else context.word(context.invocation.name)
        words = self._voice.speaking_as(context.persona).say(
            template, scope=context.scope, name=context.member.name, command=command
        )
        return Reply(Text(words))
