"""Did you mean: questions that are near to what was asked, and the answer to the number given."""

from collections.abc import Sequence

from bot.handlers.speech import answer, words
from bot.persona.knowledge.base import Entry, Hit
from bot.persona.knowledge.offers import Offers
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Reply
from bot.settings.schema.members import Act


def offer_near(voice: Voice, offers: Offers, context: Context, near: Sequence[Hit]) -> Reply:
    """Shows the questions that may have been meant, under numbers; ``near`` is not empty.

    The person has ten minutes to answer with a number (``taken``).
    """
    person = context.event.user_id
    offers.offer(near, scope=context.scope, person=person, now=context.now)
    lines = "\n".join(
        words(voice, context, "ask.did_you_mean_line", number=number, question=hit.entry.question)
        for number, hit in enumerate(near, start=1)
    )
    reply = answer(voice, context, "ask.did_you_mean", lines=lines)
    return reply.doing(Act.QUESTION, "did you mean")


def taken(offers: Offers, context: Context) -> Entry | None:
    """What the person meant, when this message is the number of a question that was offered."""
    text, person = context.event.text, context.event.user_id
    return offers.chosen(text, scope=context.scope, person=person, now=context.now)
