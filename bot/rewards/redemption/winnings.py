"""What was won at a lottery becomes a redemption: a gift when it is claimed, a coupon by itself.

The win and its redemption change in one step, so there is never one without the other: a gift
that is claimed is on its way, and one whose way comes to nothing is to be claimed again
(``reopen_wins``) until its time is over and the lottery gives it to somebody else or back into
stock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, GroupKey, LotteryId, MemberId
from bot.rewards.lottery.facts import load_rounds
from bot.rewards.lottery.rounds import Round, Win, WinState
from bot.rewards.lottery.rows import WIN, claim_win, read_win
from bot.rewards.redemption.goods import GoodsKind
from bot.rewards.redemption.lane import LAST_ID, open_redemptions
from bot.rewards.redemption.redemption import Redemption, RedemptionId, RedemptionState
from bot.rewards.redemption.rows import COLUMNS, redemption_of
from bot.store.connection import Connection, Row

_LOAD_WON = f"""
{WIN} WHERE lottery_win.id = ? AND lottery_win.member_id = ? AND lottery_win.kind = 'gift'
"""
_LOAD_BY_KEY = f"{COLUMNS} FROM redemption WHERE redemption.key = ?"
_LOAD_LATEST = f"""
{COLUMNS} FROM redemption WHERE redemption.win_id = ? ORDER BY redemption.id DESC LIMIT 1
"""

WITHOUT_CODE = """
lottery_win.kind = 'coupon' AND lottery_win.id > (
    SELECT coalesce(max(win_id), 0) FROM redemption WHERE kind = 'coupon' AND win_id IS NOT NULL
)
"""
"""Wins of coupons that have no code yet: they get theirs in the order in which they were won."""


@dataclass(frozen=True, slots=True)
class ClaimWish:
    """A member's wish to have the gift that he has won.

    ``on_date`` is the community day. His address is waited for until the gift's time is over, and
    until ``address_until`` at least.
    """

    key: EventKey
    win_id: int
    member_id: MemberId
    group_key: GroupKey
    on_date: date
    at: datetime
    address_until: datetime


@dataclass(frozen=True, slots=True)
class GiftClaimed:
    """The gift is on its way by ``redemption``. ``replayed``: it was so before."""

    win: Win
    redemption: Redemption
    replayed: bool


@dataclass(frozen=True, slots=True)
class GiftLapsed:
    """The time for claiming it is over."""

    win: Win


@dataclass(frozen=True, slots=True)
class NoSuchGift:
    """He has not won a gift of this number."""


GiftClaim = GiftClaimed | GiftLapsed | NoSuchGift
"""Every answer to a claim; match with ``assert_never``."""


@dataclass(frozen=True, slots=True)
class CouponIssue:
    """A coupon that was won, to be given as ``code``, which can be used until ``due_at``."""

    win_id: int
    group_key: GroupKey
    on_date: date
    at: datetime
    due_at: datetime
    code: str


def apply_claims(
    connection: Connection, wishes: Sequence[ClaimWish]
) -> list[GiftClaim | KeyReused]:
    """Claim gifts within the open transaction; one answer for each wish, in order."""
    return [_claim(connection, wish) for wish in wishes]


def apply_issues(connection: Connection, issues: Sequence[CouponIssue]) -> list[Redemption | None]:
    """Give won coupons as codes; None for a win that has its code already."""
    return [_issue(connection, issue) for issue in issues]


def _claim(connection: Connection, wish: ClaimWish) -> GiftClaim | KeyReused:
    won = connection.execute(_LOAD_WON, (wish.win_id, wish.member_id)).fetchone()
    if won is None:
        return NoSuchGift()
    found, win = _read(connection, won)
    earlier = connection.execute(_LOAD_BY_KEY, (wish.key,)).fetchone()
    if earlier is not None:
        redemption = redemption_of(earlier)
        if redemption.win_id != win.win_id:
            return KeyReused("another claim came with this event", key=wish.key)
        return GiftClaimed(win, redemption, replayed=True)
    if win.state is WinState.CLAIMED:
        latest = connection.execute(_LOAD_LATEST, (win.win_id,)).fetchone()
        return GiftClaimed(win, redemption_of(latest), replayed=True)
    if win.state is not WinState.OPEN or win.claim_until is None or wish.at >= win.claim_until:
        return GiftLapsed(win)
    redemption = _won(
        connection,
        found,
        win,
        key=wish.key,
        group_key=wish.group_key,
        on_date=wish.on_date,
        at=wish.at,
        state=RedemptionState.HELD,
        due_at=max(win.claim_until, wish.address_until),
        code=None,
    )
    claim_win(connection, win.win_id, wish.at)
    (opened,) = open_redemptions(connection, [redemption])
    return GiftClaimed(replace(win, state=WinState.CLAIMED), opened, replayed=False)


def _issue(connection: Connection, issue: CouponIssue) -> Redemption | None:
    won = connection.execute(
        f"{WIN} WHERE lottery_win.id = ? AND {WITHOUT_CODE}", (issue.win_id,)
    ).fetchone()
    if won is None:
        return None
    found, win = _read(connection, won)
    redemption = _won(
        connection,
        found,
        win,
        key=EventKey(f"{found.reference}/{win.ticket.position}/code"),
        group_key=issue.group_key,
        on_date=issue.on_date,
        at=issue.at,
        state=RedemptionState.CONFIRMED,
        due_at=issue.due_at,
        code=issue.code,
    )
    (opened,) = open_redemptions(connection, [redemption])
    return opened


def _read(connection: Connection, row: Row) -> tuple[Round, Win]:
    lottery_id = LotteryId(row["lottery_id"])
    found = load_rounds(connection, [lottery_id])[lottery_id]
    return found, read_win(row, found.terms)


def _won(
    connection: Connection,
    found: Round,
    win: Win,
    *,
    key: EventKey,
    group_key: GroupKey,
    on_date: date,
    at: datetime,
    state: RedemptionState,
    due_at: datetime,
    code: str | None,
) -> Redemption:
    """What a win becomes: with a code it is a coupon, without one a parcel."""
    (last_id,) = connection.execute(LAST_ID).fetchone()
    return Redemption(
        redemption_id=RedemptionId(last_id + 1),
        key=key,
        member_id=win.ticket.member_id,
        group_key=group_key,
        item=f"{found.reference}/{win.prize.key}",
        name=win.prize.name,
        kind=GoodsKind.PARCEL if code is None else GoodsKind.COUPON,
        points=0,
        value_fen=0 if code is None else win.prize.value_fen,
        min_spend_fen=0,
        title="",
        code=code,
        on_date=on_date,
        at=at,
        state=state,
        due_at=due_at,
        pieces=win.prize.amount,
        win_id=win.win_id,
    )
