"""Opening and claiming red packets."""

import asyncio
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.rewards.ledger.ledger import AccountRef
from bot.rewards.packets.lane import apply_claims, apply_opens
from bot.rewards.packets.packets import (
    AlreadyClaimed,
    Claimed,
    ClaimResult,
    Empty,
    Finish,
    NoSuchPacket,
    OpenedPacket,
    Over,
    PacketKind,
    PacketRefused,
    PacketState,
    RefusedBecause,
    Terms,
    TooNew,
)
from bot.rewards.packets.split import commit
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection
from tests.unit.rewards.conftest import House
from tests.unit.rewards.support import (
    DAY,
    NOW,
    OWNER,
    RULES,
    SHANGHAI,
    VIP,
    Watched,
    balance,
    claim,
    claimed,
    new_books,
    opened,
    packet,
    rules,
    run,
)


async def send(
    house: House,
    key: str = "p",
    points: int = 100,
    shares: int = 4,
    *,
    kind: PacketKind = PacketKind.LUCKY,
    now: datetime = NOW,
    settings: RewardsFile = RULES,
    group: GroupKey = VIP,
) -> OpenedPacket | PacketRefused:
    return await house.packets.open(
        key=EventKey(key),
        group_key=group,
        owner_id=OWNER,
        terms=Terms(kind, points, shares),
        now=now,
        rules=settings,
        zone=SHANGHAI,
    )


async def sent(house: House, key: str = "p", points: int = 100, shares: int = 4) -> PacketId:
    answer = await send(house, key, points, shares)
    assert isinstance(answer, OpenedPacket)
    return answer.packet_id


async def tap(
    house: House,
    packet_id: PacketId,
    number: int,
    key: str = "",
    now: datetime = NOW,
    joined_at: datetime | None = None,
) -> ClaimResult:
    return await house.packets.claim(
        packet_id=packet_id,
        member_id=MemberId(number),
        key=EventKey(key or f"tap-{packet_id}-{number}"),
        now=now,
        joined_at=joined_at,
        rules=RULES,
        zone=SHANGHAI,
    )


# Opening


async def test_an_open_packet_is_paid_before_anybody_hears_of_it(house: House) -> None:
    answer = await send(house)
    assert answer == OpenedPacket(
        packet_id=PacketId(1),
        group_key=VIP,
        owner_id=OWNER,
        terms=Terms(PacketKind.LUCKY, 100, 4),
        proof=answer.proof if isinstance(answer, OpenedPacket) else "",
        created_at=NOW,
        opens_at=NOW,
        expires_at=NOW + DAY,
        replayed=False,
    )
    assert await house.packets.pool_balance(VIP) == 400


async def test_the_same_key_opens_the_same_packet(house: House) -> None:
    first, again = await send(house), await send(house, now=NOW + timedelta(hours=1))
    assert isinstance(first, OpenedPacket)
    assert isinstance(again, OpenedPacket)
    assert again.replayed
    assert (again.packet_id, again.proof, again.created_at) == (1, first.proof, NOW)
    assert await house.packets.pool_balance(VIP) == 400


async def test_a_replayed_packet_is_not_judged_by_later_rules(house: House) -> None:
    await send(house)
    again = await send(house, settings=rules(most_points=10))
    assert isinstance(again, OpenedPacket)


async def test_the_same_key_with_other_numbers_is_refused(house: House) -> None:
    await send(house)
    with pytest.raises(KeyReused):
        await send(house, points=101)


@pytest.mark.parametrize(
    ("points", "shares", "kind", "reason"),
    [
        (501, 10, PacketKind.LUCKY, RefusedBecause.TOO_BIG),
        (200, 101, PacketKind.LUCKY, RefusedBecause.TOO_BIG),
        (3, 4, PacketKind.LUCKY, RefusedBecause.TOO_SMALL),
        (10, 0, PacketKind.LUCKY, RefusedBecause.TOO_SMALL),
        (10, -1, PacketKind.FIXED, RefusedBecause.TOO_SMALL),
        (0, 1, PacketKind.FIXED, RefusedBecause.TOO_SMALL),
        (-5, 1, PacketKind.LUCKY, RefusedBecause.TOO_SMALL),
        (100, 3, PacketKind.FIXED, RefusedBecause.UNEVEN),
    ],
)
async def test_numbers_that_cannot_be_a_packet_are_refused_in_words(
    house: House, points: int, shares: int, kind: PacketKind, reason: RefusedBecause
) -> None:
    answer = await send(house, points=points, shares=shares, kind=kind)
    assert isinstance(answer, PacketRefused)
    assert answer.reason is reason
    assert answer.data["points"] == points
    assert await house.packets.read_newest(VIP) is None


async def test_a_pool_that_is_short_says_what_it_holds_and_nothing_is_written(
    house: House,
) -> None:
    await send(house, "first", 400)
    answer = await send(house, "second", 101)
    assert answer == PacketRefused(
        RefusedBecause.POOL_SHORT, {"points": 101, "shares": 4, "pool": 100}
    )
    assert await house.packets.pool_balance(VIP) == 100


async def test_a_refused_key_may_open_a_packet_later(house: House) -> None:
    await send(house, "first", 500)
    assert isinstance(await send(house, "p"), PacketRefused)
    assert isinstance(await send(house, "p", now=NOW + DAY), OpenedPacket)


async def test_each_group_has_its_own_pool(house: House) -> None:
    await send(house, "first", 500)
    assert isinstance(await send(house, "other", 500, group=GroupKey("tea")), OpenedPacket)


async def test_owners_are_told_what_the_pool_will_have(house: House) -> None:
    async def available(now: datetime) -> int:
        return await house.packets.available(
            Terms(PacketKind.LUCKY, 100, 4),
            group_key=VIP,
            owner_id=OWNER,
            now=now,
            rules=RULES,
            zone=SHANGHAI,
        )

    assert await available(NOW) == 500
    await send(house, points=300)
    assert await available(NOW) == 200
    assert await available(NOW + DAY) == 500


def test_several_packets_of_one_batch_share_the_pool_in_order(books: Connection) -> None:
    answers = run(
        books,
        apply_opens,
        packet("a", 300),
        packet("b", 300),
        packet("c", 200),
        packet("a", 300),
        packet("a", 299),
        packet("d", 500, group=GroupKey("tea")),
    )
    kinds = [type(answer).__name__ for answer in answers]
    assert kinds == [
        "OpenedPacket", "PacketRefused", "OpenedPacket", "OpenedPacket", "KeyReused",
        "OpenedPacket",
    ]  # fmt: skip
    assert answers[1].data["pool"] == 200
    assert answers[3].replayed
    assert answers[3].packet_id == answers[0].packet_id
    assert balance(books, AccountRef.group_pool(VIP)) == 0


async def test_the_shares_stay_secret_until_the_end_and_match_the_proof_then(
    house: House,
) -> None:
    packet_id = await sent(house, shares=2)
    before = await house.packets.read_packet(packet_id)
    assert before is not None
    assert (before.salt, before.amounts) == ("", ())
    await tap(house, packet_id, 1)
    await tap(house, packet_id, 2)
    after = await house.packets.read_packet(packet_id)
    assert after is not None
    assert after.state is PacketState.EMPTY
    assert commit(after.amounts, after.salt) == before.proof
    assert sum(after.amounts) == 100


# Claiming


async def test_shares_are_handed_out_in_the_order_of_arrival(house: House) -> None:
    packet_id = await sent(house)
    answers = [await tap(house, packet_id, number) for number in (4, 3, 2)]
    assert all(isinstance(answer, Claimed) for answer in answers)
    assert [answer.position for answer in answers if isinstance(answer, Claimed)] == [0, 1, 2]
    assert [answer.left_shares for answer in answers if isinstance(answer, Claimed)] == [3, 2, 1]


async def test_who_has_his_share_is_told_how_much_it_was(house: House) -> None:
    packet_id = await sent(house)
    first = await tap(house, packet_id, 1)
    assert isinstance(first, Claimed)
    assert await tap(house, packet_id, 1, "another tap") == AlreadyClaimed(first.amount)
    assert await house.statements.read_balance(MemberId(1)) == first.amount


async def test_the_same_tap_again_gets_the_same_answer_even_after_the_end(house: House) -> None:
    packet_id = await sent(house)
    first = await tap(house, packet_id, 1)
    await house.packets.expire(NOW + 2 * DAY)
    assert await tap(house, packet_id, 1, now=NOW + 2 * DAY) == first


async def test_the_same_words_again_do_not_claim_a_packet_that_came_later(house: House) -> None:
    """A member types 抢 once; on redelivery the newest packet is another one."""
    first_id = await sent(house, "first")
    first = await tap(house, first_id, 1, "words")
    later_id = await sent(house, "later")
    assert await tap(house, later_id, 1, "words") == first


async def test_another_members_event_claims_nothing(house: House) -> None:
    packet_id = await sent(house)
    await tap(house, packet_id, 1, "words")
    with pytest.raises(KeyReused):
        await tap(house, packet_id, 2, "words")


async def test_the_last_share_tells_how_it_ended_and_never_names_the_smallest(
    house: House,
) -> None:
    packet_id = await sent(house, points=40, shares=3)
    answers = [
        await tap(house, packet_id, number, now=NOW + timedelta(seconds=number))
        for number in (11, 12, 13)
    ]
    amounts = [answer.amount for answer in answers if isinstance(answer, Claimed)]
    assert [getattr(answer, "finished", None) for answer in answers[:2]] == [None, None]
    last = answers[-1]
    assert isinstance(last, Claimed)
    assert last.finished == Finish(
        points=40,
        shares=3,
        seconds=13,
        best_member_id=MemberId(11 + amounts.index(max(amounts))),
        best_points=max(amounts),
    )
    assert await tap(house, packet_id, 13, now=NOW + DAY) == last


async def test_of_equal_shares_the_earliest_is_the_best(house: House) -> None:
    answer = await send(house, points=40, shares=4, kind=PacketKind.FIXED)
    assert isinstance(answer, OpenedPacket)
    for number in (9, 8, 7):
        await tap(house, answer.packet_id, number)
    last = await tap(house, answer.packet_id, 6)
    assert isinstance(last, Claimed)
    assert last.finished is not None
    assert last.finished.best_member_id == 9


async def test_the_refusals_of_a_claim(house: House) -> None:
    packet_id = await sent(house, shares=1)
    young = NOW - timedelta(hours=23, minutes=59)
    assert await tap(house, PacketId(99), 1) == NoSuchPacket()
    assert await tap(house, packet_id, 1, joined_at=young) == TooNew(24, young + DAY)
    assert await tap(house, packet_id, 1, now=NOW + DAY) == Over()
    assert isinstance(await tap(house, packet_id, 1, joined_at=NOW - DAY), Claimed)
    assert await tap(house, packet_id, 2) == Empty()
    assert await tap(house, packet_id, 2, joined_at=young) == Empty()


async def test_newcomers_may_claim_where_the_rules_say_so(house: House) -> None:
    packet_id = await sent(house)
    answer = await house.packets.claim(
        packet_id=packet_id,
        member_id=MemberId(1),
        key=EventKey("k"),
        now=NOW,
        joined_at=NOW,
        rules=rules(membership_hours=0),
        zone=SHANGHAI,
    )
    assert isinstance(answer, Claimed)


async def test_five_hundred_at_once_take_every_share_exactly_once(house: House) -> None:
    answer = await send(house, points=500, shares=100)
    assert isinstance(answer, OpenedPacket)
    answers = await asyncio.gather(*(tap(house, answer.packet_id, n) for n in range(1, 501)))
    shares = [answer for answer in answers if isinstance(answer, Claimed)]
    assert sorted(share.position for share in shares) == list(range(100))
    assert sum(share.amount for share in shares) == 500
    assert sum(answer == Empty() for answer in answers) == 400
    assert sum(share.finished is not None for share in shares) == 1


def calls_for(claims: int) -> int:
    calls: list[str] = []
    with closing(new_books()) as books:
        opened(books, packet("p", 500, 500, settings=rules(most_shares=500)))
        watched = Watched(books, calls.append)
        claimed(watched, [claim(1, number) for number in range(1, claims + 1)])
    return len(calls)


@pytest.mark.usefixtures("engine")
def test_five_hundred_claims_in_a_batch_cost_the_statements_of_one() -> None:
    assert calls_for(500) == calls_for(1) <= 32


def test_one_batch_may_claim_several_packets_and_repeat_itself(books: Connection) -> None:
    opened(books, packet("a", 20, 2))
    opened(books, packet("b", 20, 2))
    answers = run(
        books,
        apply_claims,
        claim(1, 1, "x"),
        claim(2, 1, "y"),
        claim(1, 1, "x"),
        claim(1, 1, "z"),
        claim(1, 2, "v"),
        claim(1, 3, "w"),
        claim(2, 3, "x"),
    )
    assert [type(answer).__name__ for answer in answers] == [
        "Claimed", "Claimed", "Claimed", "AlreadyClaimed", "Claimed", "Empty", "KeyReused",
    ]  # fmt: skip
    assert answers[2] == answers[0]
    assert answers[4].finished is not None
