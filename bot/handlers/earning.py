"""等级, 感谢, and what operators correct by hand: 调整 and 确认调整."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, assert_never

from bot.core.ids import MemberId
from bot.core.messages import Text
from bot.core.text import normalise
from bot.handlers.speech import answer, in_private, local_day, words
from bot.members.people import Role
from bot.members.roster import Roster
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, command, member_command, owner_command
from bot.rewards.adjustments import (
    Adjusted,
    Adjustments,
    AdjustmentWish,
    AdjustResult,
    Confirmation,
    ConfirmResult,
    NoSuchAdjustment,
    NotEnough,
    SamePerson,
    SecondNeeded,
    TooLate,
    TooMuch,
)
from bot.rewards.budgets import BudgetSpent
from bot.rewards.days import community_date
from bot.rewards.levels import Levels, rank_of
from bot.rewards.thanks import (
    NoThanksLeft,
    PeerThanks,
    Thanked,
    ThankedEnough,
    ThanksResult,
    ThanksToSelf,
)
from bot.settings.schema.commands import CommandName
from bot.settings.schema.rewards.levels import Level

MOST_NAME_WORDS: Final = 3
"""A name may hold spaces; what follows it is not read as part of it beyond so many words."""

_CORRECTION: Final = re.compile(r"@?\s*(.+?)\s+([+-]\d{1,7})[^\d\s]{0,2}\s+(\S.*)")
"""Who, how many points with their sign, and why; a unit may follow the number."""


@dataclass(frozen=True, slots=True)
class EarningHandlers:
    """Levels, thanks and corrections."""

    voice: Voice
    roster: Roster
    levels: Levels
    thanks: PeerThanks
    adjustments: Adjustments

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            command(CommandName.LEVEL, self.level),
            member_command(CommandName.THANK, self.thank),
            owner_command(CommandName.ADJUST, self.adjust),
            owner_command(CommandName.CONFIRM_ADJUSTMENT, self.confirm_adjustment),
        )

    async def level(self, context: Context) -> Outcome:
        """等级: the level, what it brings, and how far the next one is."""
        life = await self.levels.read(context.member.member_id)
        rank = rank_of(context.settings.rewards.levels, life.earned)
        slots = {
            "level": rank.level.name,
            "earned": life.earned,
            "perks": self._perks(context, rank.level),
        }
        if rank.next is None:
            return answer(self.voice, context, "level.top", **slots)
        return answer(
            self.voice,
            context,
            "level.now",
            next_level=rank.next.name,
            missing=rank.next.from_points - life.earned,
            next_perks=self._perks(context, rank.next),
            **slots,
        )

    async def thank(self, context: Context) -> Outcome:
        """感谢 @小鹿: the one who is thanked gets points, the giver gives none."""
        typed = _words(context)
        if not typed:
            return answer(self.voice, context, "thanks.bad_form")
        receiver = await self._find(context, typed)
        if receiver is None:
            return answer(self.voice, context, "thanks.unknown", wanted=typed)
        result = await self.thanks.thank(
            giver_id=context.member.member_id,
            receiver_id=receiver,
            group_key=context.group_key,
            key=context.event.key,
            now=context.event.at,
            file=context.settings.rewards,
            zone=context.settings.zone,
        )
        return self._thanks_words(context, result, await self.roster.read_name(receiver))

    async def adjust(self, context: Context) -> Outcome:
        """调整 @小鹿 +50 漏记的签到: operators only, with a reason, told in private."""
        if context.member.role is not Role.OPERATOR:
            return self._not_operator(context, CommandName.ADJUST)
        match = _CORRECTION.fullmatch(normalise(_words(context)).replace("\u2212", "-"))
        if match is None or int(match[2]) == 0:
            return answer(self.voice, context, "adjust.bad_form")
        found = await self.roster.find_by_name(context.group_key, match[1])
        if len(found) != 1:
            return answer(self.voice, context, "thanks.unknown", wanted=match[1])
        result = await self.adjustments.adjust(
            AdjustmentWish(
                key=context.event.key,
                operator_id=context.member.member_id,
                member_id=found[0],
                points=int(match[2]),
                reason=match[3],
                on_date=_today(context),
                at=context.event.at,
                file=context.settings.rewards,
            )
        )
        return await self._adjust_reply(context, result)

    async def confirm_adjustment(self, context: Context) -> Outcome:
        """确认调整 12: the second operator agrees to a big correction."""
        if context.member.role is not Role.OPERATOR:
            return self._not_operator(context, CommandName.CONFIRM_ADJUSTMENT)
        number = normalise(_words(context)).removeprefix("#")
        if not re.fullmatch(r"[0-9]{1,12}", number):
            return answer(self.voice, context, "adjust.no_such")
        result = await self.adjustments.confirm(
            Confirmation(
                key=context.event.key,
                operator_id=context.member.member_id,
                number=int(number),
                on_date=_today(context),
                at=context.event.at,
                file=context.settings.rewards,
            )
        )
        return await self._adjust_reply(context, result)

    def _thanks_words(self, context: Context, result: ThanksResult, receiver: str) -> Reply:
        match result:
            case Thanked():
                slots = {"points": result.points, "left": result.left_today}
                return answer(self.voice, context, "thanks.done", receiver=receiver, **slots)
            case ThanksToSelf():
                return answer(self.voice, context, "thanks.self")
            case NoThanksLeft():
                opens = _opens(context, result.opens_on)
                return answer(self.voice, context, "thanks.none_left", a_day=result.a_day, at=opens)
            case ThankedEnough():
                return answer(
                    self.voice,
                    context,
                    "thanks.enough",
                    receiver=receiver,
                    a_week=result.a_week,
                    at=_opens(context, result.opens_on),
                )
            case BudgetSpent():
                return Reply(self._budget_words(context, result))
            case _:
                assert_never(result)

    async def _adjust_reply(self, context: Context, result: AdjustResult | ConfirmResult) -> Reply:
        """The outcome to the operator alone; a correction is nobody else's business."""
        told = words(self.voice, context, "adjust.sent")
        return in_private(context, await self._adjust_words(context, result), told)

    async def _adjust_words(self, context: Context, result: AdjustResult | ConfirmResult) -> str:
        match result:
            case Adjusted():
                return words(
                    self.voice,
                    context,
                    "adjust.done",
                    member=await self.roster.read_name(result.member_id),
                    points=f"{result.points:+d}",
                    balance=result.balance,
                    number=result.number,
                )
            case SecondNeeded():
                at = _moment(context, result.expires_at)
                return words(self.voice, context, "adjust.waiting", number=result.number, at=at)
            case TooMuch():
                most = result.most_points
                return words(self.voice, context, "adjust.too_much", most_points=most)
            case NotEnough():
                return words(self.voice, context, "adjust.not_enough", balance=result.balance)
            case NoSuchAdjustment():
                return words(self.voice, context, "adjust.no_such")
            case SamePerson():
                return words(self.voice, context, "adjust.same_person")
            case TooLate():
                at = _moment(context, result.expired_at)
                return words(self.voice, context, "adjust.late", at=at)
            case BudgetSpent():
                return self._budget_words(context, result).text
            case _:
                assert_never(result)

    def _budget_words(self, context: Context, spent: BudgetSpent) -> Text:
        if spent.opens_on is None:
            return Text(words(self.voice, context, "budget.closed"))
        at = _opens(context, spent.opens_on)
        return Text(words(self.voice, context, "budget.spent", at=at))

    def _perks(self, context: Context, level: Level) -> str:
        perks = []
        if level.multiplier_percent > 100:
            percent = level.multiplier_percent
            perks.append(words(self.voice, context, "level.perk_multiplier", percent=percent))
        if level.more_thanks:
            more = level.more_thanks
            perks.append(words(self.voice, context, "level.perk_thanks", more=more))
        return " · ".join(perks) or words(self.voice, context, "level.no_perks")

    def _not_operator(self, context: Context, name: CommandName) -> Reply:
        return answer(self.voice, context, "refused.not_operator", command=context.word(name))

    async def _find(self, context: Context, typed: str) -> MemberId | None:
        """The one member of the group whose name begins what was typed, the longest name first."""
        parts = normalise(typed).removeprefix("@").split()
        for count in range(min(len(parts), MOST_NAME_WORDS), 0, -1):
            found = await self.roster.find_by_name(context.group_key, " ".join(parts[:count]))
            if len(found) == 1:
                return found[0]
        return None


def _words(context: Context) -> str:
    return context.invocation.words if context.invocation else ""


def _today(context: Context) -> date:
    settings = context.settings
    return community_date(context.event.at, settings.zone, settings.rewards.day_starts_at)


def _opens(context: Context, day: date) -> str:
    """When a day of the community begins, as month, day and hour."""
    return f"{day:%m-%d} {context.settings.rewards.day_starts_at:%H:%M}"


def _moment(context: Context, instant: datetime) -> str:
    return f"{local_day(context, instant)} {instant.astimezone(context.settings.zone):%H:%M}"
