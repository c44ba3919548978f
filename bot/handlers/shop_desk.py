"""待发货, 发货, 退回, 核销: the staff's side of the shop, in the group or in private."""

from dataclasses import dataclass
from typing import assert_never

from bot.core.messages import Text
from bot.handlers.purchases import Teller, local_minute, not_moved, read_number, yuan
from bot.handlers.speech import answer, local_day, words
from bot.members.people import Role
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, staff_command
from bot.rewards.redemption.codes import read_code
from bot.rewards.redemption.fulfilment import (
    Moved,
    NoSuchRedemption,
    NotNow,
    Step,
    StepResult,
    TooLate,
)
from bot.rewards.redemption.goods import GoodsKind
from bot.rewards.redemption.redemption import Redemption, RedemptionId, RedemptionState
from bot.rewards.redemption.redemptions import Redemptions
from bot.settings.schema.commands import CommandName


@dataclass(frozen=True, slots=True)
class ShopDeskHandlers:
    """Sending, taking back, taking codes."""

    voice: Voice
    redemptions: Redemptions
    teller: Teller

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            staff_command(CommandName.ORDERS, self.orders),
            staff_command(CommandName.SHIP, self.ship),
            staff_command(CommandName.GIVE_BACK, self.give_back),
            staff_command(CommandName.VERIFY, self.verify),
        )

    async def orders(self, context: Context) -> Outcome:
        """待发货: what waits to be sent, without addresses."""
        if context.member.role is not Role.OPERATOR:
            return self._not_operator(context, CommandName.ORDERS)
        parcels = await self.redemptions.read_to_send()
        if not parcels:
            return answer(self.voice, context, "orders.none")
        lines = [
            words(
                self.voice,
                context,
                "orders.line",
                number=parcel.redemption_id,
                item=parcel.name,
                member=await self.teller.name_of(parcel),
                day=local_day(context, parcel.due_at),
            )
            for parcel in parcels
        ]
        return answer(self.voice, context, "orders.list", lines="\n".join(lines))

    async def ship(self, context: Context) -> Outcome:
        """发货 12 SF123: the points are paid now, and the member learns the tracking number."""
        if context.member.role is not Role.OPERATOR:
            return self._not_operator(context, CommandName.SHIP)
        found = read_number(context)
        if found is None or not found[1]:
            return answer(self.voice, context, "ship.bad_form")
        number, tracking = found
        result = await self._step(context, Step.SHIP, number, note=tracking)
        if not isinstance(result, Moved):
            return not_moved(self.voice, context, result)
        told = await self.teller.to_member(
            context.settings,
            result.after,
            f"{result.after.reference}/shipped",
            "redeem.told_shipped",
            number=number,
            tracking=result.note,
        )
        text = await self._done(context, "ship.done", result.after, tracking=result.note)
        return Reply(Text(text), told)

    async def give_back(self, context: Context) -> Outcome:
        """退回 12 破损, 退回 12 入库 拍错了: the points go back to the member."""
        if context.member.role is not Role.OPERATOR:
            return self._not_operator(context, CommandName.GIVE_BACK)
        found = read_number(context)
        number, said = found or (RedemptionId(0), "")
        restock = words(self.voice, context, "give_back.restock")
        restocks = said.startswith(restock)
        reason = said.removeprefix(restock).strip()
        if not reason:
            return answer(self.voice, context, "give_back.bad_form", restock=restock)
        result = await self._step(context, Step.GIVE_BACK, number, note=reason, restocks=restocks)
        if not isinstance(result, Moved):
            return not_moved(self.voice, context, result)
        if result.after.is_won:
            return await self._win_given_back(context, result)
        points = result.after.points
        told = await self.teller.to_member(
            context.settings,
            result.after,
            f"{result.after.reference}/back",
            "redeem.told_back",
            number=number,
            points=points,
            reason=result.note,
        )
        text = await self._done(context, "give_back.done", result.after, points=points)
        return Reply(Text(text), told)

    async def _win_given_back(self, context: Context, moved: Moved) -> Reply:
        """A gift that was won cost no points, so none come back with it."""
        told = await self.teller.to_member(
            context.settings,
            moved.after,
            f"{moved.after.reference}/back",
            "prizes.told_back",
            number=moved.after.redemption_id,
            reason=moved.note,
        )
        return Reply(Text(await self._done(context, "prizes.back", moved.after)), told)

    async def verify(self, context: Context) -> Outcome:
        """核销 7H2K-9QMB-XW4D: a code is taken exactly once."""
        typed = context.invocation.words if context.invocation else ""
        code = read_code(typed)
        if code is None:
            return answer(self.voice, context, "verify.bad_form")
        redemption = await self.redemptions.read_by_code(code)
        if redemption is None:
            return answer(self.voice, context, "verify.unknown")
        result = await self._step(context, Step.VERIFY, redemption.redemption_id)
        match result:
            case Moved():
                return await self._verified(context, result.after)
            case NoSuchRedemption():
                return answer(self.voice, context, "verify.unknown")
            case NotNow() | TooLate():
                return self._used_up(context, result.redemption)
        assert_never(result)

    async def _verified(self, context: Context, redemption: Redemption) -> Reply:
        told = await self.teller.to_member(
            context.settings,
            redemption,
            f"{redemption.reference}/used",
            "redeem.told_used",
            at=local_minute(context.settings, context.event.at),
        )
        slots: dict[str, object] = {
            "item": redemption.name,
            "member": await self.teller.name_of(redemption),
        }
        template = "verify.done"
        if redemption.kind is GoodsKind.COUPON:
            template = "verify.coupon_any"
            slots["value"] = yuan(redemption.value_fen)
            if redemption.min_spend_fen:
                template = "verify.coupon"
                slots["least"] = yuan(redemption.min_spend_fen)
        return Reply(Text(words(self.voice, context, template, **slots)), told)

    def _used_up(self, context: Context, redemption: Redemption) -> Reply:
        used = redemption.state is RedemptionState.DONE
        ended_at = redemption.ended_at if used else redemption.due_at
        at = local_minute(context.settings, ended_at or redemption.due_at)
        template = "verify.used" if used else "verify.over"
        return answer(self.voice, context, template, item=redemption.name, at=at)

    async def _step(
        self,
        context: Context,
        step: Step,
        number: RedemptionId,
        *,
        note: str = "",
        restocks: bool = False,
    ) -> StepResult:
        return await self.redemptions.take_step(
            step,
            number,
            key=context.event.key,
            actor=f"member/{context.member.member_id}",
            now=context.event.at,
            rules=context.settings.rewards,
            zone=context.settings.zone,
            note=note,
            restocks=restocks,
        )

    async def _done(
        self, context: Context, template: str, redemption: Redemption, **slots: object
    ) -> str:
        return words(
            self.voice,
            context,
            template,
            number=redemption.redemption_id,
            item=redemption.name,
            member=await self.teller.name_of(redemption),
            **slots,
        )

    def _not_operator(self, context: Context, name: CommandName) -> Reply:
        return answer(self.voice, context, "refused.not_operator", command=context.word(name))
