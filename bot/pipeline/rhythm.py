"""How fast the persona types, and how it takes a breath between two texts. Pure.

Only what is pushed to a chat waits; a platform that waits for an answer, in an open request or at a
one-use address, gets it at once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.messages import Message, Outgoing, TargetKind, Text
from bot.settings.schema.manners import Typing

_CHATS = (TargetKind.PERSON, TargetKind.GROUP)


def typing_seconds(message: Message, rhythm: Typing) -> float:
    """How long the persona takes over a text to one person; what is no text is there at once."""
    if not rhythm.characters_a_second or not isinstance(message, Text):
        return 0.0
    return min(len(message.text) / rhythm.characters_a_second, float(rhythm.most_seconds))


def in_rhythm(outgoings: Sequence[Outgoing], rhythm: Typing, now: datetime) -> tuple[Outgoing, ...]:
    """The same messages, each after the time it takes to type it and a pause after the one before.

    What has an instant of its own, or is urgent, keeps it.
    """
    free_at: dict[tuple[str, str], datetime] = {}
    paced = []
    for outgoing in outgoings:
        if outgoing.target.kind not in _CHATS or outgoing.urgent or outgoing.not_before:
            paced.append(outgoing)
            continue
        chat = (outgoing.channel, outgoing.conversation)
        at = free_at.get(chat, now)
        if outgoing.target.kind is TargetKind.PERSON:
            at += timedelta(seconds=typing_seconds(outgoing.message, rhythm))
        free_at[chat] = at + timedelta(seconds=rhythm.between_seconds)
        paced.append(outgoing if at <= now else replace(outgoing, not_before=at))
    return tuple(paced)
