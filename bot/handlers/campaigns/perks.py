"""专属福利, 领福利: what members of the group get, and nobody else is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from bot.campaigns.perk_desk import Perks
from bot.campaigns.perks import Given, HasIt, NotAMember, PerkGone, PerkWish, Taken
from bot.core.text import fold, split_number
from bot.handlers.campaigns.terms import today_of, typed_words
from bot.handlers.speech import answer, in_private, words
from bot.persona.voice import Voice
from bot.pipeline.campaigns import Running, campaigns_in
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, member_command
from bot.settings.schema.campaigns import Perk
from bot.settings.schema.commands import CommandName

Offer = tuple[Running, Perk]
"""A perk of a campaign that is on."""


@dataclass(frozen=True, slots=True)
class PerkHandlers:
    """Perks of campaigns that run."""

    voice: Voice
    perks: Perks

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            member_command(CommandName.PERKS, self.show),
            member_command(CommandName.TAKE_PERK, self.take),
        )

    async def show(self, context: Context) -> Outcome:
        """专属福利: what there is and how many are left; what one has taken, to oneself alone."""
        offers = self._offers(context)
        if not offers:
            return answer(self.voice, context, "perk.none")
        own, lines = await self._own(context, offers), []
        counts = {running.key: await self.perks.read_counts(running.key) for running, _ in offers}
        for place, (running, perk) in enumerate(offers, start=1):
            left = max(0, perk.quota - counts[running.key].get(perk.key, 0))
            lines.append(
                words(self.voice, context, "perk.line", place=place, perk=perk.name, left=left)
            )
        listed = words(self.voice, context, "perk.list", lines="\n".join(lines))
        if not own:
            return answer(self.voice, context, "perk.list", lines="\n".join(lines))
        mine = "\n".join(
            self._given(context, perk, taken) for (_, perk), found in own for taken in found
        )
        told = words(self.voice, context, "perk.own_sent", listed=listed)
        return in_private(context, f"{listed}\n{mine}", told)

    async def take(self, context: Context) -> Outcome:
        """领福利 1, 领福利 NAME: the code goes to him alone where there is a road."""
        offers = self._offers(context)
        if not offers:
            return answer(self.voice, context, "perk.none")
        offer = _find(offers, typed_words(context))
        if offer is None:
            return answer(self.voice, context, "perk.which")
        running, perk = offer
        done = await self.perks.take(
            PerkWish(
                key=context.event.key,
                campaign=running.key,
                perk=perk.key,
                member_id=context.member.member_id,
                group_key=context.group_key,
                at=context.event.at,
                code=perk.code,
                quota=perk.quota,
                each=perk.each,
            )
        )
        match done:
            case Given():
                text = self._given(context, perk, done.taken)
                told = words(self.voice, context, "perk.sent", perk=perk.name, left=done.left)
                return in_private(context, text, told)
            case HasIt():
                return self._again(context, perk, done.taken)
            case PerkGone():
                return answer(self.voice, context, "perk.gone", perk=perk.name, quota=done.quota)
            case NotAMember():
                return answer(self.voice, context, "seat.not_here")
            case _:
                assert_never(done)

    def _again(self, context: Context, perk: Perk, taken: Iterable[Taken]) -> Reply:
        codes = "\n".join(self._given(context, perk, one) for one in taken)
        told = words(self.voice, context, "perk.again", perk=perk.name)
        return in_private(context, f"{told}\n{codes}", told)

    def _given(self, context: Context, perk: Perk, taken: Taken) -> str:
        """What a perk is and how it is used, with its code as it was told the first time."""
        slots = {"perk": perk.name, "text": perk.text}
        if not taken.code:
            return words(self.voice, context, "perk.plain", **slots)
        return words(self.voice, context, "perk.code", code=taken.code, **slots)

    async def _own(
        self, context: Context, offers: list[Offer]
    ) -> list[tuple[Offer, tuple[Taken, ...]]]:
        """The perks that the member has taken already."""
        found = []
        for offer in offers:
            running, perk = offer
            taken = await self.perks.read_own(running.key, context.member.member_id)
            own = tuple(one for one in taken if one.perk == perk.key)
            if own:
                found.append((offer, own))
        return found

    @staticmethod
    def _offers(context: Context) -> list[Offer]:
        today = today_of(context.settings, context.event.at)
        return [
            (running, perk)
            for running in campaigns_in(context.settings, context.group_key, today)
            for perk in running.file.perks
        ]


def _find(offers: list[Offer], typed: str) -> Offer | None:
    """The perk that is meant: by its place, key or name; the only one without a word."""
    if not typed:
        return offers[0] if len(offers) == 1 else None
    numbered = split_number(typed)
    if numbered is not None and not numbered[1]:
        return offers[numbered[0] - 1] if numbered[0] <= len(offers) else None
    wanted = fold(typed)
    exact = [offer for offer in offers if wanted in (fold(offer[1].key), fold(offer[1].name))]
    near = exact or [offer for offer in offers if wanted in fold(offer[1].name)]
    return near[0] if len(near) == 1 else None
