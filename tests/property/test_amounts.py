"""Amounts as people type them: nothing, less than nothing, far too much, in any digits.

Whatever is typed, either a packet is opened whose shares add up, or nothing is written and the
answer says why.
"""

from contextlib import closing

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.text import normalise
from bot.handlers.packets.form import read_form
from bot.rewards.audit.audit import audit
from bot.rewards.ledger.lane import post
from bot.rewards.ledger.transfers import MOST_AMOUNT
from bot.rewards.packets.lane import apply_claims, apply_opens
from bot.rewards.packets.packet import Claimed, OpenedPacket, PacketKind, PacketRefused
from bot.store.sql import Dialect
from tests.support.brand import brand
from tests.unit.rewards.support import (
    balance,
    claim,
    contents,
    gift,
    member,
    new_books,
    packet,
    run,
)

WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")

numbers = st.one_of(
    st.integers(-3, 12),
    st.integers(-(10**30), 10**30),
    st.sampled_from([0, 1, -1, 499, 500, 501, 2**31, 2**63 - 1, 2**63, 2**64, 10**400]),
)
texts = st.one_of(
    numbers.map(str),
    numbers.map(lambda number: str(number).translate(WIDE)),
    st.sampled_from(
        ["NaN", "inf", "1e30", "1.5", "0x10", "²", "Ⅷ", "一百", "+5", "00007", "1_000"]
    ),
)


@given(points=texts, shares=texts)
@example(points="0", shares="1")
@example(points="１００", shares="１０")
@example(points="3", shares="5")
@example(points="500", shares="100000000000000000000")
def test_any_amount_that_is_typed_makes_a_whole_packet_or_nothing(points: str, shares: str) -> None:
    templates = brand().persona.templates
    form = read_form(normalise(f"{points} {shares}"), lambda template: templates[template][0])
    if form is None:
        return
    with closing(new_books()) as books:
        before = contents(books)
        asked = form.terms
        request = packet("p", asked.points, asked.shares, asked.kind)
        (answer,) = run(books, apply_opens, request)
        if isinstance(answer, PacketRefused):
            assert contents(books) == before
            assert answer.data
            return
        assert isinstance(answer, OpenedPacket)
        claims = [claim(answer.packet_id, number) for number in range(1, asked.shares + 1)]
        taken = run(books, apply_claims, *claims)
        amounts = [one.amount for one in taken if isinstance(one, Claimed)]
        assert (len(amounts), sum(amounts)) == (asked.shares, asked.points)
        assert min(amounts) >= 1
        assert audit(books).broken == ()


@given(points=numbers, shares=numbers, drops=st.integers(-2, 30), kind=st.sampled_from(PacketKind))
@example(points=100, shares=0, drops=1, kind=PacketKind.FIXED)
@example(points=100, shares=10, drops=0, kind=PacketKind.LUCKY)
def test_no_numbers_break_what_draws_the_shares(
    points: int, shares: int, drops: int, kind: PacketKind
) -> None:
    request = packet("p", points, shares, kind, drops=drops)
    if isinstance(request.drawn, PacketRefused):
        assert request.drawn.data
        return
    assert sum(sum(drawn.shares) for drawn in request.drawn) == points
    assert sum(len(drawn.shares) for drawn in request.drawn) == shares
    assert min(min(drawn.shares) for drawn in request.drawn) >= 1


@pytest.mark.parametrize("amount", [0, -1, MOST_AMOUNT + 1, 2**63, 10**400])
def test_no_transfer_is_made_of_an_amount_that_no_book_takes(amount: int) -> None:
    with pytest.raises(ValueError, match="whole number"):
        gift("a", member(1), amount)


@pytest.mark.parametrize("amount", [float("nan"), 1e30, 1.0, True, "5"])
def test_an_amount_is_a_whole_number_and_nothing_like_one(amount: object) -> None:
    with pytest.raises(ValueError, match="whole number"):
        gift("a", member(1), amount)  # type: ignore[arg-type]


def test_the_largest_amounts_are_booked_to_the_point_on_either_database(engine: Dialect) -> None:
    del engine
    with closing(new_books()) as books:
        for number in range(50):
            run(books, post, (gift(f"{number}", member(1), MOST_AMOUNT),))
        assert balance(books, member(1)) == 50 * MOST_AMOUNT
        assert audit(books).broken == ()
