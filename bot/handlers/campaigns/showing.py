"""活动: what is on in the group, what it adds, and what one can do about it."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.campaigns.perk_desk import Perks
from bot.campaigns.seats import SeatState
from bot.campaigns.signups import Signups
from bot.handlers.campaigns.terms import moment, seat_terms, today_of
from bot.handlers.speech import answer, comma_list, words
from bot.persona.voice import Voice
from bot.pipeline.campaigns import Running, campaigns_in
from bot.pipeline.context import Context, Outcome
from bot.pipeline.routing import Route, member_command
from bot.rewards.payout.payout import in_yuan
from bot.schedules.campaign_days import next_occurrence, reaches
from bot.settings.schema.campaigns import CHECKIN, SignUp
from bot.settings.schema.commands import CommandName


@dataclass(frozen=True, slots=True)
class CampaignShow:
    """The list of what is on."""

    voice: Voice
    signups: Signups
    perks: Perks

    def routes(self) -> tuple[Route, ...]:
        """The command of this topic."""
        return (member_command(CommandName.CAMPAIGNS, self.show),)

    async def show(self, context: Context) -> Outcome:
        """活动: every campaign of the group with what it gives; else when the next one begins."""
        today = today_of(context.settings, context.event.at)
        campaigns = campaigns_in(context.settings, context.group_key, today)
        if not campaigns:
            return self._next(context)
        lines = [
            line
            for place, running in enumerate(campaigns, start=1)
            for line in await self._lines(context, place, running)
        ]
        return answer(self.voice, context, "campaign.list", lines="\n".join(lines))

    def _next(self, context: Context) -> Outcome:
        settings = context.settings
        today = today_of(settings, context.event.at)
        coming = [
            run
            for key in settings.campaigns
            if reaches(settings, key, context.group_key)
            and (run := next_occurrence(key, settings, today)) is not None
        ]
        if not coming:
            return answer(self.voice, context, "campaign.none")
        run = min(coming, key=lambda run: run.first)
        name = settings.campaigns[run.campaign].name
        return answer(self.voice, context, "campaign.next", campaign=name, day=f"{run.first:%m-%d}")

    async def _lines(self, context: Context, place: int, running: Running) -> list[str]:
        run, file = running.run, running.file
        lines = [
            words(
                self.voice,
                context,
                "campaign.line",
                place=place,
                campaign=file.name,
                first=f"{run.first:%m-%d}",
                last=f"{run.last:%m-%d}",
            ),
            *self._boosts(context, running),
        ]
        for product in file.products:
            price = in_yuan(product.price_fen)
            lines.append(
                words(self.voice, context, "campaign.product", product=product.name, price=price)
            )
        shop = context.settings.rewards.shop
        gifts = [gift.name for gift in shop.gifts if gift.key in file.gifts]
        if gifts:
            listed = comma_list(self.voice, context, gifts)
            lines.append(words(self.voice, context, "campaign.gifts", gifts=listed))
        if file.signup is not None:
            lines.append(await self._signup(context, running, file.signup))
        if file.perks:
            counts = await self.perks.read_counts(running.key)
            left = sum(perk.quota - counts.get(perk.key, 0) for perk in file.perks)
            if left > 0:
                lines.append(words(self.voice, context, "campaign.perks", count=len(file.perks)))
        return lines

    def _boosts(self, context: Context, running: Running) -> Iterator[str]:
        """What it adds to earnings, in the words of the acts that earn."""
        acts = {rule.key: rule.act for rule in context.settings.rewards.earning.rules}
        for rule, percent in running.file.points.items():
            act = CHECKIN if rule == CHECKIN else acts.get(rule)
            if act is not None:
                name = words(self.voice, context, f"act.{act}")
                yield words(self.voice, context, "campaign.boost", act=name, percent=percent)

    async def _signup(self, context: Context, running: Running, signup: SignUp) -> str:
        terms = seat_terms(context.settings, running, signup)
        if context.event.at < terms.opens_at:
            at = moment(context, terms.opens_at)
            return words(self.voice, context, "campaign.signup_soon", at=at)
        if context.event.at >= terms.closes_at:
            return words(self.voice, context, "campaign.signup_over")
        held = await self.signups.read_held(running.key)
        left = signup.quota - sum(seat.state is SeatState.SEATED for seat in held)
        until = moment(context, terms.closes_at)
        if left > 0:
            return words(self.voice, context, "campaign.signup_open", left=left, at=until)
        return words(self.voice, context, "campaign.signup_full", quota=signup.quota, at=until)
