"""Defects found in the field; each is a story that must not happen here."""

import asyncio
import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.core.ids import MemberId, PacketId
from bot.rewards.audit.audit import audit
from bot.rewards.checkin.lane import apply_check_ins
from bot.rewards.ledger.ledger import AccountRef, post
from bot.rewards.lottery.lane import apply_draws
from bot.rewards.packets.lane import apply_claims, apply_expiries, apply_opens
from bot.rewards.packets.packet import PacketKind
from bot.rewards.packets.packets import (
    Claimed,
    Empty,
    OpenedPacket,
    Over,
    PacketRefused,
    RefusedBecause,
)
from bot.rewards.packets.split import split_fixed, split_lucky
from bot.rewards.redemption.lane import apply_redemptions
from bot.store.connection import Connection
from bot.store.lane import Apply, commit
from tests.unit.rewards.conftest import House
from tests.unit.rewards.lottery import support as lottery
from tests.unit.rewards.redemption import support as shop
from tests.unit.rewards.support import (
    DAY,
    NOW,
    RULES,
    TODAY,
    VIP,
    Watched,
    balance,
    check_in,
    claim,
    contents,
    gift,
    member,
    new_books,
    opened,
    packet,
    rules,
    run,
)
from tests.unit.rewards.test_redpacket import send, sent, tap


async def test_the_last_share_is_not_taken_by_two_members_who_tap_at_once(house: House) -> None:
    packet_id = await sent(house, shares=1)
    answers = await asyncio.gather(*(tap(house, packet_id, number) for number in range(1, 51)))
    assert sum(isinstance(answer, Claimed) for answer in answers) == 1
    assert answers.count(Empty()) == 49


async def test_a_member_who_taps_twenty_times_at_once_gets_one_share(house: House) -> None:
    packet_id = await sent(house)
    answers = await asyncio.gather(*(tap(house, packet_id, 1, f"tap{n}") for n in range(20)))
    assert sum(isinstance(answer, Claimed) for answer in answers) == 1
    (only,) = [answer for answer in answers if isinstance(answer, Claimed)]
    assert await house.statements.read_balance(MemberId(1)) == only.amount


async def test_the_daily_limit_is_for_the_day_and_not_for_life(house: House) -> None:
    for day in range(5):
        answer = await send(house, f"day {day}", 500, now=NOW + day * DAY)
        assert isinstance(answer, OpenedPacket)
        over = await send(house, f"too much {day}", 1, 1, now=NOW + day * DAY)
        assert isinstance(over, PacketRefused)
        assert over.reason is RefusedBecause.POOL_SHORT


async def test_a_full_pool_is_not_filled_again_once_it_was_spent_that_day(house: House) -> None:
    """The morning's filling is due with the first packet, even when it adds nothing."""
    await send(house, "yesterday", 500)
    await house.packets.expire(NOW + DAY)  # everything comes back: the pool is full
    assert isinstance(await send(house, "morning", 500, now=NOW + DAY), OpenedPacket)
    again = await send(house, "noon", 500, now=NOW + DAY + timedelta(hours=1))
    assert isinstance(again, PacketRefused)
    assert again.data["pool"] == 0


def test_a_fixed_split_never_drops_the_remainder() -> None:
    with pytest.raises(ValueError, match="evenly"):
        split_fixed(100, 3)


@pytest.mark.parametrize("shares", [1, 2, 99, 100])
def test_a_lucky_split_of_less_than_a_hundred_each_does_not_divide_by_zero(shares: int) -> None:
    assert sum(split_lucky(100, shares, 1, random.Random(3))) == 100


async def test_limits_hold_when_python_runs_without_assertions(house: House) -> None:
    answer = await send(house, points=10**9, shares=10**6, settings=rules(most_points=500))
    assert isinstance(answer, PacketRefused)


async def test_a_packet_expires_though_nobody_tries_to_claim_it(house: House) -> None:
    await sent(house, points=500)
    await house.packets.expire(NOW + DAY)
    assert await house.packets.pool_balance(VIP) == 500


async def test_an_expired_packet_cannot_be_claimed_though_the_job_has_not_run(
    house: House,
) -> None:
    packet_id = await sent(house)
    assert await tap(house, packet_id, 1, now=NOW + DAY) == Over()
    assert await house.statements.read_balance(MemberId(1)) == 0


async def test_two_expiry_jobs_at_once_refund_once(house: House) -> None:
    await sent(house, points=500)
    await asyncio.gather(*(house.packets.expire(NOW + DAY) for _ in range(10)))
    assert await house.packets.pool_balance(VIP) == 500


async def test_claims_and_the_expiry_race_without_losing_a_point(house: House) -> None:
    packet_id = await sent(house, points=500, shares=100)
    late = NOW + DAY - timedelta(microseconds=1)
    taps = [tap(house, packet_id, number, now=late) for number in range(1, 60)]
    _, *answers = await asyncio.gather(house.packets.expire(NOW + DAY), *taps)
    claimed = sum(answer.amount for answer in answers if isinstance(answer, Claimed))
    assert await house.packets.pool_balance(VIP) == 500 - claimed


async def test_a_callback_that_is_delivered_three_times_pays_once(house: House) -> None:
    packet_id = await sent(house)
    first, *others = [await tap(house, packet_id, 1, "the callback") for _ in range(3)]
    assert others == [first, first]
    assert len(await house.statements.read_statement(MemberId(1), 10)) == 1


async def test_a_cancelled_caller_does_not_leave_half_a_claim(house: House) -> None:
    packet_id = await sent(house)
    task = asyncio.create_task(tap(house, packet_id, 1, "the callback"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    answer = await tap(house, packet_id, 1, "the callback")
    assert isinstance(answer, Claimed)
    assert await house.statements.read_balance(MemberId(1)) == answer.amount


# Money that is withdrawn and not deposited, because the process died between the two


class Killed(BaseException):
    """The process ends here."""


class Death:
    """Comes at the n-th statement that writes."""

    writes_left: int | None = None

    def before(self, statement: str) -> None:
        if self.writes_left is None or statement.split(maxsplit=1)[0] == "SELECT":
            return
        if self.writes_left == 0:
            raise Killed
        self.writes_left -= 1


@dataclass(frozen=True)
class Step:
    name: str
    prepare: Callable[[Connection], object]
    apply: Apply[Any, Any]
    item: Any


def _packet_with_a_claim(books: Connection) -> None:
    opened(books, packet("p"))
    run(books, apply_claims, claim(1, 1))


def _shop_with_a_buyer(books: Connection) -> None:
    shop.open_shop(books)
    shop.pay_out(books, 7, 1000)


def _lottery_with_a_player(books: Connection) -> None:
    lottery.publish(books, lottery.prize(), fee_points=2)
    lottery.give(books, 7, 50)


REPEATABLE = (apply_claims, apply_check_ins, apply_redemptions, apply_draws)
"""Lanes whose answer, asked again, is what was answered first, word for word."""

STEPS = [
    Step(
        "pay one and take from another",
        lambda books: run(books, post, (gift("start", member(1), 50),)),
        post,
        (gift("a", member(2), 30, member(1)), gift("b", member(3), 20, member(1))),
    ),
    Step(
        "check in on a milestone's day",
        lambda books: [
            run(books, apply_check_ins, check_in(1, f"e{day}", TODAY + day * DAY))
            for day in range(2)
        ],
        apply_check_ins,
        check_in(1, "e2", TODAY + 2 * DAY),
    ),
    Step("open a packet", lambda _: None, apply_opens, packet("p")),
    Step("claim", lambda books: opened(books, packet("p")), apply_claims, claim(1, 1)),
    Step("expire", _packet_with_a_claim, apply_expiries, NOW + DAY),
    Step("redeem a piece", _shop_with_a_buyer, apply_redemptions, shop.wish(7)),
    Step("redeem a title", _shop_with_a_buyer, apply_redemptions, shop.wish(7, shop.TITLE)),
    Step("draw a lot that wins", _lottery_with_a_player, apply_draws, lottery.wish(7, "draw")),
]


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_crash_between_any_two_writes_leaves_nothing_half_done(step: Step) -> None:
    with closing(new_books()) as books:
        death = Death()
        doomed = Watched(books, death.before)
        step.prepare(books)
        before = contents(books)
        deaths = 0
        while True:
            death.writes_left = deaths
            try:
                (answers,) = commit(doomed, [("step", step.apply, [step.item])])
                break
            except Killed:
                books.rollback()  # as the database does when its client is gone
                deaths += 1
                assert contents(books) == before
        assert deaths >= 3
        after = contents(books)
        assert after != before
        death.writes_left = None
        again = run(books, step.apply, step.item)
        assert contents(books) == after
        if step.apply in REPEATABLE:
            assert again == answers
        assert audit(books).broken == ()


@pytest.mark.usefixtures("engine")
def test_an_unknown_packet_takes_nothing_from_anybody() -> None:
    with closing(new_books()) as books:
        run(books, apply_claims, claim(7, 1))
        assert balance(books, AccountRef.packet(PacketId(7))) == 0
        assert books.execute("SELECT count(*) FROM account").fetchone()[0] == 0


@pytest.mark.usefixtures("engine")
def test_a_fixed_packet_hands_out_all_of_its_points() -> None:
    with closing(new_books()) as books:
        opened(books, packet("p", 99, 9, PacketKind.FIXED, settings=RULES))
        run(books, apply_claims, *(claim(1, number) for number in range(1, 10)))
        assert balance(books, AccountRef.packet(PacketId(1))) == 0
        assert [balance(books, member(number)) for number in range(1, 10)] == [11] * 9
