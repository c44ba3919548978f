"""The books: each transfer once, nothing half, nobody below zero but by a claw-back."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.core.errors import Insufficient, KeyReused
from bot.core.ids import MemberId, PacketId
from bot.core.money import Currency
from bot.rewards.ledger.ledger import (
    AccountRef,
    NotReversible,
    Posted,
    Reason,
    Transfer,
    post,
    post_all,
)
from bot.store.connection import Connection
from tests.support.engines import REFUSED
from tests.unit.rewards.conftest import House
from tests.unit.rewards.support import (
    DAY,
    NOW,
    VIP,
    add_referral,
    balance,
    clawback,
    contents,
    gift,
    member,
    rewards,
    run,
)

ANNA, BEN = member(1), member(2)
POOL = AccountRef.group_pool(VIP)
ISSUANCE = AccountRef.issuance()


# What a transfer is


@pytest.mark.parametrize("amount", [0, -1, True, False, 1.0, 1.5, 10**12 + 1, None, "5"])
def test_an_amount_is_a_positive_whole_number(amount: Any) -> None:
    with pytest.raises(ValueError, match="whole number"):
        gift("k", ANNA, amount)


def test_an_account_does_not_pay_itself() -> None:
    with pytest.raises(ValueError, match="two accounts"):
        gift("k", ANNA, 5, ANNA)


def test_two_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="same currency"):
        gift("k", ANNA, 5, AccountRef.issuance(Currency.FEN))


@pytest.mark.parametrize(
    ("reason", "giver", "taker"),
    [
        (Reason.CHECKIN, POOL, ANNA),
        (Reason.PACKET_CLAIM, ISSUANCE, ANNA),
        (Reason.PACKET_POOL, ISSUANCE, ANNA),
        (Reason.ADJUSTMENT, AccountRef.packet(PacketId(1)), ANNA),
        (Reason.REFERRAL_CLAWBACK, POOL, ISSUANCE),
    ],
)
def test_a_reason_moves_only_between_its_own_kinds_of_account(
    reason: Reason, giver: AccountRef, taker: AccountRef
) -> None:
    with pytest.raises(ValueError, match="does not move"):
        gift("k", taker, 5, giver, reason)


def test_a_clawback_names_what_it_takes_back() -> None:
    with pytest.raises(ValueError, match="takes back"):
        gift("k", ISSUANCE, 5, ANNA, Reason.REFERRAL_CLAWBACK)


def test_a_transfer_names_its_key_cause_and_actor() -> None:
    whole = gift("k", ANNA, 5)
    for blank in ({"key": ""}, {"key": "a\nb"}, {"reference": ""}, {"actor": ""}):
        with pytest.raises(ValueError, match="reference"):
            replace(whole, **blank)  # type: ignore[arg-type]


def test_an_instant_has_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(gift("k", ANNA, 5), at=datetime(2026, 11, 22))  # noqa: DTZ001


# Posting


async def test_what_one_gives_the_other_receives(house: House) -> None:
    await house.ledger.transfer(gift("a", ANNA, 100))
    posted = await house.ledger.transfer(gift("b", BEN, 30, ANNA))
    assert (posted.debit_balance, posted.credit_balance) == (70, 30)
    assert await house.statements.read_balance(MemberId(1)) == 70


async def test_the_same_transfer_again_gets_the_first_answer(house: House) -> None:
    first = await house.ledger.transfer(gift("a", ANNA, 100))
    await house.ledger.transfer(gift("b", ANNA, 11))
    later = replace(gift("a", ANNA, 100), at=NOW + DAY)  # a retry comes later
    assert await house.ledger.transfer(later) == first._replace(replayed=True)


@pytest.mark.parametrize(
    "other",
    [
        gift("a", ANNA, 101),
        gift("a", BEN, 100),
        gift("a", ANNA, 100, reason=Reason.CHECKIN),
        replace(gift("a", ANNA, 100), reference="another"),
        replace(gift("a", ANNA, 100), actor="another"),
    ],
)
async def test_a_key_with_another_input_is_refused(house: House, other: Transfer) -> None:
    await house.ledger.transfer(gift("a", ANNA, 100))
    with pytest.raises(KeyReused):
        await house.ledger.transfer(other)
    assert await house.statements.read_balance(MemberId(1)) == 100


async def test_who_has_too_little_is_told_what_he_has(house: House) -> None:
    await house.ledger.transfer(gift("a", ANNA, 20))
    with pytest.raises(Insufficient, match="member/1 holds 20 points and cannot give 21") as caught:
        await house.ledger.transfer(gift("b", BEN, 21, ANNA))
    assert caught.value.data == {"balance": 20, "amount": 21}


async def test_a_hundred_transfers_at_once_never_spend_the_same_points_twice(house: House) -> None:
    await house.ledger.transfer(gift("start", ANNA, 50))
    answers = await asyncio.gather(
        *(house.ledger.transfer(gift(f"k{n}", BEN, 1, ANNA)) for n in range(100)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Posted) for answer in answers) == 50
    assert sum(isinstance(answer, Insufficient) for answer in answers) == 50
    assert await house.statements.read_balance(MemberId(1)) == 0


async def test_many_transfers_are_all_or_nothing(house: House) -> None:
    await house.ledger.transfer(gift("start", ANNA, 50))
    with pytest.raises(Insufficient):
        await house.ledger.transfer_many([gift("x", BEN, 30, ANNA), gift("y", POOL, 21, ANNA)])
    assert await house.statements.read_balance(MemberId(1)) == 50
    posted = await house.ledger.transfer_many([gift("x", BEN, 30, ANNA), gift("y", POOL, 20, ANNA)])
    assert [answer.debit_balance for answer in posted] == [20, 0]


def test_a_refused_item_leaves_its_neighbours_and_their_order_alone(
    books: Connection,
) -> None:
    answers = run(
        books,
        post,
        (gift("a", ANNA, 10),),
        (gift("b", BEN, 4, ANNA), gift("c", POOL, 7, ANNA)),  # 10 - 4 - 7 < 0
        (gift("b", BEN, 9, ANNA),),  # the key b was not used: its item was refused
        (),
    )
    assert isinstance(answers[1], Insufficient)
    assert answers[2][0].debit_balance == 1
    assert answers[3] == ()
    assert balance(books, POOL) == 0


def test_one_batch_sees_its_own_keys(books: Connection) -> None:
    first, again, other = run(
        books, post, (gift("a", ANNA, 10),), (gift("a", ANNA, 10),), (gift("a", ANNA, 11),)
    )
    assert again == (first[0]._replace(replayed=True),)
    assert isinstance(other, KeyReused)
    assert balance(books, ANNA) == 10


def test_lanes_that_compose_the_books_are_stopped_by_a_refusal(books: Connection) -> None:
    books.begin()
    with pytest.raises(Insufficient):
        post_all(books, [(gift("a", ANNA, 10, BEN),)])
    books.rollback()


# Claw-backs


def pay_a_referral(books: Connection) -> Transfer:
    """1000 points for Anna, who spends 980 of them before her friend leaves."""
    both = rewards(add_referral(books, 1, 9), 1, 9)
    run(books, post, both, (gift("spent", POOL, 980, ANNA),))
    books.execute("UPDATE referral SET state = 'reversed'")
    run(books, post, (clawback(both[1]),))
    return both[0]


def annas_account(books: Connection) -> tuple[int, int]:
    """Balance and overdraft."""
    row = books.execute("SELECT balance, overdraft FROM account WHERE holder = '1'").fetchone()
    return row["balance"], row["overdraft"]


def test_a_clawback_overdraws_exactly_as_needed_and_earnings_repay_it(
    books: Connection,
) -> None:
    reward = pay_a_referral(books)
    ((taken,),) = run(books, post, (clawback(reward),))
    assert taken.debit_balance == -980
    assert annas_account(books) == (-980, 980)
    run(books, post, (gift("earned", ANNA, 930),))
    assert annas_account(books) == (-50, 50)
    run(books, post, (gift("more", ANNA, 60),))
    assert annas_account(books) == (10, 0)


def test_who_was_overdrawn_cannot_spend(books: Connection) -> None:
    reward = pay_a_referral(books)
    run(books, post, (clawback(reward),), (gift("earned", ANNA, 979),))
    (refused,) = run(books, post, (gift("spend", BEN, 1, ANNA),))
    assert isinstance(refused, Insufficient)
    assert refused.data["balance"] == -1


def test_only_a_referrals_reward_is_clawed_back(books: Connection) -> None:
    run(books, post, (gift("g", ANNA, 100),))
    (refused,) = run(books, post, (clawback(gift("g", ANNA, 100)),))
    assert isinstance(refused, NotReversible)


# Reversals


async def reverse(house: House, key: str, original: str) -> Posted:
    return await house.ledger.reverse(
        key=key,
        original=original,
        reason=Reason.ADJUSTMENT,
        reference="a mistake",
        actor="operator",
        at=NOW,
    )


async def test_a_reversal_mirrors_its_transfer(house: House) -> None:
    await house.ledger.transfer(gift("a", ANNA, 100))
    posted = await reverse(house, "r", "a")
    assert (posted.debit_balance, posted.credit_balance) == (0, 0)
    assert await reverse(house, "r", "a") == posted._replace(replayed=True)


async def test_a_transfer_is_reversed_at_most_once(house: House) -> None:
    await house.ledger.transfer_many([gift("a", ANNA, 100), gift("b", ANNA, 100)])
    await reverse(house, "r", "a")
    with pytest.raises(NotReversible, match="at most once"):
        await reverse(house, "r2", "a")
    assert await house.statements.read_balance(MemberId(1)) == 100


async def test_a_reversal_is_not_reversed(house: House) -> None:
    await house.ledger.transfer(gift("a", ANNA, 100))
    await reverse(house, "r", "a")
    with pytest.raises(NotReversible, match="anew"):
        await reverse(house, "rr", "r")


async def test_what_does_not_exist_is_not_reversed(house: House) -> None:
    with pytest.raises(NotReversible, match="no transfer"):
        await reverse(house, "r", "nothing")


async def test_what_was_spent_is_not_reversed(house: House) -> None:
    await house.ledger.transfer_many([gift("a", ANNA, 100), gift("b", BEN, 1, ANNA)])
    with pytest.raises(Insufficient):
        await reverse(house, "r", "a")


def test_a_reversal_that_is_no_mirror_image_is_refused(books: Connection) -> None:
    run(books, post, (gift("a", ANNA, 100),))
    answers = run(
        books,
        post,
        (gift("r1", ISSUANCE, 99, ANNA, reverses="a"),),
        (gift("r2", ANNA, 100, reverses="a"),),
        (gift("r3", ISSUANCE, 100, BEN, reverses="a"),),
        (gift("r4", ISSUANCE, 100, ANNA, reverses="unknown"),),
    )
    assert [type(answer) for answer in answers] == [NotReversible] * 4


def test_one_batch_sees_its_own_reversals(books: Connection) -> None:
    first, mirrored, again = run(
        books,
        post,
        (gift("a", ANNA, 100),),
        (gift("r1", ISSUANCE, 100, ANNA, reverses="a"),),
        (gift("r2", ISSUANCE, 100, ANNA, reverses="a"),),
    )
    assert first[0].credit_balance == 100
    assert mirrored[0].debit_balance == 0
    assert isinstance(again, NotReversible)


def test_two_reversals_within_one_item_are_refused_together(books: Connection) -> None:
    run(books, post, (gift("a", ANNA, 100),), (gift("b", ANNA, 100),))
    before = contents(books)
    (refused,) = run(
        books,
        post,
        (
            gift("r1", ISSUANCE, 100, ANNA, reverses="a"),
            gift("r2", ISSUANCE, 100, ANNA, reverses="a"),
        ),
    )
    assert isinstance(refused, NotReversible)
    assert contents(books) == before


# The database's own guards


def test_the_database_itself_refuses_an_overdraft(books: Connection) -> None:
    run(books, post, (gift("a", ANNA, 10),))
    with pytest.raises(REFUSED):
        books.execute("UPDATE account SET balance = -1 WHERE kind = 'member'")
