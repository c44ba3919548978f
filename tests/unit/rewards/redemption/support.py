"""A shop to test with, and short ways to stock it, to buy there and to go on from there."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.core.money import Currency
from bot.rewards.ledger.ledger import AccountRef, post
from bot.rewards.ledger.transfers import AccountKind
from bot.rewards.redemption.addresses import Addressed, AddressRequest, apply_addresses
from bot.rewards.redemption.asking import RedeemRequest
from bot.rewards.redemption.fulfilment import Step, StepRequest
from bot.rewards.redemption.goods import Goods, GoodsKind, Limits
from bot.rewards.redemption.lane import TimeOver, apply_redemptions, apply_steps, apply_time
from bot.rewards.redemption.redemption import Redeemed, Redemption, RedemptionId
from bot.rewards.redemption.shelves import Stocking, apply_stockings
from bot.rewards.redemption.winnings import ClaimWish, CouponIssue
from bot.store.connection import Connection
from bot.store.lane import Apply
from tests.support.stores import in_transaction
from tests.unit.rewards.support import DAY, NOW, TODAY, VIP, gift, member

HALF_HOUR = timedelta(minutes=30)
USABLE_UNTIL = date(2026, 12, 22)

SAMPLE = Goods("sample", "面霜小样", GoodsKind.PARCEL, 800, stock=3)
ADVICE = Goods("advice", "肤质咨询", GoodsKind.CODE, 500, stock=2)
TITLE = Goods("title", "成分课代表", GoodsKind.TITLE, 300, title="成分课代表")
COUPON = Goods(
    "five", "5 元券", GoodsKind.COUPON, 400, value_fen=500, min_spend_fen=5900, budget_fen=1500
)
SHOP = (SAMPLE, ADVICE, TITLE, COUPON)

ADDRESS = "小鹿 13800138000 上海市徐汇区漕溪北路 1 号 502"


def add_members(connection: Connection) -> None:
    """Members 1 to 20."""
    for number in range(1, 21):
        connection.execute("INSERT INTO member (id, created_at) VALUES (?, 0)", (number,))


def run(connection: Connection, apply: Apply[Any, Any], *items: Any) -> list[Any]:
    """Apply ``items`` as one batch in one transaction, as a lane does when all goes well."""
    return in_transaction(connection, lambda: list(apply(connection, items)))


def balance(connection: Connection, ref: AccountRef) -> int:
    """What an account holds; 0 when it does not exist."""
    row = connection.execute(
        "SELECT balance FROM account WHERE currency = ? AND kind = ? AND holder = ?",
        (ref.currency, ref.kind, ref.holder),
    ).fetchone()
    return 0 if row is None else int(row["balance"])


def contents(connection: Connection) -> list[tuple[Any, ...]]:
    """Everything that a redemption may change, to compare a before with an after."""
    tables = ("account", "transfer", "entry", "hold", "redemption", "redemption_step", "shelf")
    return [
        tuple(row)
        for table in tables
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
    ]


def limited(goods: Goods, **limits: int) -> Goods:
    """The same thing with limits for each member."""
    return replace(goods, limits=Limits(**limits))


def open_shop(connection: Connection, *goods: Goods, at: datetime = NOW) -> None:
    """Put on the shelves what the goods say."""
    run(connection, apply_stockings, Stocking(goods or SHOP, at))


def pay_out(connection: Connection, number: int, points: int, *, key: str = "") -> None:
    """Points for a member that never expire."""
    run(connection, post, (gift(key or f"pay {number}", member(number), points),))


def wish(
    number: int,
    goods: Goods = SAMPLE,
    key: str = "",
    at: datetime = NOW,
    on_date: date = TODAY,
    earned: int = 0,
) -> RedeemRequest:
    """A member's wish for a piece."""
    name = key or f"wish-{goods.key}-{number}"
    is_parcel = goods.kind is GoodsKind.PARCEL
    return RedeemRequest(
        key=EventKey(name),
        member_id=MemberId(number),
        group_key=GroupKey(VIP),
        goods=goods,
        on_date=on_date,
        at=at,
        due_at=at + (HALF_HOUR if is_parcel else goods.days * DAY),
        earned=earned,
        code=f"CODE-{name}" if goods.kind.has_code else None,
    )


def bought(connection: Connection, request: RedeemRequest) -> Redemption:
    """Redeem what must not be refused."""
    (answer,) = run(connection, apply_redemptions, request)
    assert isinstance(answer, Redeemed), answer
    return answer.redemption


def step(
    what: Step, redemption: Redemption | int, key: str = "", at: datetime = NOW, **more: Any
) -> StepRequest:
    """A wish to move a redemption on."""
    number = redemption if isinstance(redemption, int) else redemption.redemption_id
    return StepRequest(
        key=EventKey(key or f"{what}-{number}"),
        redemption_id=RedemptionId(number),
        step=what,
        actor="staff",
        at=at,
        usable_until=USABLE_UNTIL,
        **more,
    )


def moved(connection: Connection, *requests: StepRequest) -> list[Any]:
    """Take steps as one batch; their results."""
    return run(connection, apply_steps, *requests)


def pass_time(connection: Connection, now: datetime) -> int:
    """Let the job end what is due."""
    (count,) = run(connection, apply_time, TimeOver(now, now - 30 * DAY, USABLE_UNTIL))
    assert isinstance(count, int)
    return count


def pieces(connection: Connection, goods: Goods) -> int:
    """What is left on a shelf."""
    assert goods.shelf is not None
    return balance(connection, goods.shelf)


def spent(connection: Connection, currency: Currency = Currency.POINTS) -> int:
    """What members have paid, or been given, for good."""
    return balance(connection, AccountRef.house(AccountKind.SPENT, currency))


def held(connection: Connection, redemption: Redemption) -> tuple[int, int]:
    """Points and pieces that a redemption holds."""
    assert redemption.points_hold is not None
    assert redemption.piece_hold is not None
    assert redemption.unit is not None
    return (
        balance(connection, AccountRef.hold(redemption.points_hold)),
        balance(connection, AccountRef.hold(redemption.piece_hold, redemption.unit)),
    )


def give_address(
    connection: Connection, address: str = ADDRESS, key: str = "address", at: datetime = NOW
) -> Addressed:
    """Member 7 says where his parcels shall go."""
    request = AddressRequest(
        key=EventKey(key),
        member_id=MemberId(7),
        address=address,
        purpose="寄送兑换的礼品",
        at=at,
        due_at=at + 7 * DAY,
        usable_until=USABLE_UNTIL,
    )
    (answer,) = run(connection, apply_addresses, request)
    assert isinstance(answer, Addressed)
    return answer


def claim(key: str = "claim", *, win_id: int = 1, who: int = 7, at: datetime = NOW) -> ClaimWish:
    """A member's wish to have the gift that he won."""
    return ClaimWish(
        key=EventKey(key),
        win_id=win_id,
        member_id=MemberId(who),
        group_key=GroupKey(VIP),
        on_date=TODAY,
        at=at,
        address_until=at + HALF_HOUR,
    )


def issue(*, win_id: int = 1, code: str = "CODE") -> CouponIssue:
    """A coupon that was won, as a code of a month."""
    return CouponIssue(win_id, GroupKey(VIP), TODAY, NOW, NOW + 30 * DAY, code)
