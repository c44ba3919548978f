"""The shop 积分商城: what is on offer, redeeming, and every step until the end of it.

What was won at a lottery goes the same way.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.rewards.days import community_date
from bot.rewards.lottery.terms import read_terms
from bot.rewards.redemption.addresses import Addressed, AddressRequest, apply_addresses
from bot.rewards.redemption.asking import RedeemRequest
from bot.rewards.redemption.codes import draw_code
from bot.rewards.redemption.fulfilment import Step, StepRequest, StepResult
from bot.rewards.redemption.goods import Goods, GoodsKind, goods_of
from bot.rewards.redemption.lane import (
    TimeOver,
    Told,
    apply_redemptions,
    apply_steps,
    apply_time,
    apply_told,
)
from bot.rewards.redemption.redemption import (
    Offer,
    RedeemResult,
    Redemption,
    RedemptionId,
)
from bot.rewards.redemption.rows import COLUMNS, redemption_of
from bot.rewards.redemption.shelves import Stocking, apply_stockings
from bot.rewards.redemption.stock import Change
from bot.rewards.redemption.winnings import (
    WITHOUT_CODE,
    ClaimWish,
    CouponIssue,
    GiftClaim,
    apply_claims,
    apply_issues,
)
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Lane

SHOWN = 10
"""Most redemptions of a member that 我的兑换 shows, the newest first."""

_READ_SHELVES = "SELECT currency, holder, balance FROM account WHERE kind = 'stock'"
_READ_BY_CODE = f"{COLUMNS} FROM redemption WHERE redemption.code = ?"
_READ_OF_MEMBER = f"""
{COLUMNS} FROM redemption WHERE redemption.member_id = ?
ORDER BY redemption.id DESC LIMIT {SHOWN}
"""
_READ_TO_SEND = f"""
{COLUMNS} FROM redemption WHERE redemption.kind = 'parcel' AND redemption.state = 'confirmed'
    AND redemption.ended_at IS NULL
ORDER BY redemption.id
"""
_READ_UNTOLD = f"""
{COLUMNS} FROM redemption
WHERE redemption.state IN ('expired', 'lapsed') AND redemption.told_at IS NULL
UNION ALL
{COLUMNS} FROM redemption
WHERE redemption.win_id IS NOT NULL AND redemption.state = 'confirmed'
    AND redemption.told_at IS NULL AND (redemption.kind = 'coupon' OR redemption.due_at <= ?)
ORDER BY id
"""
_READ_TITLE = """
SELECT title FROM redemption
WHERE member_id = ? AND kind = 'title' AND state = 'done' AND due_at > ?
ORDER BY id DESC LIMIT 1
"""
_READ_CONFIRMED = """
SELECT id FROM redemption_step WHERE redemption_id = ? AND state = 'confirmed' LIMIT 1
"""
_READ_COUPONS = f"""
SELECT lottery_win.id, lottery_terms.terms FROM lottery_win
JOIN lottery_terms ON lottery_terms.lottery_id = lottery_win.lottery_id
    AND lottery_terms.version = 1
WHERE {WITHOUT_CODE} ORDER BY lottery_win.id
"""
_READ_NEXT_DUE = f"""
SELECT min(due_at) AS due_at FROM (
    SELECT due_at FROM redemption
    WHERE ended_at IS NULL AND NOT (win_id IS NOT NULL AND kind = 'parcel' AND state = 'confirmed')
    UNION ALL
    SELECT CASE kind WHEN 'coupon' THEN at ELSE due_at END FROM redemption
    WHERE win_id IS NOT NULL AND state = 'confirmed' AND told_at IS NULL
    UNION ALL
    SELECT ended_at FROM redemption WHERE state IN ('expired', 'lapsed') AND told_at IS NULL
    UNION ALL
    SELECT at FROM lottery_win WHERE {WITHOUT_CODE}
) AS instants
"""


class Redemptions:
    """The lanes of the shop. ``rng`` draws codes: ``secure()`` in production."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        self._store = store
        self._rng = rng
        self._wishes: Lane[RedeemRequest, RedeemResult] = store.lane("redeem", apply_redemptions)
        self._addresses: Lane[AddressRequest, Addressed] = store.lane(
            "redeem address", apply_addresses
        )
        self._steps: Lane[StepRequest, StepResult] = store.lane("redeem step", apply_steps)
        self._claims: Lane[ClaimWish, GiftClaim] = store.lane("win claim", apply_claims)
        self._issues: Lane[CouponIssue, Redemption | None] = store.lane("win code", apply_issues)
        self._times: Lane[TimeOver, int] = store.lane("redeem time", apply_time)
        self._told: Lane[Told, None] = store.lane("redeem told", apply_told)
        self._stockings: Lane[Stocking, tuple[Change, ...]] = store.lane(
            "shop stock", apply_stockings
        )

    async def redeem(
        self,
        *,
        key: EventKey,
        member_id: MemberId,
        group_key: GroupKey,
        goods: Goods,
        earned: int,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> RedeemResult:
        """Hold or take what a piece of ``goods`` costs, and the piece with it, or neither.

        The same event gets the same redemption. ``earned`` is what the member has earned in
        his life. A refusal writes nothing. Raises KeyReused when the event bought something else.
        """
        kept = timedelta(minutes=rules.shop.address_minutes)
        is_parcel = goods.kind is GoodsKind.PARCEL
        return await self._wishes.submit(
            RedeemRequest(
                key=key,
                member_id=member_id,
                group_key=group_key,
                goods=goods,
                on_date=community_date(now, zone, rules.day_starts_at),
                at=now,
                due_at=now + (kept if is_parcel else timedelta(days=goods.days)),
                earned=earned,
                code=draw_code(self._rng) if goods.kind.has_code else None,
            )
        )

    async def claim_gift(
        self,
        *,
        key: EventKey,
        win_id: int,
        member_id: MemberId,
        group_key: GroupKey,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> GiftClaim:
        """Send a gift that was won on its way: a parcel that waits for an address.

        The same event gets the same redemption, and so does any other claim while it is on its
        way. Raises KeyReused when the event claimed something else.
        """
        return await self._claims.submit(
            ClaimWish(
                key=key,
                win_id=win_id,
                member_id=member_id,
                group_key=group_key,
                on_date=community_date(now, zone, rules.day_starts_at),
                at=now,
                address_until=now + timedelta(minutes=rules.shop.address_minutes),
            )
        )

    async def issue_coupons(self, now: datetime, rules: RewardsFile, zone: tzinfo) -> int:
        """Give every coupon that was won as a one-time code; how many there were."""
        rows = await self._store.read(_READ_COUPONS)
        on_date = community_date(now, zone, rules.day_starts_at)
        for win_id, terms in rows:
            await self._issues.submit(
                CouponIssue(
                    win_id=win_id,
                    group_key=read_terms(terms).groups[0],
                    on_date=on_date,
                    at=now,
                    due_at=now + timedelta(days=rules.shop.won_days),
                    code=draw_code(self._rng),
                )
            )
        return len(rows)

    async def give_address(
        self,
        *,
        key: EventKey,
        member_id: MemberId,
        address: str,
        purpose: str,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> Addressed:
        """Take the address for all parcels of the member that were not sent yet.

        That it came in private, and is one (``is_complete``), is the caller's to check.
        ``purpose`` is what the member was told it is for.
        """
        return await self._addresses.submit(
            AddressRequest(
                key=key,
                member_id=member_id,
                address=address,
                purpose=purpose,
                at=now,
                due_at=now + timedelta(days=rules.shop.ship_days),
                usable_until=community_date(now, zone, rules.day_starts_at)
                + timedelta(days=rules.points.returned_days),
            )
        )

    async def take_step(
        self,
        step: Step,
        redemption_id: RedemptionId,
        *,
        key: EventKey,
        actor: str,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
        member_id: MemberId | None = None,
        note: str = "",
        restocks: bool = False,
    ) -> StepResult:
        """Move a redemption on; the same event again gets the same answer.

        ``member_id`` is given where only the redemption's own member may. Points that come back
        return to the lots they were taken from, usable for ``points.returned_days`` at least.
        """
        sent = now + timedelta(days=rules.shop.done_days)
        today = community_date(now, zone, rules.day_starts_at)
        return await self._steps.submit(
            StepRequest(
                key=key,
                redemption_id=redemption_id,
                step=step,
                actor=actor,
                at=now,
                member_id=member_id,
                note=note,
                due_at=sent if step is Step.SHIP else None,
                restocks=restocks,
                usable_until=today + timedelta(days=rules.points.returned_days),
            )
        )

    async def end_due(self, now: datetime, rules: RewardsFile, zone: tzinfo) -> int:
        """End what is due, give back what was held, delete old addresses; how many moved on."""
        today = community_date(now, zone, rules.day_starts_at)
        return await self._times.submit(
            TimeOver(
                now=now,
                ended_before=now - timedelta(days=rules.shop.address_days),
                usable_until=today + timedelta(days=rules.points.returned_days),
            )
        )

    async def stock_up(self, goods: Sequence[Goods], now: datetime) -> tuple[Change, ...]:
        """Make the shelves what the configuration says; the changes that it took."""
        return await self._stockings.submit(Stocking(tuple(goods), now))

    async def read_offers(self, rules: RewardsFile) -> list[Offer]:
        """Everything on offer with what is left of it, in the order of the configuration."""
        rows = await self._store.read(_READ_SHELVES)
        left = {(row["currency"], row["holder"]): row["balance"] for row in rows}
        return [
            Offer(
                number,
                goods,
                None if goods.kind.unit is None else left.get((goods.kind.unit, goods.key), 0),
            )
            for number, goods in enumerate(goods_of(rules), start=1)
        ]

    async def read_by_code(self, code: str) -> Redemption | None:
        """The redemption that was given as ``code``."""
        return next(iter(await self._read(_READ_BY_CODE, (code,))), None)

    async def read_of_member(self, member_id: MemberId) -> list[Redemption]:
        """A member's redemptions, the newest first."""
        return await self._read(_READ_OF_MEMBER, (member_id,))

    async def read_to_send(self) -> list[Redemption]:
        """Parcels with an address that were not sent, the oldest first."""
        return await self._read(_READ_TO_SEND)

    async def read_title(self, member_id: MemberId, now: datetime) -> str:
        """The title that the member carries; of several the newest, empty when he has none."""
        rows = await self._store.read(_READ_TITLE, (member_id, to_micros(now)))
        return str(rows[0]["title"]) if rows else ""

    async def read_untold(self, now: datetime) -> list[Redemption]:
        """What nobody was told of: what time has ended, won codes, and won gifts sent too late."""
        return await self._read(_READ_UNTOLD, (to_micros(now),))

    async def was_confirmed(self, redemption_id: RedemptionId) -> bool:
        """Whether a parcel had its address: what ended it was then not the member."""
        return bool(await self._store.read(_READ_CONFIRMED, (redemption_id,)))

    async def mark_told(self, redemption_ids: Sequence[RedemptionId], now: datetime) -> None:
        """Note that the members were told. May be repeated."""
        await self._told.submit(Told(tuple(redemption_ids), now))

    async def next_due(self) -> datetime | None:
        """When time does something next, or somebody is to be told; None for not at all."""
        rows = await self._store.read(_READ_NEXT_DUE)
        return None if rows[0]["due_at"] is None else from_micros(rows[0]["due_at"])

    async def _read(self, query: str, parameters: Sequence[object] = ()) -> list[Redemption]:
        return [redemption_of(row) for row in await self._store.read(query, parameters)]
