"""What pays a packet: the group's pool, the owner's own, a campaign's budget; and cash."""

from typing import Any

import pytest

from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.rewards.ledger.ledger import AccountRef, post
from bot.rewards.packets.gate import PacketKind, Purse, Terms, owner_pool
from bot.rewards.packets.lane import apply_claims, apply_expiries, apply_opens
from bot.rewards.packets.packet import Claimed, OpenedPacket, PacketRefused, RefusedBecause
from bot.store.connection import Connection
from tests.unit.rewards.conftest import House
from tests.unit.rewards.support import (
    DAY,
    NOW,
    OWNER,
    SHANGHAI,
    VIP,
    balance,
    claim,
    gift,
    member,
    opened,
    packet,
    rules,
    run,
)

OTHER = MemberId(2)
OWN = rules(owner_points_a_day=100)


def test_every_owner_has_a_pool_of_his_own_beside_the_groups(books: Connection) -> None:
    for key, owner in (("a", OWNER), ("b", OTHER)):
        opened(books, packet(key, 80, 4, settings=OWN, owner=owner, purse=Purse.OWNER))
    opened(books, packet("c", 500, 4, settings=OWN))
    assert balance(books, owner_pool(VIP, OWNER)) == 20
    assert balance(books, owner_pool(VIP, OTHER)) == 20
    assert balance(books, AccountRef.group_pool(VIP)) == 0


def test_an_owners_pool_is_filled_once_a_day(books: Connection) -> None:
    opened(books, packet("a", 100, 4, settings=OWN, purse=Purse.OWNER))
    (short,) = run(books, apply_opens, packet("b", 1, 1, settings=OWN, purse=Purse.OWNER))
    assert short == PacketRefused(RefusedBecause.POOL_SHORT, {"points": 1, "shares": 1, "pool": 0})
    opened(books, packet("c", 100, 4, at=NOW + DAY, settings=OWN, purse=Purse.OWNER))


def test_the_rest_of_an_owners_packet_goes_back_to_his_own_pool(books: Connection) -> None:
    opened(books, packet("a", 100, 4, PacketKind.FIXED, settings=OWN, purse=Purse.OWNER))
    run(books, apply_claims, claim(1, 5))
    run(books, apply_expiries, NOW + DAY)
    assert balance(books, owner_pool(VIP, OWNER)) == 75
    assert balance(books, AccountRef.group_pool(VIP)) == 0


async def test_what_an_owner_could_send_counts_the_filling_of_his_own_pool(house: House) -> None:
    async def available(purse: Purse, owner: MemberId = OWNER) -> int:
        return await house.packets.available(
            Terms(PacketKind.LUCKY, 10, 1, purse=purse, campaign="spring"),
            group_key=VIP,
            owner_id=owner,
            now=NOW,
            rules=OWN,
            zone=SHANGHAI,
        )

    await send_own(house)
    assert await available(Purse.OWNER) == 40
    assert await available(Purse.OWNER, OTHER) == 100
    assert await available(Purse.GROUP) == 500
    assert await available(Purse.CAMPAIGN) == 0


async def send_own(house: House) -> None:
    """A packet of 60 from the owner's own pool."""
    request = packet("own", 60, 3, settings=OWN, purse=Purse.OWNER)
    answer = await house.packets.open(
        key=request.key,
        group_key=VIP,
        owner_id=OWNER,
        terms=request.terms,
        now=NOW,
        rules=OWN,
        zone=SHANGHAI,
    )
    assert isinstance(answer, OpenedPacket)


def test_an_owner_sends_so_much_a_day_whatever_pays_it(books: Connection) -> None:
    few = rules(most_points_a_day=150, owner_points_a_day=100)
    opened(books, packet("a", 100, 4, settings=few, purse=Purse.OWNER))
    over, fits, other = run(
        books,
        apply_opens,
        packet("b", 60, 4, settings=few),
        packet("c", 50, 4, settings=few),
        packet("d", 60, 4, settings=few, owner=OTHER),
    )
    assert over == PacketRefused(RefusedBecause.DAY_SPENT, {"points": 60, "shares": 4, "left": 50})
    assert isinstance(fits, OpenedPacket)
    assert isinstance(other, OpenedPacket)


def test_what_an_owner_may_send_is_for_the_day_and_not_for_life(books: Connection) -> None:
    few = rules(most_points_a_day=100)
    for day in range(3):
        opened(books, packet(f"d{day}", 100, 4, at=NOW + day * DAY, settings=few))


def test_a_campaign_pays_from_its_budget_and_gets_the_rest_back(books: Connection) -> None:
    spring = AccountRef.campaign("spring")
    run(books, post, (gift("budget", spring, 300),))
    terms: dict[str, Any] = {"purse": Purse.CAMPAIGN, "campaign": "spring"}
    first, second = run(
        books, apply_opens, packet("a", 200, 4, **terms), packet("b", 200, 4, **terms)
    )
    assert isinstance(first, OpenedPacket)
    assert second.data["pool"] == 100
    run(books, apply_expiries, NOW + DAY)
    assert balance(books, spring) == 300
    assert balance(books, AccountRef.group_pool(VIP)) == 0


# 现金


CASH: dict[str, Any] = {"purse": Purse.CAMPAIGN, "campaign": "spring", "currency": Currency.FEN}


def test_cash_is_switched_off(books: Connection) -> None:
    (answer,) = run(books, apply_opens, packet("a", 1000, 4, **CASH))
    assert answer.reason is RefusedBecause.NO_CASH


@pytest.mark.parametrize("purse", [Purse.GROUP, Purse.OWNER])
def test_no_pool_pays_cash(books: Connection, purse: Purse) -> None:
    on = rules(cash=True)
    request = packet("a", 1000, 4, settings=on, purse=purse, currency=Currency.FEN)
    (answer,) = run(books, apply_opens, request)
    assert answer.reason is RefusedBecause.NO_CASH


def test_a_cash_packet_goes_from_the_campaigns_fen_to_the_members_fen(
    books: Connection,
) -> None:
    on, spring = rules(cash=True), AccountRef.campaign("spring", Currency.FEN)
    run(books, post, (gift("budget", spring, 2000, AccountRef.issuance(Currency.FEN)),))
    opened(books, packet("a", 1000, 4, settings=on, **CASH))
    (answer,) = run(books, apply_claims, claim(1, 5, settings=on))
    assert isinstance(answer, Claimed)
    assert answer.amount >= 100
    assert balance(books, AccountRef.member(MemberId(5), Currency.FEN)) == answer.amount
    assert balance(books, member(5)) == 0
    run(books, apply_expiries, NOW + DAY)
    assert balance(books, spring) == 2000 - answer.amount


@pytest.mark.parametrize(("points", "reason"), [(20_100, "too_big"), (399, "too_small")])
def test_cash_has_its_own_bounds(books: Connection, points: int, reason: str) -> None:
    (answer,) = run(books, apply_opens, packet("a", points, 4, settings=rules(cash=True), **CASH))
    assert answer.reason == reason
