"""The shop against a model that counts on its fingers.

Members wish, whole crowds at once, cancel, send addresses; the staff sends, takes codes and takes
things back; holds end; the stock is changed; events come twice and transactions are lost before
their commit, all in any order. After every step nobody has what somebody else has, nothing is
lost, and the audit is clean.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.core.money import Currency
from bot.rewards.redemption.asking import BUDGETED, RedeemRequest
from bot.rewards.redemption.fulfilment import Moved, Step
from bot.rewards.redemption.goods import Goods, GoodsKind
from bot.rewards.redemption.lane import TimeOver, apply_redemptions, apply_steps, apply_time
from bot.rewards.redemption.redemption import (
    Keeping,
    OutOfStock,
    Redeemed,
    Redemption,
    TooFewPoints,
    piece_of,
    points_of,
)
from bot.rewards.redemption.rows import COLUMNS, redemption_of
from bot.rewards.redemption.shelves import Stocking, apply_stockings
from tests.support.books import assert_books_are_right
from tests.support.engines import chosen
from tests.unit.rewards.redemption.support import (
    ADVICE,
    COUPON,
    SAMPLE,
    TITLE,
    USABLE_UNTIL,
    add_members,
    balance,
    contents,
    limited,
    pay_out,
    pieces,
    run,
    spent,
    step,
    wish,
)
from tests.unit.rewards.support import DAY, NOW, member

MEMBERS = (1, 2, 3)
SHOP = (
    replace(SAMPLE, points=80),
    replace(ADVICE, points=50),
    replace(TITLE, points=30),
    replace(limited(COUPON, a_day=2), points=40),
)
"""Cheap enough that shelves and budget run out before the points do."""


class Lost(Exception):
    """The transaction did not reach its commit."""


class ShopMachine(RuleBasedStateMachine):
    """Drives the tables; what must be true is counted from the outside."""

    @initialize(points=st.lists(st.sampled_from([0, 100, 400, 900]), min_size=3, max_size=3))
    def open(self, points: list[int]) -> None:
        self.books = chosen().connect(add_members)
        self.now = NOW
        self.count = 0
        self.issued = dict(zip(MEMBERS, points, strict=True))
        for number, amount in self.issued.items():
            if amount:
                pay_out(self.books, number, amount)
        self.shop: dict[str, Goods] = {goods.key: goods for goods in SHOP}
        self.answered: list[tuple[RedeemRequest, Redeemed]] = []
        self.stock()

    def stock(self) -> None:
        run(self.books, apply_stockings, Stocking(tuple(self.shop.values()), self.now))

    # the members

    @rule(
        crowd=st.lists(
            st.tuples(st.sampled_from(MEMBERS), st.sampled_from(SHOP)), min_size=1, max_size=6
        ),
        is_lost=st.booleans(),
    )
    def a_crowd_wishes(self, crowd: list[tuple[int, Goods]], *, is_lost: bool) -> None:
        requests = []
        for number, goods in crowd:
            self.count += 1
            on_date = self.now.date()
            name = f"wish {self.count}"
            request = wish(number, self.shop[goods.key], name, self.now, on_date)
            requests.append(request)
        if is_lost:
            self.lose(apply_redemptions, *requests)
        left = {goods.key: pieces(self.books, goods) for goods in SHOP if goods.shelf}
        has = {number: balance(self.books, member(number)) for number in MEMBERS}
        for request, answer in zip(
            requests, run(self.books, apply_redemptions, *requests), strict=True
        ):
            self.check_answer(request, answer, left, has)

    def check_answer(
        self, request: RedeemRequest, answer: Any, left: dict[str, int], has: dict[int, int]
    ) -> None:
        """Count along: every answer is the one that the points and pieces of that moment allow."""
        goods = request.goods
        match answer:
            case Redeemed():
                has[request.member_id] -= goods.points
                assert answer.balance == has[request.member_id] >= 0
                if goods.key in left:
                    left[goods.key] -= 1
                    assert left[goods.key] >= 0
                self.answered.append((request, answer))
            case OutOfStock():
                assert goods.kind is GoodsKind.COUPON or left[goods.key] == 0
            case TooFewPoints():
                assert answer.missing == goods.points - has[request.member_id] > 0

    @precondition(lambda self: bool(getattr(self, "answered", None)))
    @rule(number=st.integers(0, 99))
    def a_wish_comes_again(self, number: int) -> None:
        request, first = self.answered[number % len(self.answered)]
        before = contents(self.books)
        (again,) = run(self.books, apply_redemptions, request)
        assert again.redemption.redemption_id == first.redemption.redemption_id
        assert again.redemption.code == first.redemption.code
        assert contents(self.books) == before

    # what follows

    @rule(
        what=st.sampled_from([each for each in Step if each is not Step.TIME]),
        number=st.integers(1, 12),
        restocks=st.booleans(),
        is_lost=st.booleans(),
    )
    def a_step_is_taken(self, what: Step, number: int, *, restocks: bool, is_lost: bool) -> None:
        self.count += 1
        request = step(
            what,
            number,
            f"step {self.count}",
            self.now,
            due_at=self.now + 7 * DAY if what in (Step.ADDRESS, Step.SHIP) else None,
            restocks=restocks,
        )
        if is_lost:
            self.lose(apply_steps, request)
        (first,) = run(self.books, apply_steps, request)
        before = contents(self.books)
        (again,) = run(self.books, apply_steps, request)
        assert contents(self.books) == before
        if isinstance(first, Moved):
            assert isinstance(again, Moved)
            assert again.after.state is first.after.state

    @rule(hours=st.sampled_from([0.2, 1, 30, 24 * 8]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        over = TimeOver(self.now, self.now - 30 * DAY, USABLE_UNTIL)
        self.lose(apply_time, over)
        run(self.books, apply_time, over)

    @rule(number=st.integers(0, 6), value=st.sampled_from([500, 700, 1500]))
    def the_configuration_changes(self, number: int, value: int) -> None:
        self.shop["sample"] = replace(self.shop["sample"], stock=number)
        self.shop["five"] = replace(self.shop["five"], value_fen=value)
        self.stock()
        before = contents(self.books)
        self.stock()
        assert contents(self.books) == before

    def lose(self, apply: Any, *items: Any) -> None:
        """Everything is applied, and then the power goes before the commit."""

        def work(connection: Any, things: Any) -> Any:
            apply(connection, things)
            raise Lost

        before = contents(self.books)
        try:
            run(self.books, work, *items)
        except Lost:
            assert contents(self.books) == before

    # what must always be so

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "books"):
            return
        assert_books_are_right(self.books)
        bought = self.redemptions()
        for number, issued in self.issued.items():
            own = [item for item in bought if item.member_id == number]
            used = sum(item.points for item in own if self.costs(item))
            assert balance(self.books, member(number)) == issued - used
        paid = sum(item.points for item in bought if self.is_paid(item))
        assert spent(self.books) == paid

    @invariant()
    def coupons_stay_within_their_budget(self) -> None:
        if not hasattr(self, "books"):
            return
        out = [
            item.value_fen
            for item in self.redemptions()
            if item.kind is GoodsKind.COUPON and item.state in BUDGETED
        ]
        assert sum(out) <= COUPON.budget_fen

    @invariant()
    def every_piece_is_somewhere(self) -> None:
        if not hasattr(self, "books"):
            return
        stocked = {
            row["item"]: row["stocked"]
            for row in self.books.execute("SELECT item, stocked FROM shelf").fetchall()
        }
        held = [item for item in self.redemptions() if piece_of(item.state) is Keeping.PENDING]
        for currency in (Currency.GIFT, Currency.COUPON):
            goods = [item for item in SHOP if item.kind.unit is currency]
            given = sum(stocked.get(item.key, 0) for item in goods)
            on_shelves = sum(pieces(self.books, item) for item in goods)
            waiting = sum(item.unit is currency for item in held)
            assert on_shelves + waiting + spent(self.books, currency) == given

    def redemptions(self) -> list[Redemption]:
        rows = self.books.execute(f"{COLUMNS} FROM redemption ORDER BY redemption.id").fetchall()
        return [redemption_of(row) for row in rows]

    def costs(self, item: Redemption) -> bool:
        """Whether its points are not the member's any more."""
        return points_of(item.kind, item.state) in (Keeping.PENDING, Keeping.POSTED)

    def is_paid(self, item: Redemption) -> bool:
        return points_of(item.kind, item.state) is Keeping.POSTED

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.books.close()


TestShop = ShopMachine.TestCase
TestShop.settings = settings(max_examples=40, stateful_step_count=25)
