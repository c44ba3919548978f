"""How tickets are spoken of: moments, waits and states, in answers and in letters."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.core.events import Place
from bot.core.ids import GroupKey
from bot.core.messages import Outgoing, Target, TargetKind, Text
from bot.handlers.letters import owed_letter
from bot.handlers.speech import words
from bot.members.choices import Choices
from bot.members.people import Choice
from bot.members.roster import Roster
from bot.members.tickets.ticket import Ticket
from bot.persona.voice import Voice
from bot.pipeline.context import Context
from bot.settings.schema.bot import Group
from bot.settings.settings import Settings

Say = Callable[..., str]
"""Says a template with its slots, in some conversation."""

SHOWN_CHARACTERS: Final = 60
"""So much of a member's words stands in a list."""


def moment(say: Say, settings: Settings, at: datetime, now: datetime) -> str:
    """An instant as people name it: today or tomorrow with the hour, else the day."""
    local, today = at.astimezone(settings.zone), now.astimezone(settings.zone).date()
    hour = f"{local:%H:%M}"
    if local.date() == today:
        return say("tickets.today", at=hour)
    if local.date() == today + timedelta(days=1):
        return say("tickets.tomorrow", at=hour)
    return say("tickets.on_day", month=local.month, day=local.day, at=hour)


def span(say: Say, seconds: float) -> str:
    """A wait in minutes, a long one in hours."""
    minutes = round(seconds / 60)
    if minutes < 120:
        return say("tickets.minutes", minutes=max(minutes, 1))
    return say("tickets.hours", hours=round(minutes / 60))


def cut(text: str) -> str:
    """The beginning of a member's words."""
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def group_of(settings: Settings, ticket: Ticket) -> Group | None:
    """The group that the ticket is about, if it is still configured."""
    key = ticket.caller.group_key
    return next((group for group in settings.bot.groups if group.key == key), None)


async def road_to_caller(
    settings: Settings, roster: Roster, choices: Choices, ticket: Ticket, key: str, text: str
) -> Outgoing | None:
    """Words to the member of a ticket, in private if that is possible at all, else in the group.

    None when the platform offers no road.
    """
    caller = ticket.caller
    can_push = TargetKind.PERSON in settings.table(caller.channel).pushes_to
    if caller.place is Place.PRIVATE and can_push:
        return Outgoing(key, caller.channel, Target(TargetKind.PERSON, caller.user_id), Text(text))
    group = group_of(settings, ticket)
    letter = await owed_letter(
        settings,
        roster,
        caller.member_id,
        key,
        Text(text),
        about=None if group is None else GroupKey(group.key),
    )
    if letter is not None or group is None:
        return letter
    place = settings.remark_place(group)
    if place is None:
        return None
    left_alone = Choice.STEPPED_OUT in await choices.read(caller.member_id)
    return Outgoing(key, *place, Text(text, mentions=() if left_alone else (caller.user_id,)))


def on_duty(settings: Settings) -> tuple[str, ...]:
    """User ids of those who are told first."""
    return settings.persona.manners.tickets.on_duty or settings.bot.operators


def everybody(settings: Settings, group: Group | None) -> tuple[str, ...]:
    """User ids of all who can help: those on duty, all operators and the group's owners."""
    owners = () if group is None else group.owners
    return (*on_duty(settings), *settings.bot.operators, *owners)


def say_in(voice: Voice, context: Context) -> Say:
    """Says templates in the conversation of ``context``."""

    def say(template: str, **slots: object) -> str:
        return words(voice, context, template, **slots)

    return say
