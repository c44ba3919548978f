"""A campaign named spring-2026 with two seats, one place in the line, a door and some money."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.campaigns.door import DoorTerms
from bot.campaigns.funding import CashConfirmation, CashWish, Level
from bot.campaigns.funds import apply_cash_wishes, apply_confirmations, apply_levels
from bot.campaigns.perks import PerkWish
from bot.campaigns.seat_lane import Arrival, GiveUp, SignUp, Sweep
from bot.campaigns.seats import SeatTerms
from bot.core.ids import EventKey, MemberId
from bot.core.money import Currency
from bot.rewards.boosts import Boost
from bot.rewards.checkin.streaks import CheckInRequest
from bot.rewards.earning.rules import EarningWish
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.packets.gate import Purse
from bot.rewards.packets.opening import OpenRequest
from bot.rewards.packets.packet import PacketKind
from bot.store.connection import Connection
from tests.unit.rewards.earning import support as deeds
from tests.unit.rewards.support import DAY, NOW, VIP, check_in, packet, rules, run

SPRING: Final = "spring-2026"
OPERATOR, SECOND = MemberId(1), MemberId(2)
POINTS, FEN = AccountRef.campaign(SPRING), AccountRef.campaign(SPRING, Currency.FEN)
MINUTE = timedelta(minutes=1)

SEATS = SeatTerms(
    opens_at=NOW - DAY,
    closes_at=NOW + DAY,
    quota=2,
    waitlist=1,
    moves_until=NOW + DAY + timedelta(hours=1),
)
DOOR = DoorTerms(
    opens_at=NOW,
    closes_at=NOW + timedelta(hours=1),
    code="谷雨 Fresh",
    points=20,
    tries=3,
    window=10 * MINUTE,
)


def join(connection: Connection, *members: int) -> None:
    """These members are in the group."""
    for number in members:
        connection.execute(
            "INSERT INTO membership (group_key, member_id, joined_at) VALUES (?, ?, 0)",
            (VIP, number),
        )


def leave(connection: Connection, number: int) -> None:
    """A member leaves the group."""
    connection.execute(
        "UPDATE membership SET left_at = 1 WHERE member_id = ? AND left_at IS NULL", (number,)
    )


def level(points: int = 1000, fen: int = 5000, at: datetime = NOW) -> Level:
    """The campaign runs with these budgets."""
    return Level(SPRING, points, fen, at)


def cash(key: str = "cash", amount: int = 3000, **more: Any) -> CashWish:
    """An operator wants to give real money."""
    wish = CashWish(
        key=EventKey(key),
        campaign=SPRING,
        operator_id=OPERATOR,
        amount=amount,
        budget=5000,
        second_over=4000,
        at=NOW,
        expires_at=NOW + DAY,
    )
    return replace(wish, **more)


def confirmation(number: int = 1, key: str = "yes", **more: Any) -> CashConfirmation:
    """An operator says that it is there."""
    wish = CashConfirmation(EventKey(key), number, OPERATOR, ((SPRING, 5000),), NOW)
    return replace(wish, **more)


def give_money(connection: Connection) -> None:
    """1,000 points, and 30 yuan of real money."""
    run(connection, apply_levels, level())
    run(connection, apply_cash_wishes, cash())
    run(connection, apply_confirmations, confirmation())


def sign_up(number: int, key: str = "", **more: Any) -> SignUp:
    """A member wants a seat."""
    wish = SignUp(EventKey(key or f"sign-{number}"), SPRING, MemberId(number), VIP, NOW, SEATS)
    return replace(wish, **more)


def give_up(number: int, key: str = "", **more: Any) -> GiveUp:
    """A member gives his place back."""
    wish = GiveUp(EventKey(key or f"free-{number}"), SPRING, MemberId(number), NOW, SEATS)
    return replace(wish, **more)


def arrival(number: int, word: str = "谷雨 fresh", key: str = "", **more: Any) -> Arrival:
    """A member says a word at the door."""
    wish = Arrival(
        key=EventKey(key or f"door-{number}"),
        campaign=SPRING,
        member_id=MemberId(number),
        group_key=VIP,
        at=NOW,
        word=word,
        terms=DOOR,
        expires_on=None,
    )
    return replace(wish, **more)


def sweep(**more: Any) -> Sweep:
    """The clock looks who has left."""
    return replace(Sweep(SPRING, NOW, SEATS), **more)


def perk(number: int, key: str = "", **more: Any) -> PerkWish:
    """A member wants the perk."""
    wish = PerkWish(
        key=EventKey(key or f"perk-{number}"),
        campaign=SPRING,
        perk="early",
        member_id=MemberId(number),
        group_key=VIP,
        at=NOW,
        code="HEJIAN12",
        quota=2,
        each=1,
    )
    return replace(wish, **more)


def boosted_talk(number: int, key: str = "", percent: int = 300) -> EarningWish:
    """A member earns by talking while the campaign pays more for it."""
    wish = deeds.wish(deeds.rewards(deeds.TALK), key or f"talk-{number}", member=MemberId(number))
    return replace(wish, boost=Boost(SPRING, percent))


def boosted_check_in(number: int, key: str = "") -> CheckInRequest:
    """A member checks in while the campaign pays double for it."""
    return replace(check_in(number, key or f"in-{number}"), boost=Boost(SPRING, 200))


def cash_packet(key: str = "cash-packet", fen: int = 400, **more: Any) -> OpenRequest:
    """A packet of real money from the campaign's account; ``more`` goes to its settings."""
    return packet(
        key,
        fen,
        2,
        PacketKind.FIXED,
        settings=rules(cash=True).model_copy(update=more),
        purse=Purse.CAMPAIGN,
        campaign=SPRING,
        currency=Currency.FEN,
    )
