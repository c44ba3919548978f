"""活动资金, 确认资金: real money for a campaign, asked for and confirmed by operators."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, assert_never

from bot.campaigns.funding import (
    CampaignOver,
    CashAsked,
    CashConfirmation,
    CashGiven,
    CashTooLate,
    CashWish,
    ConfirmAnswer,
    NeedsAnother,
    NoSuchCash,
    OverBudget,
    WishAnswer,
)
from bot.campaigns.funds import Funds, Standing
from bot.core.text import normalise
from bot.handlers.campaigns.terms import moment, today_of, typed_words
from bot.handlers.speech import answer, in_private, words
from bot.members.people import Role
from bot.persona.voice import Voice
from bot.pipeline.campaigns import Running, find_campaign, running_campaigns
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, staff_command
from bot.rewards.payout.payout import in_yuan
from bot.settings.schema.commands import CommandName

_ORDER: Final = re.compile(r"(.+?)\s+(\d{1,7})(?:\.(\d{1,2}))?\s*[^\d\s]{0,2}")
"""Which campaign, and how many yuan; a unit may follow."""


@dataclass(frozen=True, slots=True)
class FundHandlers:
    """The money of campaigns; operators only."""

    voice: Voice
    funds: Funds

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            staff_command(CommandName.CAMPAIGN_FUNDS, self.ask),
            staff_command(CommandName.CONFIRM_FUNDS, self.confirm),
        )

    async def ask(self, context: Context) -> Outcome:
        """活动资金 shows the accounts; 活动资金 KEY 50 元 asks for real money."""
        if context.member.role is not Role.OPERATOR:
            return self._not_operator(context)
        campaigns = running_campaigns(
            context.settings, today_of(context.settings, context.event.at)
        )
        if not campaigns:
            return answer(self.voice, context, "fund.none")
        typed = normalise(typed_words(context))
        if not typed:
            return await self._show(context, campaigns)
        match = _ORDER.fullmatch(typed)
        amount = 0 if match is None else int(match[2]) * 100 + int((match[3] or "0").ljust(2, "0"))
        if match is None or not amount:
            return answer(self.voice, context, "fund.bad_form")
        running = find_campaign(campaigns, match[1])
        if running is None:
            return answer(self.voice, context, "packet.unknown_campaign", campaign=match[1])
        rules = context.settings.rewards
        if not rules.packets.cash:
            return answer(self.voice, context, "packet.no_cash")
        result = await self.funds.ask(
            CashWish(
                key=context.event.key,
                campaign=running.key,
                operator_id=context.member.member_id,
                amount=amount,
                budget=running.file.budget.fen,
                second_over=rules.payout.approval_fen,
                at=context.event.at,
                expires_at=context.event.at + timedelta(hours=rules.adjustments.wait_hours),
            )
        )
        return self._asked(context, running, result)

    async def confirm(self, context: Context) -> Outcome:
        """确认资金 12: the money is there, and the campaign may spend it."""
        if context.member.role is not Role.OPERATOR:
            return self._not_operator(context)
        number = normalise(typed_words(context)).removeprefix("#")
        if not re.fullmatch(r"[0-9]{1,12}", number):
            return answer(self.voice, context, "fund.no_such")
        campaigns = running_campaigns(
            context.settings, today_of(context.settings, context.event.at)
        )
        result = await self.funds.confirm(
            CashConfirmation(
                key=context.event.key,
                number=int(number),
                operator_id=context.member.member_id,
                budgets=tuple((running.key, running.file.budget.fen) for running in campaigns),
                at=context.event.at,
            )
        )
        return self._confirmed(context, campaigns, result)

    def _asked(self, context: Context, running: Running, result: WishAnswer) -> Reply:
        match result:
            case CashAsked(order=order):
                return self._privately(
                    context,
                    "fund.asked_other" if order.second_needed else "fund.asked",
                    number=order.cash_id,
                    campaign=running.file.name,
                    amount=in_yuan(order.amount),
                    command=context.word(CommandName.CONFIRM_FUNDS),
                    at=moment(context, order.expires_at),
                )
            case OverBudget():
                return self._over_budget(context, result)
        assert_never(result)

    def _confirmed(
        self, context: Context, campaigns: tuple[Running, ...], result: ConfirmAnswer
    ) -> Reply:
        match result:
            case CashGiven(order=order):
                names = {running.key: running.file.name for running in campaigns}
                return self._privately(
                    context,
                    "fund.given",
                    number=order.cash_id,
                    campaign=names.get(order.campaign, order.campaign),
                    amount=in_yuan(order.amount),
                    balance=in_yuan(result.balance),
                )
            case OverBudget():
                return self._over_budget(context, result)
            case NoSuchCash():
                return answer(self.voice, context, "fund.no_such")
            case NeedsAnother():
                return answer(self.voice, context, "fund.same_person")
            case CashTooLate():
                at = moment(context, result.expired_at)
                return answer(self.voice, context, "fund.late", at=at)
            case CampaignOver():
                return answer(self.voice, context, "fund.over")
        assert_never(result)

    def _over_budget(self, context: Context, over: OverBudget) -> Reply:
        budget, left = in_yuan(over.budget), in_yuan(over.left)
        return self._privately(context, "fund.over_budget", budget=budget, left=left)

    async def _show(self, context: Context, campaigns: tuple[Running, ...]) -> Reply:
        standings = await self.funds.read_all()
        lines = []
        for running in campaigns:
            standing = standings.get(running.key, Standing.empty(running.key))
            budget = running.file.budget
            lines.append(
                words(
                    self.voice,
                    context,
                    "fund.line",
                    campaign=running.file.name,
                    key=running.run.campaign,
                    points=standing.points.balance,
                    points_budget=budget.points,
                    fen=in_yuan(standing.fen.balance),
                    fen_given=in_yuan(standing.fen.given),
                    fen_budget=in_yuan(budget.fen),
                )
            )
        return self._privately(context, "fund.list", lines="\n".join(lines))

    def _privately(self, context: Context, template: str, **slots: object) -> Reply:
        text = words(self.voice, context, template, **slots)
        return in_private(context, text, words(self.voice, context, "campaign.sent"))

    def _not_operator(self, context: Context) -> Reply:
        assert context.invocation is not None, "the route is a command's"
        word = context.word(context.invocation.name)
        return answer(self.voice, context, "refused.not_operator", command=word)
