"""商城, 兑换, 地址, 我的兑换, 取消兑换: what members do with their points."""

from dataclasses import dataclass
from typing import assert_never

from bot.core.events import Place
from bot.core.messages import Drawing, Outgoing, Text
from bot.core.pictures import ShopItem, ShopPicture
from bot.handlers.purchases import (
    Teller,
    local_minute,
    not_moved,
    read_number,
    secretly,
    state_template,
    yuan,
)
from bot.handlers.speech import answer, comma_list, local_day, words
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, command, member_command
from bot.rewards.ledger.statement import Statements
from bot.rewards.levels import Levels
from bot.rewards.redemption.addresses import is_complete
from bot.rewards.redemption.codes import show_code
from bot.rewards.redemption.fulfilment import Moved, NoSuchRedemption, NotNow, Step, TooLate
from bot.rewards.redemption.goods import Goods, GoodsKind, find_goods, goods_of
from bot.rewards.redemption.redemption import (
    LevelTooLow,
    LimitReached,
    Offer,
    OutOfStock,
    Redeemed,
    Redemption,
    RedemptionState,
    TooFewPoints,
    Unredeemed,
)
from bot.rewards.redemption.redemptions import Redemptions
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act


class AddressRoute(Route):
    """Words that are an address, without a command before them."""

    def fits(self, context: Context) -> bool:
        """Whether somebody just types where he lives."""
        return (
            context.event.has_words
            and context.invocation is None
            and is_complete(context.event.text)
        )


@dataclass(frozen=True, slots=True)
class ShopHandlers:
    """The member's side of the shop."""

    voice: Voice
    redemptions: Redemptions
    statements: Statements
    levels: Levels
    teller: Teller

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic, and addresses without one."""
        return (
            command(CommandName.SHOP, self.shop),
            member_command(CommandName.REDEEM, self.redeem),
            command(CommandName.ADDRESS, self.address),
            command(CommandName.MY_REDEMPTIONS, self.mine),
            command(CommandName.CANCEL_REDEMPTION, self.cancel),
            AddressRoute("address without a command", self.address),
        )

    async def shop(self, context: Context) -> Outcome:
        """商城: what there is, in words and as a picture."""
        rules = context.settings.rewards
        offers = await self.redemptions.read_offers(rules)
        if not offers:
            return answer(self.voice, context, "shop.empty")
        balance = await self.statements.read_balance(context.member.member_id)
        text = words(
            self.voice,
            context,
            "shop.list",
            title=rules.shop.title,
            balance=balance,
            lines="\n".join(self._line(context, offer) for offer in offers),
        )
        picture = ShopPicture(
            title=rules.shop.title,
            items=tuple(
                ShopItem(
                    f"{offer.number}. {offer.goods.name}",
                    offer.goods.points,
                    offer.left,
                    offer.goods.note,
                )
                for offer in offers
            ),
            balance=max(0, balance),
            brand=context.settings.bot.brand.name,
        )
        return Reply(Drawing(picture, text))

    async def redeem(self, context: Context) -> Outcome:
        """兑换 2: by the number in the list or by the name; without words the list."""
        wanted = context.invocation.words if context.invocation else ""
        if not wanted:
            return await self.shop(context)
        rules = context.settings.rewards
        goods = find_goods(goods_of(rules), wanted)
        if goods is None:
            return answer(self.voice, context, "redeem.unknown", wanted=wanted)
        life = await self.levels.read(context.member.member_id)
        result = await self.redemptions.redeem(
            key=context.event.key,
            member_id=context.member.member_id,
            group_key=context.group_key,
            goods=goods,
            earned=life.earned,
            now=context.now,
            rules=rules,
            zone=context.settings.zone,
        )
        if isinstance(result, Redeemed):
            return self._given(context, result).doing(Act.REDEEM, goods.key)
        return self._refused(context, goods, result)

    async def address(self, context: Context) -> Outcome:
        """An address, which is taken in private only; its words stay in no other place."""
        typed = context.event.text
        if context.invocation is not None:
            typed = context.invocation.words
        if context.event.conversation.place is not Place.PRIVATE:
            return self._forgotten(context, "address.in_group")
        if not is_complete(typed):
            return self._forgotten(context, "address.incomplete")
        shop = context.settings.rewards.shop
        addressed = await self.redemptions.give_address(
            key=context.event.key,
            member_id=context.member.member_id,
            address=typed,
            purpose=words(self.voice, context, "address.purpose"),
            now=context.event.at,
            rules=context.settings.rewards,
            zone=context.settings.zone,
        )
        if addressed.confirmed:
            news: list[Outgoing] = []
            for redemption in addressed.confirmed:
                key = f"{redemption.reference}/order"
                news += await self.teller.to_operators(
                    context.settings, redemption, key, "orders.new"
                )
            slots = {"ship_days": shop.ship_days, "days": shop.address_days}
            text = words(
                self.voice,
                context,
                "address.taken",
                items=_names(self.voice, context, addressed.confirmed),
                **slots,
            )
            return Reply(Text(text), tuple(news), Act.REDEEM, "address", forgets=True)
        if addressed.corrected:
            items = _names(self.voice, context, addressed.corrected)
            return self._forgotten(context, "address.corrected", items=items)
        return self._forgotten(context, "address.nothing")

    async def mine(self, context: Context) -> Outcome:
        """我的兑换: how everything stands, with the codes, in private."""
        redemptions = await self.redemptions.read_of_member(context.member.member_id)
        if not redemptions:
            return answer(self.voice, context, "redeem.mine_empty")
        lines = "\n".join(self._own_line(context, redemption) for redemption in redemptions)
        text = words(self.voice, context, "redeem.mine", lines=lines)
        return secretly(context, text, words(self.voice, context, "redeem.mine_told"))

    async def cancel(self, context: Context) -> Outcome:
        """取消兑换 12: before it is sent, by the member himself."""
        found = read_number(context)
        if found is None:
            return answer(self.voice, context, "redeem.cancel_form")
        result = await self.redemptions.take_step(
            Step.CANCEL,
            found[0],
            key=context.event.key,
            actor=f"member/{context.member.member_id}",
            member_id=context.member.member_id,
            now=context.event.at,
            rules=context.settings.rewards,
            zone=context.settings.zone,
        )
        match result:
            case Moved() if result.after.is_won:
                slots = {"item": result.after.name, "number": result.after.win_id}
                return answer(self.voice, context, "prizes.cancelled", **slots)
            case Moved():
                slots = {"item": result.after.name, "points": result.after.points}
                return answer(self.voice, context, "redeem.cancelled", **slots)
            case NoSuchRedemption() | NotNow() | TooLate():
                return not_moved(self.voice, context, result)
        assert_never(result)

    def _given(self, context: Context, result: Redeemed) -> Reply:
        """The answer to who got something: what others may not see goes to him alone."""
        redemption, shop = result.redemption, context.settings.rewards.shop
        slots: dict[str, object] = {
            "item": redemption.name,
            "points": redemption.points,
            "balance": result.balance,
            "minutes": shop.address_minutes,
            "until": local_day(context, redemption.due_at),
        }
        if redemption.kind is GoodsKind.TITLE:
            return answer(self.voice, context, "redeem.title", title=redemption.title, **slots)
        slots["number"] = redemption.redemption_id
        if redemption.kind is GoodsKind.PARCEL:
            told = words(self.voice, context, "redeem.held", **slots)
            purpose = words(self.voice, context, "address.purpose")
            text = words(
                self.voice,
                context,
                "redeem.ask_address",
                purpose=purpose,
                days=shop.address_days,
                **slots,
            )
            return secretly(context, text, told)
        template, more = _code_words(redemption)
        text = words(self.voice, context, template, **slots, **more)
        return secretly(context, text, words(self.voice, context, "redeem.code_told", **slots))

    def _refused(self, context: Context, goods: Goods, result: Unredeemed) -> Reply:
        """Why not, and when or by what it works."""
        rules = context.settings.rewards
        slots: dict[str, object] = {"item": goods.name, "points": goods.points}
        match result:
            case OutOfStock() if result.frees_at is not None:
                template = "redeem.out_of_stock_until"
                frees_at = result.frees_at.astimezone(context.settings.zone)
                slots["at"] = frees_at.strftime("%H:%M")
            case OutOfStock():
                template = "redeem.out_of_stock"
            case TooFewPoints():
                template = "redeem.too_few_points"
                slots["balance"], slots["missing"] = result.balance, result.missing
                slots["checkins"] = -(-result.missing // rules.checkin.points)
            case LimitReached():
                template, slots["most"] = f"redeem.limit_{result.span}", result.most
                if result.again_on is not None:
                    slots["day"] = result.again_on.strftime("%m-%d")
                    slots["at"] = rules.day_starts_at.strftime("%H:%M")
            case LevelTooLow():
                template = "redeem.level_too_low"
                slots["level"], slots["missing"] = result.level, result.missing
        return answer(self.voice, context, template, **slots)

    def _forgotten(self, context: Context, template: str, **slots: object) -> Reply:
        return Reply(Text(words(self.voice, context, template, **slots)), forgets=True)

    def _line(self, context: Context, offer: Offer) -> str:
        goods = offer.goods
        left = ""
        if offer.left is not None:
            template = "shop.left" if offer.left else "shop.sold_out"
            left = words(self.voice, context, template, left=offer.left)
        if goods.level:
            left += words(self.voice, context, "shop.for_level", level=goods.level)
        slots = {"number": offer.number, "item": goods.name, "points": goods.points}
        line = words(self.voice, context, "shop.line", left=left, **slots)
        if not goods.note:
            return line
        return line + words(self.voice, context, "shop.note", note=goods.note)

    def _own_line(self, context: Context, redemption: Redemption) -> str:
        line = words(
            self.voice,
            context,
            "redeem.mine_line",
            number=redemption.redemption_id,
            item=redemption.name,
            day=local_day(context, redemption.at),
            state=words(self.voice, context, state_template(redemption)),
        )
        if redemption.code is None or redemption.state is not RedemptionState.CONFIRMED:
            return line
        until = local_minute(context.settings, redemption.due_at)
        code = show_code(redemption.code)
        return line + words(self.voice, context, "redeem.mine_code", code=code, until=until)


def _code_words(redemption: Redemption) -> tuple[str, dict[str, object]]:
    """The template that hands a code over, with its slots."""
    slots: dict[str, object] = {"code": show_code(redemption.code or "")}
    if redemption.kind is not GoodsKind.COUPON:
        return "redeem.code", slots
    slots["value"] = yuan(redemption.value_fen)
    if not redemption.min_spend_fen:
        return "redeem.coupon_any", slots
    slots["least"] = yuan(redemption.min_spend_fen)
    return "redeem.coupon", slots


def _names(voice: Voice, context: Context, redemptions: tuple[Redemption, ...]) -> str:
    return comma_list(voice, context, (redemption.name for redemption in redemptions))
