"""提现 and 我的红包 for members; 红包单, 批准提现, 已发 and 退单 for operators.

A payout is begun here and sent by its job; nobody's money is named in a group.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, assert_never

from bot.core.ids import ChannelKey
from bot.core.payouts import PayoutProvider
from bot.core.text import fold, normalise
from bot.handlers.speech import answer, in_private, local_day, words
from bot.members.people import Role
from bot.members.roster import Roster
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.dispatch import realm_of
from bot.pipeline.routing import Route, command, member_command, owner_command
from bot.platforms.pay import CONFIRM_HOURS
from bot.rewards.payout.claims import ClaimLinks
from bot.rewards.payout.marking import (
    Cancelling,
    Mark,
    Marked,
    MarkResult,
    NoSuchPayout,
    NotNow,
    OneselfNot,
    OtherOperator,
)
from bot.rewards.payout.payout import Means, Payout, PayoutId, PayoutState, in_yuan
from bot.rewards.payout.payouts import Payouts
from bot.rewards.payout.progress import needs_help
from bot.rewards.payout.requesting import (
    DayLimit,
    HouseLimit,
    NeedsRealName,
    Paused,
    Requested,
    TooLittleCash,
    TooMuch,
    TooOften,
    TooSmall,
    Unpaid,
)
from bot.settings.schema.commands import CommandName

SHOWN: Final = 5
"""So many of his last payouts a member is shown."""

_AMOUNT: Final = re.compile(r"(\d{1,6})(?:\.(\d{1,2}))?\s*[^\d\s.]{0,2}")
"""Yuan and perhaps fen; a unit of up to two characters may follow."""

_NUMBER: Final = re.compile(r"#?(\d{1,9})")

_MARKS: Final = {
    CommandName.SLIP_APPROVE: Mark.APPROVE,
    CommandName.SLIP_SENT: Mark.SENT,
    CommandName.SLIP_RETURN: Mark.RETURN,
}


@dataclass(frozen=True, slots=True)
class PayoutHandlers:
    """``payer`` and ``links`` are None without a merchant in bot.yaml."""

    voice: Voice
    payouts: Payouts
    roster: Roster
    payer: PayoutProvider | None
    links: ClaimLinks | None

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            member_command(CommandName.WITHDRAW, self.withdraw),
            command(CommandName.MY_CASH, self.show_mine),
            owner_command(CommandName.SLIPS, self.show_slips),
            *(owner_command(name, self.mark) for name in _MARKS),
        )

    async def withdraw(self, context: Context) -> Outcome:
        """提现 8.88: the amount leaves the member's account and is on its way."""
        rules = context.settings.rewards.payout
        payer = self.payer if rules.means == "wechat" else None
        if rules.means == "off" or (rules.means == "wechat" and payer is None):
            return answer(self.voice, context, "payout.off")
        amount = await self._amount(context)
        if amount is None:
            return await self._how(context)
        payee = await self._payee(context) if payer is not None else context.member.user_id
        if payee is None:
            return answer(self.voice, context, "payout.no_account", account=_account(context))
        result = await self.payouts.request(
            key=context.event.key,
            member_id=context.member.member_id,
            group_key=context.group_key,
            amount=amount,
            payee=payee,
            payer=payer,
            now=context.now,
            rules=context.settings.rewards,
            zone=context.settings.zone,
        )
        if isinstance(result, Requested):
            return self._requested(context, result)
        return self._refused(context, result)

    async def show_mine(self, context: Context) -> Outcome:
        """我的红包: the balance, the last payouts, and where to confirm."""
        member_id = context.member.member_id
        payouts = await self.payouts.read_of_member(member_id, SHOWN)
        lines = [self._line(context, payout) for payout in payouts]
        return self._privately(
            context,
            "payout.mine",
            balance=in_yuan(await self.payouts.read_balance(member_id)),
            lines="\n".join(lines) or words(self.voice, context, "payout.none"),
        )

    async def show_slips(self, context: Context) -> Outcome:
        """红包单: what waits for an operator, a day after the other, to him alone."""
        if context.member.role is not Role.OPERATOR:
            return self._not_operator(context)
        waiting = [
            payout
            for payout in await self.payouts.read_open()
            if payout.state in (PayoutState.HELD, PayoutState.LISTED)
            or needs_help(payout, context.now)
        ]
        if not waiting:
            return answer(self.voice, context, "payout.slips_empty")
        lines = [await self._slip(context, payout) for payout in waiting]
        total = in_yuan(sum(payout.amount for payout in waiting))
        return self._privately(
            context, "payout.slips", lines="\n".join(lines), count=len(waiting), total=total
        )

    async def mark(self, context: Context) -> Outcome:
        """批准提现 12, 已发 12, 退单 12."""
        if context.member.role is not Role.OPERATOR:
            return self._not_operator(context)
        assert context.invocation is not None, "the route is a command's"
        name = context.invocation.name
        match = _NUMBER.fullmatch(normalise(_typed(context)))
        if match is None:
            return answer(self.voice, context, "payout.bad_number", command=context.word(name))
        payout_id, mark = PayoutId(int(match[1])), _MARKS[name]
        result = await self.payouts.mark(
            payout_id, mark, operator_id=context.member.member_id, now=context.now
        )
        return self._marked(context, payout_id, mark, result)

    def _requested(self, context: Context, requested: Requested) -> Reply:
        template = "payout.sending"
        if requested.held:
            template = "payout.held"
        elif requested.means is Means.SLIP:
            template = "payout.listed"
        return self._privately(
            context,
            template,
            number=requested.payout_id,
            amount=in_yuan(requested.amount),
            balance=in_yuan(requested.balance),
            mine=context.word(CommandName.MY_CASH),
        )

    def _refused(self, context: Context, refusal: Unpaid) -> Reply:
        match refusal:
            case TooSmall():
                return self._privately(context, "payout.too_small", least=in_yuan(refusal.least))
            case TooMuch():
                return self._privately(context, "payout.too_much", most=in_yuan(refusal.most))
            case NeedsRealName():
                limit = in_yuan(refusal.limit)
                return self._privately(context, "payout.real_name", limit=limit)
            case TooLittleCash():
                balance = in_yuan(refusal.balance)
                return self._privately(context, "payout.too_little", balance=balance)
            case TooOften():
                again = _tomorrow(context)
                return self._privately(
                    context, "payout.too_often", times=refusal.times, again=again
                )
            case DayLimit():
                return self._privately(
                    context,
                    "payout.day_limit",
                    most=in_yuan(refusal.most),
                    left=in_yuan(refusal.left),
                    again=_tomorrow(context),
                )
            case HouseLimit():
                return self._privately(context, "payout.house_limit", again=_tomorrow(context))
            case Paused():
                at = refusal.until.astimezone(context.settings.zone)
                return self._privately(context, "payout.paused", again=f"{at:%H:%M}")
        assert_never(refusal)

    def _marked(
        self, context: Context, payout_id: PayoutId, mark: Mark, result: MarkResult
    ) -> Reply:
        match result:
            case Marked():
                amount = in_yuan(result.payout.amount)
                template = f"payout.marked_{mark}"
                return answer(self.voice, context, template, number=payout_id, amount=amount)
            case Cancelling():
                return answer(self.voice, context, "payout.cancelling", number=payout_id)
            case NoSuchPayout():
                return answer(self.voice, context, "payout.no_such", number=payout_id)
            case OneselfNot():
                return answer(self.voice, context, "payout.own", number=payout_id)
            case OtherOperator():
                return answer(self.voice, context, "payout.same_operator", number=payout_id)
            case NotNow():
                state = words(self.voice, context, f"payout.state_{result.state}")
                return answer(self.voice, context, "payout.not_now", number=payout_id, state=state)
        assert_never(result)

    def _line(self, context: Context, payout: Payout) -> str:
        line = words(
            self.voice,
            context,
            "payout.line",
            day=local_day(context, payout.made_at),
            number=payout.payout_id,
            amount=in_yuan(payout.amount),
            state=words(self.voice, context, f"payout.state_{payout.state}"),
        )
        if self.links is None or not payout.package:
            return line
        url = self.links.url(payout)
        return f"{line}\n{words(self.voice, context, 'payout.link', url=url, hours=CONFIRM_HOURS)}"

    async def _slip(self, context: Context, payout: Payout) -> str:
        return words(
            self.voice,
            context,
            "payout.slip",
            day=local_day(context, payout.made_at),
            number=payout.payout_id,
            member=await self.roster.read_name(payout.member_id),
            amount=in_yuan(payout.amount),
            reason=context.settings.rewards.payout.remark,
            state=words(self.voice, context, f"payout.state_{payout.state}"),
        )

    def _privately(self, context: Context, template: str, **slots: object) -> Reply:
        text = words(self.voice, context, template, **slots)
        return in_private(context, text, words(self.voice, context, "payout.in_private"))

    def _not_operator(self, context: Context) -> Reply:
        assert context.invocation is not None, "the route is a command's"
        word = context.word(context.invocation.name)
        return answer(self.voice, context, "refused.not_operator", command=word)

    async def _how(self, context: Context) -> Reply:
        rules = context.settings.rewards.payout
        return self._privately(
            context,
            "payout.how",
            balance=in_yuan(await self.payouts.read_balance(context.member.member_id)),
            least=in_yuan(rules.least_fen),
            most=in_yuan(rules.most_fen),
        )

    async def _amount(self, context: Context) -> int | None:
        """What is asked for in fen; an event that was answered before keeps its amount."""
        known = await self.payouts.read_of_event(context.event.key)
        if known is not None:
            return known.amount
        balance = await self.payouts.read_balance(context.member.member_id)
        everything = fold(words(self.voice, context, "payout.everything"))
        if fold(_typed(context)) == everything and balance:
            return balance
        return _read_amount(_typed(context))

    async def _payee(self, context: Context) -> str | None:
        """The member's openid at the account that pays, if he is known there."""
        pay = context.settings.bot.pay
        assert pay is not None, "there is no payer without it"
        realm = realm_of(context.settings, ChannelKey(pay.account))
        return await self.roster.read_user_id(realm, context.member.member_id)


def _typed(context: Context) -> str:
    return context.invocation.words if context.invocation else ""


def _read_amount(typed: str) -> int | None:
    """An amount in yuan as fen."""
    match = _AMOUNT.fullmatch(normalise(typed).strip())
    return None if match is None else int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def _account(context: Context) -> str:
    """How members know the account that pays."""
    pay = context.settings.bot.pay
    channel = None if pay is None else context.settings.bot.channels.get(pay.account)
    return getattr(channel, "name", "") or context.settings.bot.brand.name


def _tomorrow(context: Context) -> str:
    """When the community's next day begins."""
    settings = context.settings
    starts = settings.rewards.day_starts_at
    local = context.now.astimezone(settings.zone)
    day = local.date() if local.time() < starts else local.date() + timedelta(days=1)
    return f"{day:%m-%d} {starts:%H:%M}"
