"""What nobody claims goes back to the pool, by a job, once, and is announced."""

from datetime import timedelta

from bot.core.ids import GroupKey, PacketId
from bot.rewards.packets.packets import OpenedPacket, Over, PacketState
from tests.unit.rewards.conftest import House
from tests.unit.rewards.support import DAY, NOW, VIP
from tests.unit.rewards.test_redpacket import send, sent, tap

LATER = NOW + DAY


async def test_the_rest_goes_back_to_the_pool(house: House) -> None:
    packet_id = await sent(house)
    first = await tap(house, packet_id, 1)
    (ended,) = await house.packets.expire(LATER)
    assert (ended.packet_id, ended.group_key, ended.left_shares) == (packet_id, VIP, 3)
    assert ended.left_points == 100 - getattr(first, "amount", 0)
    assert ended.ended_at == LATER
    assert await house.packets.pool_balance(VIP) == 400 + ended.left_points
    view = await house.packets.read_packet(packet_id)
    assert view is not None
    assert view.state is PacketState.EXPIRED
    assert await tap(house, packet_id, 2) == Over()


async def test_a_packet_whose_time_is_not_over_stays(house: House) -> None:
    await sent(house)
    assert await house.packets.expire(LATER - timedelta(microseconds=1)) == []
    assert await house.packets.pool_balance(VIP) == 400


async def test_an_end_is_told_again_until_it_was_announced(house: House) -> None:
    """A crash between the refund and the announcement loses neither."""
    packet_id = await sent(house)
    first = await house.packets.expire(LATER)
    again = await house.packets.expire(LATER + timedelta(minutes=5))
    assert again == first
    await house.packets.mark_announced([packet_id], LATER)
    await house.packets.mark_announced([packet_id], LATER + DAY)
    assert await house.packets.expire(LATER + DAY) == []
    assert await house.packets.pool_balance(VIP) == 500


async def test_a_packet_that_was_claimed_whole_does_not_expire(house: House) -> None:
    packet_id = await sent(house, shares=1)
    await tap(house, packet_id, 1)
    assert await house.packets.expire(LATER) == []


async def test_several_packets_of_several_groups_end_together(house: House) -> None:
    await send(house, "a")
    await send(house, "b")
    await send(house, "c", group=GroupKey("tea"))
    ended = await house.packets.expire(LATER)
    assert [packet.packet_id for packet in ended] == [1, 2, 3]
    assert await house.packets.pool_balance(VIP) == 500
    assert await house.packets.pool_balance(GroupKey("tea")) == 500


async def test_the_job_knows_when_it_is_wanted_next(house: House) -> None:
    assert await house.packets.next_expiry() is None
    await send(house, "a")
    await send(house, "b", now=NOW + timedelta(hours=1))
    assert await house.packets.next_expiry() == NOW + DAY
    await house.packets.expire(LATER)
    assert await house.packets.next_expiry() == NOW + DAY + timedelta(hours=1)


async def test_the_newest_packet_is_the_one_that_words_mean(house: House) -> None:
    assert await house.packets.read_newest(VIP) is None
    await send(house, "a")
    newest = await send(house, "b")
    await send(house, "elsewhere", group=GroupKey("tea"))
    assert isinstance(newest, OpenedPacket)
    view = await house.packets.read_newest(VIP)
    assert view is not None
    assert view.packet_id == newest.packet_id
    assert await house.packets.read_packet(PacketId(99)) is None
