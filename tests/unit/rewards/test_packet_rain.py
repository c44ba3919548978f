"""红包雨: many small packets that fall one after the other, announced once, ended together."""

from datetime import timedelta

import pytest

from bot.core.ids import EventKey, MemberId, PacketId
from bot.rewards.ledger.ledger import AccountRef
from bot.rewards.packets.gate import PacketKind, Terms
from bot.rewards.packets.lane import apply_claims, apply_opens
from bot.rewards.packets.packet import (
    AlreadyClaimed,
    Claimed,
    EndedPacket,
    NotYet,
    OpenedPacket,
    Over,
    PacketRefused,
    PacketState,
    RefusedBecause,
)
from bot.rewards.packets.split import joint_proof
from bot.store.connection import Connection
from tests.unit.rewards.conftest import House
from tests.unit.rewards.support import (
    NOW,
    OWNER,
    RULES,
    SHANGHAI,
    VIP,
    balance,
    claim,
    opened,
    packet,
    run,
)

SECOND = timedelta(seconds=1)
FIRST = NOW + 60 * SECOND
LAST = FIRST + 2 * 20 * SECOND
END = LAST + timedelta(minutes=10)
ME = MemberId(7)


async def let_it_rain(house: House) -> OpenedPacket:
    """Three drops of 20 points in two shares each."""
    answer = await house.packets.open(
        key=EventKey("rain"),
        group_key=VIP,
        owner_id=OWNER,
        terms=Terms(PacketKind.FIXED, 60, 6, drops=3),
        now=NOW,
        rules=RULES,
        zone=SHANGHAI,
    )
    assert isinstance(answer, OpenedPacket)
    return answer


async def catch(house: House, number: int, seconds: int, key: str = "") -> object:
    """What a member gets who taps the rain's card so long after it was announced."""
    now, who = NOW + seconds * SECOND, MemberId(number)
    drop = await house.packets.read_drop(PacketId(1), who, now=now)
    assert drop is not None
    return await house.packets.claim(
        packet_id=drop.packet_id,
        member_id=who,
        key=EventKey(key or f"{number}/{seconds}"),
        now=now,
        joined_at=None,
        rules=RULES,
        zone=SHANGHAI,
    )


async def test_a_rain_is_paid_whole_before_anybody_hears_of_it(house: House) -> None:
    rain = await let_it_rain(house)
    assert (rain.packet_id, rain.opens_at, rain.expires_at) == (1, FIRST, END)
    assert rain.terms == Terms(PacketKind.FIXED, 60, 6, drops=3)
    assert await house.packets.pool_balance(VIP) == 440


async def test_before_the_first_drop_it_is_told_when_it_falls(house: House) -> None:
    await let_it_rain(house)
    assert await catch(house, 7, 59) == NotYet(FIRST)


async def test_a_member_catches_a_share_of_every_drop_one_at_a_time(house: House) -> None:
    await let_it_rain(house)
    first, again, second, third, fourth = [
        await catch(house, 7, seconds) for seconds in (60, 79, 80, 110, 111)
    ]
    assert isinstance(first, Claimed)
    assert again == AlreadyClaimed(10)
    assert isinstance(second, Claimed)
    assert isinstance(third, Claimed)
    assert fourth == AlreadyClaimed(10)
    assert [first.packet_id, second.packet_id, third.packet_id] == [1, 2, 3]


async def test_who_comes_late_catches_what_is_left_from_the_first_drop_on(house: House) -> None:
    await let_it_rain(house)
    for number in (7, 8):
        await catch(house, number, 60)
    late = [await catch(house, 9, 200 + number) for number in range(3)]
    caught = [answer.packet_id for answer in late if isinstance(answer, Claimed)]
    assert caught == [2, 3]


async def test_the_same_tap_again_gets_its_drop_and_not_the_next_one(house: House) -> None:
    await let_it_rain(house)
    first = await catch(house, 7, 60, "tap")
    assert await catch(house, 7, 100, "tap") == first


async def test_a_rain_ends_as_one_and_its_rest_goes_back(house: House) -> None:
    await let_it_rain(house)
    await catch(house, 7, 60)
    await catch(house, 8, 60)
    assert await house.packets.expire(END - SECOND) == []
    (ended,) = await house.packets.expire(END)
    assert ended == EndedPacket(
        packet_id=PacketId(1),
        group_key=VIP,
        owner_id=OWNER,
        terms=Terms(PacketKind.FIXED, 60, 6, drops=3),
        left_points=40,
        left_shares=4,
        ended_at=END,
    )
    assert await house.packets.pool_balance(VIP) == 480
    assert await catch(house, 9, 700) == Over()


async def test_a_rain_that_was_caught_whole_is_told_at_its_end_and_once(house: House) -> None:
    await let_it_rain(house)
    for number in (7, 8):
        for drop in range(3):
            assert isinstance(await catch(house, number, 100 + drop), Claimed)
    assert await house.packets.next_expiry() == END
    (ended,) = await house.packets.expire(END)
    assert (ended.left_points, ended.left_shares) == (0, 0)
    assert await house.packets.read_luck(ended.packet_id) == (ME, 10)
    await house.packets.mark_announced([ended.packet_id], END)
    assert await house.packets.expire(END) == []
    assert await house.packets.next_expiry() is None


async def test_how_far_a_rain_is_counts_all_its_drops(house: House) -> None:
    rain = await let_it_rain(house)
    for number, seconds in ((8, 60), (7, 61), (8, 90)):
        await catch(house, number, seconds)
    progress = await house.packets.read_progress(PacketId(3), takers=10)
    assert progress is not None
    assert (progress.packet_id, progress.ended) == (1, False)
    assert (progress.claimed_shares, progress.shares) == (3, 6)
    assert (progress.claimed_points, progress.points) == (30, 60)
    assert progress.takers == (8, 7), "the first one first, and everybody once"
    assert progress.proof == rain.proof == joint_proof([drop.proof for drop in progress.drops])
    assert {drop.salt for drop in progress.drops if drop.state is PacketState.OPEN} == {""}


@pytest.mark.parametrize(
    ("points", "shares", "drops", "reason"),
    [
        (60, 6, 4, RefusedBecause.UNEVEN),
        (61, 6, 3, RefusedBecause.UNEVEN),
        (60, 5, 6, RefusedBecause.TOO_SMALL),
        (60, 30, 21, RefusedBecause.TOO_BIG),
        (60, 6, 0, RefusedBecause.TOO_SMALL),
    ],
)
def test_a_rain_whose_drops_would_not_be_alike_is_refused(
    books: Connection, points: int, shares: int, drops: int, reason: RefusedBecause
) -> None:
    (answer,) = run(books, apply_opens, packet("r", points, shares, drops=drops))
    assert isinstance(answer, PacketRefused)
    assert answer.reason is reason


def test_the_same_key_opens_the_same_rain(books: Connection) -> None:
    first = opened(books, packet("r", 60, 6, drops=3))
    (again,) = run(books, apply_opens, packet("r", 60, 6, drops=3, seed=2))
    assert (again.packet_id, again.proof, again.replayed) == (1, first.proof, True)
    assert books.execute("SELECT count(*) FROM packet").fetchone()[0] == 3
    assert balance(books, AccountRef.group_pool(VIP)) == 440


def test_a_rain_that_the_pool_cannot_pay_whole_does_not_begin(books: Connection) -> None:
    opened(books, packet("a", 460, 4))
    (answer,) = run(books, apply_opens, packet("r", 60, 6, drops=3))
    assert isinstance(answer, PacketRefused)
    assert books.execute("SELECT count(*) FROM packet").fetchone()[0] == 1


def test_no_drop_is_claimed_before_it_falls(books: Connection) -> None:
    opened(books, packet("r", 60, 6, drops=3))
    early = NOW + 59 * SECOND
    answers = run(books, apply_claims, *[claim(number, 7, at=early) for number in (1, 2, 3)])
    assert [type(answer) for answer in answers] == [Claimed, Claimed, NotYet]
