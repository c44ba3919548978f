"""Short cuts for saying things from a handler."""

from collections.abc import Iterable
from datetime import datetime

from bot.core.events import Place
from bot.core.messages import Outgoing, Text
from bot.persona.card import called
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Reply
from bot.settings.settings import posting_place


def words(voice: Voice, context: Context, template: str, **slots: object) -> str:
    """A text in the conversation of ``context``; ``name`` is the person's unless given."""
    slots = {"name": called(context.persona, context.member.name), **slots}
    return voice_in(voice, context).say(template, scope=context.scope, **slots)


def voice_in(voice: Voice, context: Context) -> Voice:
    """The voice of the group's persona, at the group's time of day."""
    local = context.now.astimezone(context.settings.zone)
    return voice.speaking_as(context.persona, local=local)


def answer(voice: Voice, context: Context, template: str, **slots: object) -> Reply:
    """A reply of one text."""
    return Reply(Text(words(voice, context, template, **slots)))


def comma_list(voice: Voice, context: Context, items: Iterable[str]) -> str:
    """Items in one line, with the sign between them that the configuration names."""
    return words(voice, context, "list.comma").join(items)


def group_post(context: Context, key: str, text: str) -> Outgoing:
    """A message into the group, beside the answer."""
    channel, target = posting_place(context.group)
    return Outgoing(key=key, channel=channel, target=target, message=Text(text))


def in_private(context: Context, text: str, told: str) -> Reply:
    """``text`` to the person alone, and ``told`` (that it was sent) where he asked.

    Who asks in private is answered there.
    """
    place = context.settings.private_place(context.group, context.member.user_id)
    if context.event.conversation.place is Place.PRIVATE or place is None:
        return Reply(Text(text))
    note = Outgoing(f"{context.event.key}/private", *place, Text(text))
    return Reply(Text(told), (note,))


def local_day(context: Context, instant: datetime) -> str:
    """An instant as month and day on the community's calendar."""
    return instant.astimezone(context.settings.zone).strftime("%m-%d")
