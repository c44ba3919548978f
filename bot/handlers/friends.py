"""Who adds an employee or follows the account, and who turns away: the tie, and one greeting."""

from dataclasses import dataclass

from bot.core.events import EventKind
from bot.core.ids import UserId
from bot.handlers.speech import answer
from bot.members.people import PersonRef
from bot.members.ties import CutBy, TieKind, TieMove, Ties
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Nobody, Outcome, Reply
from bot.pipeline.routing import Route

_CUT_BY = {"employee": CutBy.EMPLOYEE, "list": CutBy.LIST}
"""By the text of the event; of whom it tells nothing it was the customer himself."""


@dataclass(frozen=True, slots=True)
class FriendHandlers:
    """Ties that begin and end."""

    voice: Voice
    ties: Ties

    def routes(self) -> tuple[Route, ...]:
        """The events of this topic."""
        return (
            Route("befriended", self.befriended, kind=EventKind.BEFRIENDED),
            Route("scanned", self.befriended, kind=EventKind.SCANNED),
            Route("unfriended", self.unfriended, kind=EventKind.UNFRIENDED),
        )

    async def befriended(self, context: Context) -> Outcome:
        """Someone is a friend: he is greeted once, if we may answer, unless he wants no such words.

        A member's code by which he came is kept with the tie and counts nothing yet: a friend is
        not in a group.
        """
        event = context.event
        moved = await self.ties.move(
            TieMove(
                TieKind.BEFRIENDED,
                PersonRef(context.realm, event.user_id),
                UserId(event.employee),
                event.at,
                source=event.source,
                welcome=event.key if _can_be_answered(context) else None,
            )
        )
        if moved.welcomes and context.member.wants_promotion:
            return self._greet(context)
        return Reply() if moved.changed else Nobody("was a friend already")

    async def unfriended(self, context: Context) -> Outcome:
        """Someone is a friend no more; who did it himself stays so, whatever a list shows."""
        event = context.event
        moved = await self.ties.move(
            TieMove(
                TieKind.UNFRIENDED,
                PersonRef(context.realm, event.user_id),
                UserId(event.employee),
                event.at,
                cut_by=_CUT_BY.get(event.text, CutBy.CUSTOMER),
            )
        )
        return Reply() if moved.changed else Nobody("was no friend")

    def _greet(self, context: Context) -> Reply:
        persona, brand = context.persona, context.settings.bot.brand
        slots = {"persona": persona.name, "label": persona.label, "brand": brand.name}
        if context.event.employee:
            return answer(self.voice, context, "welcome.friend", **slots)
        return answer(self.voice, context, "welcome.follower", **slots)


def _can_be_answered(context: Context) -> bool:
    """Whether there is a road for a greeting: a code that still lives, or the open request."""
    event = context.event
    if event.reply_to:
        return event.reply_until is None or context.now < event.reply_until
    return context.settings.table(event.channel).answers_in_request
