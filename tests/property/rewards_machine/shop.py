"""The shop on paper: where the points and the piece of each redemption are."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.core.money import Currency
from bot.rewards.ledger.transfers import AccountKind, AccountRef
from bot.rewards.redemption.addresses import Addressed, AddressRequest, apply_addresses
from bot.rewards.redemption.asking import RedeemRequest
from bot.rewards.redemption.fulfilment import Moved, Step, StepRequest
from bot.rewards.redemption.goods import Goods, GoodsKind, Limits
from bot.rewards.redemption.lane import TimeOver, apply_redemptions, apply_steps, apply_time
from bot.rewards.redemption.redemption import (
    LimitReached,
    OutOfStock,
    Redeemed,
    Redemption,
    RedemptionId,
    RedemptionState,
    TooFewPoints,
)
from bot.rewards.redemption.rows import COLUMNS, redemption_of
from bot.rewards.redemption.shelves import Stocking, apply_stockings
from bot.store.connection import Connection
from tests.property.rewards_machine.area import MEMBERS, Act, Lane, Pairs, World, pick, points_of
from tests.unit.rewards.support import DAY, NOW, run

SHOP = (
    Goods("cream", "面霜小样", GoodsKind.PARCEL, 11, stock=3),
    Goods("advice", "肤质咨询", GoodsKind.CODE, 7, stock=2, days=2),
    Goods("title", "成分课代表", GoodsKind.TITLE, 5, title="成分课代表"),
    Goods(
        "five",
        "5 元券",
        GoodsKind.COUPON,
        9,
        days=2,
        value_fen=500,
        min_spend_fen=5900,
        budget_fen=1500,
        limits=Limits(a_day=1),
    ),
)
STEPS = (Step.SHIP, Step.VERIFY, Step.CANCEL, Step.GIVE_BACK)
HELD, CONFIRMED = RedemptionState.HELD, RedemptionState.CONFIRMED
BACK = (RedemptionState.CANCELLED, RedemptionState.EXPIRED)
RETURNED, LAPSED = RedemptionState.RETURNED, RedemptionState.LAPSED


def stock_shop(books: Connection) -> None:
    """Fill the shelves."""
    run(books, apply_stockings, Stocking(SHOP, NOW))


class Shop:
    """Every redemption as it was last heard of."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._bought: dict[int, Redemption] = {}
        self._codes: set[str] = set()
        self.came_back: Callable[[int], None]

    @property
    def lanes(self) -> list[Lane]:
        """In the order in which they write."""
        return [
            Lane(
                "redeem",
                apply_redemptions,
                self._wish,
                self._sold,
                lambda item: item.key,
                lambda it: (
                    (it.redemption.redemption_id, it.redemption.code)
                    if isinstance(it, Redeemed)
                    else None
                ),
            ),
            Lane("address", apply_addresses, self._address, self._addressed),
            Lane(
                "step",
                apply_steps,
                self._step,
                self._moved,
                lambda item: item.key,
                lambda it: it.after.state if isinstance(it, Moved) else None,
            ),
            Lane("shop time", apply_time, self._time, self._time_passed),
        ]

    def _wish(self, act: Act) -> RedeemRequest:
        goods, world = SHOP[act.which % len(SHOP)], self._world
        key = world.key("wish")
        is_parcel = goods.kind is GoodsKind.PARCEL
        return RedeemRequest(
            key=EventKey(key),
            member_id=MemberId(act.who),
            group_key=GroupKey("vip"),
            goods=goods,
            on_date=world.today,
            at=world.now,
            due_at=world.now + (timedelta(minutes=30) if is_parcel else goods.days * DAY),
            earned=0,
            code=f"CODE-{key}" if goods.kind.has_code else None,
        )

    def _sold(self, pairs: Pairs) -> None:
        books = self._world.books
        has = {number: books.has(points_of(number)) for number in range(1, MEMBERS + 1)}
        left = Counter({goods.key: self._on_shelf(goods) for goods in SHOP})
        sold: list[Redemption] = []
        for item, answer in pairs:
            goods = item.goods
            match answer:
                case Redeemed():
                    has[item.member_id] -= goods.points
                    assert answer.balance == has[item.member_id] >= 0
                    left[goods.key] -= 1
                    assert goods.shelf is None or left[goods.key] >= 0
                    sold.append(answer.redemption)
                case OutOfStock():
                    assert left[goods.key] == 0 or goods.kind is GoodsKind.COUPON
                case TooFewPoints():
                    assert answer.balance == has[item.member_id] < goods.points
                case LimitReached():
                    assert goods.limits.a_day is not None
                case _:
                    raise AssertionError(answer)
        for redemption in sorted(sold, key=lambda one: one.unit is None):  # holds come first
            self._pay(redemption)

    def _pay(self, redemption: Redemption) -> None:
        assert redemption.redemption_id not in self._bought
        assert redemption.code is None or redemption.code not in self._codes
        if redemption.code is not None:
            self._codes.add(redemption.code)
        self._bought[redemption.redemption_id] = redemption
        spent = AccountRef.house(AccountKind.SPENT)
        whose, books = points_of(redemption.member_id), self._world.books
        if redemption.giver is None:
            books.move(whose, spent, redemption.points, name=redemption.reference)
            return
        hold, box = self._holds(redemption)
        books.move(whose, hold, redemption.points, name=redemption.reference)
        books.move(redemption.giver, box, 1)
        if redemption.kind is not GoodsKind.PARCEL:
            books.move(hold, spent, redemption.points)

    def send(self, redemption: Redemption) -> None:
        """A gift that was won is on its way."""
        assert redemption.redemption_id not in self._bought
        assert redemption.giver is not None
        assert not redemption.points
        self._bought[redemption.redemption_id] = redemption
        self._world.books.move(redemption.giver, self._box(redemption), redemption.pieces)

    def _address(self, act: Act) -> AddressRequest:
        now = self._world.now
        return AddressRequest(
            key=EventKey(self._world.key("address")),
            member_id=MemberId(act.who),
            address="小鹿 13800138000 上海市徐汇区漕溪北路 1 号 502",
            purpose="寄送兑换的礼品",
            at=now,
            due_at=now + 2 * DAY,
            usable_until=self._world.today + DAY,
        )

    def _addressed(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            assert isinstance(answer, Addressed)
            for after in answer.confirmed:
                before = self._bought[after.redemption_id]
                assert (before.member_id, before.state) in (
                    (item.member_id, HELD),
                    (item.member_id, CONFIRMED),  # the same event again
                )
                self._bought[after.redemption_id] = after

    def _step(self, act: Act) -> StepRequest | None:
        redemption = pick(list(self._bought.values())[-5:], act.which)
        if redemption is None:
            return None
        step = STEPS[act.much % len(STEPS)]
        return StepRequest(
            key=EventKey(self._world.key("step")),
            redemption_id=redemption.redemption_id,
            step=step,
            actor="staff",
            at=self._world.now,
            member_id=redemption.member_id if step is Step.CANCEL else None,
            due_at=self._world.now + 2 * DAY if step is Step.SHIP else None,
            restocks=bool(act.much % 3),
            usable_until=self._world.today + DAY,
        )

    def _moved(self, pairs: Pairs) -> None:
        moves = [(item, answer) for item, answer in pairs if isinstance(answer, Moved)]
        for _, answer in moves:
            before = self._bought[answer.before.redemption_id]
            assert (before.state, before.due_at) == (answer.before.state, answer.before.due_at)
            self._bought[answer.after.redemption_id] = answer.after
        # what is still held ends first, then what was paid comes back
        for item, answer in sorted(moves, key=lambda move: self._is_return(move[1])):
            self._settle(answer.before, answer.after, item)

    def _is_return(self, moved: Moved) -> bool:
        return moved.after.state is RETURNED

    def _settle(self, before: Redemption, after: Redemption, item: StepRequest | TimeOver) -> None:
        """Move points and piece as the state says; the words of the shop's rules in short."""
        if after.win_id is not None:
            self._settle_won(before, after, item)
            return
        books, whose = self._world.books, points_of(after.member_id)
        spent = AccountRef.house(AccountKind.SPENT)
        name, points, until = after.reference, after.points, item.usable_until
        if after.giver is None:
            books.take_back(name, spent, whose, points, usable_until=until)
            return
        hold, box = self._holds(after)
        given = AccountRef.house(AccountKind.SPENT, after.giver.currency)
        was_sent = before.state not in (HELD, CONFIRMED)
        if after.state in BACK:
            books.take_back(name, hold, whose, points, usable_until=until)
            books.move(box, after.giver, 1)
        elif after.state is RETURNED:
            books.take_back(name, spent, whose, points, usable_until=until)
            if not was_sent:
                books.move(box, after.giver, 1)
            elif isinstance(item, StepRequest) and item.restocks:
                books.move(given, after.giver, 1)
        elif after.state is LAPSED:
            books.move(box, after.giver, 1)
        elif not was_sent:  # it leaves, or its code is used
            if after.kind is GoodsKind.PARCEL:
                books.move(hold, spent, points)
            books.move(box, given, 1)

    def _settle_won(
        self, before: Redemption, after: Redemption, item: StepRequest | TimeOver
    ) -> None:
        """What does not reach the winner is his to claim again."""
        assert after.giver is not None
        assert after.win_id is not None
        books, given = self._world.books, AccountRef.house(AccountKind.SPENT, Currency.GIFT)
        if after.state in BACK:
            books.move(self._box(after), after.giver, after.pieces)
            self.came_back(after.win_id)
        elif after.state is RETURNED:
            if isinstance(item, StepRequest) and item.restocks:
                books.move(given, after.giver, after.pieces)
                self.came_back(after.win_id)
        elif before.state in (HELD, CONFIRMED):
            books.move(self._box(after), given, after.pieces)

    def _time(self, act: Act) -> TimeOver:
        del act
        now = self._world.now
        return TimeOver(now, now - 30 * DAY, self._world.today + DAY)

    def _time_passed(self, pairs: Pairs) -> None:
        for item, _ in pairs:
            for before in list(self._bought.values()):
                is_owed = before.is_won and before.state is CONFIRMED
                if before.ended_at is None and before.due_at <= item.now and not is_owed:
                    is_sent = before.state is RedemptionState.SHIPPED
                    late = LAPSED if before.kind is not GoodsKind.PARCEL else BACK[1]
                    state = RedemptionState.DONE if is_sent else late
                    after = replace(before, state=state, ended_at=item.now)
                    self._bought[before.redemption_id] = after
                    if not is_sent:
                        self._settle(before, after, item)

    def _holds(self, redemption: Redemption) -> tuple[AccountRef, AccountRef]:
        assert redemption.points_hold is not None
        return AccountRef.hold(redemption.points_hold), self._box(redemption)

    def _box(self, redemption: Redemption) -> AccountRef:
        assert redemption.piece_hold is not None
        assert redemption.unit is not None
        return AccountRef.hold(redemption.piece_hold, redemption.unit)

    def _on_shelf(self, goods: Goods) -> int:
        return 0 if goods.shelf is None else self._world.books.has(goods.shelf)

    def check(self, connection: Connection) -> None:
        """Every redemption is in the state in which it was left."""
        rows = connection.execute(f"{COLUMNS} FROM redemption ORDER BY redemption.id").fetchall()
        found = {row["id"]: redemption_of(row).state for row in rows}
        assert found == {RedemptionId(key): one.state for key, one in self._bought.items()}
        pieces = Counter(
            one.item for one in self._bought.values() if one.state in (HELD, CONFIRMED)
        )
        for goods in SHOP:
            assert self._on_shelf(goods) >= 0
            assert goods.stock is None or pieces[goods.key] + self._on_shelf(goods) <= goods.stock
        assert self._world.books.has(AccountRef.house(AccountKind.SPENT, Currency.GIFT)) >= 0
