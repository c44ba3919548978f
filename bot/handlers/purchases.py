"""Shared ways of speaking about redemptions: to the member, to the staff, in private."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.core.events import Place
from bot.core.messages import Outgoing, Text
from bot.core.text import normalise
from bot.handlers.letters import letters_to_operators, owed_letter
from bot.handlers.speech import answer, words
from bot.members.roster import Roster
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Reply
from bot.rewards.redemption.asking import GIVEN_BACK
from bot.rewards.redemption.fulfilment import NoSuchRedemption, NotNow, TooLate
from bot.rewards.redemption.redemption import Redemption, RedemptionId, RedemptionState
from bot.settings.settings import Settings

_NUMBER: Final = re.compile(r"#?([1-9][0-9]{0,11})[^\d\s]?(?:\s+(.*))?")
"""A number, perhaps with one sign behind it, and words."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells a redemption's own member, and the operators, in private."""

    voice: Voice
    roster: Roster

    async def to_member(
        self, settings: Settings, redemption: Redemption, key: str, template: str, **slots: object
    ) -> tuple[Outgoing, ...]:
        """A message to the member; none where the platform lets nobody write to him unasked."""
        text = self.voice.say(
            template,
            scope=f"member/{redemption.member_id}",
            name=await self.name_of(redemption),
            item=redemption.name,
            **slots,
        )
        letter = await owed_letter(
            settings,
            self.roster,
            redemption.member_id,
            key,
            Text(text),
            about=redemption.group_key,
        )
        return () if letter is None else (letter,)

    async def to_operators(
        self, settings: Settings, redemption: Redemption, key: str, template: str
    ) -> tuple[Outgoing, ...]:
        """A message to every operator; never with an address in it."""
        text = self.voice.say(
            template,
            scope="operators",
            number=redemption.redemption_id,
            item=redemption.name,
            member=await self.name_of(redemption),
        )
        about = settings.group(redemption.group_key)
        return tuple(letters_to_operators(settings, key, Text(text), about=about))

    async def name_of(self, redemption: Redemption) -> str:
        """What the member is called."""
        return await self.roster.read_name(redemption.member_id)


def secretly(context: Context, text: str, told: str) -> Reply:
    """``text`` where nobody else reads it, and ``told`` in the group if it was asked there.

    Unlike ``in_private`` it never falls back to the group: whom nobody may write to unasked is
    told how to ask.
    """
    if context.event.conversation.place is Place.PRIVATE:
        return Reply(Text(text))
    place = context.settings.private_place(context.group, context.member.user_id)
    if place is None:
        return Reply(Text(told))
    return Reply(Text(told), (Outgoing(f"{context.event.key}/private", *place, Text(text)),))


def read_number(context: Context) -> tuple[RedemptionId, str] | None:
    """The number that follows a command, and what follows the number; None without a number."""
    typed = context.invocation.words if context.invocation else ""
    match = _NUMBER.fullmatch(normalise(typed))
    return None if match is None else (RedemptionId(int(match[1])), match[2] or "")


def state_template(redemption: Redemption) -> str:
    """The template that says how a redemption stands."""
    if redemption.kind.has_code and redemption.state is RedemptionState.CONFIRMED:
        return "redeem.state_code"
    if redemption.is_won and redemption.state in GIVEN_BACK:
        return f"prizes.state_{redemption.state}"
    return f"redeem.state_{redemption.state}"


def not_moved(voice: Voice, context: Context, result: NoSuchRedemption | NotNow | TooLate) -> Reply:
    """Why a redemption could not take a step: how it stands instead."""
    if isinstance(result, NoSuchRedemption):
        return answer(voice, context, "redeem.no_such")
    redemption = result.redemption
    return answer(
        voice,
        context,
        "redeem.not_now",
        number=redemption.redemption_id,
        item=redemption.name,
        state=words(voice, context, state_template(redemption)),
    )


def local_minute(settings: Settings, instant: datetime) -> str:
    """An instant as month, day and time of day on the community's clock."""
    return instant.astimezone(settings.zone).strftime("%m-%d %H:%M")


def yuan(fen: int) -> str:
    """An amount in yuan, without digits that say nothing: 5, 5.5, 5.05."""
    whole, rest = divmod(fen, 100)
    return str(whole) if not rest else f"{whole}.{rest:02d}".rstrip("0")
