"""Which road an answer takes: the open request, a one-use address, the person, or the group."""

from datetime import timedelta

from bot.core.events import Event, EventKind, Place
from bot.core.ids import UserId
from bot.core.messages import (
    Attachment,
    CardUpdate,
    Message,
    Outgoing,
    Target,
    TargetKind,
    Text,
    plain_text,
)
from bot.core.ports import Capabilities
from bot.members.people import Choice
from bot.pipeline.context import Context
from bot.pipeline.streams import answer_key
from bot.settings.settings import posting_place

URGENT = timedelta(seconds=60)
"""An answer whose address ends within this time waits behind no other."""


def later_answer(context: Context, answer: Message, capabilities: Capabilities) -> Outgoing | None:
    """An answer that missed its request, by the best other road; None when there is none.

    The one-use address where there is one. Else what was asked in private is answered in private,
    and what was asked in the group there, calling the person by @ unless he wants none of that.
    """
    event = context.event
    key = answer_key(event.key)
    message = answer
    if isinstance(answer, CardUpdate) and not capabilities.changes_cards_later:
        message = Text(plain_text(answer))
    by_code = isinstance(message, CardUpdate) or capabilities.answers_later
    if event.reply_to and by_code and not _better_pushed(event, message, capabilities):
        return answer_by_address(event, message, key=key)
    if event.conversation.place is Place.PRIVATE:
        if TargetKind.PERSON in capabilities.pushes_to:
            person = Target(TargetKind.PERSON, event.user_id)
            return Outgoing(key, event.channel, person, message)
        place = context.settings.private_place(context.group, event.user_id)
        return None if place is None else Outgoing(key, *place, message)
    channel, target = posting_place(context.group)
    return Outgoing(
        key=key,
        channel=channel,
        target=target,
        message=Text(plain_text(message), mentions=_called(context)),
    )


def _called(context: Context) -> tuple[UserId, ...]:
    left_alone = Choice.STEPPED_OUT in context.member.choices
    return () if left_alone else (context.event.user_id,)


def answer_by_address(event: Event, message: Message, *, key: str) -> Outgoing:
    """A message to the one-use address that came with ``event``."""
    until = event.reply_until
    return Outgoing(
        key=key,
        channel=event.channel,
        target=Target(TargetKind.CALLBACK, event.reply_to),
        message=message,
        expires_at=until,
        chat=event.conversation.chat_id,
        urgent=until is not None and until - event.at <= URGENT,
    )


def fits_request(answer: Message, table: Capabilities) -> bool:
    """Whether an answer can be given in the open request: changed cards only where cards can.

    What has to be uploaded is pushed where it can be shown; elsewhere its words are the answer.
    """
    if isinstance(answer, Attachment) and answer.kind in table.media:
        return False
    return table.answers_in_request and (
        table.cards_in_answers or not isinstance(answer, CardUpdate)
    )


def _better_pushed(event: Event, message: Message, table: Capabilities) -> bool:
    """Whether words answer a tap whose address has seconds, and takes changed cards only."""
    kinds = {Place.GROUP: TargetKind.GROUP, Place.PRIVATE: TargetKind.PERSON}
    return (
        event.kind is EventKind.TAPPED
        and not isinstance(message, CardUpdate)
        and event.reply_until is not None
        and event.reply_until - event.at <= URGENT
        and kinds[event.conversation.place] in table.pushes_to
    )
