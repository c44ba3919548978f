"""The job of the shop: shelves as configured, holds and codes that end, and who is told of it."""

from datetime import datetime
from typing import Final

import structlog

from bot.core.messages import Outgoing
from bot.handlers.purchases import Teller, local_minute, yuan
from bot.outbox.enqueue import post
from bot.rewards.redemption.codes import show_code
from bot.rewards.redemption.goods import GoodsKind, goods_of
from bot.rewards.redemption.redemption import Redemption, RedemptionState
from bot.rewards.redemption.redemptions import Redemptions
from bot.settings.schema.rewards import RewardsFile
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store


class ShopJob:
    """Follows the configuration and the clock; what a crash left undone is done at the next run."""

    name: Final = "shop"

    def __init__(
        self, store: Store, redemptions: Redemptions, teller: Teller, live: HasSettings
    ) -> None:
        self._store = store
        self._redemptions = redemptions
        self._teller = teller
        self._live = live
        self._stocked: RewardsFile | None = None

    async def run(self, now: datetime) -> None:
        """Stock, end what is due, tell."""
        settings = self._live.current
        if self._stocked != settings.rewards:
            await self._stock(settings, now)
        await self._redemptions.end_due(now, settings.rewards, settings.zone)
        await self._redemptions.issue_coupons(now, settings.rewards, settings.zone)
        for redemption in await self._redemptions.read_untold(now):
            news = await self._news(settings, redemption)
            await post(self._store, news, now=now)
            await self._redemptions.mark_told([redemption.redemption_id], now)

    async def next_due(self, now: datetime) -> datetime | None:
        """Now when the configuration was changed, else when the next redemption ends by itself."""
        if self._stocked != self._live.current.rewards:
            return now
        return await self._redemptions.next_due()

    async def _stock(self, settings: Settings, now: datetime) -> None:
        log = structlog.get_logger("shop")
        for change in await self._redemptions.stock_up(goods_of(settings.rewards), now):
            shelf = {"item": change.goods.key, "change": change.pieces, "left": change.shelf.left}
            if change.missing:
                log.warning("stock is lower than what people have", **shelf, missing=change.missing)
            else:
                log.info("stock changed", **shelf)
        self._stocked = settings.rewards

    async def _news(self, settings: Settings, redemption: Redemption) -> list[Outgoing]:
        """The member is told; so are the operators of a parcel that they did not send in time."""
        key = f"{redemption.reference}/{redemption.state}"
        if redemption.is_won:
            return [*await self._news_of_win(settings, redemption, key)]
        if redemption.state is RedemptionState.LAPSED:
            return [*await self._teller.to_member(settings, redemption, key, "redeem.told_lapsed")]
        news = [
            *await self._teller.to_member(
                settings, redemption, key, "redeem.told_expired", points=redemption.points
            )
        ]
        if redemption.kind is GoodsKind.PARCEL and await self._redemptions.was_confirmed(
            redemption.redemption_id
        ):
            news += await self._teller.to_operators(settings, redemption, key, "orders.overdue")
        return news

    async def _news_of_win(
        self, settings: Settings, redemption: Redemption, key: str
    ) -> tuple[Outgoing, ...]:
        """A won code is handed over; an unsent gift is still owed; what has ended is told."""
        until = local_minute(settings, redemption.due_at)
        match redemption.state:
            case RedemptionState.LAPSED:
                return await self._teller.to_member(settings, redemption, key, "redeem.told_lapsed")
            case RedemptionState.EXPIRED:
                return await self._teller.to_member(
                    settings, redemption, key, "prizes.told_expired", until=until
                )
            case _ if redemption.code is None:
                return await self._teller.to_operators(settings, redemption, key, "prizes.overdue")
            case _:
                return await self._teller.to_member(
                    settings,
                    redemption,
                    key,
                    "prizes.coupon",
                    number=redemption.redemption_id,
                    code=show_code(redemption.code),
                    value=yuan(redemption.value_fen),
                    until=until,
                )
